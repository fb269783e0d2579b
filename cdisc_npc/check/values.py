"""The operators that bring a value to each record: from other records, and from the record itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from cdisc_npc.check.coded import Coded, column, together
from cdisc_npc.check.rule import Value
from cdisc_npc.sdtm.conditions import is_number
from cdisc_npc.sdtm.distinct import by_distinct, numbers

# The day from which SAS counts.
_SAS_EPOCH = date(1960, 1, 1).toordinal()
_WHOLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T|$)")

_NUMERIC = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide}


def of_record(value: Value, column: Callable[[str], pd.Series], size: int) -> pd.Series:
    """A value made of the record itself.

    Parameters
    ----------
    column
        Gives the column of a name: text without nulls, or float64.
    size
        Number of records.
    """
    operator = value.operator
    names = getattr(value, operator)
    if operator in (*_NUMERIC, "distance"):
        left, right = (_operand(name, column, size) for name in names)
        with np.errstate(divide="ignore", invalid="ignore"):
            if operator == "distance":
                return pd.Series(np.abs(left - right))
            result = _NUMERIC[operator](left, right)
        return pd.Series(np.where(np.isfinite(result), result, np.nan))
    if operator in ("study_day", "days"):
        start, end = (
            days_of(column(name)) for name in (reversed(names) if operator == "study_day" else names)
        )
        passed = end - start
        return pd.Series(passed + (passed >= 0) if operator == "study_day" else passed)
    if operator == "sas_date":
        return pd.Series(days_of(column(names)))
    if operator == "number":
        return pd.Series(numbers(column(names)))
    if operator == "bytes":
        sizes = by_distinct(as_text(column(names)), lambda texts: [str(len(text.encode())) for text in texts])
        return sizes.astype("float64")
    if operator == "part":
        whole = as_text(column(names))
        if value.pattern is None:
            return whole.str[: value.size]
        return whole.str.extract(f"^(?:{value.pattern})$", expand=False).fillna("")
    assert operator == "joined"
    texts = [as_text(column(name)).to_numpy(dtype=object) for name in names]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + value.with_ + text
    return pd.Series(joined, dtype="str")


def names_of(value: Value) -> list[str]:
    """Names that an operator on the record itself reads."""
    stated = getattr(value, value.operator)
    return [name for name in ([stated] if isinstance(stated, str) else stated) if not is_number(name)]


def days_of(values: pd.Series) -> np.ndarray:
    """Days since 1960: of a date of SAS as it is, of ISO 8601 where the date is whole; else NaN."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64)
    codes, texts = pd.factorize(values)
    return np.array([*map(_days, texts), np.nan])[codes]


def _days(text: str) -> float:
    if not _WHOLE_DATE.match(text):
        return np.nan
    try:
        return float(date.fromisoformat(text[:10]).toordinal() - _SAS_EPOCH)
    except ValueError:
        return np.nan


