"""Dates of datetimes."""

from __future__ import annotations

import numpy as np

from cdisc_npc.columns import imputation
from cdisc_npc.verbs.kinds import DATES
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class DateOf(Verb):
    """The date of a datetime."""

    scopes = ANALYSIS
    takes = {"date_of": DATES}
    gives = "date"
    subjects = "record"
    default_origin = "Derived"

    date_of: str

    def tell(self) -> str:
        return f"date of {self.date_of}"

    def make(self, view: AnalysisView) -> np.ndarray:
        return imputation.date_of(view.dates(self.date_of))
