"""Values of forms that belong to no subject, such as the laboratories' limits of normal."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import take_or_blank
from cdisc_npc.columns.iso8601 import earliest_possible, iso8601
from cdisc_npc.columns.texts import text_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.evaluate import verb
from cdisc_npc.sdtm.records import EMPTY, MAPPED, Cell, FormRows, Mark
from cdisc_npc.sdtm.views import View
from cdisc_npc.verbs import tabulation as verbs

NO_RECORD = "No record needs it"
_ALWAYS, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@verb("from_form")
def from_form(stated: verbs.FromForm, view: View) -> pd.Series:
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
    theirs = pd.DataFrame(
        {field: form.column(field).str.strip().replace(decode.get(field, {})) for field in fields}
    ).astype("str")
    ours = pd.DataFrame({field: text_of(view.column(name)) for field, name in stated.by.items()}).astype(
        "str"
    )
    usable = np.ones(len(theirs), dtype=bool)
    from_day, to_day = np.full(len(theirs), _ALWAYS), np.full(view.size, _NEVER)
    for field, name in stated.since.items():
        begins, usable = _begins(view, form, field)
        days, existing = earliest_possible(begins)
        from_day = np.where(existing, days, _ALWAYS)
        days, existing = earliest_possible(view.column(name))
        to_day = np.where(existing, days, _ALWAYS)
    chosen = np.full(view.size, -1, dtype=np.int64)
    blanks = (theirs == "").to_numpy()
    for pattern in sorted(map(tuple, np.unique(blanks, axis=0)), key=sum):
        rows = np.flatnonzero((blanks == pattern).all(axis=1) & usable)
        open_ = np.flatnonzero(chosen < 0)
        used = [field for field, empty in zip(fields, pattern, strict=True) if not empty]
        both = pd.concat([theirs.loc[rows, used], ours.loc[open_, used]], ignore_index=True)
        key = (
            both.groupby(used, sort=False).ngroup().to_numpy()
            if used
            else np.zeros(len(both), dtype=np.int64)
        )
        result = _as_of(key[: len(rows)], from_day[rows], key[len(rows) :], to_day[open_])
        chosen[open_] = np.where(result >= 0, rows[result], -1)
    values = take_or_blank(form.column(stated.field), chosen)
    needed = np.unique(chosen[~is_blank(values)])
    form.mark(needed, MAPPED)
    decided = partial(
        Mark, form, rows=needed, status=Cell.DECIDED, reason=stated.tell(), dataset=view.table,
        variable=view.variable.name, holds=np.ones(len(needed), dtype=bool),
    )  # fmt: skip
    view.build.marks.append(Mark(form, stated.field, needed, Cell.MAPPED))
    view.build.marks.extend(decided(field=name) for name in (*stated.by, *stated.since))
    return values


def _begins(view: View, form: FormRows, field: str) -> tuple[pd.Series, np.ndarray]:
    """The first days of the reference records, in ISO 8601, and those that are dates; the others are findings, once."""
    iso, problems = iso8601(form.column(field), rules=view.build.spec.date_rules(form.name, field))
    usable = (problems == "").to_numpy()
    mark = Mark(form, field, np.flatnonzero(~usable), Cell.REJECTED, "MAP_DATE")
    same = (
        item.form is form and (item.field, item.reason) == (field, "MAP_DATE") for item in view.build.marks
    )
    if len(mark.rows) and not any(same):
        view.build.marks.append(mark)
        view.build.findings.add(
            "MAP_DATE", dataset=view.table, variable=view.variable.name, form=form.name, file=form.file,
            row=mark.rows + 1, value=form.column(field).str.strip().to_numpy(dtype=object)[mark.rows],
            expected=problems.to_numpy(dtype=object)[mark.rows], params=field,
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
