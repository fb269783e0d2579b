"""Which part of a time was imputed."""

from __future__ import annotations

import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.columns import imputation
from cdisc_npc.verbs.kinds import DATES, TEXT
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class TimeFlag(Verb):
    """The largest part of a time that was imputed: H, M or S."""

    scopes = ANALYSIS
    takes = {"time_flag": TEXT, "of": DATES}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"

    time_flag: str = Setting(description="the --DTC")
    of: str = Setting(description="the datetime that was made of it")

    def tell(self) -> str:
        return f"highest part of {self.of} that {self.time_flag} does not know"

    def make(self, view: AnalysisView) -> pd.Series:
        return imputation.time_flag(view.column(self.time_flag), view.dates(self.of))
