"""Columns as their distinct values: what is asked of a record is asked once of each combination of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from cdisc_npc.columns.condition import Test
from cdisc_npc.columns.distinct import distinct, is_numeric
from cdisc_npc.columns.where import holds_of, is_blank


def _no_other(name: str) -> np.ndarray:
    raise KeyError(name)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column: its distinct values, and which of them each record has.

    Attributes
    ----------
    codes : ndarray of int32
        One a record.
    kinds : ndarray
        Text without nulls, of dtype object; or float64. Each value once.
    """

    codes: np.ndarray
    kinds: np.ndarray
    _asked: dict[Test, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, values: pd.Series | np.ndarray) -> Coded:
        """Find the distinct values of a column, or of an array of texts or numbers."""
        if is_numeric(values):
            codes, kinds = pd.factorize(np.asarray(values, dtype=np.float64), use_na_sentinel=False)
            return cls(codes.astype(np.int32), kinds)
        if isinstance(values, np.ndarray):
            places: dict[str, int] = {}
            each = (places.setdefault(text, len(places)) for text in values)
            return cls(np.fromiter(each, np.int32, len(values)), np.array([*places], dtype=object))
        codes, kinds = distinct(values)
        return cls(codes.astype(np.int32), kinds)

    @classmethod
    def one(cls, value: str | float, size: int) -> Coded:
        """A column of one value."""
        kinds = np.array([value], dtype=object if isinstance(value, str) else np.float64)
        return cls(np.zeros(size, dtype=np.int32), kinds)

    @cached_property
    def blank(self) -> np.ndarray:
        """Which of the distinct values are missing, or text of nothing but blanks."""
        return is_blank(self.kinds)

    def holds(self, test: Test) -> np.ndarray:
        """Records for which a test of nothing but the column holds."""
        if test not in self._asked:
            self._asked[test] = holds_of(test, self.kinds, _no_other)
        return self._asked[test][self.codes]

    def at(self, rows: np.ndarray) -> np.ndarray:
        """Values of some records."""
        return self.kinds[self.codes[rows]]

    def every(self) -> np.ndarray:
        """Values of all records."""
        return self.kinds[self.codes]

    def only(self, rows: np.ndarray) -> Coded:
        """The column of some records."""
        return Coded(self.codes[rows], self.kinds)

    def ordered(self) -> Coded:
        """The column with its distinct values in order, missing numbers first."""
        order = np.argsort(
            np.where(self.blank, -np.inf, self.kinds) if is_numeric(self.kinds) else self.kinds
        )
        ranks = np.empty(len(order), dtype=np.int32)
        ranks[order] = np.arange(len(order))
        return Coded(ranks[self.codes], self.kinds[order])

    def changed(self, kinds: np.ndarray) -> Coded:
        """The column with other values in place of its distinct ones, some of which may now be the same."""
        made = Coded.of(kinds)
        return Coded(made.codes[self.codes], made.kinds)


def together(columns: Sequence[Coded], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Number the records by the values that they have in all columns.

    Parameters
    ----------
    size
        Number of records.

    Returns
    -------
    groups : ndarray of int, shape (size,)
        Group of each record.
    places : ndarray of int
        A record of each group.
    """
    groups = np.zeros(size, dtype=np.int64)
    count = min(size, 1)
    for column in columns:
        if len(column.kinds) == 1:
            continue
        combined = groups * len(column.kinds) + column.codes
        groups, kinds = numbered(combined, count * len(column.kinds))
        count = len(kinds)
    places = np.zeros(count, dtype=np.int64)
    places[groups] = np.arange(size)
    return groups, places


def numbered(codes: np.ndarray, bound: int) -> tuple[np.ndarray, np.ndarray]:
    """Number codes anew, from 0 and without gaps.

    Parameters
    ----------
    codes : ndarray of int
        From 0, below `bound`.

    Returns
    -------
    numbers : ndarray of int64
        Of each record.
    known : ndarray of int64
        The code of each number, in order.
    """
    if bound > 8 * len(codes) + 1000:
        return pd.factorize(codes, sort=True)
    there = np.zeros(bound, dtype=bool)
    there[codes] = True
    known = np.flatnonzero(there)
    numbers = np.zeros(bound, dtype=np.int64)
    numbers[known] = np.arange(len(known))
    return numbers[codes], known
