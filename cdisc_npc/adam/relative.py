"""Records before or after one that satisfies a condition, such as the first progression."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.adam.extreme import Take, extreme_positions
from cdisc_npc.columns.keys import Names, group_codes
from cdisc_npc.columns.order import sorted_positions


def relative_flag(
    frame: pd.DataFrame,
    by: Names,
    order: Names,
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