def as_text(values: pd.Series) -> pd.Series:
    """Text as it is; numbers in their shortest form, missing ones as nothing."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return values
    codes, kinds = pd.factorize(values.to_numpy(dtype=np.float64))
    texts = pd.Series([*(f"{number:.15g}" for number in kinds), ""], dtype="str")
    return texts.take(codes % len(texts)).set_axis(values.index)


def _operand(name: str, column: Callable[[str], pd.Series], size: int) -> np.ndarray:
    return np.full(size, float(name)) if is_number(name) else numbers(column(name))


def groups_of(
    own: Sequence[Coded], other: Sequence[Coded], sizes: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, int]:
    """Number the records of two datasets by the values that they agree in.

    Returns
    -------
    own, other : ndarray of int
        Group of each record; of one that agrees with no other the last group, which is empty.
    count : int
        Number of groups.
    """
    mine, places = together(own, sizes[0])
    groups = np.zeros(sizes[1], dtype=np.int64)
    found: np.ndarray = np.zeros(len(places), dtype=np.int64)
    for left, right in zip(own, other, strict=True):
        if pd.api.types.is_numeric_dtype(left.kinds.dtype) != pd.api.types.is_numeric_dtype(
            right.kinds.dtype
        ):
            left, right = left.changed(as_text(left.kinds)), right.changed(as_text(right.kinds))
        known, sought = (pd.Index(side.kinds, dtype=side.kinds.dtype) for side in (right, left))
        same = known.get_indexer(sought)[left.codes[places]]
        groups, kinds = pd.factorize(groups * len(right.kinds) + right.codes)
        wanted = np.where((found < 0) | (same < 0), -1, found * len(right.kinds) + same)
        found = pd.Index(kinds).get_indexer(pd.Index(wanted))
    count = int(groups.max(initial=-1)) + 1
    found = np.where((found < 0) | (found >= count), count, found)
    return found[mine], groups, count + 1


def of_groups(value: Value, values: Coded | None, groups: np.ndarray, count: int) -> Coded:
    """One value a group: what `value`'s operator makes of the group's records.

    Parameters
    ----------
    values
        Of the other records, in the order in which ``first`` and ``last`` count; None for ``count``.
    groups
        The group of each.
    count
        Number of groups.
    """
    operator = value.operator
    if operator == "count" or values is None:
        return Coded.of(pd.Series(np.bincount(groups, minlength=count).astype(np.float64)))
    kept = np.flatnonzero(~values.blank[values.codes])
    codes, groups, kinds = values.codes[kept], groups[kept], values.kinds
    if operator in ("first", "last"):
        place = np.full(count, -1, dtype=np.int64)
        order = np.arange(len(groups))[:: -1 if operator == "first" else 1]
        place[groups[order]] = codes[order]
        return _taken(kinds, place)
    if operator in ("least", "greatest", "sum"):
        found = (
            pd.Series(numbers(kinds)[codes])
            .groupby(groups)
            .agg({"least": "min", "greatest": "max", "sum": "sum"}[operator])
        )
        return Coded.of(pd.Series(found.reindex(range(count)).to_numpy(dtype=np.float64)))
    if operator != "only":
        order = np.argsort(kinds.to_numpy(), kind="stable")
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        codes, kinds = ranks[codes], kinds.take(order)
    if operator in ("distinct", "all"):
        pairs = np.unique(groups * np.int64(len(kinds) + 1) + codes)
        of, codes = pairs // (len(kinds) + 1), pairs % (len(kinds) + 1)
        if operator == "distinct":
            return Coded.of(pd.Series(np.bincount(of, minlength=count).astype(np.float64)))
        joined = pd.Series(as_text(kinds).to_numpy(dtype=object)[codes]).groupby(of).agg("; ".join)
        return Coded.of(joined.reindex(range(count), fill_value=""))
    least, greatest = np.full(count, len(kinds), dtype=np.int64), np.full(count, -1, dtype=np.int64)
    np.minimum.at(least, groups, codes)
    np.maximum.at(greatest, groups, codes)
    least[greatest < 0] = -1
    if operator == "only":
        return _taken(kinds, np.where(least == greatest, least, -1))
    return _taken(kinds, least if operator == "earliest" else greatest)


def running(value: Value, values: pd.Series | None, groups: np.ndarray, order: list[pd.Series]) -> pd.Series:
    """As `of_groups`, of the group's records that come strictly before each record.

    Parameters
    ----------
    values, groups
        Of all records.
    order
        By which one record is before another; those that agree in all are at the same time.
    """
    ranks = np.zeros(len(groups), dtype=np.int64)
    for by in order:
        codes, kinds = pd.factorize(by, sort=True)
        ranks = ranks * (len(kinds) + 1) + codes + 1
    moments, moment = np.unique(np.stack([groups, ranks], axis=1), axis=0, return_inverse=True)
    moment = moment.reshape(-1)
    inner = of_groups(value, None if values is None else Coded.of(values), moment, len(moments)).series()
    numeric = pd.api.types.is_numeric_dtype(inner.dtype)
    codes, kinds = pd.factorize(inner, sort=True)
    if not numeric:
        codes = np.where(np.asarray(inner == ""), -1, codes)
    # Unknown is passed over: carried from the moment before.
    known = pd.Series(np.where(codes < 0, np.nan, codes.astype(np.float64)))
    of = known.groupby(moments[:, 0])
    match value.operator:
        case "earliest" | "least":
            carried = of.cummin()
        case "latest" | "greatest":
            carried = of.cummax()
        case "last" | "only":
            carried = known
        case "count" | "sum":
            totals = pd.Series(inner.to_numpy(dtype=np.float64)).fillna(0).groupby(moments[:, 0]).cumsum()
            before = totals.groupby(moments[:, 0]).shift().fillna(0)
            return pd.Series(before.to_numpy()[moment])
        case other:
            raise ValueError(f"{other} has no `before`")
    before = carried.groupby(moments[:, 0]).ffill().groupby(moments[:, 0]).shift()
    place = before.fillna(-1).to_numpy(dtype=np.int64)
    return _taken(pd.Series(kinds, dtype=np.float64 if numeric else object), place).at(moment)


def _taken(kinds: pd.Series, places: np.ndarray) -> Coded:
    """Values at places; -1 is none: blank, or missing."""
    numeric = pd.api.types.is_numeric_dtype(kinds.dtype)
    values = kinds.to_numpy()
    blank = np.flatnonzero(np.isnan(values) if numeric else values == "")
    if not len(blank):
        values, blank = np.append(values, np.nan if numeric else ""), np.array([len(values)])
    return Coded(np.where(places < 0, blank[0], places).astype(np.int32), column(values))
