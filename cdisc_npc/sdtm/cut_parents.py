"""Records that stand for others: comments, qualifiers and relations go where their parents go."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import numbers
from cdisc_npc.columns.texts import text_of
from cdisc_npc.columns.where import is_blank


def orphans(
    rows: pd.DataFrame, datasets: Mapping[str, pd.DataFrame], stay: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Tell which records of SUPP--, CO or RELREC lose the last of their parents.

    Parameters
    ----------
    rows
        Has RDOMAIN, USUBJID, IDVAR and IDVARVAL. Without IDVAR the parents are the
        subject's records; a comment without it, and a relation between datasets (without
        USUBJID), have no parents.
    datasets
        All datasets.
    stay
        For each dataset, the records that stay.

    Returns
    -------
    ndarray of bool
        False where no parent was there before: that is no matter of the cut.
    """
    lost = np.zeros(len(rows), dtype=bool)
    if not {"RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL"} <= set(rows.columns):
        return lost
    # CO alone has a date of its own, which decides where the comment has no single parent.
    of_records = "COVAL" in rows.columns
    positions = np.arange(len(rows))
    for (domain, idvar), group in rows.groupby(["RDOMAIN", "IDVAR"], sort=False):
        parent = datasets.get(str(domain))
        if parent is None or (idvar and idvar not in parent.columns) or (of_records and not idvar):
            continue
        at = positions[rows.index.get_indexer(group.index)]
        wanted = pd.MultiIndex.from_arrays([group["USUBJID"], _wanted(group["IDVARVAL"], parent, str(idvar))])
        given = pd.MultiIndex.from_arrays([parent["USUBJID"], _ids(parent, str(idvar))])
        kept = stay[str(domain)]
        lost[at] = wanted.isin(given[~kept]) & ~wanted.isin(given[kept]) & ~is_blank(group["USUBJID"])
    return lost


def unrelated(datasets: Mapping[str, pd.DataFrame], stay: Mapping[str, np.ndarray]) -> np.ndarray:
    """Records of RELREC that lose their parents, and those that they leave alone of their RELID.

    A relation of fewer than two records relates nothing.
    """
    relrec = datasets["RELREC"]
    lost = orphans(relrec, datasets, stay)
    relation = [relrec["USUBJID"], relrec["RELID"]]
    counts = pd.DataFrame({"lost": lost, "left": ~lost & stay["RELREC"]}, index=relrec.index).astype(int)
    of_relation = counts.groupby(relation).transform("sum")
    return lost | ((of_relation["lost"] > 0) & (of_relation["left"] < 2)).to_numpy()


def _ids(parent: pd.DataFrame, idvar: str) -> pd.Series:
    if not idvar:
        return pd.Series("", index=parent.index, dtype="str")
    return text_of(parent[idvar]).str.strip()


def _wanted(values: pd.Series, parent: pd.DataFrame, idvar: str) -> pd.Series:
    """IDVARVAL as `_ids` writes it: beside a number, 1.0 and 1 are the same record."""
    if not idvar:
        return pd.Series("", index=values.index, dtype="str")
    if not pd.api.types.is_numeric_dtype(parent[idvar].dtype):
        return values.str.strip()
    parsed = pd.Series(numbers(values), index=values.index)
    return text_of(parsed).where(parsed.notna(), values)
