"""Which of several dates is the latest."""

from __future__ import annotations

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import DATES
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class LatestSource(Verb):
    """Which of several dates is the latest: the words for it, by name."""

    scopes = ANALYSIS
    takes = {"latest_source": DATES}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"

    latest_source: dict[str, str] = Setting(description="name of the date: words for it; the first of a tie")

    def tell(self) -> str:
        return f"which of {', '.join(self.latest_source)} is the latest"

    def make(self, view: AnalysisView) -> np.ndarray:
        moments = np.stack([view.dates(name).astype(np.int64) for name in self.latest_source])
        words = np.array([*self.latest_source.values(), ""], dtype=object)
        none = np.iinfo(np.int64).min  # NaT
        return words[np.where((moments == none).all(axis=0), len(moments), np.argmax(moments, axis=0))]
