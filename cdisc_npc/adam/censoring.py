"""Rules under which an event does not count: named, each to be switched by itself.

From FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), appendix:
progression is dated by assessments that could have shown it, so an event that none of them stands
near enough to is censored. New anticancer therapy and loss end the observation; they are ``ends`` of
`cdisc_npc.adam.tte.time_to_event`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd

from cdisc_npc.adam.event_source import Source
from cdisc_npc.adam.outcomes import Outcomes
from cdisc_npc.columns.imputation import MOMENT, date_of
from cdisc_npc.columns.keys import Names


class Rule(Protocol):
    """What every rule has."""

    name: ClassVar[str]

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """Change the outcome, and tell whose was changed."""
        ...


def _censor(outcome: Outcomes, struck: np.ndarray, code: int, event: str, reason: str) -> None:
    outcome.censor[struck] = code
    outcome.texts["EVNTDESC"][struck] = event
    outcome.texts["CNSDTDSC"][struck] = reason


@dataclass(frozen=True)
class NoAssessment:
    """No baseline, or no adequate assessment after it: censored at the start.

    1. A subject without a baseline assessment is censored at the start, unless the event is a death
       that comes soon enough (3).
    2. So is one without any adequate assessment after the start.
    3. A death within ``death_within`` days of the start stays an event.

    Attributes
    ----------
    assessments
        Adequate assessments: those that could have shown progression.
    has_baseline
        Whether each subject has one, shape (n subjects,).
    deaths
        Names of the sources that are deaths.
    """

    name: ClassVar[str] = "no_assessment"
    assessments: Source
    has_baseline: np.ndarray
    deaths: Names = ()
    death_within: int = 0
    code: int = 4

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """See the class."""
        last, _ = self.assessments.pick(subjects, by, latest=True, after=outcome.start)
        unseen = ~self.has_baseline | np.isnat(last)
        soon = outcome.date - outcome.start < np.timedelta64(self.death_within, "D")
        dead = (outcome.censor == 0) & np.isin(outcome.source, _places(outcome, self.deaths))
        failing = unseen & ~(dead & soon) & (outcome.censor >= 0)
        reason = "No baseline or post-baseline assessment"
        outcome.move_to_start(failing)
        _censor(outcome, failing, self.code, reason, "Start of observation")
        return failing


@dataclass(frozen=True)
class Missed:
    """An event after too many missed assessments is censored at the last adequate one before.

    1. Of a subject with an event: the last adequate assessment before it, or the start.
    2. When more than ``count`` intervals with their windows lie between that and the event,
       ``count`` assessments were missed: count * (interval + window) days. From ``from_day`` days
       after the study's reference date on (less the window) the interval is ``later``.
    3. The subject is censored at that assessment.

    The plan of assessments runs from the study's reference, so that PFS and the duration of response,
    which start at different days, miss the same assessments and end together.

    Attributes
    ----------
    assessments
        Adequate assessments: those that could have shown progression.
    reference
        Name of the date of the subjects from which the plan of assessments runs.
    """

    name: ClassVar[str] = "missed"
    assessments: Source
    reference: str
    interval: int
    window: int
    count: int = 2
    code: int = 3
    from_day: int | None = None
    later: int | None = None

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """See the class."""
        before = outcome.date - np.timedelta64(1, "us")
        last, record = self.assessments.pick(subjects, by, latest=True, after=outcome.start, until=before)
        unseen = np.isnat(last)
        last = np.where(unseen, outcome.start, last)
        gap = (outcome.date - last) / np.timedelta64(1, "D")
        interval = np.full(len(gap), self.interval)
        if self.from_day is not None and self.later is not None:
            reference = date_of(subjects[self.reference].to_numpy())
            seen = (last - reference) / np.timedelta64(1, "D")
            interval[seen >= self.from_day - self.window] = self.later
        with np.errstate(invalid="ignore"):
            failing = (outcome.censor == 0) & (gap > self.count * (interval + self.window))
        reason = f"Event after {self.count} or more missed assessments"
        outcome.move(failing, last, self.assessments, record)
        outcome.move_to_start(failing & unseen)
        _censor(outcome, failing, self.code, reason, "Last adequate assessment before the gap")
        return failing


@dataclass(frozen=True)
class Horizon:
    """What lies after the horizon does not count: censored at the horizon.

    The horizon is the day that is so many months after the start; what happens on it still counts.
    """

    name: ClassVar[str] = "horizon"
    months: int
    code: int = 6

    def date(self, start: np.ndarray) -> np.ndarray:
        """The last day that counts."""
        month = start.astype("datetime64[M]")
        begin = month + np.timedelta64(self.months, "M")
        length = (begin + 1).astype(MOMENT) - begin.astype(MOMENT)
        return begin.astype(MOMENT) + np.minimum(
            start - month.astype(MOMENT), length - np.timedelta64(1, "D")
        )

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """See the class."""
        limit = self.date(outcome.start)
        failing = (outcome.date > limit) & (outcome.censor >= 0)
        outcome.move(failing, limit, outcome.origin, outcome.start_record)
        _censor(outcome, failing, self.code, f"Follow-up of {self.months} months complete", "Horizon")
        return failing


def _places(outcome: Outcomes, names: Names) -> list[int]:
    return [place for place, source in enumerate(outcome.sources) if source.name in names]
