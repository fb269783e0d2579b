"""Columns as their distinct values: what is asked of a record is asked once of each combination of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from cdisc_npc.sdtm.conditions import holds_of, is_blank
from cdisc_npc.spec.conditions import Test


def column(values: np.ndarray) -> pd.Series:
    """A column of numbers, or of text that stays dtype object."""
    return pd.Series(values, dtype=values.dtype, copy=False)


def _no_other(name: str) -> pd.Series:
    raise KeyError(name)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column: its distinct values, and which of them each record has.

    Attributes
    ----------
    codes : ndarray of int32
        One a record.
    kinds : Series
        Text without nulls, of dtype object, which is quicker than ``str`` where values are few; or float64.
        Each value once.
    """

    codes: np.ndarray
    kinds: pd.Series
    _asked: dict[Test, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, values: pd.Series) -> Coded:
        """Find the distinct values of a column."""
        codes, kinds = pd.factorize(values.array, use_na_sentinel=False)
        numeric = pd.api.types.is_numeric_dtype(values.dtype)
        return cls(codes.astype(np.int32), column(np.asarray(kinds, dtype=np.float64 if numeric else object)))

    @classmethod
    def one(cls, value: str, size: int) -> Coded:
        """A column of one text."""
        return cls(np.zeros(size, dtype=np.int32), pd.Series([value], dtype=object))

    @cached_property
    def blank(self) -> np.ndarray:
        """Which of the distinct values are missing, or text of nothing but blanks."""
        return is_blank(self.kinds)

    def holds(self, test: Test) -> np.ndarray:
        """Records for which a test of nothing but the column holds."""
        if test not in self._asked:
            self._asked[test] = holds_of(test, self.kinds, _no_other)
        return self._asked[test][self.codes]

    def at(self, rows: np.ndarray) -> pd.Series:
        """Values of some records, numbered anew."""
        return column(self.kinds.to_numpy()[self.codes[rows]])

    def series(self) -> pd.Series:
        """Values of all records."""
        return column(self.kinds.to_numpy()[self.codes])

    def only(self, rows: np.ndarray) -> Coded:
        """The column of some records."""
        return Coded(self.codes[rows], self.kinds)

    def changed(self, kinds: pd.Series) -> Coded:
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
        combined = column.codes if count <= 1 else groups * len(column.kinds) + column.codes
        groups, kinds = pd.factorize(combined)
        count = len(kinds)
    places = np.zeros(count, dtype=np.int64)
    places[groups] = np.arange(size)
    return groups, places
