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

from cdisc_npc.columns.distinct import (
    as_arrow,
    encoded,
    is_numeric,
    keep_codes,
    kept_codes,
    numbers,
    text_column,
)
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
        Answers for the kinds that are kept, by what was asked; columns of the same kinds share them.
    """

    def __init__(
        self,
        kinds: Any,
        codes: np.ndarray | None = None,
        *,
        once: bool = False,
        judged: dict[Hashable, Any] | None = None,
    ) -> None:
        self.kinds = kinds
        self.codes = codes
        self.numeric = isinstance(kinds, np.ndarray)
        self.judged: dict[Hashable, Any] = {} if judged is None else judged
        self._once = once

    @classmethod
    def of(cls, values: Column | pd.Series | np.ndarray | Sequence[str]) -> Column:
        """The column of a Series or an array; its distinct values are looked for when `coded` is asked for."""
        if isinstance(values, Column):
            return values
        if isinstance(values, (pd.Series, np.ndarray)) and is_numeric(values):
            return cls(np.asarray(values, dtype=np.float64))
        if not isinstance(values, pd.Series):
            return cls(pa.array(values, pa.large_string()))
        kept = None if values.hasnans else kept_codes(values)
        return cls(as_arrow(values)) if kept is None else cls.encoded(values)

    @classmethod
    def encoded(cls, values: pd.Series) -> Column:
        """The column of text without nulls, each value once; the codes are kept with it."""
        codes, kinds, judged = encoded(values)
        return cls(kinds, codes, once=True, judged=judged)

    @classmethod
    def one(cls, value: str | float, size: int) -> Column:
        """A column of one value."""
        if not isinstance(value, str):
            return cls(np.full(size, value, dtype=np.float64))
        return cls(pa.array([value], pa.large_string()), np.zeros(size, dtype=np.int32), once=True)

    @classmethod
    def joined(cls, parts: Sequence[Column]) -> Column:
        """The records of several columns of one type, one after the other."""
        if len(parts) == 1:
            return parts[0]
        if parts[0].numeric:
            return cls(np.concatenate([part.values for part in parts]))
        parts = [part.slim for part in parts]
        starts = np.cumsum([0, *(len(part.kinds) for part in parts)])
        codes = [start + part.places for start, part in zip(starts, parts, strict=False)]
        return cls(
            pa.concat_arrays([part.kinds for part in parts]),
            np.concatenate(codes, dtype=np.int32, casting="unsafe"),
        )

    def __len__(self) -> int:
        return len(self.kinds if self.codes is None else self.codes)

    @property
    def places(self) -> np.ndarray:
        """Which of the kinds each record has."""
        return np.arange(len(self.kinds), dtype=np.int32) if self.codes is None else self.codes

    @property
    def values(self) -> np.ndarray:
        """The records' numbers; of text, its objects."""
        return self.spread(self.kinds if self.numeric else self.objects)

    @property
    def objects(self) -> np.ndarray:
        """The kinds, of text, as an array of dtype object; not to be changed."""
        return self._kept("objects", lambda: self.kinds.to_numpy(zero_copy_only=False))

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

    @cached_property
    def narrow(self) -> Column:
        """The text that the records have, each value once, in the order in which they appear."""
        one = self.coded
        if one.codes is None or (self.codes is None and one is not self):
            return one
        size = len(one.codes)
        first = np.full(len(one.kinds), size, dtype=np.int64)
        first[one.codes[::-1]] = np.arange(size - 1, -1, -1)
        used = np.argsort(first, kind="stable")[: np.count_nonzero(first < size)]
        if len(used) == len(first) and (used[1:] > used[:-1]).all():
            return one
        places = np.zeros(len(first), dtype=np.int32)
        places[used] = np.arange(len(used), dtype=np.int32)
        return Column(one.kinds.take(pa.array(used)), places[one.codes], once=True)

    @property
    def finished(self) -> Column:
        """The column as it is kept: numbers as they are, text `narrow`."""
        return Column(self.values) if self.numeric else self.narrow

    @property
    def slim(self) -> Column:
        """The column with no more kinds than records."""
        return self.narrow if len(self.kinds) > len(self) else self

    def spread(self, found: np.ndarray) -> np.ndarray:
        """Give each record what was found for its kind."""
        if self.codes is None:
            return found
        if found.dtype == bool and (found.all() or not found.any()):
            return np.full(len(self.codes), bool(found.any()))
        return found[self.codes]

    def take(self, rows: np.ndarray) -> Column:
        """The column of some records."""
        codes = rows if self.codes is None else self.codes[rows]
        return Column(self.kinds, codes, once=self._once and self.codes is not None, judged=self.judged)

    def take_or_blank(self, rows: np.ndarray) -> Column:
        """The column of some records; -1: blank, or no number."""
        if rows.min(initial=0) >= 0:
            return self.take(rows)
        if self.numeric:
            return Column(np.append(self.values, np.nan)[rows])
        kinds = pa.concat_arrays([self.kinds, pa.array([""], pa.large_string())])
        return Column(kinds, np.append(self.places, np.int32(len(self.kinds)))[rows])

    def put(self, rows: np.ndarray, part: Column) -> Column:
        """The column with the values of a part in some records, given in their order."""
        if len(rows) == len(self) or not len(rows):
            return part if len(rows) else self
        if self.numeric:
            numbers = np.array(self.values)
            numbers[rows] = part.values
            return Column(numbers)
        part, codes = part.slim, self.places.copy()
        codes[rows] = part.places + np.int32(len(self.kinds))
        return Column(pa.concat_arrays([self.kinds, part.kinds]), codes)

    def where(self, keep: np.ndarray, other: Column) -> Column:
        """The column with the values of another one in the records that do not keep their own."""
        rows = np.flatnonzero(~keep)
        return self.put(rows, other.take(rows)) if len(rows) else self

    def filled(self, which: np.ndarray, value: str | float) -> Column:
        """The column with one value in some records."""
        rows = np.flatnonzero(which)
        return self.put(rows, Column.one(value, len(rows))) if len(rows) else self

    def mapped(self, function: Callable[[list[str]], list[str]]) -> Column:
        """What a function gives for the texts that the records have, each asked once."""
        one = self.narrow
        texts = one.kinds.to_pylist()
        results = function(texts)
        return self if results == texts else Column(pa.array(results, pa.large_string()), one.codes)

    @property
    def stripped(self) -> Column:
        """The texts without the blanks around them."""
        return Column(pc.utf8_trim_whitespace(self.kinds), self.codes)

    def equal(self, text: str) -> np.ndarray:
        """Which records have a text."""
        return self.spread(pc.equal(self.kinds, text).to_numpy(zero_copy_only=False))

    def series(self, rows: np.ndarray | slice = slice(None)) -> pd.Series:
        """Values of some records, numbered anew."""
        if self.numeric:
            return pd.Series(self.values[rows])
        one = Column(self.kinds, self.places[rows], once=self._once, judged=self.judged).narrow
        result = text_column(one.kinds.take(pa.array(one.places)))
        keep_codes(result, (one.places, one.kinds, one.judged))
        return result

    def _kept(self, what: Hashable, function: Callable[[], Any]) -> Any:
        """What is asked of the kinds, once."""
        if what not in self.judged:
            self.judged[what] = function()
        return self.judged[what]

    @property
    def blank(self) -> np.ndarray:
        """Which of the kinds are missing, or text of nothing but blanks."""
        return np.asarray(self._kept("blank", self._blank))

    def _blank(self) -> np.ndarray:
        if self.numeric:
            return np.isnan(self.kinds)
        return np.asarray(
            pc.or_(pc.equal(self.kinds, ""), pc.utf8_is_space(self.kinds)).to_numpy(zero_copy_only=False)
        )

    @property
    def numbers(self) -> np.ndarray:
        """The kinds as numbers; NaN where they are none."""
        return self.kinds if self.numeric else self._of_each(numbers)

    @property
    def days(self) -> np.ndarray:
        """Days since 1960: of a date of SAS as it is, of ISO 8601 where the date is whole; else NaN."""
        return self.kinds if self.numeric else self._of_each(whole_days)

    @property
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

    @property
    def printed(self) -> Column:
        """The column with its numbers as text in their shortest exact form, missing ones as nothing."""
        if not self.numeric:
            return self
        one = self.coded
        texts = [
            "" if number != number else np.format_float_positional(number, trim="-") for number in one.kinds
        ]
        return Column(pa.array(texts, pa.large_string()), one.codes, once=True)

    @property
    def ranks(self) -> np.ndarray:
        """Place of each kind among them in order: missing numbers first, text by code point."""
        return np.asarray(self._kept("ranks", self._ranks))

    def _ranks(self) -> np.ndarray:
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
            return np.asarray(self._kept(function, lambda: function(self.coded.kinds)[..., self.coded.codes]))
        return np.asarray(self._kept(function, lambda: function(self.kinds)))


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


def different(left: Column, right: Column) -> np.ndarray:
    """Which records have other values in one column than in another."""
    return np.not_equal(*jointly(left, right)[:2])


def in_one_text(columns: Sequence[Column], between: str, rows: np.ndarray) -> list[str]:
    """The texts of some records in several columns, as one text, for findings."""
    texts = [column.take(rows).values.tolist() for column in columns]
    return [between.join(row) for row in zip(*texts, strict=True)]
