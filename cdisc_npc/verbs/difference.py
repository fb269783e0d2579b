"""One number less another."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.distinct import numbers
from cdisc_npc.verbs.base import Flag
from cdisc_npc.verbs.kinds import NUMBERS
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Difference(Verb):
    """One number less another, as such or as per cent of the size of the second."""

    scopes = ANALYSIS
    takes = {"difference": NUMBERS}
    gives = "number"
    subjects = "record"
    default_origin = "Derived"

    difference: Annotated[list[str], Setting(min_length=2, max_length=2)]
    percent: Flag = False

    def tell(self) -> str:
        one, two = self.difference
        return f"100 * ({one} - {two}) / |{two}|" if self.percent else f"{one} - {two}"

    def make(self, view: AnalysisView) -> np.ndarray:
        one, two = (numbers(view.column(name)) for name in self.difference)
        return percent_change(one, two) if self.percent else change(one, two)


def change(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    """CHG: how far the value is from baseline."""
    return np.asarray(value, dtype=np.float64) - np.asarray(base, dtype=np.float64)


def percent_change(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    """PCHG: the change as per cent of the baseline's size; NaN where that is 0."""
    base = np.asarray(base, dtype=np.float64)
    size = np.where(base == 0, np.nan, np.abs(base))
    return change(value, base) / size * 100
