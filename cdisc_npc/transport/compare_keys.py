"""Pair the records of two datasets: by keys, through integer codes, or by position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.findings import Findings

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Matching:
    """Which record of the one side belongs to which of the other; rows from 0.

    Attributes
    ----------
    base, compare
        Rows of the pairs, in the order of the base.
    only
        By side, rows without a partner.
    duplicates
        By side, the keys that stand more than once, and ``records``, how often.
    """

    base: Rows
    compare: Rows
    only: dict[str, Rows]
    duplicates: dict[str, pd.DataFrame]
    is_identity_left: bool
    is_identity_right: bool

    def left(self, values: NDArray[Any]) -> NDArray[Any]:
        """Take the values of the pairs from the base."""
        return values if self.is_identity_left else values[self.base]

    def right(self, values: NDArray[Any]) -> NDArray[Any]:
        """Take the values of the pairs from the other side."""
        return values if self.is_identity_right else values[self.compare]


def _matching(
    base: Rows,
    compare: Rows,
    sizes: tuple[int, int],
    only: dict[str, Rows],
    duplicates: dict[str, pd.DataFrame],
) -> Matching:
    # Most often both are in the same order: then nothing needs to be moved.
    identity = [
        len(rows) == size and bool((rows == np.arange(size)).all())
        for rows, size in zip((base, compare), sizes, strict=True)
    ]
    return Matching(base, compare, only, duplicates, *identity)


def match_by_position(base: pd.DataFrame, compare: pd.DataFrame) -> Matching:
    """Pair the first with the first, and so on; the longer side has the rest alone."""
    common = np.arange(min(len(base), len(compare)))
    only = {"base": np.arange(len(common), len(base)), "compare": np.arange(len(common), len(compare))}
    none = {side: pd.DataFrame({"records": pd.Series(dtype="int64")}) for side in only}
    return _matching(common, common, (len(base), len(compare)), only, none)


def match_by_keys(
    base: pd.DataFrame, compare: pd.DataFrame, keys: list[str], kinds: dict[str, dict[str, str]], name: str
) -> Matching:
    """Pair records of the same keys; those of a key that stands more than once in their order.

    Raises
    ------
    Refused
        ``COMPARE_REFUSED``: a key's types differ, or cannot be compared.
    """
    findings = Findings()
    for key in keys:
        left, right = kinds["base"][key], kinds["compare"][key]
        if left != right or not left:
            findings.add(
                "COMPARE_REFUSED",
                dataset=name,
                variable=key,
                value=f"key {key} is {left or base[key].dtype} in base, {right or compare[key].dtype} in compare",
                expected="text or numbers on both sides",
            )
    findings.refuse_if_worst()
    size = len(base)
    codes = np.zeros(size + len(compare), dtype=np.int64)
    for key in keys:
        one, count = _codes(base[key], compare[key], kinds["base"][key])
        # Dense codes keep the product of their numbers small, whatever the number of keys.
        codes = distinct(codes * count + one)[0].astype(np.int64)
    duplicates, parts = {}, []
    total = int(codes.max(initial=-1)) + 1
    often = 1
    for side, frame, own in (("base", base, codes[:size]), ("compare", compare, codes[size:])):
        times = np.bincount(own, minlength=total)
        often = max(often, int(times.max(initial=1)))
        many = np.flatnonzero(times > 1)
        first = np.full(total, -1)
        first[own[::-1]] = np.arange(len(own))[::-1]
        rows = np.sort(first[many])
        table = frame[keys].iloc[rows].reset_index(drop=True)
        table["records"] = times[own[rows]]
        duplicates[side] = table
        parts.append(own)
    if often > 1:
        parts = [own * often + _occurrence(own) for own in parts]
        total *= often
    place = np.full(total, -1)
    place[parts[1]] = np.arange(len(compare))
    partner = place[parts[0]]
    rows = np.flatnonzero(partner >= 0)
    alone = np.ones(len(compare), dtype=bool)
    alone[partner[rows]] = False
    only = {"base": np.flatnonzero(partner < 0), "compare": np.flatnonzero(alone)}
    return _matching(rows, partner[rows], (size, len(compare)), only, duplicates)


def _with_missing(values: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    """Number the distinct values, a missing one, which is like another, last; and what the numbers are below."""
    codes, kinds = distinct(values)
    return np.where(codes < 0, len(kinds), codes).astype(np.int64), len(kinds) + 1


def _codes(left: pd.Series[Any], right: pd.Series[Any], kind: str) -> tuple[NDArray[np.int64], int]:
    """Number the distinct values of both sides together."""
    if kind == "Num":
        values = np.concatenate([s.to_numpy(dtype=np.float64, na_value=np.nan) for s in (left, right)])
        return _with_missing(values)
    if kind == "Moment":
        moments = np.concatenate(
            [pd.to_datetime(s, utc=True).to_numpy("datetime64[ns]") for s in (left, right)]
        )
        return _with_missing(moments)
    texts = [pa.array(_plain(s), pa.large_string(), from_pandas=True) for s in (left, right)]
    chunks = [
        chunk for text in texts for chunk in (text.chunks if isinstance(text, pa.ChunkedArray) else [text])
    ]
    whole = pa.concat_arrays(chunks) if chunks else pa.array([], pa.large_string())
    # As in SAS, null is blank, and blanks at the end are no part of a value.
    encoded = pc.ascii_rtrim(pc.fill_null(whole, ""), " ").dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(column.cat.categories.dtype)
    if column.dtype == object:
        return column.where(column.notna(), "").astype("str")
    return column


def _occurrence(codes: Rows) -> Rows:
    """Count the records of each code, from 0, in their order."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    new = np.ones(len(codes), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(new)
    counted = np.empty(len(codes), dtype=np.int64)
    counted[order] = np.arange(len(codes)) - np.repeat(starts, np.diff(np.append(starts, len(codes))))
    return counted
