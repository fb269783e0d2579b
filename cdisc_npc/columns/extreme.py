"""The first or last record of each group."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.keys import Names, group_codes
from cdisc_npc.columns.order import sort_keys, sorted_positions, ties
from cdisc_npc.findings import Findings

Take = Literal["first", "last"]


def extreme_positions(
    frame: pd.DataFrame, by: Names, order: Names, take: Take, where: np.ndarray | None = None
) -> np.ndarray:
    """Positions of the first or last record of each group, in the order of the groups' appearance."""
    at = np.arange(len(frame)) if where is None else np.flatnonzero(where)
    part = frame if where is None else frame.iloc[at]
    codes = group_codes(part, by)
    ordered = sorted_positions(part, order, codes)
    ends = np.flatnonzero(np.diff(codes[ordered], append=-1)) if take == "last" else np.flatnonzero(
        np.diff(codes[ordered], prepend=-1)
    )  # fmt: skip
    return at[ordered[ends]]


def extreme_records(
    frame: pd.DataFrame, by: Names, order: Names, take: Take = "first", where: np.ndarray | None = None
) -> pd.DataFrame:
    """Keep the first or last record of each group.

    Parameters
    ----------
    frame
        Any records.
    by
        Variables that make a group.
    order
        Variables to sort by, ``-NAME`` downwards; missing values last, ties by the order of records.
    where
        Records that count; shape (n,).
    """
    return frame.iloc[extreme_positions(frame, by, order, take, where)].reset_index(drop=True)


def extreme_flag(
    frame: pd.DataFrame,
    by: Names,
    order: Names,
    take: Take = "first",
    *,
    where: np.ndarray | None = None,
    all_ties: bool = False,
    findings: Findings | None = None,
) -> np.ndarray:
    """Tell which record of each group is the first or last.

    Parameters
    ----------
    frame, by, order, take, where
        As of `extreme_records`.
    all_ties
        Flag every record that stands beside the one by all of ``order``.
    findings
        Takes a warning for groups in which ``order`` does not decide (ADAM_TIE).

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    flag = np.zeros(len(frame), dtype=bool)
    positions = extreme_positions(frame, by, order, take, where)
    flag[positions] = True
    counted = np.ones(len(frame), dtype=bool) if where is None else where
    if all_ties:
        codes = group_codes(frame, by)
        chosen = np.full(codes.max(initial=-1) + 1, -1)
        chosen[codes[positions]] = positions
        beside = chosen[codes]
        flag = counted & (beside >= 0)
        for key in sort_keys(frame, order):
            flag &= (key == key[beside]) | (np.isnan(key) & np.isnan(key[beside]))
    elif findings is not None and order:
        part = frame[counted]
        failing = part[ties(part, by, order) & flag[counted]]
        report_ties(failing, by, order, findings)
    return flag


def report_ties(struck: pd.DataFrame, by: Names, order: Names, findings: Findings) -> None:
    """Say of which groups the order leaves open what is first; the order of records decided."""
    if len(struck):
        findings.add(
            "ADAM_TIE",
            dataset=str(struck.attrs.get("name", "")),
            USUBJID=struck["USUBJID"].astype("str") if "USUBJID" in struck.columns else [""] * len(struck),
            keys=[" ".join(f"{name}={value}" for name, value in zip(by, row, strict=True))
                  for row in struck[list(by)].astype("str").fillna("").to_numpy().tolist()],
            expected=", ".join(order),
        )  # fmt: skip
