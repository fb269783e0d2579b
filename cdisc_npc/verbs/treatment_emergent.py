"""Treatment emergence of events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.distinct import numbers
from cdisc_npc.columns.imputation import MOMENT, date_of
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.columns.order import sorted_positions
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Refused
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY, DATES, NUMBERS
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView


class TreatmentEmergent(Verb):
    """Y for events that begin (or get worse) from the first treatment to so many days after the last."""

    scopes = ANALYSIS
    takes = {"treatment_emergent": DATES, "first": DATES, "last": DATES, "group": ANY, "intensity": NUMBERS}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    treatment_emergent: Annotated[list[str], Setting(min_length=2, max_length=2)]
    first: str = "ADSL.TRTSDT"
    last: str | None = None
    window: int | None = None
    group: Names = Setting(
        default=[], description="variables that tell which records are of one event: AEGRPID"
    )
    intensity: str | None = Setting(
        default=None, description="severity or grade of the records of an event, a number"
    )

    @model_validator(mode="after")
    def _belong_together(self) -> TreatmentEmergent:
        if (self.window is None) != (self.last is None):
            raise ValueError("the window and the last treatment belong together")
        if bool(self.group) != bool(self.intensity):
            raise ValueError("group and intensity belong together: an event worsens among its records")
        return self

    def tell(self) -> str:
        text = f'"Y" for what begins on or after {self.first}'
        text += f" and within {self.window} days after {self.last}" if self.last else ""
        if self.group:
            text += f"; of an event ({', '.join(self.group)}) that began before, where {self.intensity} rose"
        return text

    def make(self, view: AnalysisView) -> np.ndarray:
        start, end = map(view.dates, self.treatment_emergent)
        last = view.dates(self.last) if self.last else None
        first = view.dates(self.first)
        result = treatment_emergent(start, end, first, last, window=self.window)
        if self.intensity is None:
            return result
        collected, subject = view.column(self.intensity), view.frame[SUBJECT]
        level = numbers(collected)
        wrong = np.isnan(level) & ~is_blank(collected)
        if wrong.any():
            raise Refused.because(
                "ADAM_VALUE", dataset=view.dataset, variable=self.intensity, USUBJID=subject[wrong],
                value=collected[wrong], expected="a number: recode it first",
            )  # fmt: skip
        names = {name: view.text(name) for name in self.group}
        event = group_codes(pd.DataFrame({SUBJECT: subject, **names}), [SUBJECT, *self.group])
        alone = np.logical_or.reduce([is_blank(item) for item in names.values()])
        return result & ~goes_on(start, first, np.where(alone, -1, event), level)


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


def worsened(initial: pd.Series, most: pd.Series) -> np.ndarray:
    """Whether an event became more intense than it was at its start; blank where either is unknown."""
    one, two = _intensity(initial), _intensity(most)
    return two > one


def worsened_in_group(
    frame: pd.DataFrame, by: Sequence[str], start: str, first: str, intensity: str
) -> np.ndarray:
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
