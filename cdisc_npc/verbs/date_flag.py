"""Which part of a date was imputed."""

from __future__ import annotations

import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.columns import imputation
from cdisc_npc.verbs.kinds import DATES, TEXT
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class DateFlag(Verb):
    """The largest part of a date that was imputed: Y, M or D."""

    scopes = ANALYSIS
    takes = {"date_flag": TEXT, "of": DATES}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"

    date_flag: str = Setting(description="the --DTC")
    of: str = Setting(description="the date or datetime that was made of it")

    def tell(self) -> str:
        return f"highest part of {self.of} that {self.date_flag} does not know"

    def make(self, view: AnalysisView) -> pd.Series:
        return imputation.date_flag(view.column(self.date_flag), view.dates(self.of))
