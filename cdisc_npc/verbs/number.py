"""Numbers that the study states."""

from __future__ import annotations

import numpy as np

from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Number(Verb):
    """A fixed number."""

    scopes = ANALYSIS
    takes = {}
    gives = "number"
    subjects = "record"
    default_origin = "Assigned"

    number: float

    def tell(self) -> str:
        return f"{self.number:g}"

    def make(self, view: AnalysisView) -> np.ndarray:
        return np.full(view.size, self.number)
