"""The operators that bring a value to each record: from other records, and from the record itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.check.rule import Value
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.patterns import first_group
from cdisc_npc.columns.where import is_blank, is_number

_NUMERIC = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide}


def of_record(value: Value, column: Callable[[str], Column], size: int) -> Column:
    """A value made of the record itself.

    Parameters
    ----------
    column
        Gives the column of a name.
    size
        Number of records.
    """
    operator = value.operator
    names = getattr(value, operator)
    if operator in (*_NUMERIC, "distance"):
        left, right = (_operand(name, column, size) for name in names)
        with np.errstate(divide="ignore", invalid="ignore"):
            if operator == "distance":
                return Column(np.abs(left - right))
            result = _NUMERIC[operator](left, right)
        return Column(np.where(np.isfinite(result), result, np.nan))
    if operator in ("study_day", "days"):
        columns = [column(name) for name in (reversed(names) if operator == "study_day" else names)]
        start, end = (item.spread(item.days) for item in columns)
        passed = end - start
        return Column(passed + (passed >= 0) if operator == "study_day" else passed)
    if operator in ("begins", "joined"):
        whole = [column(name).as_text for name in names]
        if operator == "joined":
            texts = (item.kinds.take(pa.array(item.places)) for item in whole)
            return Column(pc.binary_join_element_wise(*texts, pa.scalar(value.with_, pa.large_string())))
        return _begins(*(item.coded for item in whole))
    of = column(names).coded
    if operator == "sas_date":
        return Column(of.days, of.codes)
    if operator == "number":
        return Column(of.numbers, of.codes)
    if operator == "bytes":
        return Column(pc.binary_length(of.texts).to_numpy().astype(np.float64), of.codes)
    assert operator == "part"
    if value.pattern is None:
        return Column(pc.utf8_slice_codeunits(of.texts, 0, value.size), of.codes)
    return Column(pa.array(first_group(value.pattern, of.texts), pa.large_string()), of.codes)


def _begins(whole: Column, start: Column) -> Column:
    """``Y`` where a text goes on after another."""
    size = max(len(start.kinds), 1)
    codes, pairs = distinct(whole.places.astype(np.int64) * size + start.places)
    texts, starts = whole.kinds.to_pylist(), start.kinds.to_pylist()
    both = ((texts[pair // size], starts[pair % size]) for pair in pairs.tolist())
    result = ["Y" if text != begin and text.startswith(begin) else "" for text, begin in both]
    return Column(pa.array(result, pa.large_string()), codes)


def _operand(name: str, column: Callable[[str], Column], size: int) -> np.ndarray:
    if is_number(name):
        return np.full(size, float(name))
    of = column(name)
    return of.spread(of.numbers)


def names_of(value: Value) -> list[str]:
    """Names that an operator on the record itself reads."""
    stated = getattr(value, value.operator)
    return [name for name in ([stated] if isinstance(stated, str) else stated) if not is_number(name)]


def of_groups(value: Value, values: Column | None, groups: np.ndarray, count: int) -> Column:
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
        return Column(np.bincount(groups, minlength=count).astype(np.float64))
    if values.blank.any():
        kept = np.flatnonzero(~values.spread(values.blank))
        values, groups = values.take(kept), groups[kept]
    if operator in ("least", "greatest", "sum"):
        numbers = values.spread(values.numbers)
        if operator == "sum":
            result = pd.Series(numbers).groupby(groups).sum()
            return Column(result.reindex(range(count)).to_numpy(dtype=np.float64))
        existing = ~np.isnan(numbers)
        end = np.full(count, np.inf if operator == "least" else -np.inf)
        (np.minimum if operator == "least" else np.maximum).at(end, groups[existing], numbers[existing])
        end[np.isinf(end)] = np.nan
        return Column(end)
    values = values.coded
    codes = values.places
    place = np.full(count, -1, dtype=np.int64)
    if operator in ("first", "last"):
        order = slice(None, None, -1 if operator == "first" else 1)
        place[groups[order]] = codes[order]
        return at_places(values, place)
    if operator in ("distinct", "all"):
        size = np.int64(len(values.kinds) + 1)
        pairs = distinct(groups * size + values.ranks[codes])[1]
        if operator == "distinct":
            return Column(np.bincount(pairs // size, minlength=count).astype(np.float64))
        pairs = np.sort(pairs)
        ordered = np.array(values.texts.take(pa.array(np.argsort(values.ranks))), dtype=object)
        joined = pd.Series(ordered[pairs % size]).groupby(pairs // size).agg("; ".join)
        return Column.of(joined.reindex(range(count), fill_value="").to_numpy(dtype=object))
    if operator == "only":
        place[groups] = codes
        place[groups[place[groups] != codes]] = -1
        return at_places(values, place)
    places = np.argsort(values.ranks if operator == "latest" else -values.ranks)
    ranks = np.argsort(places)  # the one that is wanted has the greatest
    np.maximum.at(place, groups, ranks[codes])
    return at_places(values, np.append(places, -1)[place])


def running(value: Value, values: Column | None, groups: np.ndarray, order: list[Column]) -> Column:
    """As `of_groups`, of the group's records that come strictly before each record.

    Parameters
    ----------
    values, groups
        Of all records.
    order
        By which one record is before another; those that agree in all are at the same time.
    """
    moment = np.zeros(len(groups), dtype=np.int64)
    for by in (groups, *(column.ordered() for column in order)):
        moments, moment = np.unique(moment * (by.max(initial=0) + 1) + by, return_inverse=True)
    of = np.zeros(len(moments), dtype=np.int64)
    of[moment] = groups
    inner = of_groups(value, values, moment, len(moments))
    if value.operator in ("count", "sum"):
        totals = inner.series().fillna(0).groupby(of).cumsum()
        return Column(totals.groupby(of).shift().fillna(0).to_numpy(), moment)
    # Unknown is passed over: carried from the moment before.
    inner = inner.coded
    existing = pd.Series(np.where(is_blank(inner), np.nan, inner.ordered()))
    match value.operator:
        case "earliest" | "least":
            carried = existing.groupby(of).cummin()
        case "latest" | "greatest":
            carried = existing.groupby(of).cummax()
        case "last" | "only":
            carried = existing
        case other:
            raise ValueError(f"{other} has no `before`")
    before = carried.groupby(of).ffill().groupby(of).shift()
    place = before.fillna(-1).to_numpy(dtype=np.int64)
    return at_places(inner, np.append(np.argsort(inner.ranks), -1)[place]).take(moment)


def at_places(values: Column, places: np.ndarray) -> Column:
    """The kinds at places; -1 is none: blank, or missing."""
    end = len(values.kinds)
    blank = [np.nan] if values.numeric else pa.array([""], pa.large_string())
    kinds = np.append(values.kinds, blank) if values.numeric else pa.concat_arrays([values.kinds, blank])
    return Column(kinds, np.where(places < 0, end, places))
