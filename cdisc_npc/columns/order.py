"""The order of records: what every verb that picks a record needs.

An order is a list of names; ``-NAME`` is from the greatest to the least. What is missing comes last
either way, so that it is never the first; ties keep the order of the records.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.keys import Names, group_codes, require


def sort_keys(frame: pd.DataFrame, order: Names) -> list[np.ndarray]:
    """Columns to sort by, the first one first; missing values are greater than all others."""
    require(frame, [name.removeprefix("-") for name in order])
    return [_key(frame[name.removeprefix("-")], name.startswith("-")) for name in order]


def _key(column: pd.Series, descending: bool) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        values = column.to_numpy().view(np.int64).astype(np.float64)
        values[column.isna().to_numpy()] = np.nan
    elif pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64)
    else:
        codes, uniques = pd.factorize(column)
        rank = np.empty(len(uniques) + 1)
        rank[np.argsort(np.asarray(uniques, dtype=object), kind="stable")] = np.arange(len(uniques))
        rank[-1] = np.nan
        rank[:-1][np.asarray(uniques, dtype=object) == ""] = np.nan
        values = rank[codes]
    return -values if descending else values


def sorted_positions(frame: pd.DataFrame, order: Names, codes: np.ndarray | None = None) -> np.ndarray:
    """Positions of the records in order: by group, where codes are given, then by ``order``."""
    keys = sort_keys(frame, order)
    if codes is not None:
        keys = [codes, *keys]
    return np.lexsort(keys[::-1]) if keys else np.arange(len(frame))


def ties(frame: pd.DataFrame, by: Names, order: Names) -> np.ndarray:
    """Records that share their group and every value of the order with another one."""
    codes = group_codes(frame, [*by, *(name.removeprefix("-") for name in order)])
    return (np.bincount(codes, minlength=1) > 1)[codes] if len(codes) else np.zeros(0, dtype=bool)


def shown(frame: pd.DataFrame, names: Names, between: str = " ") -> list[str]:
    """Values of each record as one text, for findings; what is missing is blank."""
    texts = frame[list(names)].astype("str").fillna("").to_numpy().tolist()
    return [between.join(row) for row in texts]
