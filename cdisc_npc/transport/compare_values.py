"""Compare the values of paired records, one variable at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cdisc_npc.transport.compare_keys import Matching

Method = Literal["absolute", "relative", "percent"]


class Values:
    """Differing values, variable by variable."""

    def __init__(
        self, base: pd.DataFrame, compare: pd.DataFrame, matching: Matching,
        keys: list[str], tolerance: float, method: Method, limit: int | None,
        tags: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
    ) -> None:  # fmt: skip
        self._base, self._compare, self._matching, self._keys = base, compare, matching, keys
        self._tolerance, self._method, self._limit = tolerance, method, limit
        self.struck = np.zeros(len(matching.base), dtype=bool)
        self.counts: list[tuple[str, int, float]] = []
        self._parts: list[pd.DataFrame] = []
        self._tags = tags

    def add(self, column: str, kind: str) -> None:
        """Compare one variable."""
        take = self._matching
        left, right = self._base[column], self._compare[column]
        difference: NDArray[np.float64] | None = None
        if kind == "Num":
            a, b = take.left(_numbers(left)), take.right(_numbers(right))
            failing = _numbers_differ(a, b, self._tolerance, self._method)
            if column in self._tags[0] or column in self._tags[1]:
                left, right = (
                    _tagged(one, tags.get(column))
                    for one, tags in zip((left, right), self._tags, strict=True)
                )
                kinds = [values.where(values.map(_is_str), "").to_numpy() for values in (left, right)]
                failing = failing | (take.left(kinds[0]) != take.right(kinds[1]))
            with np.errstate(invalid="ignore"):
                difference = b[failing] - a[failing]
        elif kind == "Moment":
            a, b = (pd.to_datetime(values, utc=True).to_numpy("datetime64[ns]") for values in (left, right))
            a, b = take.left(a), take.right(b)
            failing = (a != b) & ~(np.isnat(a) & np.isnat(b))
        else:
            failing = _texts_differ(_text(left), _text(right), take)
        count = int(failing.sum())
        if not count:
            return
        self.struck |= failing
        largest = float(np.nanmax(np.abs(difference), initial=0)) if difference is not None else np.nan
        self.counts.append((column, count, largest))
        places = np.flatnonzero(failing)[: self._limit]
        rows, partners = take.base[places], take.compare[places]
        part = self._base[self._keys].iloc[rows].reset_index(drop=True)
        part.insert(0, "row_compare", partners + 1)
        part.insert(0, "row_base", rows + 1)
        part.insert(0, "variable", column)
        part["base"] = pd.Series(list(left.iloc[rows]), dtype=object)
        part["compare"] = pd.Series(list(right.iloc[partners]), dtype=object)
        part["difference"] = np.nan if difference is None else difference[: self._limit]
        self._parts.append(part)

    def table(self) -> pd.DataFrame:
        """All differing values, up to the limit for each variable."""
        columns = ["variable", "row_base", "row_compare", *self._keys, "base", "compare", "difference"]
        return pd.concat(self._parts, ignore_index=True) if self._parts else pd.DataFrame(columns=columns)


def _is_str(value: Any) -> bool:
    return isinstance(value, str)


def _tagged(column: pd.Series[Any], tags: Any) -> pd.Series[Any]:
    """Give a column whose missing numbers are shown as which missing value they are."""
    numbers = column.astype(object)
    kinds = pd.Series(
        "." if tags is None else np.asarray(tags, dtype=object), index=column.index, dtype=object
    )
    return numbers.where(column.notna(), kinds)


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_object_dtype(column.dtype):
        column = column.astype("Float64")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _numbers_differ(
    a: NDArray[np.float64], b: NDArray[np.float64], tolerance: float, method: Method
) -> NDArray[np.bool_]:
    failing: NDArray[np.bool_] = a != b
    if not failing.any():
        return failing
    # Only what is not the same anyway is looked at closely.
    places = np.flatnonzero(failing)
    x, y = a[places], b[places]
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(x - y)
        allowed = (
            tolerance
            * {
                "absolute": np.ones(1),
                "relative": np.maximum(np.abs(x), np.abs(y)),
                "percent": np.abs(x) / 100,
            }[method]
        )
        near = (gap <= allowed) & np.isfinite(gap)
    failing[places] = ~(near | (np.isnan(x) & np.isnan(y)))
    return failing


def _text(column: pd.Series[Any]) -> pa.ChunkedArray:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if column.dtype == object:
        column = column.where(column.notna(), "").astype("str")
    text = pa.array(column, type=pa.large_string(), from_pandas=True)
    text = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
    return pc.fill_null(text, "") if text.null_count else text


def _texts_differ(a: pa.ChunkedArray, b: pa.ChunkedArray, take: Matching) -> NDArray[np.bool_]:
    if not take.is_identity_left:
        a = a.take(pa.array(take.base))
    if not take.is_identity_right:
        b = b.take(pa.array(take.compare))
    failing: NDArray[np.bool_] = (
        pc.not_equal(a, b).to_numpy(zero_copy_only=False) if len(a) else np.zeros(0, bool)
    )
    if failing.any():
        places = np.flatnonzero(failing)
        x, y = (pc.ascii_rtrim(values.take(pa.array(places)), " ") for values in (a, b))
        failing = failing.copy()
        failing[places] = pc.not_equal(x, y).to_numpy(zero_copy_only=False)
    return failing
