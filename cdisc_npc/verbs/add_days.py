"""Dates so many days after others."""

from __future__ import annotations

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import DATES
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class AddDays(Verb):
    """The date so many days after another one, or before it where the number is negative."""

    scopes = ANALYSIS
    takes = {"add_days": DATES}
    gives = "as read"
    subjects = "record"
    default_origin = "Derived"

    add_days: str = Setting(description="the date")
    days: int

    def tell(self) -> str:
        return f"{self.add_days} {'-' if self.days < 0 else '+'} {abs(self.days)} days"

    def make(self, view: AnalysisView) -> np.ndarray:
        return view.dates(self.add_days) + np.timedelta64(self.days, "D")
