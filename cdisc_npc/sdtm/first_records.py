"""Of records that a form repeats at every visit, the first: a lesion where it was seen first."""

from __future__ import annotations

import numpy as np

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.records import BlockRows, Build, Cell, FormRows, Mark, Repeats
from cdisc_npc.sdtm.views import BlockView
from cdisc_npc.standards.terminology import folded
from cdisc_npc.study.plan import DatasetPlan, block_verbs

REPEATS = "Repeats the first record"


def first_records(build: Build, plan: DatasetPlan, rows: BlockRows) -> np.ndarray:
    """Positions of the first record of each subject and combination of ``first.by``, in the order of the form.

    First by VISITNUM, then by the date of the visit, then by row; what is not known comes last.
    A later record that differs in a field of ``first.same`` is a finding.
    """
    rule = rows.model.first
    assert rule is not None
    selected = rows.selected
    if not len(selected):
        return selected
    key = rows.source.subject[selected]
    for name in rule.by:
        values = rows.source.column(name).take(selected)
        texts = values.mapped(lambda column: [folded(text) for text in column]).coded
        key = np.unique(key * (len(texts.kinds) + 1) + texts.places, return_inverse=True)[1]
    order = np.lexsort((selected, *reversed(_when(build, plan, rows)), key))
    start = np.unique(key[order], return_index=True)[1]
    first = order[start]
    for name, table in rule.same.items():
        _report_changes(build, plan, rows, name, table, first[key])
    later = np.setdiff1d(np.arange(len(selected)), first)
    if isinstance(rows.source, FormRows):
        verbs = block_verbs(rows.model, plan.name, build.spec.contract).values()
        fields = {*rule.by, *rule.same}.union(*(verb.reads() for verb in verbs))
        build.repeats.append(Repeats(rows.source, fields, selected[later], selected[first[key[later]]]))
    return np.sort(selected[first])


def _when(build: Build, plan: DatasetPlan, rows: BlockRows) -> list[np.ndarray]:
    """VISITNUM and date of each selected record, as numbers that sort; nothing without a visit."""
    rule = rows.model.visit
    if rule is None:
        return []
    view = BlockView(build, plan.name, plan.variables["VISIT"], rows, rows.selected)
    numbers = np.nan_to_num(build.visits.columns(view).visitnum.values, nan=np.inf)
    if not rule.date:
        return [numbers]
    days = build.visits.days(rows.model.from_, rule.date, view.column(rule.date))
    return [numbers, Column.of(np.where(days == "", "9999", days)).ordered()]


def _report_changes(
    build: Build, plan: DatasetPlan, rows: BlockRows, name: str, table: str, first: np.ndarray
) -> None:
    """A finding for each record whose field is not that of its first record; blanks repeat nothing."""
    decode = {folded(old): new for old, new in build.spec.codelists.terms.get(table, {}).items()}

    def meant(texts: list[str]) -> list[str]:
        return [folded(decode.get(folded(text), text)) for text in texts]

    values = rows.source.column(name).take(rows.selected)
    ours = values.mapped(meant).coded.places
    theirs, stated = ours[first], ~is_blank(values)
    stated &= stated[first]
    failing = np.flatnonzero((ours != theirs) & stated)
    if isinstance(rows.source, FormRows):
        same = rows.selected[(ours == theirs) & stated & (first != np.arange(len(first)))]
        build.marks += [
            Mark(rows.source, name, same, Cell.LEFT_OUT, REPEATS),
            Mark(rows.source, name, rows.selected[failing], Cell.REJECTED, "MAP_FIRST_DIFFERS"),
        ]
    if len(failing):
        assert rows.model.first is not None
        view = BlockView(build, plan.name, plan.variables["USUBJID"], rows, rows.selected)
        places = rows.selected[failing]
        by = [rows.source.column(by).take(places).stripped.values.tolist() for by in rows.model.first.by]
        keys = [
            ", ".join(f"{name}={text}" for name, text in zip(rows.model.first.by, texts, strict=True))
            for texts in zip(*by, strict=True)
        ]
        shown = values.values
        view.report(
            "MAP_FIRST_DIFFERS", failing, shown[failing], shown[first[failing]], keys=keys, params=name
        )
