"""How long it is between dates."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting
from pydantic import field_validator

from cdisc_npc.columns import days
from cdisc_npc.verbs.base import Flag
from cdisc_npc.verbs.kinds import DATES
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Duration(Verb):
    """How long it is from one date to another."""

    scopes = ANALYSIS
    takes = {"duration": DATES}
    gives = "number"
    subjects = "record"
    default_origin = "Derived"

    duration: Annotated[list[str], Setting(min_length=2, max_length=2)]
    unit: str = "days"
    add_one: Flag | None = Setting(
        default=None, description="count the first and the last unit; default: yes, of days and longer units"
    )
    whole: Flag = False
    calendar: Flag = False

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, unit: str) -> str:
        return days.unit_of(unit)

    @property
    def timed(self) -> bool:
        """Whether times count: hours, minutes and seconds are no matter of days."""
        return self.unit in ("hours", "minutes", "seconds")

    @property
    def counts_both(self) -> bool:
        """Whether the first and the last day (or other unit) both count."""
        return not self.timed if self.add_one is None else self.add_one

    def tell(self) -> str:
        first, last = self.duration
        return f"{self.unit} from {first} to {last}{' + 1' if self.counts_both else ''}"

    def make(self, view: AnalysisView) -> np.ndarray:
        start, end = map(view.dates, self.duration)
        return days.duration(
            start, end, self.unit, add_one=self.counts_both, whole=self.whole, calendar=self.calendar,
            dates=not self.timed, of=self.unit if self.timed else "days",
        )  # fmt: skip
