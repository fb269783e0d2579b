"""Treatment emergence of events, and what is dated on treatment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.imputation import MOMENT, date_of
from cdisc_npc.columns.keys import Names, group_codes
from cdisc_npc.columns.order import sorted_positions


def treatment_emergent(
    start: np.ndarray,
    end: np.ndarray,
    first: np.ndarray,
    last: np.ndarray | None = None,
    *,
    window: int | None = None,
    times: bool = False,
    worsened: np.ndarray | None = None,
) -> np.ndarray:
    """Tell which events are treatment-emergent, TRTEMFL.

    1. Without a first treatment none is.
    2. An event that had ended before the first treatment is not.
    3. One that has no start date is, unless the rule before excludes it.
    4. One that starts on or after the first treatment is, and, with ``window``, no later than so
       many days after the last one.
    5. One that began before and worsened (``worsened``) is, when it is not over before treatment.

    Parameters
    ----------
    start, end
        Of the event; dates or datetimes.
    first, last
        First and last treatment of the subject; ``last`` missing is still on treatment.
    window
        Days after the last treatment; needs ``last``.
    times
        Compare the time of the last treatment, too, not only its date.
    worsened
        Events whose intensity rose after the first treatment.

    Returns
    -------
    numpy.ndarray of bool

    Raises
    ------
    ValueError
        Only one of ``window`` and ``last`` is given.
    """
    if (window is None) != (last is None):
        raise ValueError("a window after the last treatment and the last treatment belong together")
    start, end, first = (np.asarray(item).astype(MOMENT) for item in (start, end, first))
    over = end < first
    inside = start >= first
    if last is not None and window is not None:
        limit = np.asarray(last).astype(MOMENT)
        begun = start if times else date_of(start)
        limit = (limit if times else date_of(limit)) + np.timedelta64(window, "D")
        late = begun > limit
        inside &= ~late
        worsened = None if worsened is None else worsened & ~late
    emergent = np.isnat(start) | inside
    if worsened is not None:
        emergent |= worsened
    return emergent & ~over & ~np.isnat(first)


def on_treatment(moments: np.ndarray, first: np.ndarray, last: np.ndarray, window: int = 0) -> np.ndarray:
    """Tell which dates are on treatment, ONTRTFL.

    1. From the date of the first treatment to so many days after that of the last, both included.
    2. Where the last treatment is missing, treatment goes on.
    3. Without a date, or without a first treatment, nothing is.

    Returns
    -------
    numpy.ndarray of bool
    """
    day, begin, end = (date_of(np.asarray(item).astype(MOMENT)) for item in (moments, first, last))
    return (day >= begin) & ~(day > end + np.timedelta64(window, "D"))


def worsened(initial: pd.Series, most: pd.Series) -> np.ndarray:
    """Whether an event became more intense than it was at its start; blank where either is unknown."""
    one, two = _intensity(initial), _intensity(most)
    return two > one


def worsened_in_group(frame: pd.DataFrame, by: Names, start: str, first: str, intensity: str) -> np.ndarray:
    """Whether a later record of the same event (``by``) is more intense than before treatment.

    Of the records of an event those that start before the first treatment tell how intense it was;
    the last of them counts.
    """
    codes = group_codes(frame, by)
    ordered = sorted_positions(frame, [start], codes)
    before = (frame[start] < frame[first]).to_numpy()
    level = _intensity(frame[intensity])
    existing = np.full(codes.max(initial=-1) + 1, np.nan)
    at = ordered[before[ordered]]
    existing[codes[at]] = level[at]
    return (level > existing[codes]) & ~before


def goes_on(start: np.ndarray, first: np.ndarray, event: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Tell which records go on with an event of before treatment, no more intense than it was then.

    An adverse event is treatment-emergent where it was absent before treatment or worsens relative to
    the state before it (ICH E9, glossary). Of the records of an event that begin before the first treatment the
    last tells how intense it was; where an intensity is missing, it is not known that nothing worsened.

    Parameters
    ----------
    start, first
        Start of the record, first treatment of the subject; shape (n,).
    event
        Number of the event that each record is of, -1 where it is one by itself.
    intensity
        Severity or grade as a number, NaN where missing.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    before = np.flatnonzero((start < first) & (event >= 0))
    before = before[np.argsort(start[before], kind="stable")]
    existing = np.full(int(event.max(initial=-1)) + 2, np.nan)  # the last place is that of -1
    existing[event[before]] = intensity[before]
    return (start >= first) & (event >= 0) & (intensity <= existing[event])


def _intensity(values: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(values.replace("", None), errors="raise")
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)
