"""What a verb sees of the records in the making: columns by name, and a place to report."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.date_grammar import DateRules
from cdisc_npc.columns.where import Named, satisfied
from cdisc_npc.sdtm.complete import completed
from cdisc_npc.sdtm.plain_text import made_plain
from cdisc_npc.sdtm.records import (
    BlockRows,
    Build,
    Cell,
    FormRows,
    Table,
    blank,
    one_per_subject,
    origins,
)
from cdisc_npc.sdtm.reference_forms import dates_of_form, reference_form, used_of_form
from cdisc_npc.sdtm.trail import Trail
from cdisc_npc.sdtm.units import standard_results
from cdisc_npc.sdtm.visits import visit_part
from cdisc_npc.sdtm.wide_tests import test_part
from cdisc_npc.study.plan import VariablePlan
from cdisc_npc.study.written_study import STUDY_VALUES
from cdisc_npc.verbs.from_form import FromForm
from cdisc_npc.verbs.test_part import TestPart
from cdisc_npc.verbs.verb import Verb
from cdisc_npc.verbs.view import EpochStart, RecordView, TabulationView


class View(TabulationView):
    """What a verb sees, by the protocol; what the three kinds of views share.

    Attributes
    ----------
    build : Build
        The conversion under way.
    table : str
        Name of the dataset in the making.
    variable : VariablePlan
        The variable in the making.
    """

    build: Build
    table: str
    variable: VariablePlan

    @abstractmethod
    def note(self, name: str | None, rows: np.ndarray, status: Cell, reason: str) -> None:
        """Say why the cells of some records are in no value: those of a field, or all that are used there."""

    # -- fields

    def take(self, name: str) -> Column:
        """A column whose values go into the variable."""
        self.used(name, np.arange(self.size))
        return self.column(name)

    def plain(self, name: str) -> Column:
        return made_plain(self.column(name).printed, self)

    def collected(self, name: str) -> Column:
        values = self.take(name)
        return values if values.numeric else made_plain(values, self)

    def text(self, name: str) -> pd.Series:
        return made_plain(self.take(name).printed, self).series()

    def left_out(self, name: str | None, rows: np.ndarray, reason: str) -> None:
        self.note(name, rows, Cell.LEFT_OUT, reason)

    def rejected(self, name: str, rows: np.ndarray, code: str) -> None:
        self.note(name, rows, Cell.REJECTED, code)

    def date_rules(self, field: str, order: str | None) -> DateRules:
        return self.build.spec.date_rules(self.form_name, field, order)

    @property
    def form_name(self) -> str:
        """The form that the block reads; nothing for the variables of a whole dataset."""
        return ""

    # -- the study, and other records

    @property
    def epochs(self) -> Sequence[EpochStart]:
        return [EpochStart(one.epoch, one.date, one.after) for one in self.build.spec.study.epochs]

    def terms(self, table: str) -> Mapping[str, str]:
        return self.build.spec.codelists.terms[table]

    def other(self, dataset: str) -> Table:
        return self.build.tables[dataset]

    def form(self, name: str) -> FormRows:
        return reference_form(self, name)

    def dates_of_form(self, form: str, field: str) -> tuple[Column, np.ndarray]:
        return dates_of_form(self, form, field)

    def used_of_form(self, verb: FromForm, rows: np.ndarray) -> None:
        used_of_form(self, verb, rows)

    def identity(self) -> Column:
        if self.variable.name == "USUBJID":
            return Column(pa.array(self.build.subjects, pa.large_string()), self.subject).narrow
        studyid = self.build.spec.study.identity.studyid
        return Column.one(studyid if self.variable.name == "STUDYID" else self.table, self.size)

    def order_of_origin(self) -> tuple[np.ndarray, np.ndarray]:
        own = self.build.tables[self.table]
        return np.repeat(np.arange(len(own.blocks)), [block.size for block in own.blocks]), origins(own)[1]

    def standard_result(self, name: str) -> Column:
        numeric = self.variable.type == "Num"
        part = "unit" if self.variable.name.endswith("STRESU") else "number" if numeric else "text"
        return standard_results(self, name)[part]

    # -- verbs

    def part(self, rows: np.ndarray) -> PartView:
        """Some records of the view, in its order."""
        return PartView(self, rows)

    def evaluate(self, stated: Verb, before: Column | None = None) -> Column:
        """The column that a verb makes.

        1. Where ``when`` holds, the verb gives its value; elsewhere the value ``before``, if there is one,
           else the ``else`` value, or blank.
        2. A blank value becomes the ``else`` value, too (but for `agree`, which keeps it for values that differ).
        3. Text is decoded and matched with the codelist; a numeric variable is made a number.

        Returns
        -------
        Column, one value a record of the view
            Text without nulls, or numbers for a numeric variable.
        """
        if stated.when is None:
            return self.made(stated)
        part = self.part(np.flatnonzero(self.holds(stated.when)))
        values = part.made(stated)
        if before is not None:
            return before.put(part.positions, values)
        numeric = self.variable.type == "Num"
        rest = blank(self.size, numeric)
        if stated.else_ is not None:
            rest = Column.one(float(stated.else_) if numeric else stated.else_, self.size)
        return rest.put(part.positions, values)

    def made(self, stated: Verb) -> Column:
        """The column that a verb makes of records for which its ``when`` holds."""
        return completed(stated, self, Column.of(stated.make(self)))

    def holds(self, condition: ConditionParts) -> np.ndarray:
        return self.decide(condition, self.column, np.arange(self.size))

    def first_that_holds(self, cases: Sequence[Verb]) -> Column:
        result = blank(self.size, self.variable.type == "Num")
        left = np.arange(self.size)
        for case in cases:
            part = self.part(left)
            holds = part.holds(case.when) if case.when else np.ones(part.size, dtype=bool)
            if holds.any():
                result = result.put(left[holds], self.part(left[holds]).made(case))
            left = left[~holds]
        return result


@dataclass
class BlockView(View, RecordView):
    """Records of a block's source, as its verbs see them.

    Attributes
    ----------
    rows : ndarray of int
        Positions in the source: the selected records, each once, or (for what differs by
        test) one for each record made.
    """

    build: Build
    table: str
    variable: VariablePlan
    block: BlockRows
    rows: np.ndarray
    trail: Trail | None = None

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def subject(self) -> np.ndarray:
        return self.block.source.subject[self.rows]

    @property
    def form_name(self) -> str:
        return self.block.model.from_

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        """Verbs of blocks look nothing up."""

    def used(self, name: str, rows: np.ndarray) -> None:
        if self.trail is not None:
            self.trail.use(name, rows)

    def note(self, name: str | None, rows: np.ndarray, status: Cell, reason: str) -> None:
        """Keep it in the trail."""
        if self.trail is not None and len(rows):
            self.trail.note(rows, status, reason, name)

    def decide(self, condition: ConditionParts, column: Named, rows: np.ndarray) -> np.ndarray:
        """Records for which a condition holds, by the trail."""
        if self.trail is None:
            return satisfied(condition, column, len(rows))
        return self.trail.decide(condition, column, rows)

    def visit(self) -> Column:
        return visit_part(self)

    def of_tests(self, verb: TestPart) -> Column:
        return test_part(verb, self)

    def column(self, name: str) -> Column:
        if name in STUDY_VALUES:
            return Column.one(self.build.spec.study.value(name), self.size)
        column = self.block.source.column(name)
        if len(column) == self.size and self.block.expand is None:
            return column  # selections keep the order, so as many means all, as they are
        return column.take(self.rows)

    def report(self, code: str, rows: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        source = self.block.source
        if self.trail is not None:
            self.trail.note(rows, Cell.REJECTED, code)
        raw = self.rows[rows]
        place: dict[str, Any] = {"USUBJID": self.build.subjects.take(source.subject[raw])}
        if isinstance(source, FormRows):
            place |= {"form": source.name, "file": source.file, "row": raw + 1}
        _add(self, code, values, expected, place | extra)


@dataclass
class TableView(View):
    """A dataset's records, as the verbs of its own variables see them."""

    build: Build
    table: str
    variable: VariablePlan

    @property
    def size(self) -> int:
        return self.build.tables[self.table].size

    @property
    def subject(self) -> np.ndarray:
        return self.build.tables[self.table].subject

    def used(self, name: str, rows: np.ndarray) -> None:
        """Cells of a dataset leave no trail."""

    def note(self, name: str | None, rows: np.ndarray, status: Cell, reason: str) -> None:
        """Cells of a dataset leave no trail."""

    def decide(self, condition: ConditionParts, column: Named, rows: np.ndarray) -> np.ndarray:
        return satisfied(condition, column, len(rows))

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        self.build.tables[self.table].parents[self.variable.name, dataset] = parents

    def column(self, name: str) -> Column:
        if name in STUDY_VALUES:
            return Column.one(self.build.spec.study.value(name), self.size)
        own = self.build.tables[self.table]
        dataset, dot, variable = name.partition(".")
        if not dot:
            return own.columns[name]
        other = self.build.tables[dataset]
        if dataset == self.table:
            return other.columns[variable]
        positions = one_per_subject(other, len(self.build.subjects))[own.subject]
        return other.columns[variable].take_or_blank(positions)

    def report(self, code: str, rows: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        own = self.build.tables[self.table]
        place: dict[str, Any] = {"USUBJID": self.build.subjects.take(own.subject[rows])}
        if own.blocks:
            forms, raw = origins(own)
            place |= self.build.place(forms[rows], raw[rows])
        _add(self, code, values, expected, place | extra)


@dataclass
class PartView(View):
    """Some records of another view: those for which a condition holds."""

    whole: View
    positions: np.ndarray

    def __post_init__(self) -> None:
        self.build, self.table, self.variable = self.whole.build, self.whole.table, self.whole.variable

    @property
    def size(self) -> int:
        return len(self.positions)

    @property
    def subject(self) -> np.ndarray:
        return self.whole.subject[self.positions]

    @property
    def form_name(self) -> str:
        return self.whole.form_name

    def used(self, name: str, rows: np.ndarray) -> None:
        self.whole.used(name, self.positions[rows])

    def note(self, name: str | None, rows: np.ndarray, status: Cell, reason: str) -> None:
        self.whole.note(name, self.positions[rows], status, reason)

    def decide(self, condition: ConditionParts, column: Named, rows: np.ndarray) -> np.ndarray:
        return self.whole.decide(condition, column, self.positions[rows])

    def standard_result(self, name: str) -> Column:
        return self.whole.standard_result(name).take(self.positions)

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        whole = np.full(self.whole.size, -1, dtype=np.int64)
        whole[self.positions] = parents
        self.whole.trace(dataset, whole)

    def column(self, name: str) -> Column:
        column = self.whole.column(name)
        # Positions are in order, so as many as there are records means all.
        return column if len(column) == self.size else column.take(self.positions)

    def report(self, code: str, rows: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        self.whole.report(code, self.positions[rows], values, expected, **extra)


_POLICIES = {"MAP_UNIT": "unknown_unit", "MAP_VISIT": "unknown_visit", "MAP_UNTRANSLATED": "untranslated"}


def _add(view: BlockView | TableView, code: str, values: Any, expected: Any, place: dict[str, Any]) -> None:
    policies = view.build.spec.study.policies
    severity = "error" if code in _POLICIES and getattr(policies, _POLICIES[code]) == "report" else None
    view.build.findings.add(
        code, severity=severity, dataset=view.table, variable=view.variable.name, value=values, expected=expected,
        **place,
    )  # fmt: skip
