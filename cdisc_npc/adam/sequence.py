"""Sequence numbers, such as ASEQ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.keys import Names, group_codes
from cdisc_npc.columns.order import sorted_positions


def sequence_number(frame: pd.DataFrame, by: Names, order: Names) -> np.ndarray:
    """Number the records of each group from 1, in an order; ties by the order of records.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
    """
    codes = group_codes(frame, by)
    ordered = sorted_positions(frame, order, codes)
    first = np.flatnonzero(np.diff(codes[ordered], prepend=-1))
    start = np.repeat(first, np.diff(np.append(first, len(frame))))
    numbers = np.empty(len(frame))
    numbers[ordered] = np.arange(len(frame)) - start + 1
    return numbers
