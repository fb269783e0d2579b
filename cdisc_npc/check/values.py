"""The operators that bring a value to each record: from other records, and from the record itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from cdisc_npc.check.rule import Value
from cdisc_npc.columns.coded import Coded, numbered, together
from cdisc_npc.columns.distinct import is_numeric, numbers
from cdisc_npc.columns.patterns import first_group
from cdisc_npc.columns.where import is_number

# The day from which SAS counts.
_SAS_EPOCH = date(1960, 1, 1).toordinal()
_WHOLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T|$)")

_NUMERIC = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide}


def of_record(value: Value, column: Callable[[str], np.ndarray], size: int) -> np.ndarray:
    """A value made of the record itself.

    Parameters
    ----------
    column
        Gives the values of a name: text of dtype object, or float64.
    size
        Number of records.
    """
    operator = value.operator
    names = getattr(value, operator)
    if operator in (*_NUMERIC, "distance"):
        left, right = (_operand(name, column, size) for name in names)
        with np.errstate(divide="ignore", invalid="ignore"):
            if operator == "distance":
                return np.abs(left - right)
            result = _NUMERIC[operator](left, right)
        return np.where(np.isfinite(result), result, np.nan)
    if operator in ("study_day", "days"):
        start, end = (
            days_of(column(name)) for name in (reversed(names) if operator == "study_day" else names)
        )
        passed = end - start
        return passed + (passed >= 0) if operator == "study_day" else passed
    if operator == "sas_date":
        return days_of(column(names))
    if operator == "number":
        return numbers(column(names))
    if operator == "bytes":
        return np.array([len(text.encode()) for text in as_text(column(names))], dtype=np.float64)
    if operator == "part":
        whole = as_text(column(names))
        if value.pattern is None:
            return _texts(text[: value.size] for text in whole)
        return _texts(first_group(value.pattern, whole))
    if operator == "begins":
        pairs = zip(*(as_text(column(name)) for name in names), strict=True)
        return _texts("Y" if text != start and text.startswith(start) else "" for text, start in pairs)
    assert operator == "joined"
    texts = [as_text(column(name)) for name in names]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + value.with_ + text
    return joined


def _texts(texts: Iterable[str]) -> np.ndarray:
    return np.array([*texts], dtype=object)


def names_of(value: Value) -> list[str]:
    """Names that an operator on the record itself reads."""
    stated = getattr(value, value.operator)
    return [name for name in ([stated] if isinstance(stated, str) else stated) if not is_number(name)]


def days_of(values: np.ndarray) -> np.ndarray:
    """Days since 1960: of a date of SAS as it is, of ISO 8601 where the date is whole; else NaN."""
    return values if is_numeric(values) else np.array([*map(_days, values)], dtype=np.float64)


def _days(text: str) -> float:
    if not _WHOLE_DATE.match(text):
        return np.nan
    try:
        return float(date.fromisoformat(text[:10]).toordinal() - _SAS_EPOCH)
    except ValueError:
        return np.nan


def as_text(values: np.ndarray) -> np.ndarray:
    """Text as it is; numbers in their shortest form, missing ones as nothing."""
    return (
        _texts("" if number != number else f"{number:.15g}" for number in values)
        if is_numeric(values)
        else values
    )


def _operand(name: str, column: Callable[[str], np.ndarray], size: int) -> np.ndarray:
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
    groups, count = np.zeros(sizes[1], dtype=np.int64), min(sizes[1], 1)
    found: np.ndarray = np.zeros(len(places), dtype=np.int64)
    for left, right in zip(own, other, strict=True):
        if is_numeric(left.kinds) != is_numeric(right.kinds):
            left, right = left.changed(as_text(left.kinds)), right.changed(as_text(right.kinds))
        size = len(right.kinds)
        same = _places(right.kinds, left.kinds)[left.codes[places]]
        wanted = np.where((found < 0) | (same < 0), -1, found * size + same)
        groups, known = numbered(groups * size + right.codes, count * size)
        count = len(known)
        found = np.searchsorted(known, wanted)
        found[np.append(known, -1)[found] != wanted] = -1
    found = np.where((found < 0) | (found >= count), count, found)
    return found[mine], groups, count + 1


def _places(known: np.ndarray, sought: np.ndarray) -> np.ndarray:
    """Where the values stand among distinct known ones; -1: nowhere. One missing number is like another."""
    places = {None if value != value else value: place for place, value in enumerate(known.tolist())}
    found = (places.get(None if value != value else value, -1) for value in sought.tolist())
    return np.fromiter(found, np.int64, len(sought))


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
        return Coded.of(np.bincount(groups, minlength=count).astype(np.float64))
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
        return Coded.of(found.reindex(range(count)).to_numpy(dtype=np.float64))
    if operator != "only":
        ordered = Coded(codes, kinds).ordered()
        codes, kinds = ordered.codes, ordered.kinds
    if operator in ("distinct", "all"):
        pairs = np.unique(groups * np.int64(len(kinds) + 1) + codes)
        of, codes = pairs // (len(kinds) + 1), pairs % (len(kinds) + 1)
        if operator == "distinct":
            return Coded.of(np.bincount(of, minlength=count).astype(np.float64))
        joined = pd.Series(as_text(kinds)[codes]).groupby(of).agg("; ".join)
        return Coded.of(joined.reindex(range(count), fill_value="").to_numpy(dtype=object))
    least, greatest = np.full(count, len(kinds), dtype=np.int64), np.full(count, -1, dtype=np.int64)
    np.minimum.at(least, groups, codes)
    np.maximum.at(greatest, groups, codes)
    least[greatest < 0] = -1
    if operator == "only":
        return _taken(kinds, np.where(least == greatest, least, -1))
    return _taken(kinds, least if operator == "earliest" else greatest)


def running(value: Value, values: Coded | None, groups: np.ndarray, order: list[Coded]) -> Coded:
    """As `of_groups`, of the group's records that come strictly before each record.

    Parameters
    ----------
    values, groups
        Of all records.
    order
        By which one record is before another; those that agree in all are at the same time.
    """
    moment = np.zeros(len(groups), dtype=np.int64)
    for by in (groups, *(column.ordered().codes for column in order)):
        moments, moment = np.unique(moment * (by.max(initial=0) + 1) + by, return_inverse=True)
    of = np.zeros(len(moments), dtype=np.int64)
    of[moment] = groups
    inner = of_groups(value, values, moment, len(moments))
    if value.operator in ("count", "sum"):
        totals = pd.Series(inner.every()).fillna(0).groupby(of).cumsum()
        return Coded.of(totals.groupby(of).shift().fillna(0).to_numpy()[moment])
    # Unknown is passed over: carried from the moment before.
    inner = inner.ordered()
    known = pd.Series(np.where(inner.blank[inner.codes], np.nan, inner.codes))
    match value.operator:
        case "earliest" | "least":
            carried = known.groupby(of).cummin()
        case "latest" | "greatest":
            carried = known.groupby(of).cummax()
        case "last" | "only":
            carried = known
        case other:
            raise ValueError(f"{other} has no `before`")
    before = carried.groupby(of).ffill().groupby(of).shift()
    place = before.fillna(-1).to_numpy(dtype=np.int64)
    return _taken(inner.kinds, place).only(moment)


def _taken(kinds: np.ndarray, places: np.ndarray) -> Coded:
    """Values at places; -1 is none: blank, or missing."""
    numeric = is_numeric(kinds)
    blank = np.flatnonzero(np.isnan(kinds) if numeric else kinds == "")
    if not len(blank):
        kinds, blank = np.append(kinds, np.nan if numeric else ""), np.array([len(kinds)])
    return Coded(np.where(places < 0, blank[0], places).astype(np.int32), kinds)
