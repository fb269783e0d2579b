"""What is dated on treatment."""

from __future__ import annotations

import numpy as np

from cdisc_npc.columns.imputation import MOMENT, date_of
from cdisc_npc.verbs.kinds import DATES
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class OnTreatment(Verb):
    """Y for what is dated from the first treatment to so many days after the last."""

    scopes = ANALYSIS
    takes = {"on_treatment": DATES, "first": DATES, "last": DATES}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"

    on_treatment: str
    first: str = "ADSL.TRTSDT"
    last: str = "ADSL.TRTEDT"
    window: int = 0

    def tell(self) -> str:
        return f'"Y" for {self.on_treatment} from {self.first} to {self.last} + {self.window} days'

    def make(self, view: AnalysisView) -> np.ndarray:
        moments, first, last = map(view.dates, (self.on_treatment, self.first, self.last))
        return on_treatment(moments, first, last, self.window)


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
