"""Records before or after one that satisfies a condition, such as the first progression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.columns.extreme import Take, extreme_positions
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.columns.order import sorted_positions
from cdisc_npc.verbs.base import Flag, Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView


class RelativeFlag(Verb):
    """Y for records before or after the first (or last) one that satisfies a condition."""

    scopes = ANALYSIS
    takes = {"order": ANY, "by": ANY, "reference": ANY, "where": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    relative_flag: Literal["before", "after"]
    reference: Condition
    take: Take = "first"
    order: Names
    by: Names = []
    inclusive: Flag = True
    without: Flag = Setting(default=True, description="the answer where there is no such record")
    where: Condition | None = Setting(default=None, description="records that are looked at, and flagged")

    def tell(self) -> str:
        including = ", which counts" if self.inclusive else ""
        return (
            f'"Y" {self.relative_flag} the {self.take} record where {self.reference.describe()}{including}, by '
            f"{', '.join(self.order)}"
        )

    def make(self, view: AnalysisView) -> np.ndarray:
        where = view.holds(self.where)
        counted = np.ones(view.size, dtype=bool) if where is None else where
        part = view.frame[counted]
        reference = view.holds(self.reference, part)
        assert reference is not None
        result = np.zeros(view.size, dtype=bool)
        result[counted] = relative_flag(
            part, [SUBJECT, *self.by], self.order, reference, take=self.take, side=self.relative_flag,
            inclusive=self.inclusive, without=self.without,
        )  # fmt: skip
        return result


def relative_flag(
    frame: pd.DataFrame,
    by: Sequence[str],
    order: Sequence[str],
    reference: np.ndarray,
    *,
    take: Take = "first",
    side: Literal["before", "after"] = "before",
    inclusive: bool = True,
    without: bool = True,
) -> np.ndarray:
    """Tell which records stand before (or after) the reference record of their group.

    Parameters
    ----------
    frame, by, order
        Groups and the order in them.
    reference
        Records that may be the reference; the first or last of them (``take``) is.
    inclusive
        Whether the reference record itself counts.
    without
        The answer for groups that have no reference record.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    codes = group_codes(frame, by)
    rank = np.empty(len(frame), dtype=np.int64)
    rank[sorted_positions(frame, order, codes)] = np.arange(len(frame))
    chosen = extreme_positions(frame, by, order, take, reference)
    limit = np.full(codes.max(initial=-1) + 1, -1)
    limit[codes[chosen]] = rank[chosen]
    at = limit[codes]
    beside = rank < at if side == "before" else rank > at
    return np.where(at < 0, without, beside | (inclusive & (rank == at)))
