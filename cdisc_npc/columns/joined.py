"""Pairs of records of one subject, for conditions that look at more than one record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.keys import Names, match_codes
from cdisc_npc.columns.merge import By
from cdisc_npc.columns.order import sorted_positions

Until = Callable[[np.ndarray, np.ndarray], np.ndarray]


def pairs(
    frame: pd.DataFrame,
    add: pd.DataFrame,
    by: By,
    *,
    order: Names = (),
    side: Literal["all", "before", "after"] = "all",
    until: Until | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Pair each record with those of its group.

    Parameters
    ----------
    frame, add
        The records, and those they are paired with; with ``side`` other than all the same frame.
    by
        Names that must agree.
    order
        Order of ``add``; pairs come in it.
    side
        With all records, or only with those before or after the record in ``order``.
    until
        Of positions in ``frame`` and ``add``: whether a pair satisfies a condition. For each record
        the pairs end with the first that does; a record without one has no pairs.

    Returns
    -------
    left, right : numpy.ndarray of int64
        Positions in ``frame`` and ``add``, by record of ``frame``.
    """
    names = dict(by) if hasattr(by, "keys") else {name: name for name in by}
    result, codes = match_codes(frame, add, names)
    ordered = sorted_positions(add, order, codes)
    size = np.bincount(codes, minlength=1)
    begin = np.concatenate([[0], np.cumsum(size)])
    rank = np.empty(len(add), dtype=np.int64)
    rank[ordered] = np.arange(len(add))
    first = np.where(result < 0, 0, begin[result])
    last = np.where(result < 0, 0, begin[result] + size[result])
    if side == "after":
        first = np.where(result < 0, 0, rank + 1)
    elif side == "before":
        last = np.where(result < 0, 0, rank)
    count = last - first
    left = np.repeat(np.arange(len(frame)), count)
    right = ordered[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)]
    if until is None:
        return left, right
    holds = until(left, right)
    end = np.full(len(frame), -1)
    at = np.flatnonzero(holds)
    end[left[at[::-1]]] = at[::-1]
    kept = np.arange(len(left)) <= end[left]
    return left[kept], right[kept]
