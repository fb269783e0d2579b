"""The worst response of a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.columns.extreme import extreme_flag
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY, DATES, TEXT
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView

WORST = ("PD", "NON-CR/NON-PD", "SD", "PR", "CR", "NE", "ND")


class WorstOfDay(Verb):
    """Y for the worst response of the subject's day."""

    scopes = ANALYSIS
    takes = {"worst_of_day": TEXT, "date": DATES, "by": ANY, "where": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    worst_of_day: str = Setting(description="the response")
    date: str = "ADT"
    by: Names = Setting(default=[], description="variables that tell assessors apart")
    where: Condition | None = None

    def tell(self) -> str:
        text = f'"Y" for the worst {self.worst_of_day} of each {", ".join([*self.by, self.date])}'
        return text + (f" among those where {self.where.describe()}" if self.where else "")

    def make(self, view: AnalysisView) -> np.ndarray:
        where = view.holds(self.where)
        counted = np.ones(view.size, dtype=bool) if where is None else where
        result = np.zeros(view.size, dtype=bool)
        result[counted] = worst_of_day(view.frame[counted], [SUBJECT, *self.by], self.date, self.worst_of_day)
        passed = counted & ~result & view.frame[self.date].notna().to_numpy()
        if passed.any():
            rows = view.frame[passed]
            view.report(
                "ADAM_SAME_DAY", passed, self.worst_of_day, value=rows[self.worst_of_day],
                keys=rows[self.date].dt.strftime("%Y-%m-%d"),
            )  # fmt: skip
        return result


def worst_of_day(
    frame: pd.DataFrame, by: Sequence[str], date: str = "ADT", value: str = "AVALC"
) -> np.ndarray:
    """Tell which record of each subject and day counts: the worst response, then the first record."""
    rank = pd.Index(WORST).get_indexer(pd.Index(frame[value]))
    rank = np.where(rank < 0, len(WORST), rank)
    table = frame[[*by, date]].assign(_RANK=rank.astype(np.float64))
    return extreme_flag(table, [*by, date], ["_RANK"], where=table[date].notna().to_numpy())
