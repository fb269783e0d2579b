"""Values of forms that belong to no subject, such as the laboratories' limits of normal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import date_columns, earliest_possible
from cdisc_npc.columns.keys import groups_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.evaluate import verb
from cdisc_npc.sdtm.records import EMPTY, MAPPED, Cell, FormRows, Mark
from cdisc_npc.sdtm.views import View
from cdisc_npc.verbs import tabulation as verbs

NO_RECORD = "No record needs it"
_ALWAYS, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@verb("from_form")
def from_form(stated: verbs.FromForm, view: View) -> Column:
    """The field of the reference record that is valid for each record.

    1. A reference record is a candidate where each field of ``by`` is blank or equals the
       record's variable, and its first day, blank for always, is not after the record's date.
       The first day of a partial date is the earliest that it may mean; what is no date is
       a finding, and its record no candidate.
    2. The candidate with the fewest blank fields comes first, then the latest first day, then
       the first in the form.
    """
    form = view.build.forms[stated.from_form]
    form.mark(np.arange(len(form.status)), EMPTY, NO_RECORD)
    fields = list(stated.by)
    terms = view.build.spec.codelists.terms
    decode = {field: terms[table] for field, table in stated.decode.items()}
    theirs = {field: _decoded(form.column(field).stripped, decode.get(field, {})) for field in fields}
    ours = {field: view.column(name).printed for field, name in stated.by.items()}
    size = len(form.subject)
    usable = np.ones(size, dtype=bool)
    from_day, to_day = np.full(size, _ALWAYS), np.full(view.size, _NEVER)
    for field, name in stated.since.items():
        begins, usable = _begins(view, form, field)
        days, existing = earliest_possible(begins)
        from_day = np.where(existing, days, _ALWAYS)
        days, existing = earliest_possible(view.column(name))
        to_day = np.where(existing, days, _ALWAYS)
    chosen = np.full(view.size, -1, dtype=np.int64)
    blanks = np.stack([theirs[field].equal("") for field in fields], axis=1)
    for pattern in sorted(map(tuple, np.unique(blanks, axis=0)), key=sum):
        rows = np.flatnonzero((blanks == pattern).all(axis=1) & usable)
        open_ = np.flatnonzero(chosen < 0)
        used = [field for field, empty in zip(fields, pattern, strict=True) if not empty]
        left, right, _ = groups_of(
            [theirs[field].take(rows) for field in used], [ours[field].take(open_) for field in used],
            (len(rows), len(open_)),
        )  # fmt: skip
        result = _as_of(left, from_day[rows], right, to_day[open_])
        chosen[open_] = np.where(result >= 0, rows[result], -1)
    values = form.column(stated.field).take_or_blank(chosen)
    needed = np.unique(chosen[~is_blank(values)])
    form.mark(needed, MAPPED)
    decided = partial(
        Mark, form, rows=needed, status=Cell.DECIDED, reason=stated.tell(), dataset=view.table,
        variable=view.variable.name, holds=np.ones(len(needed), dtype=bool),
    )  # fmt: skip
    view.build.marks.append(Mark(form, stated.field, needed, Cell.MAPPED))
    view.build.marks.extend(decided(field=name) for name in (*stated.by, *stated.since))
    return values


def _decoded(column: Column, terms: Mapping[str, str]) -> Column:
    return column.mapped(lambda texts: [terms.get(text, text) for text in texts])


def _begins(view: View, form: FormRows, field: str) -> tuple[Column, np.ndarray]:
    """The first days of the reference records, in ISO 8601, and those that are dates; the others are findings, once."""
    iso, problems = date_columns(form.column(field), rules=view.build.spec.date_rules(form.name, field))
    usable = problems.equal("")
    mark = Mark(form, field, np.flatnonzero(~usable), Cell.REJECTED, "MAP_DATE")
    same = (
        item.form is form and (item.field, item.reason) == (field, "MAP_DATE") for item in view.build.marks
    )
    if len(mark.rows) and not any(same):
        view.build.marks.append(mark)
        view.build.findings.add(
            "MAP_DATE", dataset=view.table, variable=view.variable.name, form=form.name, file=form.file,
            row=mark.rows + 1, value=form.column(field).take(mark.rows).stripped.values,
            expected=problems.take(mark.rows).values, params=field,
        )  # fmt: skip
    return iso, usable


def _as_of(theirs: np.ndarray, since: np.ndarray, ours: np.ndarray, at: np.ndarray) -> np.ndarray:
    """For each of ours, the latest of theirs with the same key that began by then; -1 for none."""
    order = np.lexsort((-np.arange(len(theirs)), since, theirs))
    left = pd.DataFrame({"at": at, "key": ours, "row": np.arange(len(ours))}).sort_values("at", kind="stable")
    right = pd.DataFrame({"at": since[order], "key": theirs[order], "found": order}).sort_values(
        "at", kind="stable"
    )
    met = pd.merge_asof(left, right, on="at", by="key")
    result = np.full(len(ours), -1, dtype=np.int64)
    result[met["row"]] = met["found"].fillna(-1).to_numpy(dtype=np.int64)
    return result
