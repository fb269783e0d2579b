"""The overall response of a time point: one look into one table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

TARGET = ("CR", "PR", "SD", "PD", "NE", "NA")
NONTARGET = ("CR", "NON-CR/NON-PD", "PD", "NE", "NA")
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
# What RS may record (ND: not done), and what the best of them may be.
RECORDED = (*RESPONSES, "ND")
BEST = (*RECORDED, "MISSING")

# Target down, non-target across (in the order of NONTARGET), without a new lesion. NA: the
# subject has none at baseline. RECIST 1.1, tables 1 and 2; with a new lesion all is PD.
_TABLE = {
    "CR": ("CR", "PR", "PD", "PR", "CR"),
    "PR": ("PR", "PR", "PD", "PR", "PR"),
    "SD": ("SD", "SD", "PD", "SD", "SD"),
    "PD": ("PD", "PD", "PD", "PD", "PD"),
    "NE": ("NE", "NE", "PD", "NE", "NE"),
    "NA": ("CR", "NON-CR/NON-PD", "PD", "NE", "NE"),
}
_CODES = np.array([[RESPONSES.index(cell) for cell in _TABLE[target]] for target in TARGET])


def overall_response(
    target: Sequence[str] | pd.Series | np.ndarray,
    nontarget: Sequence[str] | pd.Series | np.ndarray,
    new_lesion: Sequence[bool] | pd.Series | np.ndarray,
) -> np.ndarray:
    """Overall response of each time point.

    Parameters
    ----------
    target, nontarget
        Of `TARGET` and `NONTARGET`; another value is refused with ValueError.
    new_lesion
        Whether there is an unequivocal new lesion.

    Returns
    -------
    ndarray of object
        Of `RESPONSES`.

    Examples
    --------
    >>> overall_response(["CR", "NA", "SD"], ["NE", "CR", "CR"], [False, False, True]).tolist()
    ['PR', 'CR', 'PD']
    """
    down, across = (
        pd.Index(TARGET).get_indexer(pd.Index(target)),
        pd.Index(NONTARGET).get_indexer(pd.Index(nontarget)),
    )
    if (down < 0).any() or (across < 0).any():
        wrong = {*np.asarray(target)[down < 0], *np.asarray(nontarget)[across < 0]}
        raise ValueError(f"not a response: {sorted(map(str, wrong))}")
    codes = np.where(np.asarray(new_lesion, dtype=bool), RESPONSES.index("PD"), _CODES[down, across])
    return np.array(RESPONSES, dtype=object)[codes]
