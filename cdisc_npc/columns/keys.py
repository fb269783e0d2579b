"""Keys: records numbered by the values that they have in several columns.

Numbers are from 0; -1 is a record without one: it is of no group, and agrees with no other. A missing
value is a value like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column, jointly
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.findings import Refused

Names = Sequence[str]

# Numbers of records with gaps are kept so as long as there are not more than so many for each of them.
_GAPS = 4


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


def numbered(columns: Sequence[tuple[np.ndarray, int]], size: int) -> tuple[np.ndarray, int]:
    """Number records by the codes that they have in all columns.

    Parameters
    ----------
    columns
        Codes of each, and what they are below; -1 in one of them is -1 in all.
    size
        Number of records.

    Returns
    -------
    numbers : ndarray of int
        There may be some that no record has.
    bound : int
        What they are below.
    """
    numbers, bound = np.zeros(size, dtype=np.int64), 1
    without = np.zeros(0, dtype=bool)
    for codes, count in columns:
        if bound > np.iinfo(np.int64).max // max(count, 1):
            numbers, bound = dense(numbers)
        numbers = numbers * np.int64(count) + codes if bound > 1 else codes  # codes may be int32
        bound *= max(count, 1)
        if codes.min(initial=0) < 0:
            without = (codes < 0) | without if len(without) else codes < 0
            numbers = np.where(without, 0, numbers)
    if len(without):
        numbers = np.where(without, -1, numbers)
    if bound > _GAPS * size + 1000:
        numbers, bound = dense(numbers)
    return np.asarray(numbers, dtype=np.int64), bound


def dense(numbers: np.ndarray) -> tuple[np.ndarray, int]:
    """Number anew in order of appearance and without gaps, and how many numbers that are; -1 stays."""
    if numbers.min(initial=0) >= 0:
        codes, kinds = pd.factorize(numbers)
        return codes, len(kinds)
    result = np.full(len(numbers), -1, dtype=np.int64)
    result[numbers >= 0], kinds = pd.factorize(numbers[numbers >= 0])
    return result, len(kinds)


def codes_of(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Codes from 0 in order of appearance, and the distinct values, one of which may be missing."""
    if isinstance(column.array, pd.arrays.ArrowStringArray) and not column.hasnans:
        codes, uniques = distinct(column)
        return codes, pd.Index(uniques, dtype=object)
    codes, kinds = pd.factorize(column, use_na_sentinel=False)
    return codes, pd.Index(kinds)


def group_codes(frame: pd.DataFrame, by: Names) -> np.ndarray:
    """Number of each record's group, from 0, in order of appearance; one group without ``by``."""
    require(frame, by)
    columns = [codes_of(frame[name]) for name in by]
    numbers, _ = numbered([(codes, len(kinds)) for codes, kinds in columns], len(frame))
    return dense(numbers)[0] if len(columns) > 1 else numbers


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
        In order of appearance.
    """
    require(left, list(by))
    require(right, list(by.values()))
    columns = []
    for own, other in by.items():
        theirs, uniques = codes_of(right[other])
        mine, kinds = codes_of(left[own])
        columns.append((np.concatenate([theirs, uniques.get_indexer(kinds)[mine]]), len(uniques)))
    numbers, _ = numbered(columns, len(right) + len(left))
    if len(columns) > 1:
        numbers, _ = dense(numbers)
    codes, ours = numbers[: len(right)], numbers[len(right) :]
    return np.where(ours > codes.max(initial=-1), -1, ours), codes


def together(columns: Sequence[Column], size: int) -> tuple[np.ndarray, int]:
    """Number records by the values that they have in all columns; see `numbered`."""
    return numbered([(column.coded.places, len(column.coded.kinds)) for column in columns], size)


def groups_of(
    own: Sequence[Column], other: Sequence[Column], sizes: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, int]:
    """Number the records of two datasets by the values that they agree in.

    Returns
    -------
    own, other : ndarray of int
        Group of each record.
    count : int
        Number of groups; some have no records.
    """
    pairs = [jointly(*pair) for pair in zip(own, other, strict=True)]
    numbers, count = numbered(
        [(np.concatenate([left, right]), len(both.kinds)) for left, right, both in pairs], sum(sizes)
    )
    return numbers[: sizes[0]], numbers[sizes[0] :], count
