"""Values at baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cdisc_npc.columns.keys import require
from cdisc_npc.columns.merge import merge
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView


class Baseline(Verb):
    """The value of the group's record with ABLFL = Y."""

    scopes = ANALYSIS
    takes = {"baseline": ANY, "by": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    baseline: str
    by: Names = []

    def own_reads(self) -> Iterator[str]:
        yield from (self.baseline, "ABLFL", *self.by)

    def tell(self) -> str:
        return f"{self.baseline} of the record with ABLFL = Y"

    def make(self, view: AnalysisView) -> pd.Series:
        return baseline(view.frame, [SUBJECT, *self.by], self.baseline)


def baseline(
    frame: pd.DataFrame, by: Sequence[str], variable: str = "AVAL", flagged: np.ndarray | None = None
) -> pd.Series:
    """BASE: the value of the group's baseline record.

    Parameters
    ----------
    by
        Subject, parameter, and BASETYPE where there are several baselines.
    flagged
        The baseline records; default: those with ABLFL = Y.

    Raises
    ------
    Refused
        ADAM_MANY: a group has several baseline records.
    """
    if flagged is None:
        require(frame, ["ABLFL"])
        flagged = (frame["ABLFL"] == "Y").to_numpy()
    names = {name: name for name in by}
    result = merge(frame[list(by)], frame, names, {"_BASE": variable}, where=flagged)
    return result["_BASE"].rename(None)
