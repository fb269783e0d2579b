"""Which findings a sponsor's explanation covers, and which explanations cover none."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from cdisc_npc.study.explanations import Explained

# Codes under which the findings of many rules stand, each told by its id.
_OF_RULES = ("CHECK_RULE", "DEFINE_ISSUE")


def rule_ids(findings: pd.DataFrame) -> pd.Series:
    """What an explanation calls each finding: the id of its rule, or the code of what the conversion noticed."""
    return findings["rule"].where(findings["code"].isin(_OF_RULES), findings["code"])


def looked_into(explained: Sequence[Explained]) -> set[str]:
    """Rules whose findings an explanation tells apart by what they show."""
    return {item.rule for item in explained if item.explanation.content}


def explain(
    rules: pd.Series, datasets: pd.Series, findings: pd.DataFrame, explained: Sequence[Explained]
) -> np.ndarray:
    """Find the explanation of each finding.

    Parameters
    ----------
    rules, datasets
        What an explanation calls the rule and the dataset of each finding.
    findings
        With the columns that an explanation may look into.

    Returns
    -------
    ndarray of int, shape (len(findings),)
        Place of the first explanation that covers the finding; -1 for none.
    """
    result = np.full(len(findings), -1)
    for place, item in enumerate(explained):
        rows = np.flatnonzero((rules == item.rule).to_numpy() & (result < 0))
        if not len(rows):
            continue
        covered = datasets.iloc[rows].map(item.explanation.covers).to_numpy(dtype=bool)
        for name, texts in item.explanation.content.items():
            covered = covered & findings[name].iloc[rows].isin(texts).to_numpy()
        result[rows[covered]] = place
    return result


def state(each: Explained, used: int, tried: Collection[str]) -> str:
    """Whether an explanation explains anything: ``applied``, ``stale``, or ``not run`` with its rule."""
    if used:
        return "applied"
    return "stale" if each.rule in tried else "not run"
