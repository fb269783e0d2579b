"""Exposure: single doses, dose intensity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.keys import require
from cdisc_npc.findings import Refused

_ENDS = ("ASTDT", "ASTDTM", "AENDT", "AENDTM")

# Days between two doses of a frequency (codelist FREQ), and doses of one such day.
FREQUENCIES: dict[str, tuple[int, int]] = {
    "ONCE": (1, 1), "QD": (1, 1), "DAILY": (1, 1), "BID": (1, 2), "TID": (1, 3), "QID": (1, 4), "QOD": (2, 1),
    "EVERY OTHER DAY": (2, 1), "EVERY WEEK": (7, 1), "QS": (7, 1), "EVERY 2 WEEKS": (14, 1),
    "EVERY 3 WEEKS": (21, 1), "EVERY 4 WEEKS": (28, 1),
}  # fmt: skip


def single_doses(exposure: pd.DataFrame, start: str, end: str, frequency: str) -> pd.DataFrame:
    """Take intervals of constant dosing apart: a record for each day of dosing.

    Parameters
    ----------
    exposure
        Records with complete dates ``start`` and ``end`` and a ``frequency`` of `FREQUENCIES`.

    Returns
    -------
    DataFrame
        ``start`` and ``end`` are the day; all other variables are repeated.

    Raises
    ------
    Refused
        ADAM_VALUE: another frequency, or an end before the start.
    """
    codes, names = distinct(exposure[frequency])
    unknown = [name for name in names if name not in FREQUENCIES]
    if unknown:
        raise Refused.because(
            "ADAM_VALUE", dataset="EX", variable=frequency, value=unknown, expected=", ".join(FREQUENCIES)
        )
    step = np.array([FREQUENCIES[name][0] for name in names], dtype=np.int64)[codes]
    first, last = (
        exposure[name].to_numpy().astype("datetime64[D]").astype(np.int64) for name in (start, end)
    )
    if (last < first).any():
        failing = exposure[last < first]
        raise Refused.because(
            "ADAM_VALUE", dataset="EX", variable=end, USUBJID=failing["USUBJID"],
            value=failing[end].astype("str"), expected=failing[start].astype("str"),
        )  # fmt: skip
    once = exposure[frequency].to_numpy() == "ONCE"
    count = np.where(once, 1, (last - first) // step + 1)
    rows = np.repeat(np.arange(len(exposure)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    day = (first[rows] + nth * step[rows]).astype("datetime64[D]").astype("datetime64[us]")
    return exposure.iloc[rows].reset_index(drop=True).assign(**{start: day, end: day})


def dose_intensity(
    taken: np.ndarray, planned: np.ndarray, zero: Literal["missing", "100"] = "missing"
) -> np.ndarray:
    """Dose taken as per cent of the dose planned.

    Parameters
    ----------
    taken, planned
        Doses of the same time.
    zero
        What a planned dose of 0 gives: ``missing``; or ``100``, 100 % where any dose was taken and 0
        % where none was.
    """
    taken, planned = (np.asarray(item, dtype=np.float64) for item in (taken, planned))
    intensity = taken / np.where(planned == 0, np.nan, planned) * 100
    if zero == "100":
        intensity = np.where(planned == 0, np.where(taken > 0, 100.0, 0.0), intensity)
    return intensity


def exposure_parameter(
    frame: pd.DataFrame, by: Sequence[str], code: str, values: Mapping[str, str], statistic: str = "sum"
) -> pd.DataFrame:
    """Sum up a parameter over each subject's exposure, from the first start to the last end.

    Parameters
    ----------
    frame
        Records with PARAMCD, AVAL, ASTDT and AENDT; maybe ASTDTM and AENDTM, too.
    by
        Variables that make a group.
    code
        PARAMCD to be summed up.
    values
        Variables to set; PARAMCD at least.
    statistic
        ``sum``, ``mean``, ``min`` or ``max`` of AVAL.

    Raises
    ------
    ValueError
        ``values`` does not say the new PARAMCD.
    Refused
        A variable is missing.
    """
    if "PARAMCD" not in values:
        raise ValueError("the new parameter has no PARAMCD")
    require(frame, [*by, "PARAMCD", "AVAL", "ASTDT", "AENDT"])
    grouped = frame[frame["PARAMCD"] == code].groupby(list(by), sort=False)
    ends = {
        name: (name, "min" if name.startswith("AST") else "max") for name in _ENDS if name in frame.columns
    }
    return grouped.agg(AVAL=("AVAL", statistic), **ends).reset_index().assign(**values)
