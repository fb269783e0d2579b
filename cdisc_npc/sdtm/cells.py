"""The account of cells: what became of every filled cell of every raw record, each exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings
from cdisc_npc.sdtm.first_records import REPEATS
from cdisc_npc.sdtm.records import (
    EMPTY,
    LEFT_OUT,
    MAPPED,
    REJECTED,
    BlockRows,
    Build,
    Cell,
    FormRows,
    Mark,
    Repeats,
)
from cdisc_npc.sdtm.reference_forms import NO_RECORD
from cdisc_npc.sdtm.trail import Trail
from cdisc_npc.standards.terminology import folded
from cdisc_npc.study.forms import Form

_WORDS = {
    Cell.NOT_USED: "not used",
    Cell.LEFT_OUT: "left out",
    Cell.DECIDED: "decided",
    Cell.REJECTED: "rejected",
}
_CUT = "Removed by the data cut"
_SPECIAL = "RAW_SPECIAL_MISSING"


@dataclass(frozen=True)
class Cells:
    """The account of cells.

    Attributes
    ----------
    status : dict of dict of ndarray of int8
        By form and field, the `Cell` of each record.
    table : pyarrow.Table
        The filled cells that are in no value, a row for each (of one that decided several conditions, for each
        condition): form, file, row (from 1), field, status, reason (also the condition, or the finding's code),
        dataset and variable that the condition decided, whether it kept or dropped them, and the records (from 1)
        that the dataset has of the raw record.
    """

    status: dict[str, dict[str, np.ndarray]]
    table: pa.Table


class _Rows(NamedTuple):
    """Cells of one field with one fate, for the table."""

    form: FormRows
    field: str
    rows: np.ndarray
    status: Cell
    reason: str
    dataset: str = ""
    variable: str = ""
    outcome: str = ""
    records: np.ndarray | None = None


def account_cells(build: Build, removed: Mapping[str, pd.DataFrame], raw: Findings) -> Cells:
    """Give each filled cell its one status, the greatest of `Cell` that something said of it.

    1. A cell is mapped where it is in a value of a record that the data cut, if any, has left.
    2. It has decided where it decided whether a record was made or a variable has its value, which record of a
       reference form was chosen, which version of a record counts, or who is the same person.
    3. It is rejected with its record, or where a finding says why its value could not be used; so is a special
       missing value of SAS, which has no text.
    4. It is left out with its record, with its field (``not_submitted``), where a ``leave_out`` names it, and
       where it repeats the first record. What tells a record without a result apart (subject, visit, dates, key)
       is left out with it; whatever else such a record says is not.
    5. It is not used otherwise, and a finding.

    Parameters
    ----------
    removed
        By dataset, the records that a data cut removed, with their position (from 0) as the index.
    raw
        What reading the forms noticed.
    """
    special = _special_missing(raw)
    records = _Records(build, removed)
    marks: dict[tuple[str, str], list[Mark]] = {}
    for mark in (
        *_stated(build),
        *(
            Mark(build.forms[form], field, rows, Cell.REJECTED, _SPECIAL)
            for (form, field), rows in special.items()
        ),
        *build.marks,
        *(mark for trail in build.trails for mark in _marks(build, trail, records)),
    ):
        marks.setdefault((mark.form.name, mark.field), []).append(mark)
    status: dict[str, dict[str, np.ndarray]] = {}
    parts: list[_Rows] = []
    for name, form in build.forms.items():
        stated = build.spec.contract.forms[name]
        identifying = _identifying(build, name, stated)
        status[name] = {
            field: _status(
                form, field, marks.get((name, field), []), field in identifying, special.get((name, field))
            )
            for field in stated.fields
        }
        for repeats in (item for item in build.repeats if item.form is form):
            _mark_repeats(repeats, status[name], marks)
        for field, cells in status[name].items():
            parts += _rows(form, field, cells, marks.get((name, field), []), records)
    return Cells(status, _table(parts))


def report_cells(build: Build, cells: Cells, findings: Findings) -> None:
    """A finding for each cell that is not used, and for each that decided though it is none of the form's choices.

    Of a reference form, one for each record that nothing needs: a warning where no record with the same values of
    what it is found by is needed, such as those of a test under another name.
    """
    for name, form in build.forms.items():
        idle = form.reason == NO_RECORD
        if idle.any():
            _report_references(build, form, np.flatnonzero(idle), findings)
        for field, status in cells.status[name].items():
            _report(build, form, field, np.flatnonzero((status == Cell.NOT_USED) & ~idle), "RAW_CELL_UNUSED",
                    "a variable, a condition, or `leave_out` with its reason", findings)  # fmt: skip
            choices = build.spec.contract.choices(name, field)
            decided = np.flatnonzero(status == Cell.DECIDED)
            if choices and len(decided):
                column = form.column(field)
                foreign = np.array(
                    [text.strip() not in choices for text in column.kinds.to_pylist()], dtype=bool
                )
                rows = decided[foreign[column.places[decided]]]
                _report(build, form, field, rows, "RAW_VALUE", f"one of {', '.join(choices)}", findings)


def _report_references(build: Build, form: FormRows, rows: np.ndarray, findings: Findings) -> None:
    """Records of a reference form that nothing needs; a note of those like others that are needed."""
    fields = build.spec.contract.forms[form.name].fields
    texts = [form.column(field).take(rows).stripped.values.tolist() for field in fields]
    shown = np.array([" ".join(record).strip() for record in zip(*texts, strict=True)], dtype=object)
    strange = np.zeros(len(rows), dtype=bool)
    for field in {mark.field for mark in build.marks if mark.form is form and mark.status == Cell.DECIDED}:
        column = form.column(field)
        strange |= ~np.isin(column.places[rows], column.places[form.status == MAPPED])
    for severity, those in (("warning", strange), ("note", ~strange)):
        findings.add(
            "RAW_REFERENCE_UNUSED", severity=severity, form=form.name, file=form.file, row=rows[those] + 1,
            value=shown[those], expected="a record that it is a reference of",
        )  # fmt: skip


def _report(
    build: Build, form: FormRows, field: str, rows: np.ndarray, code: str, expected: str, findings: Findings
) -> None:
    if not len(rows):
        return
    subject = form.subject[rows]
    existing = np.append(build.subjects.to_numpy(dtype=object), "")  # -1: of no subject
    findings.add(
        code, form=form.name, file=form.file, row=rows + 1, variable=field, USUBJID=existing[subject],
        value=form.column(field).take(rows).stripped.values, expected=expected,
    )  # fmt: skip


def _stated(build: Build) -> Iterator[Mark]:
    """Cells by which the study tells which records count and who is who."""
    detect = build.spec.study.rescreens.detect if build.spec.study.rescreens else None
    for name, form in build.forms.items():
        stated = build.spec.contract.forms[name]
        counted = np.flatnonzero(np.isin(form.status, (EMPTY, MAPPED)))
        versions = build.spec.contract.form_versions(name)
        for field in versions.reads() if versions else ():
            yield Mark(form, field, counted, Cell.DECIDED, "versions: which records count")
        if detect and detect.form == name:
            for field in (*detect.fields, *([detect.date] if detect.date else [])):
                yield Mark(form, field, counted, Cell.DECIDED, "rescreens: who was screened twice")
        mapped = np.flatnonzero((form.status == MAPPED) & (form.subject >= 0))
        for field in build.spec.study.identity.subject.field:
            yield Mark(form, field, mapped, Cell.MAPPED)
        for field, fact in stated.fields.items():
            if fact.not_submitted:
                yield Mark(form, field, np.arange(len(form.status)), Cell.LEFT_OUT, fact.not_submitted)


def _identifying(build: Build, name: str, form: Form) -> set[str]:
    """Fields that tell a record apart and say nothing by themselves: subject, visit, key, and dates."""
    fields = {*build.spec.study.identity.subject.field, *(form.key or ())}
    fields |= {field for field, fact in form.fields.items() if fact.type in ("date", "time", "datetime")}
    for plan in build.spec.plans.values():
        for block in plan.model.records:
            if block.from_ == name and block.visit:
                fields |= {field for field in (block.visit.name, block.visit.date) if field}
    return fields


def _marks(build: Build, trail: Trail, records: _Records) -> Iterator[Mark]:
    """What a trail says of the cells of its form, once it is known which records there are."""
    form, place = trail.block.source, (trail.table, trail.block.index)
    assert isinstance(form, FormRows)
    result = records.made(*place)
    there = records.made(*place, trail.variable)
    for field, positions in trail.taken:
        rows = trail.rows[positions]
        yield Mark(form, field, rows[there[rows]], Cell.MAPPED)
        if build.spec.study.data_cut:
            cut = np.intersect1d(rows[~there[rows]], trail.block.source_rows)
            yield Mark(form, field, cut, Cell.LEFT_OUT, _CUT)
    for name, positions, status, reason in trail.noted:
        assert name is not None
        yield Mark(form, name, trail.rows[positions], Cell(status), reason)
    for field, positions, holds, condition in trail.decided:
        rows = trail.rows[positions]
        those = result[rows] if trail.variable else result[rows] | ~holds
        yield Mark(
            form, field, rows[those], Cell.DECIDED, condition, trail.table, trail.variable, holds[those], trail.block
        )  # fmt: skip
    if build.spec.study.data_cut and not trail.variable:
        plan = build.spec.plans[trail.table]
        cut = np.setdiff1d(trail.block.source_rows, np.flatnonzero(result))
        verbs = [item.by_block.get(trail.block.index) for item in plan.variables.values()]
        fields = {decided.field for decided in trail.decided}.union(*(verb.reads() for verb in verbs if verb))
        for field in fields:
            yield Mark(form, field, cut, Cell.LEFT_OUT, _CUT)


def _special_missing(raw: Findings) -> dict[tuple[str, str], np.ndarray]:
    """Records, by form and field, with a special missing value of SAS."""
    noticed = raw.frame()
    noticed = noticed[noticed["code"] == _SPECIAL]
    return {
        (str(form), str(field)): part["row"].to_numpy(dtype=np.int64) - 1
        for (form, field), part in noticed.groupby(["form", "variable"], sort=False)
    }


def _status(
    form: FormRows, field: str, marks: list[Mark], identifying: bool, special: np.ndarray | None
) -> np.ndarray:
    """The `Cell` of each record of a field; what repeats the first record is not used yet."""
    cells = np.full(len(form.status), Cell.NOT_USED, dtype=np.int8)
    for mark in marks:
        cells[mark.rows] = np.maximum(cells[mark.rows], mark.status)
    out = (form.status == LEFT_OUT) | ((form.status == EMPTY) & (form.reason != NO_RECORD) & identifying)
    cells[out] = np.maximum(cells[out], Cell.LEFT_OUT)
    cells[form.status == REJECTED] = Cell.REJECTED
    cells[is_blank(form.column(field))] = Cell.BLANK
    if special is not None:
        cells[special] = Cell.REJECTED
    return cells


def _mark_repeats(
    repeats: Repeats, status: dict[str, np.ndarray], marks: dict[tuple[str, str], list[Mark]]
) -> None:
    """Cells of what a form repeats that say what those of the first record say are left out, where those are used."""
    form = repeats.form
    for field in repeats.fields & status.keys():
        cells = status[field]
        idle = (cells[repeats.rows] == Cell.NOT_USED) & (cells[repeats.first] >= Cell.DECIDED)
        rows, first = repeats.rows[idle], repeats.first[idle]
        if not len(rows):
            continue
        texts = form.column(field).take(np.concatenate([rows, first]))
        alike = texts.mapped(lambda texts: [folded(text) for text in texts]).coded.places
        same = rows[alike[: len(rows)] == alike[len(rows) :]]
        cells[same] = Cell.LEFT_OUT
        marks.setdefault((form.name, field), []).append(Mark(form, field, same, Cell.LEFT_OUT, REPEATS))


class _Records:
    """The records of the finished datasets, by the record of the form of which a block made them."""

    def __init__(self, build: Build, removed: Mapping[str, pd.DataFrame]) -> None:
        self._build = build
        self._numbers: dict[str, np.ndarray] = {}  # of each record in block order, from 1; 0: cut
        for name, table in build.tables.items():
            assert table.order is not None
            kept = np.ones(table.size, dtype=bool)
            if name in removed:
                kept[removed[name].index.to_numpy()] = False
            numbers = np.zeros(table.size, dtype=np.int64)
            numbers[table.order[kept]] = np.arange(1, kept.sum() + 1)
            self._numbers[name] = numbers
        self._made: dict[tuple[str, int], np.ndarray] = {}
        self._texts: dict[tuple[str, int], np.ndarray] = {}

    def _of(self, dataset: str, index: int) -> tuple[BlockRows, slice]:
        blocks = self._build.tables[dataset].blocks
        start = sum(block.size for block in blocks[:index])
        return blocks[index], slice(start, start + blocks[index].size)

    def made(self, dataset: str, index: int, variable: str = "") -> np.ndarray:
        """Records of the form that have a record; given a variable, one in which the data cut left its value."""
        cut = variable and self._build.spec.study.data_cut
        if not cut and (dataset, index) in self._made:
            return self._made[dataset, index]
        block, own = self._of(dataset, index)
        made = np.zeros(len(block.source.subject), dtype=bool)
        there = self._numbers[dataset][own] > 0
        if cut:
            there &= ~is_blank(
                self._build.tables[dataset].columns[variable].take(np.arange(own.start, own.stop))
            )
        else:
            self._made[dataset, index] = made
        made[block.source_rows[there]] = True
        return made

    def texts(self, dataset: str, index: int) -> np.ndarray:
        """The numbers of the records that each record of the form has."""
        place = (dataset, index)
        if place not in self._texts:
            block, own = self._of(*place)
            there = self._numbers[dataset][own] > 0
            rows, numbers = block.source_rows[there], self._numbers[dataset][own][there]
            order = np.lexsort((numbers, rows))
            ends = np.cumsum(np.bincount(rows, minlength=len(block.source.subject)))
            lists = pa.ListArray.from_arrays(
                pa.array(np.append(0, ends), pa.int32()), pc.cast(pa.array(numbers[order]), pa.string())
            )
            self._texts[place] = pc.binary_join(lists, " ").to_numpy(zero_copy_only=False)
        return self._texts[place]


def _rows(
    form: FormRows, field: str, cells: np.ndarray, marks: list[Mark], records: _Records
) -> Iterator[_Rows]:
    """The cells of a field that are in no value, by what became of them."""
    open_ = (cells != Cell.BLANK) & (cells != Cell.MAPPED)
    if not open_.any():
        return
    stated = np.zeros(len(cells), dtype=bool)
    for mark in marks:
        mine = cells[mark.rows] == mark.status
        if mark.status != Cell.DECIDED:
            mine &= ~stated[mark.rows]
        rows = mark.rows[mine]
        if mark.status == Cell.MAPPED or not len(rows):
            continue
        stated[rows] = True
        if mark.holds is None:
            yield _Rows(form, field, rows, mark.status, mark.reason)
            continue
        for outcome, those in (("kept", mark.holds[mine]), ("dropped", ~mark.holds[mine])):
            if those.any():
                result = records.texts(mark.dataset, mark.block.index)[rows[those]] if mark.block else None
                yield _Rows(form, field, rows[those], mark.status, mark.reason, mark.dataset, mark.variable,
                            outcome, result)  # fmt: skip
    rest = np.flatnonzero(open_ & ~stated)
    for status in np.unique(cells[rest]):
        those = rest[cells[rest] == status]
        reasons = form.reason[those] if status != Cell.NOT_USED else np.full(len(those), "", dtype=object)
        for reason in pd.unique(reasons):
            yield _Rows(form, field, those[reasons == reason], Cell(status), str(reason))


def _table(parts: list[_Rows]) -> pa.Table:
    sizes = [len(part.rows) for part in parts]
    which = pa.array(np.repeat(np.arange(len(parts), dtype=np.int32), sizes))

    def repeated(values: list[str]) -> pa.DictionaryArray:
        whole = pa.array(values, pa.string()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(whole.indices.take(which), whole.dictionary)

    rows = np.concatenate([part.rows for part in parts]) if parts else np.empty(0, dtype=np.int64)
    records = [pa.nulls(size, pa.string()) if part.records is None else pa.array(part.records, pa.string())
               for part, size in zip(parts, sizes, strict=True)]  # fmt: skip
    return pa.table({
        "form": repeated([part.form.name for part in parts]),
        "file": repeated([part.form.file for part in parts]),
        "row": pa.array(rows + 1, pa.int32()),
        "field": repeated([part.field for part in parts]),
        "status": repeated([_WORDS[part.status] for part in parts]),
        "reason": repeated([part.reason for part in parts]),
        "dataset": repeated([part.dataset for part in parts]),
        "variable": repeated([part.variable for part in parts]),
        "outcome": repeated([part.outcome for part in parts]),
        "records": pa.chunked_array(records, pa.string()),
    })  # fmt: skip
