"""One number as per cent of another."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.distinct import numbers
from cdisc_npc.verbs.kinds import NUMBERS
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Percent(Verb):
    """One number as per cent of another; missing where that is 0."""

    scopes = ANALYSIS
    takes = {"percent": NUMBERS}
    gives = "number"
    subjects = "record"
    default_origin = "Derived"

    percent: Annotated[list[str], Setting(min_length=2, max_length=2)]

    def tell(self) -> str:
        return f"100 * {self.percent[0]} / {self.percent[1]}"

    def make(self, view: AnalysisView) -> np.ndarray:
        one, two = (numbers(view.column(name)) for name in self.percent)
        return 100 * one / np.where(two == 0, np.nan, two)
