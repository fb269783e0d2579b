"""Groups of records and their order: what every verb that picks a record needs.

An order is a list of names; ``-NAME`` is from the greatest to the least. What is missing comes last
either way, so that it is never the first; ties keep the order of the records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.findings import Refused

Names = Sequence[str]


def require(frame: pd.DataFrame, names: Names, dataset: str = "") -> None:
    """Refuse a frame that lacks a variable.

    Raises
    ------
    Refused
        ADAM_NO_VARIABLE, for each name that is not there.
    """
    there = frame.columns
    missing = [name for name in dict.fromkeys(names) if name not in there]
    if missing:
        raise Refused.because(
            "ADAM_NO_VARIABLE",
            dataset=dataset or str(frame.attrs.get("name", "")),
            variable=missing,
            expected="it among " + ", ".join(map(str, frame.columns)),
        )


def group_codes(frame: pd.DataFrame, by: Names) -> np.ndarray:
    """Number of each record's group, from 0, in order of appearance; one group without ``by``."""
    require(frame, by)
    codes = np.zeros(len(frame), dtype=np.int64)
    for place, name in enumerate(by):
        own, uniques = _numbered(frame[name])
        codes = pd.factorize(codes * max(len(uniques), 1) + own)[0] if place else own
    return codes


def _numbered(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Codes from 0 in order of appearance, and the distinct values, one of which may be missing."""
    if isinstance(column.array, pd.arrays.ArrowStringArray) and not column.hasnans:
        codes, uniques = distinct(column)
        return codes, pd.Index(uniques, dtype=object)
    codes, kinds = pd.factorize(column, use_na_sentinel=False)
    return codes, pd.Index(kinds)


def match_codes(
    left: pd.DataFrame, right: pd.DataFrame, by: Mapping[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Number the groups of one frame, and find those of another among them.

    Parameters
    ----------
    left, right
        The frames.
    by
        Names in ``left``: the names that they have in ``right``.

    Returns
    -------
    left_codes : ndarray of int64
        -1 where no record of ``right`` is of the group.
    right_codes : ndarray of int64
    """
    require(left, list(by))
    require(right, list(by.values()))
    result, codes = np.zeros(len(left), dtype=np.int64), np.zeros(len(right), dtype=np.int64)
    for nth, (own, other) in enumerate(by.items()):
        item, uniques = _numbered(right[other])
        mine, kinds = _numbered(left[own])
        place = uniques.get_indexer(kinds)[mine]
        if not nth:
            result, codes = place, item
            continue
        size = max(len(uniques), 1)
        result = np.where((result < 0) | (place < 0), -1, result * size + place)
        codes, pairs = pd.factorize(codes * size + item)
        result = pd.Index(pairs).get_indexer(pd.Index(result))
    return result, codes


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
