"""The first or last record of each group."""

from __future__ import annotations

from typing import Literal

import numpy as np

from cdisc_npc.columns import extreme
from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView


class ExtremeFlag(Verb):
    """Y for the first or last record of the subject (and ``by``) in an order."""

    scopes = ANALYSIS
    takes = {"order": ANY, "by": ANY, "where": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    extreme_flag: Literal["first", "last"]
    order: Names
    by: Names = []
    where: Condition | None = None

    def tell(self) -> str:
        text = f'"Y" for the {self.extreme_flag} record by {", ".join(self.order)}'
        return text + (f" among those where {self.where.describe()}" if self.where else "")

    def make(self, view: AnalysisView) -> np.ndarray:
        where = view.holds(self.where)
        return extreme.extreme_flag(
            view.frame, [SUBJECT, *self.by], self.order, self.extreme_flag, where=where
        )
