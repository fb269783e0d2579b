"""Values looked up in the records of another table, reduced to one a record."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.adam.context import SUBJECT, Context, comparable
from cdisc_npc.adam.joined import pairs
from cdisc_npc.columns.distinct import take_or_blank
from cdisc_npc.columns.keys import match_codes, require
from cdisc_npc.columns.order import shown, sorted_positions
from cdisc_npc.findings import Refused
from cdisc_npc.verbs.analysis import Lookup

_COMPARE = {
    "before": np.less, "until": np.less_equal, "since": np.greater_equal, "after": np.greater,
}  # fmt: skip


def look_up(verb: Lookup, frame: pd.DataFrame, context: Context) -> pd.Series:
    """Find for each record what the verb asks for; blank where there is none.

    1. The records of the table that satisfy ``where``, of the same subject (where it has subjects) and
       equal in ``by``; with
       bounds only those before, until, since or after a date of the record at hand.
    2. Of these the value of the only, first or last one; or the least, greatest, sum, number or list
       of their values. Missing values are no values.

    Raises
    ------
    Refused
        ADAM_MANY: several records, and ``take`` is only.
    """
    table = context.table(verb.table)
    # A dataset without subjects, such as TS, is of the study: its records belong to every subject.
    names = ({SUBJECT: SUBJECT} if SUBJECT in table.columns else {}) | verb.keys
    order = [name.removeprefix("-") for name in verb.order]
    require(
        table, [verb.variable, *names.values(), *order, *(other for _, other, _ in verb.bounds)], verb.table
    )
    require(frame, [*names, *(own for _, _, own in verb.bounds if "." not in own)], context.dataset)
    where = context.records(verb.table, verb.where)
    at = np.arange(len(table)) if where is None else np.flatnonzero(where)
    if verb.bounds:
        group, row = pairs(frame, table[[*dict.fromkeys(names.values())]].iloc[at], names)
        row = at[row]
        for kind, other, own in verb.bounds:
            theirs = comparable(table[other]).to_numpy(dtype=np.float64)[row]
            mine = comparable(context.column(frame, own)).to_numpy(dtype=np.float64)[group]
            with np.errstate(invalid="ignore"):
                kept = _COMPARE[kind](theirs, mine) | (verb.open_ended & np.isnan(theirs))
            group, row = group[kept], row[kept]
        result, size = np.arange(len(frame)), len(frame)
    else:
        result, group = match_codes(frame, table, names)
        size = int(group.max(initial=-1)) + 1
        row, group = at, group[at]
        there = np.zeros(size + 1, dtype=bool)
        there[group] = True
        result = np.where(there[result], result, -1)
    if verb.take in ("only", "first", "last"):
        position = _record(verb, table, group, row, size)
        at = np.append(position, -1)[result]
        if verb.required and (at < 0).any():
            missed = frame[at < 0].drop_duplicates(list(names))
            context.findings.add(
                "ADAM_NOT_FOUND", dataset=context.dataset, variable=verb.lookup, USUBJID=missed[SUBJECT],
                keys=", ".join(names.values()), value=shown(missed, list(names)),
            )  # fmt: skip
        return take_or_blank(table[verb.variable], at, frame.index)
    values = take_or_blank(table[verb.variable], row)
    reduced = _reduced(verb, values, group, size)
    return take_or_blank(reduced, result, frame.index)


def _record(verb: Lookup, table: pd.DataFrame, group: np.ndarray, row: np.ndarray, size: int) -> np.ndarray:
    """Position of the record of each group that is taken, -1 where there is none."""
    position = np.full(size, -1)
    if verb.take == "only":
        several = np.bincount(group, minlength=size) > 1
        if several.any():
            failing = table.iloc[row[several[group]]].drop_duplicates(SUBJECT)
            keys = [SUBJECT, *verb.keys.values()]
            raise Refused.because(
                "ADAM_MANY", dataset=verb.table, USUBJID=failing[SUBJECT], variable=verb.variable,
                keys=", ".join(keys), value=shown(failing, keys),
            )  # fmt: skip
        position[group] = row
        return position
    ordered = np.empty(len(table), dtype=np.int64)
    ordered[sorted_positions(table, verb.order)] = np.arange(len(table))
    within = np.lexsort([ordered[row], group])
    if verb.take == "first":
        within = within[::-1]
    position[group[within]] = row[within]
    return position


def _reduced(verb: Lookup, values: pd.Series, group: np.ndarray, size: int) -> pd.Series:
    """One value a group."""
    if verb.take == "count":
        counted = (
            (values != "").to_numpy()
            if pd.api.types.is_string_dtype(values.dtype)
            else values.notna().to_numpy()
        )
        return pd.Series(np.bincount(group[counted], minlength=size).astype(np.float64))
    if verb.take == "list":
        table = pd.DataFrame({"group": group, "value": values.to_numpy()})
        table = table[table["value"] != ""].sort_values(["group", "value"], kind="stable")
        joined = table.groupby("group")["value"].agg(", ".join)
        return joined.reindex(range(size)).astype("str").fillna("").reset_index(drop=True)
    if pd.api.types.is_string_dtype(values.dtype):
        raise Refused.because(
            "ADAM_NO_DATE",
            dataset=verb.table,
            variable=verb.variable,
            value="text",
            expected="numbers or dates",
        )
    moments = values.dtype.kind == "M"
    numbers = values.to_numpy().view(np.int64) if moments else values.to_numpy(dtype=np.float64)
    existing = values.notna().to_numpy()
    count = np.bincount(group[existing], minlength=size)
    if verb.take == "sum":
        total = np.bincount(group[existing], weights=numbers[existing], minlength=size)
        return pd.Series(np.where(count > 0, total, np.nan))
    least = verb.take == "min"
    kind = np.iinfo(np.int64) if moments else np.finfo(np.float64)
    result = np.full(size, kind.max if least else kind.min, dtype=numbers.dtype)
    (np.minimum if least else np.maximum).at(result, group[existing], numbers[existing])
    if moments:
        dates = result.view(values.to_numpy().dtype)
        return pd.Series(np.where(count > 0, dates, np.datetime64("NaT", "us")))
    return pd.Series(np.where(count > 0, result, np.nan))
