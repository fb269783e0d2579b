"""--DTC to analysis dates and datetimes: how far a partial date is completed, within which bounds.

Imputed is only what the --DTC does not know; what was imputed is told by `date_flag` and
`time_flag` (ADaMIG 1.3, 3.1.3: *DTF and *TMF, codelists DATEFL and TIMEFL).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.date_parts import FIELDS, Components
from cdisc_npc.columns.iso8601 import iso_components

# Every date and datetime of an analysis frame; a date is one at midnight.
MOMENT = "datetime64[us]"

Level = Literal["none", "second", "minute", "hour", "day", "month", "year"]
LEVELS: tuple[Level, ...] = ("none", "second", "minute", "hour", "day", "month", "year")

# Of the six parts of a moment the least and greatest value; the day 31 is cut to its month.
_FIRST = np.array([1, 1, 1, 0, 0, 0])
_LAST = np.array([9999, 12, 31, 23, 59, 59])
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Imputation:
    """How a partial --DTC is completed.

    Attributes
    ----------
    highest
        The largest part that may be imputed; where a larger one is not known the result is missing.
        ``none`` keeps complete values only.
    date
        ``first``, ``last`` or ``mid`` (06-30, or the 15th where the month is known); or the month
        and day themselves (``06-15``), with ``highest: day`` the day (``15``).
    time
        ``first`` (00:00:00), ``last`` (23:59:59), or the time itself (``12:00:00``).
    preserve
        Keep known parts that are smaller than an unknown one: the 07 of 2019---07.

    Raises
    ------
    ValueError
        Where the parts do not fit together.
    """

    highest: Level = "none"
    date: str = "first"
    time: str = "first"
    preserve: bool = False

    def __post_init__(self) -> None:
        if self.highest not in LEVELS:
            raise ValueError(f"{self.highest} is no part of a date; expected one of {', '.join(LEVELS)}")
        named = {"first", "last"} if self.highest == "year" else {"first", "mid", "last"}
        form, what = (
            (r"(0[1-9]|[12]\d|3[01])", "a day, dd")
            if self.highest == "day"
            else (r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a month and day, mm-dd")
        )
        if self.date not in named and (self.highest == "year" or not re.fullmatch(form, self.date)):
            raise ValueError(
                f"dates cannot be imputed as {self.date!r}; expected {', '.join(sorted(named))} or {what}"
            )
        if re.fullmatch(r"02-3\d|(0[469]|11)-31", self.date):
            raise ValueError(f"dates cannot be imputed as {self.date}, which no year has")
        if self.time not in ("first", "last") and not re.fullmatch(
            r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", self.time
        ):
            raise ValueError(f"times cannot be imputed as {self.time!r}; expected first, last or hh:mm:ss")


def impute(
    dtc: pd.Series,
    how: Imputation = Imputation(),
    *,
    part: Literal["date", "datetime"] = "date",
    lower: Sequence[np.ndarray] = (),
    upper: Sequence[np.ndarray] = (),
    problems: list[np.ndarray] | None = None,
) -> np.ndarray:
    """Make dates or datetimes of --DTC.

    1. Text that is no ISO 8601 date gives a missing value.
    2. An unknown part makes all smaller ones unknown (policy ``preserve`` keeps them).
    3. Where the largest unknown part is above ``highest`` the result is missing.
    4. Unknown parts are filled in as ``how`` says; the last day is that of the month.
    5. Bounds act on imputed values only, and only a bound that the --DTC itself allows: none moves a
       value out of the month that is known. All lower bounds act, then all upper ones.
    6. An unknown year has no value but a bound; without one the result is missing.

    Parameters
    ----------
    dtc
        ISO 8601 text, '' where missing.
    part
        ``date`` leaves the time aside.
    lower, upper
        Moments, each as long as ``dtc``, NaT where there is none. For a datetime an upper bound
        that is a date must be its last second (`end_of_day`).
    problems
        Takes, where a value is no ISO 8601 date or is imputed as none, what was expected of each (else '').

    Returns
    -------
    numpy.ndarray of datetime64[us]
        NaT where missing.

    Raises
    ------
    ValueError
        An imputed date is none of the calendar, and ``problems`` is not given; ``highest`` is year and a
        bound on the side of the imputation is missing; a bound is not as long as ``dtc``.
    """
    for bound in (*lower, *upper):
        if len(bound) != len(dtc):
            raise ValueError(f"{len(dtc)} dates and a bound of {len(bound)}; expected as many")
    if how.highest == "year" and not (lower if how.date == "first" else upper):
        side = "lower" if how.date == "first" else "upper"
        raise ValueError(f"a year is imputed as {how.date}; expected a {side} bound")
    codes, parts = iso_components(dtc)
    existing = _parts(parts, how, part)
    missing = existing < 0
    level = np.where(missing, np.arange(len(FIELDS), 0, -1), 0).max(axis=1, initial=0)
    blank = (parts.problem != "") | missing.all(axis=1) & (how.highest != "year")
    blank |= level > LEVELS.index(how.highest)
    filled = _filled(np.where(blank[:, None], _FIRST, existing), how)
    imputed_none = (filled[:, 2] != _within_month(filled)[:, 2]) & (existing[:, 0] >= 0)
    for year, month, day in filled[imputed_none, :3]:
        text = f"{how.date} gives {year:04d}-{month:02d}-{day:02d}, which is no date"
        if problems is None:
            raise ValueError(text)
        parts.problem[imputed_none & (filled[:, :3] == (year, month, day)).all(axis=1)] = f"a date; {text}"
    blank |= imputed_none
    if problems is not None and (parts.problem != "").any():
        problems.append(parts.problem[codes])
    moments = _moments(filled, parts.fraction if part == "datetime" else None)
    least = _moments(np.where(missing, _FIRST, existing), None)
    most = _moments(_within_month(np.where(missing, _LAST, existing)), None)
    moments[blank] = np.datetime64("NaT")

    result = moments[codes]
    at = np.flatnonzero((level > 0)[codes] & ~blank[codes])
    for bounds, act in ((lower, np.fmax), (upper, np.fmin)):
        for bound in bounds:
            limit = np.asarray(bound).astype(MOMENT)[at]
            allowed = (limit >= least[codes[at]]) & (limit <= most[codes[at]])
            result[at] = np.where(allowed, act(result[at], limit), result[at])
    # What no bound has moved is still the year 1 or 9999, which nothing tells.
    unknown = at[missing[codes[at], 0]]
    limits = (np.datetime64("0002-01-01"), np.datetime64("9999-01-01"))
    result[unknown[(result[unknown] < limits[0]) | (result[unknown] > limits[1])]] = np.datetime64("NaT")
    return result


def to_date(dtc: pd.Series) -> np.ndarray:
    """Dates of complete --DTC; NaT for all others."""
    return impute(dtc)


def date_of(moments: np.ndarray) -> np.ndarray:
    """The dates of datetimes."""
    return np.asarray(moments).astype("datetime64[D]").astype(MOMENT)


def end_of_day(moments: np.ndarray) -> np.ndarray:
    """The last second of each date, as an upper bound of datetimes."""
    return date_of(moments) + np.timedelta64(_DAY_US - 1_000_000, "us")


def date_flag(dtc: pd.Series, moments: np.ndarray) -> pd.Series:
    """*DTF: the largest part of the date that was imputed, Y, M or D; blank where none was.

    Parameters
    ----------
    dtc
        The --DTC that ``moments`` were made of.
    moments
        Dates or datetimes; no flag where missing.
    """
    codes, parts = iso_components(dtc)
    flag = np.select([parts.year < 0, parts.month < 0, parts.day < 0], ["Y", "M", "D"], "")
    return _flags(flag[codes], moments, dtc.index)


def time_flag(dtc: pd.Series, moments: np.ndarray, *, seconds: bool = True) -> pd.Series:
    """*TMF: the largest part of the time that was imputed, H, M or S; blank where none was.

    A known part that the datetime does not keep (its date was imputed, and all smaller parts with
    it) was imputed too.

    Parameters
    ----------
    dtc, moments
        As of `date_flag`.
    seconds
        No: the study never collects seconds, and S is left out.

    Raises
    ------
    ValueError
        Seconds are collected all the same.
    """
    codes, parts = iso_components(dtc)
    if not seconds and (parts.second >= 0).any():
        text = dtc.iloc[int(np.flatnonzero((parts.second >= 0)[codes])[0])]
        raise ValueError(f"seconds are said not to be collected, and there is {text}")
    moments = np.asarray(moments).astype(MOMENT)
    clock = (moments - date_of(moments)).astype("timedelta64[s]").astype(np.int64)
    result = np.stack([clock // 3600, clock // 60 % 60, clock % 60])
    collected = np.stack([parts.hour, parts.minute, parts.second])[:, codes]
    imputed = (collected < 0) | (collected != result)
    flag = np.select(list(imputed), ["H", "M", "S" if seconds else ""], "")
    return _flags(flag, moments, dtc.index)


def _flags(flag: np.ndarray, moments: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(
        np.where(np.isnat(np.asarray(moments).astype(MOMENT)), "", flag), index=index, dtype="str"
    )


def _parts(parts: Components, how: Imputation, part: str) -> np.ndarray:
    """The six parts of each date, -1 where not known; of dates the time is that of midnight."""
    existing = np.stack([getattr(parts, field) for field in FIELDS], axis=1).astype(np.int64)
    if not how.preserve:
        existing[np.maximum.accumulate(existing < 0, axis=1)] = -1
    if part == "date":
        existing[:, 3:] = 0
    return existing


def _filled(known: np.ndarray, how: Imputation) -> np.ndarray:
    fill = np.tile({"last": _LAST}.get(how.date, _FIRST), (len(known), 1))
    if how.date == "mid":
        fill[:, 1] = 6
        fill[:, 2] = np.where(known[:, 1] < 0, 30, 15)
    elif how.date not in ("first", "last"):
        stated = [int(number) for number in how.date.split("-")]
        fill[:, 3 - len(stated) : 3] = stated
    clock = {"first": _FIRST[3:], "last": _LAST[3:]}.get(how.time)
    fill[:, 3:] = [int(number) for number in how.time.split(":")] if clock is None else clock
    filled = np.where(known < 0, fill, known)
    return _within_month(filled) if how.date == "last" else filled


def _within_month(parts: np.ndarray) -> np.ndarray:
    month = (parts[:, 0] - 1970) * 12 + parts[:, 1] - 1
    first = month.astype("datetime64[M]").astype("datetime64[D]")
    length = ((month + 1).astype("datetime64[M]").astype("datetime64[D]") - first).astype(np.int64)
    cut = parts.copy()
    cut[:, 2] = np.minimum(parts[:, 2], length)
    return cut


def _moments(parts: np.ndarray, fraction: np.ndarray | None) -> np.ndarray:
    months = ((parts[:, 0] - 1970) * 12 + parts[:, 1] - 1).astype("datetime64[M]").astype("datetime64[D]")
    days = months.astype(np.int64) + parts[:, 2] - 1
    clock = (parts[:, 3] * 60 + parts[:, 4]) * 60 + parts[:, 5]
    whole = days * _DAY_US + clock * 1_000_000
    if fraction is not None:
        for at in np.flatnonzero(fraction != ""):
            whole[at] += int(fraction[at][:6].ljust(6, "0"))
    return whole.view(MOMENT)
