"""Raw dates and times to ISO 8601, as --DTC asks (SDTMIG 3.4, sections 4.4.1 and 4.4.2).

The forms seen in CRF exports are recognised, in English and Chinese. Nothing is
guessed: where a form can be read in two ways the order that the study states
decides, and what is then impossible is a problem, even if another order would do.

- A four-digit year in front is read year, month, day, whatever the order.
- A month by its name decides day and month; two-digit years then need the order dmy or mdy.
- ``00`` as day or month and the study's unknown texts say that a part is not known;
  it is left out at the end, a hyphen in between (``2021---15``).
- A value not known at all ('UNK') gives '' without a problem, as a blank does: that
  nothing is known is no fault of the value, and --DTC has no text for it.
- 24:00 is the 00:00 of the next day (ISO 8601-1:2004, 4.2.3).
- Excel's day numbers count from 1899-12-30, for 1900-03-01 and later.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.date_formats import fixed_templates, parse, stated_formats, to_components
from cdisc_npc.columns.date_grammar import ISO, DateRules, read_clean, read_clocks, recognise, store
from cdisc_npc.columns.date_parts import FIELDS, UNKNOWN, Components, check, check_clock, render, tidy

__all__ = [
    "DEFAULT_RULES", "DateRules", "date_columns", "earliest_possible", "is_complete", "iso8601", "iso8601_parts",
    "iso_components", "latest_possible", "part_columns", "possible_days", "to_days",
]  # fmt: skip


DEFAULT_RULES = DateRules()


def iso8601(
    dates: pd.Series,
    times: pd.Series | None = None,
    rules: DateRules = DEFAULT_RULES,
    format: str | list[str] | None = None,
) -> tuple[pd.Series, pd.Series]:
    """Convert raw dates, with or without a column of times, to ISO 8601.

    Parameters
    ----------
    dates, times
        Raw text, blank where missing; the same index.
    rules
        How the study writes its dates.
    format
        A stated format of ``dates``, or several to be tried in order
        (`date_formats.compile_format`), in place of recognition.

    Returns
    -------
    iso : Series of str
        '' where blank, unknown or refused.
    problem : Series of str
        '' or what was expected. A time that cannot be used (beside a date that is not
        complete, or not a time) leaves the date in ``iso`` and is a problem.
    """
    iso, problem = date_columns(_column(dates), None if times is None else _column(times), rules, format)
    return iso.series().set_axis(dates.index), problem.series().set_axis(dates.index)


def date_columns(
    dates: Column,
    times: Column | None = None,
    rules: DateRules = DEFAULT_RULES,
    format: str | list[str] | None = None,
) -> tuple[Column, Column]:
    """As `iso8601`, of columns of text; what was read of dates alone is kept with their values."""
    if times is None:
        column = dates.coded
        what = ("iso8601", rules, str(format))
        if what not in column.judged:
            read = _read(column.objects, rules, format)
            column.judged[what] = _finished(read, np.full(len(column.kinds), "", object))
        iso, problem = column.judged[what]
        return Column(iso, column.places), Column(problem, column.places)
    if len(times) != len(dates):
        raise ValueError(f"{len(dates)} dates and {len(times)} times; expected as many")
    codes, values = _distinct(dates)
    time_codes, time_values = _distinct(times)
    size = max(len(time_values), 1)
    codes, pairs = pd.factorize(codes * np.int64(size) + time_codes)
    clock = read_clocks(time_values, rules)
    check_clock(clock)
    parts, clock = _read(values, rules, format).take(pairs // size), clock.take(pairs % size)
    note = clock.problem
    same = (clock.hour == parts.hour) & (clock.minute == parts.minute)
    same &= (clock.second == parts.second) | (clock.second < 0)
    second_time = clock.timed & parts.timed & ~same & (note == "")
    note[second_time] = "one time, not two"
    use = clock.timed & ~parts.timed & (note == "")
    for field in ("hour", "minute", "second", "fraction", "zone"):
        getattr(parts, field)[use] = getattr(clock, field)[use]
    return _of_codes(parts, note, codes)


def _read(values: np.ndarray, rules: DateRules, format: str | list[str] | None) -> Components:
    return recognise(values, rules) if format is None else _formatted(values, rules, format)


def _finished(parts: Components, note: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """ISO 8601 and problem of dates that were read; ``note`` is what is wrong with a time beside a date."""
    _drop_stray_times(parts, note)
    check(parts)
    iso = np.where(parts.problem == "", render(parts), "")
    problem = np.where(parts.problem == "", note, parts.problem)
    return pa.array(iso, pa.large_string()), pa.array(problem, pa.large_string())


def _of_codes(parts: Components, note: np.ndarray, codes: np.ndarray) -> tuple[Column, Column]:
    iso, problem = _finished(parts, note)
    codes = codes.astype(np.int32, copy=False)
    return Column(iso, codes), Column(problem, codes)


def iso8601_parts(
    year: pd.Series,
    month: pd.Series,
    day: pd.Series,
    hour: pd.Series | None = None,
    minute: pd.Series | None = None,
    rules: DateRules = DEFAULT_RULES,
) -> tuple[pd.Series, pd.Series]:
    """Convert dates whose parts stand in columns of their own (as Rave's _YYYY, _MM, _DD).

    Months are digits or English names. A part that is blank, 00 or an unknown text is
    not known.

    Returns
    -------
    iso, problem : Series of str
        As of `iso8601`.
    """
    hours, minutes = (None if column is None else _column(column) for column in (hour, minute))
    iso, problem = part_columns(_column(year), _column(month), _column(day), hours, minutes, rules)
    return iso.series().set_axis(year.index), problem.series().set_axis(year.index)


def part_columns(
    year: Column,
    month: Column,
    day: Column,
    hour: Column | None = None,
    minute: Column | None = None,
    rules: DateRules = DEFAULT_RULES,
) -> tuple[Column, Column]:
    """As `iso8601_parts`, of columns of text."""
    columns = [column for column in (year, month, day, hour, minute) if column is not None]
    coded = [_distinct(column) for column in columns]
    codes = np.zeros(len(year), np.int64)
    for own, values in coded:
        codes = codes * max(len(values), 1) + own
    codes, rows = pd.factorize(codes)
    places = np.unravel_index(rows, [max(len(values), 1) for _, values in coded])
    given = iter(
        [values[at] for at in place] if len(place) else []
        for (_, values), place in zip(coded, places, strict=True)
    )
    blank = [""] * len(rows)
    texts = [next(given) for _ in range(3)]
    texts += [blank if column is None else next(given) for column in (hour, minute)]
    parts = to_components(zip(*texts, blank, strict=True), rules.unknown, rules.century)
    note = np.full(len(rows), "", object)
    return _of_codes(parts, note, codes)


def is_complete(dtc: pd.Series | Column) -> np.ndarray:
    """Whether each --DTC has a complete date, with or without a time; bool."""
    return to_days(dtc)[1]


def to_days(dtc: pd.Series | Column) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970-01-01 (int64, 0 where there is none) and whether --DTC has a complete date."""
    codes, parts = iso_components(dtc)
    first, _, existing = possible_days(parts)
    existing &= parts.complete
    return np.where(existing, first, 0)[codes], existing[codes]


def earliest_possible(dtc: pd.Series | Column) -> tuple[np.ndarray, np.ndarray]:
    """First day that --DTC may mean, as `to_days`; not valid where the year is not known."""
    codes, parts = iso_components(dtc)
    first, _, existing = possible_days(parts)
    return first[codes], existing[codes]


def latest_possible(dtc: pd.Series | Column) -> tuple[np.ndarray, np.ndarray]:
    """Last day that --DTC may mean, as `to_days`; not valid where the year is not known."""
    codes, parts = iso_components(dtc)
    _, last, existing = possible_days(parts)
    return last[codes], existing[codes]


def possible_days(parts: Components) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last day that dates may mean, and whether their year is known.

    Returns
    -------
    first, last : ndarray of int64
        Days since 1970-01-01; 0 where the year is not known.
    known : ndarray of bool
    """
    existing = (parts.year >= 0) & (parts.problem == "")
    years = (np.where(existing, parts.year, 1970).astype(np.int64) - 1970) * 12
    result = []
    # A day whose month is not known (2021---31) needs no care: January and December have 31.
    for month, day in ((1, 1), (12, 31)):
        months = years + np.where(parts.month < 0, month, parts.month) - 1
        first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        length = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
        days = first + np.minimum(np.where(parts.day < 0, day, parts.day), length) - 1
        result.append(np.where(existing, days, 0))
    return result[0], result[1], existing


def iso_components(dtc: pd.Series | Column) -> tuple[np.ndarray, Components]:
    """Take --DTC text apart, strictly by ISO 8601 as SDTM uses it.

    Returns
    -------
    codes : ndarray of int
        For each record the position in the components.
    parts : Components
        Of the distinct values; ``problem`` is set where the text is no ISO 8601 date. Not to be changed.
    """
    column = _column(dtc).coded
    if "components" not in column.judged:
        column.judged["components"] = _components(column.objects)
    return column.places, column.judged["components"]


def _components(values: np.ndarray) -> Components:
    parts = Components.unknown(len(values))
    for at in read_clean(values, parts, ("yyyy-mm-dd",)):
        text = values[at]
        result = ISO.fullmatch(text)
        if text and (not result or not any(result.groups())):
            parts.problem[at] = "ISO 8601"
        elif result:
            store(parts, at, result.group(*FIELDS), result["fraction"] or "", result["zone"] or "")
    check(parts)
    return parts


def _column(values: pd.Series | Column) -> Column:
    if isinstance(values, Column):
        return values
    texts = isinstance(values.array, pd.arrays.ArrowStringArray) and not values.hasnans
    return Column.encoded(values if texts else values.astype("str").fillna(""))


def _distinct(values: Column) -> tuple[np.ndarray, np.ndarray]:
    column = values.narrow
    return column.places, column.objects


def _formatted(values: np.ndarray, rules: DateRules, format: str | list[str]) -> Components:
    formats = stated_formats(format)
    parts = Components.unknown(len(values))
    # Only the first format may take a value before the others are tried.
    rest = read_clean(values, parts, fixed_templates(formats[0]), tails=("",))
    result = parse(pd.Series(values[rest], dtype="str"), formats, rules.unknown)
    odd = to_components(zip(*(result[part] for part in FIELDS), strict=True), rules.unknown, rules.century)
    blank = {"", *(text.upper() for text in rules.unknown)}
    given = np.array([tidy(text).upper() not in blank for text in values[rest]], bool)
    odd.problem[given & ~result["fits"].to_numpy()] = f"a date in the format {' or '.join(formats)}"
    for name, read in vars(odd).items():
        getattr(parts, name)[rest] = read
    return parts


def _drop_stray_times(parts: Components, note: np.ndarray) -> None:
    """Take away the times of dates that are not complete, and say so in ``note``."""
    stray = np.flatnonzero(parts.timed & ~parts.complete & (parts.problem == ""))
    if stray.size:
        alone = parts.take(stray)
        alone.year[:] = alone.month[:] = alone.day[:] = UNKNOWN
        texts = [text.partition("T")[2] for text in render(alone)]
        for at, text in zip(stray, texts, strict=True):
            note[at] = note[at] or f"a complete date for the time {text}"
        for field in ("hour", "minute", "second"):
            getattr(parts, field)[stray] = UNKNOWN
        parts.fraction[stray] = parts.zone[stray] = ""
