"""Work on the distinct values of a column, then take: verbatim text repeats itself."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# A column, or an array of its distinct values.
Values = pd.Series | np.ndarray

_DECIMAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
# What pandas calls "str".
_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def as_arrow(values: pd.Series) -> pa.Array:
    """The array behind a text column, in one piece; of the Series pyarrow would look at each value."""
    array = values.array
    if isinstance(array, pd.arrays.ArrowStringArray):
        chunks = array.__arrow_array__()
        return chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()
    return pa.array(array, pa.large_string())


def text_column(texts: pa.Array | Sequence[str] | np.ndarray, index: pd.Index | None = None) -> pd.Series:
    """A column of texts; pandas takes four times as long to make one of a list."""
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
    return pd.Series(pd.arrays.ArrowStringArray(array, dtype=_TEXT), index=index, copy=False)  # type: ignore[call-arg]


def distinct(values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Codes of each record, and the distinct values they point to in order of appearance.

    Text is an array of dtype object; a missing value has the code -1.
    """
    if isinstance(values, np.ndarray) or not isinstance(values.array, pd.arrays.ArrowStringArray):
        codes, uniques = pd.factorize(values)
        return codes, np.asarray(uniques)
    codes, kinds, existing = encoded(values)
    if "objects" not in existing:
        existing["objects"] = kinds.to_numpy(zero_copy_only=False)
        existing["objects"].flags.writeable = False
    return codes.astype(np.int64), existing["objects"]


# Codes and distinct values of the columns at hand, and what is known of the values, by the identity of their
# array, which never changes: a frame and its copies have one array. An entry goes with its array.
Encoded = tuple[np.ndarray, pa.Array, dict[Hashable, Any]]
_KEPT: dict[int, tuple[Encoded, weakref.ref[Any]]] = {}
_FEW = 1000  # distinct values that are kept in any case; more only where each stands for several records
_SEVERAL = 8


def encoded(values: pd.Series) -> Encoded:
    """Codes (int32; -1 of a missing value) and distinct values of a text column, and answers for these."""
    kept = kept_codes(values)
    if kept is None:
        array = as_arrow(values).dictionary_encode()
        indices = array.indices.fill_null(-1) if array.null_count else array.indices
        kept = indices.to_numpy(), array.dictionary, {}
        keep_codes(values, kept)
    return kept


def kept_codes(values: pd.Series) -> Encoded | None:
    """Codes and distinct values of a text column, if they are kept; not to be changed."""
    if not isinstance(values.array, pd.arrays.ArrowStringArray):
        return None
    kept = _KEPT.get(id(values.array.__arrow_array__()))
    return kept and kept[0]


def keep_codes(values: pd.Series, of: Encoded) -> None:
    """Keep the codes of a text column for those who ask later, unless its values hardly repeat."""
    codes, kinds, _ = of
    if len(kinds) > max(_FEW, len(codes) // _SEVERAL):
        return
    chunks = values.array.__arrow_array__()
    place = id(chunks)
    _KEPT[place] = of, weakref.ref(chunks, lambda _: _KEPT.pop(place, None))


def take_or_blank(
    values: pd.Series, positions: np.ndarray, index: pd.Index | None = None, missing: Any = None
) -> pd.Series:
    """Values at some positions.

    Parameters
    ----------
    positions : ndarray of int
        -1: ``missing``, or what a column has for no value: blank text, NaN, NaT.
    index
        Of the column made; None: numbered from 0.
    """
    lost = positions.min(initial=0) < 0
    if isinstance(values.array, pd.arrays.ArrowStringArray):
        if not lost:
            return text_column(as_arrow(values).take(pa.array(positions)), index)
        texts = as_arrow(values).take(pa.array(positions, mask=positions < 0))
        return text_column(texts.fill_null("" if missing is None else missing), index)
    if not lost:
        return pd.Series(values.array.take(positions), index=index)
    result = pd.Series(values.array.take(positions, allow_fill=True), index=index)
    if missing is None and pd.api.types.is_string_dtype(values.dtype):
        missing = ""
    return result if missing is None else result.fillna(missing)


def spread(
    texts: pa.Array | Sequence[str] | np.ndarray, codes: np.ndarray, index: pd.Index | None = None
) -> pd.Series:
    """Give each record the text of its distinct value; -1 is the last."""
    array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
    if codes.min(initial=0) < 0:
        codes = np.where(codes < 0, codes + len(array), codes)
    return text_column(array.take(pa.array(codes)), index)


def constant(text: str, size: int) -> pd.Series:
    """A column of one text."""
    return text_column(pa.repeat(pa.scalar(text, pa.large_string()), size))


def by_distinct(values: pd.Series, function: Callable[[np.ndarray], Sequence[str] | np.ndarray]) -> pd.Series:
    """Apply a function of text to the distinct values and spread its results.

    Parameters
    ----------
    values
        Text without nulls, any index.
    function
        Takes the distinct values as an array of dtype object, returns as many texts.
    """
    codes, uniques = distinct(values)
    texts = function(uniques)
    return values if np.array_equal(texts, uniques) else spread(texts, codes, values.index)


def ranks(values: pd.Series) -> np.ndarray:
    """Rank of each value among the distinct ones: blank and missing first, text by code point.

    The order is that of a SAS sort in an ASCII or UTF-8 session, whatever the locale.
    """
    codes, uniques = distinct(values)
    order = np.argsort(uniques, kind="stable")
    rank = np.empty(len(uniques) + 1, dtype=np.int64)
    rank[order] = np.arange(1, len(uniques) + 1)
    rank[-1] = 0  # pd.factorize gives a missing number the code -1
    return rank[codes]


def is_numeric(values: Values) -> bool:
    """Whether a column is one of numbers."""
    return values.dtype.kind in "fiub"


def numbers(values: Values | pa.Array) -> np.ndarray:
    """Numbers of a column, NaN where it is blank or not a decimal number."""
    if isinstance(values, pa.Array):
        plain = pc.utf8_trim_whitespace(values)
        result = np.full(len(values), np.nan)
        decimal = pc.match_substring_regex(plain, _DECIMAL).to_numpy(zero_copy_only=False)
        result[decimal] = [float(text) for text in plain.filter(pa.array(decimal)).to_pylist()]
        return result
    if is_numeric(values):
        return np.asarray(values, dtype=float)
    if isinstance(values, np.ndarray):
        return numbers(pa.array(values, pa.large_string()))
    codes, uniques = distinct(values)
    return numbers(uniques.astype(object))[codes]
