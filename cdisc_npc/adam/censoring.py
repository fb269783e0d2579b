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

from cdisc_npc.adam.dates import MOMENT, date_of
from cdisc_npc.adam.order import Names, match_codes
from cdisc_npc.adam.tte import Outcomes


class Rule(Protocol):
    """What every rule has."""

    name: ClassVar[str]

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """Change the outcome, and tell whose was changed."""
        ...


@dataclass(frozen=True)
class Assessments:
    """Adequate assessments of all subjects: those that could have shown progression.

    Attributes
    ----------
    frame
        Records with the subject's keys and ``date``.
    date
        Name of the assessment's date.
    where
        Records that are adequate: not NE; shape (n,).
    """

    frame: pd.DataFrame
    date: str
    where: np.ndarray

    def last(
        self, subjects: pd.DataFrame, by: Names, after: np.ndarray, before: np.ndarray, strictly: bool
    ) -> np.ndarray:
        """Each subject's last assessment after one date and before (or on) another; NaT where none."""
        part = self.frame[self.where]
        who, _ = match_codes(part, subjects, {name: name for name in by})
        day = date_of(part[self.date].to_numpy().astype(MOMENT))
        known = (who >= 0) & ~np.isnat(day)
        who, day = who[known], day[known]
        inside = (day > after[who]) & (day < before[who] if strictly else day <= before[who])
        found = np.full(len(subjects), np.iinfo(np.int64).min)
        np.maximum.at(found, who[inside], day[inside].view(np.int64))
        return found.view(MOMENT)


def _censor(
    outcome: Outcomes, struck: np.ndarray, date: np.ndarray, code: int, event: str, reason: str
) -> None:
    outcome.date[struck] = date[struck]
    outcome.censor[struck] = code
    outcome.texts["EVNTDESC"][struck] = event
    outcome.texts["CNSDTDSC"][struck] = reason


_ALWAYS = np.datetime64("9999-12-31", "us")


@dataclass(frozen=True)
class NoAssessment:
    """No baseline, or no adequate assessment after it: censored at the start.

    1. A subject without a baseline assessment is censored at the start, unless the event is a death
       that comes soon enough (3).
    2. So is one without any adequate assessment after the start.
    3. A death within ``death_within`` days of the start stays an event.

    Attributes
    ----------
    has_baseline
        Whether each subject has one, shape (n subjects,).
    deaths
        Names of the sources that are deaths.
    """

    name: ClassVar[str] = "no_assessment"
    assessments: Assessments
    has_baseline: np.ndarray
    deaths: Names = ()
    death_within: int = 0
    code: int = 4

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """See the class."""
        last = self.assessments.last(
            subjects, by, outcome.start, np.full(len(subjects), _ALWAYS), strictly=False
        )
        unseen = ~self.has_baseline | np.isnat(last)
        soon = outcome.date - outcome.start < np.timedelta64(self.death_within, "D")
        dead = (outcome.censor == 0) & np.isin(outcome.source, _places(outcome, self.deaths))
        struck = unseen & ~(dead & soon) & (outcome.censor >= 0)
        reason = "No baseline or post-baseline assessment"
        _censor(outcome, struck, outcome.start, self.code, reason, "Start of observation")
        return struck


@dataclass(frozen=True)
class Missed:
    """An event after too many missed assessments is censored at the last adequate one before.

    1. Of a subject with an event: the last adequate assessment before it, or the start.
    2. When more than ``count`` intervals with their windows lie between that and the event,
       ``count`` assessments were missed: count * (interval + window) days. From ``from_day`` days
       after the start on (less the window) the interval is ``later``.
    3. The subject is censored at that assessment.
    """

    name: ClassVar[str] = "missed"
    assessments: Assessments
    interval: int
    window: int
    count: int = 2
    code: int = 3
    from_day: int | None = None
    later: int | None = None

    def apply(self, outcome: Outcomes, subjects: pd.DataFrame, by: Names) -> np.ndarray:
        """See the class."""
        last = self.assessments.last(subjects, by, outcome.start, outcome.date, strictly=True)
        last = np.where(np.isnat(last), outcome.start, last)
        gap = (outcome.date - last) / np.timedelta64(1, "D")
        interval = np.full(len(gap), self.interval)
        if self.from_day is not None and self.later is not None:
            seen = (last - outcome.start) / np.timedelta64(1, "D")
            interval[seen >= self.from_day - self.window] = self.later
        with np.errstate(invalid="ignore"):
            struck = (outcome.censor == 0) & (gap > self.count * (interval + self.window))
        reason = f"Event after {self.count} or more missed assessments"
        _censor(outcome, struck, last, self.code, reason, "Last adequate assessment before the gap")
        return struck


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
        struck = (outcome.date > limit) & (outcome.censor >= 0)
        _censor(outcome, struck, limit, self.code, f"Follow-up of {self.months} months complete", "Horizon")
        return struck


def _places(outcome: Outcomes, names: Names) -> list[int]:
    return [place for place, source in enumerate(outcome.sources) if source.name in names]
