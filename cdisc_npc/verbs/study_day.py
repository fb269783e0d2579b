"""Study days."""

from __future__ import annotations

import numpy as np

from cdisc_npc.columns import days
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.study_day import day_numbers
from cdisc_npc.verbs.kinds import ANY, DATES
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, Verb
from cdisc_npc.verbs.view import AnalysisView, TabulationView


class StudyDay(Verb):
    """Study day of a date: no day 0, blank unless both dates are complete."""

    scopes = DATASET
    takes = {"study_day": ANY, "reference": ANY}
    gives = "number"
    subjects = "subject"
    default_origin = "Derived"

    study_day: str
    reference: str = "DM.RFSTDTC"

    def tell(self) -> str:
        return f"{self.study_day} - {self.reference} in days, + 1 on or after {self.reference}"

    def make(self, view: TabulationView) -> Column:
        """SDTMIG 4.4.4: no day 0, missing unless both dates are complete."""
        return Column(day_numbers(view.column(self.study_day), view.column(self.reference)))


class AnalysisStudyDay(Verb):
    """Days from the reference date, which is day 1; there is no day 0. Of dates, where SDTM has text of them."""

    scopes = ANALYSIS
    takes = {"study_day": DATES, "reference": DATES}
    gives = "number"
    subjects = "subject"
    default_origin = "Derived"

    study_day: str
    reference: str = "ADSL.TRTSDT"

    def tell(self) -> str:
        return f"day of {self.study_day}, {self.reference} being day 1"

    def make(self, view: AnalysisView) -> np.ndarray:
        return days.study_day(view.dates(self.study_day), view.dates(self.reference))
