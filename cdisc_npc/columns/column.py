"""The column: values that many records have, and which of them each has.

What is asked of a value is computed for the distinct ones, in bulk; a record costs one take.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.distinct import as_arrow, is_numeric, numbers, text_column
from cdisc_npc.columns.moments import known_range, whole_days


class Column:
    """A column of text or of numbers.

    Attributes
    ----------
    kinds : pyarrow.Array of large_string without nulls, or ndarray of float64
        The values.
    codes : ndarray of int, or None
        Which of the kinds each record has; None: each its own, in their order.
    numeric : bool
        Whether they are numbers.
    judged : dict
        Answers for the kinds that are kept, by what was asked.
    """

    def __init__(self, kinds: Any, codes: np.ndarray | None = None, *, once: bool = False) -> None:
        self.kinds = kinds
        self.codes = codes
        self.numeric = isinstance(kinds, np.ndarray)
        self.judged: dict[Hashable, np.ndarray] = {}
        self._once = once

    @classmethod
    def of(cls, values: Column | pd.Series | np.ndarray | Sequence[str]) -> Column:
        """The column of a Series or an array; its distinct values are looked for when `coded` is asked for."""
        if isinstance(values, Column):
            return values
        if isinstance(values, (pd.Series, np.ndarray)) and is_numeric(values):
            return cls(np.asarray(values, dtype=np.float64))
        return cls(as_arrow(values) if isinstance(values, pd.Series) else pa.array(values, pa.large_string()))

    @classmethod
    def one(cls, value: str | float, size: int) -> Column:
        """A column of one value."""
        kinds = pa.array([value], pa.large_string()) if isinstance(value, str) else np.array([value])
        return cls(kinds, np.zeros(size, dtype=np.int32), once=True)

    @classmethod
    def joined(cls, parts: Sequence[Column]) -> Column:
        """The records of several columns of one type, one after the other."""
        starts = np.cumsum([0, *(len(part.kinds) for part in parts)], dtype=np.int32)
        codes = [start + part.places for start, part in zip(starts, parts, strict=False)]
        join = np.concatenate if parts[0].numeric else pa.concat_arrays
        return cls(join([part.kinds for part in parts]), np.concatenate(codes))

    def __len__(self) -> int:
        return len(self.kinds if self.codes is None else self.codes)

    @property
    def places(self) -> np.ndarray:
        """Which of the kinds each record has."""
        return np.arange(len(self.kinds)) if self.codes is None else self.codes

    @cached_property
    def coded(self) -> Column:
        """The column with each value once; those of text in the order in which they appear."""
        if self._once:
            return self
        if self.numeric:
            codes, kinds = pd.factorize(self.kinds, use_na_sentinel=False)
            codes = codes.astype(np.int32)
        else:
            encoded = self.kinds.dictionary_encode()
            codes, kinds = encoded.indices.to_numpy(), encoded.dictionary
        return Column(kinds, codes if self.codes is None else codes[self.codes], once=True)

    def spread(self, found: np.ndarray) -> np.ndarray:
        """Give each record what was found for its kind."""
        if self.codes is None:
            return found
        if found.dtype == bool and (found.all() or not found.any()):
            return np.full(len(self.codes), bool(found.any()))
        return found[self.codes]

    def take(self, rows: np.ndarray) -> Column:
        """The column of some records."""
        return Column(self.kinds, rows) if self.codes is None else Column(
            self.kinds, self.codes[rows], once=self._once
        )  # fmt: skip

    def series(self, rows: np.ndarray | slice = slice(None)) -> pd.Series:
        """Values of some records, numbered anew."""
        places = self.places[rows]
        return (
            pd.Series(self.kinds[places]) if self.numeric else text_column(self.kinds.take(pa.array(places)))
        )

    @cached_property
    def blank(self) -> np.ndarray:
        """Which of the kinds are missing, or text of nothing but blanks."""
        if self.numeric:
            return np.isnan(self.kinds)
        blank = pc.or_(pc.equal(self.kinds, ""), pc.utf8_is_space(self.kinds))
        return np.asarray(blank.to_numpy(zero_copy_only=False))

    @cached_property
    def numbers(self) -> np.ndarray:
        """The kinds as numbers; NaN where they are none."""
        return self.kinds if self.numeric else self._of_each(numbers)

    @cached_property
    def days(self) -> np.ndarray:
        """Days since 1960: of a date of SAS as it is, of ISO 8601 where the date is whole; else NaN."""
        return self.kinds if self.numeric else self._of_each(whole_days)

    @cached_property
    def ranges(self) -> np.ndarray:
        """The first and the last moment that each kind, an ISO 8601 date, may mean; see `known_range`."""
        if self.numeric:
            return np.repeat(known_range(pa.array([""], pa.large_string())), len(self.kinds), axis=1)
        return self._of_each(known_range)

    @cached_property
    def texts(self) -> pa.Array:
        """The kinds as text: numbers in their shortest form, missing ones as nothing."""
        if not self.numeric:
            return self.kinds
        shown = ("" if number != number else f"{number:.15g}" for number in self.kinds.tolist())
        return pa.array(shown, pa.large_string())

    @property
    def as_text(self) -> Column:
        """The column with its numbers as text."""
        return Column(self.coded.texts, self.coded.codes) if self.numeric else self

    @cached_property
    def ranks(self) -> np.ndarray:
        """Place of each kind among them in order: missing numbers first, text by code point."""
        if self.numeric:
            order = np.argsort(np.where(self.blank, -np.inf, self.kinds))
        else:
            order = pc.array_sort_indices(self.kinds).to_numpy()
        ranks = np.empty(len(order), dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        return ranks

    def ordered(self) -> np.ndarray:
        """A number for each record that sorts as its value does: missing first, text by code point."""
        return self.coded.spread(self.coded.ranks)

    def passing(self, passes: Callable[[pa.Array], np.ndarray]) -> np.ndarray | bool:
        """Whether each record's value passes a test of texts, True where all do; a column of numbers does."""
        if self.numeric:
            return True
        verdicts = passes(self.coded.kinds)
        return True if verdicts.all() else self.coded.spread(verdicts)

    def _of_each(self, function: Callable[[pa.Array], np.ndarray]) -> np.ndarray:
        """What a function finds for the kinds, asked of each value once."""
        if self.codes is None and not self._once:
            return function(self.coded.kinds)[..., self.coded.codes]
        return function(self.kinds)


def jointly(left: Column, right: Column) -> tuple[np.ndarray, np.ndarray, Column]:
    """Code two columns by the values of both.

    Returns
    -------
    left, right : ndarray of int
        Code of each record; that of a missing number is one like another.
    kinds : Column
        The values of both, each once.
    """
    if left.numeric != right.numeric:
        left, right = left.as_text, right.as_text
    one, two = left.coded, right.coded
    if one is two:
        return one.places, one.places, Column(one.kinds, once=True)
    both = Column.joined([Column(one.kinds), Column(two.kinds)]).coded
    codes, size = both.places, len(one.kinds)
    return codes[:size][one.places], codes[size:][two.places], Column(both.kinds, once=True)
