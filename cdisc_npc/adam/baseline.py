"""Baseline and the change from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.adam.merge import merge
from cdisc_npc.columns.keys import Names, require


def baseline(
    frame: pd.DataFrame, by: Names, variable: str = "AVAL", flagged: np.ndarray | None = None
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


def change(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    """CHG: how far the value is from baseline."""
    return np.asarray(value, dtype=np.float64) - np.asarray(base, dtype=np.float64)


def percent_change(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    """PCHG: the change as per cent of the baseline's size; NaN where that is 0."""
    base = np.asarray(base, dtype=np.float64)
    size = np.where(base == 0, np.nan, np.abs(base))
    return change(value, base) / size * 100
