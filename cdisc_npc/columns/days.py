"""Days, durations and ages between analysis dates."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.imputation import MOMENT, date_of

Unit = Literal["years", "months", "weeks", "days", "hours", "minutes", "seconds"]

# The names that data and CDISC terminology (AGEU, ADURU) give to a unit.
_NAMES: dict[Unit, tuple[str, ...]] = {
    "years": ("year", "years", "yr", "yrs", "y"),
    "months": ("month", "months", "mo", "mos"),
    "weeks": ("week", "weeks", "wk", "wks", "w"),
    "days": ("day", "days", "d"),
    "hours": ("hour", "hours", "hr", "hrs", "h"),
    "minutes": ("minute", "minutes", "min", "mins"),
    "seconds": ("second", "seconds", "sec", "secs", "s"),
}
UNITS: dict[str, Unit] = {name: unit for unit, names in _NAMES.items() for name in names}

# A year is 365.25 days on average, a month the twelfth part of it.
_SECONDS = {
    "years": 31_557_600.0, "months": 2_629_800.0, "weeks": 604_800.0, "days": 86_400.0, "hours": 3_600.0,
    "minutes": 60.0, "seconds": 1.0,
}  # fmt: skip


# Microseconds of a day.
DAY = 86_400_000_000


def unit_of(name: str) -> Unit:
    """The unit that a name stands for, in any case.

    Raises
    ------
    ValueError
        It is none; the text lists those that are.
    """
    try:
        return UNITS[name.lower()]
    except KeyError:
        raise ValueError(f"{name} is no unit of time; expected one of {', '.join(_SECONDS)}") from None


def study_day(moments: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Analysis study day: days from the reference date, which is day 1; there is no day 0.

    Parameters
    ----------
    moments, reference
        Dates or datetimes; times are left aside.

    Returns
    -------
    numpy.ndarray of float64
        NaN where either is missing.
    """
    days = (date_of(moments) - date_of(reference)) / np.timedelta64(1, "D")
    return days + (days >= 0)


def duration(
    start: np.ndarray,
    end: np.ndarray,
    unit: str = "days",
    *,
    add_one: bool = True,
    whole: bool = False,
    dates: bool = True,
    calendar: bool = False,
    of: str = "days",
) -> np.ndarray:
    """How long it is from one moment to another.

    Parameters
    ----------
    start, end
        Dates or datetimes.
    unit
        Any name of `UNITS`.
    add_one
        Count both the first and the last day; only where the end is not before the start.
    whole
        Cut the fraction off.
    dates
        Leave the times aside.
    of
        In place of days what is counted: the times within this unit are left aside, and one of it is
        added.
    calendar
        Years and months as the calendar has them: from one day to the same day of a later month is
        a whole number. Else a year is 365.25 days, and a month a twelfth of it.

    Returns
    -------
    numpy.ndarray of float64
        NaN where either is missing.
    """
    kind = unit_of(unit)
    start, end = (np.asarray(item).astype(MOMENT) for item in (start, end))
    counted = unit_of(of)
    if dates:
        start, end = _floor(start, counted), _floor(end, counted)
    if add_one:
        end = np.where(end >= start, _one_later(end, counted), end)
    if calendar and kind in ("years", "months"):
        length = _calendar_months(start, end) / (12 if kind == "years" else 1)
    else:
        length = (end - start) / np.timedelta64(1, "s") / _SECONDS[kind]
    return np.trunc(length) if whole else length


def age(birth: np.ndarray, on: np.ndarray, unit: str = "years") -> np.ndarray:
    """Completed years (or another unit) of life on a date, by the calendar."""
    return duration(birth, on, unit, add_one=False, whole=True, calendar=True)


def age_in_years(age: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Ages that were given in other units, as years; NaN where the unit is blank.

    Raises
    ------
    ValueError
        There are not as many units as ages, or one is none.
    """
    if len(age) != len(unit):
        raise ValueError(f"{len(age)} ages and {len(unit)} units; expected as many")
    names, codes = np.unique(np.asarray(unit, dtype=object).astype("U"), return_inverse=True)
    seconds = np.array([_SECONDS[unit_of(name)] if name else np.nan for name in names])
    return np.asarray(age, dtype=np.float64) * seconds[codes] / _SECONDS["years"]


# Sunday, 1969-12-28: weeks begin on Sundays.
_SUNDAY = np.datetime64("1969-12-28", "us")
_CODES = {"years": "Y", "months": "M", "days": "D", "hours": "h", "minutes": "m", "seconds": "s"}


def _floor(moments: np.ndarray, unit: Unit) -> np.ndarray:
    if unit == "weeks":
        return moments - (moments - _SUNDAY) % np.timedelta64(7, "D")
    return moments.astype(f"datetime64[{_CODES[unit]}]").astype(MOMENT)


def _one_later(moments: np.ndarray, unit: Unit) -> np.ndarray:
    if unit in ("years", "months"):
        month = moments.astype("datetime64[M]")
        return (month + (12 if unit == "years" else 1)).astype(MOMENT) + (moments - month.astype(MOMENT))
    return moments + np.timedelta64(int(_SECONDS[unit] * 1_000_000), "us")


def _calendar_months(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Months from start to end; the part of an incomplete one is that of its own length."""
    missing = np.isnat(start) | np.isnat(end)
    first, last = (np.where(missing, np.datetime64("2000-01-01", "us"), item) for item in (start, end))
    negative = last < first
    first, last = np.where(negative, last, first), np.where(negative, first, last)
    month = first.astype("datetime64[M]")
    within = first - month.astype(MOMENT)

    def after(months: np.ndarray) -> np.ndarray:
        """The same day so many months later, or the last of a shorter month."""
        later = month + months.astype("timedelta64[M]")
        begin = later.astype(MOMENT)
        length = (later + np.timedelta64(1, "M")).astype(MOMENT) - begin
        over = within >= length
        return begin + np.where(
            over, length - np.timedelta64(1, "D") + within % np.timedelta64(1, "D"), within
        )

    count = (last.astype("datetime64[M]") - month).astype(np.int64)
    count -= after(count) > last
    base = after(count)
    months = count + (last - base) / (after(count + 1) - base)
    return np.where(missing, np.nan, np.where(negative, -months, months))


def comparable(column: pd.Series) -> pd.Series:
    """A column as conditions compare it: a date is a number, so that it orders and can be missing."""
    if column.dtype.kind != "M":
        return column
    moments = column.to_numpy().astype(MOMENT)
    return pd.Series(np.where(np.isnat(moments), np.nan, moments.view(np.int64) / DAY), index=column.index)
