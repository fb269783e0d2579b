"""Parquet as Arrow gives it, looked through before its values are made anything else.

Arrow reads what a damaged or careless file holds: text that is no UTF-8, days of no
calendar, times beyond midnight. Its own conversions then fail without a place, or wrap
such a value into another one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

# 1 January of the year 1 and the day after 31 December 9999, in days since 1970.
_FIRST_DAY, _END_DAY = -719_162, 2_932_897
# Ticks of a second.
TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
# A dataset of so many cells has fewer than these to a byte of its file: else it is a bomb.
_MANY_CELLS, _CELLS_A_BYTE = 10_000_000, 200


class ArrowFileError(ValueError):
    """The file cannot be read; where a column or a value is at fault, its name and record (from 1)."""

    def __init__(self, value: str, expected: str, column: str = "", row: int | None = None) -> None:
        super().__init__(value)
        self.value, self.expected, self.column, self.row = value, expected, column, row


def read_table(path: Path) -> pa.Table:
    """Read a Parquet file.

    Raises
    ------
    ArrowFileError
        It is damaged, or unpacks to far more than a file of its size holds.
    """
    try:
        # ParquetFile, for read_table takes a folder's name for a partition key.
        with parquet.ParquetFile(path) as file:
            cells = file.metadata.num_rows * file.metadata.num_columns
            if cells > _MANY_CELLS and cells > _CELLS_A_BYTE * path.stat().st_size:
                raise ArrowFileError(
                    f"{cells} cells in {path.stat().st_size} bytes", "a Parquet file of a dataset"
                )
            return file.read()
    except (FileNotFoundError, PermissionError):
        raise
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else "nothing in it"
        raise ArrowFileError(reason, "a Parquet file") from error


def plain_column(values: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Give a column without dictionary, whose values are sound.

    Raises
    ------
    ArrowFileError
        Text that is no UTF-8, a date or moment outside the years 1 to 9999, a time
        outside the day, a time zone that nobody knows, or a damaged column.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        _sound_text(
            pa.chunked_array([chunk.dictionary for chunk in values.chunks], kind.value_type), name, None
        )
        kind = kind.value_type
        values = _arrow(lambda: values.cast(kind), name)
    if _is_text(kind):
        _sound_text(values, name, 1)
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_interval(kind):
        _in_range(values, name)
    _arrow(lambda: values.validate(full=True), name)
    return values


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _arrow(do: Callable[[], Any], name: str) -> Any:
    try:
        return do()
    except pa.ArrowException as error:
        raise ArrowFileError(str(error)[:200], "a sound column", name) from error


def _sound_text(values: pa.ChunkedArray, name: str, first: int | None) -> None:
    """Refuse text that is no UTF-8 by its record, where the values are records (from ``first``)."""
    if not _is_text(values.type):
        return
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        pass
    else:
        return
    whole = values.cast(pa.large_string()).cast(pa.large_binary())
    for place, value in enumerate(whole.to_pylist()):
        try:
            (value or b"").decode()
        except UnicodeDecodeError as error:
            row = None if first is None else place + first
            raise ArrowFileError(f"{value[:40]!r}: {error.reason}", "text in UTF-8", name, row) from error


def _in_range(values: pa.ChunkedArray, name: str) -> None:
    kind = values.type
    narrow = pa.types.is_date32(kind) or pa.types.is_time32(kind)
    ticks = pc.cast(values, pa.int32() if narrow else pa.int64()).cast(pa.int64())
    if pa.types.is_time(kind):
        first, end, expected = 0, 86_400 * TICKS[kind.unit], "a time of day"
    else:
        a_day = (
            1 if pa.types.is_date32(kind) else 86_400 * TICKS["ms" if pa.types.is_date64(kind) else kind.unit]
        )
        # In a time zone the year may be the one before or after.
        margin = 1 if pa.types.is_timestamp(kind) and kind.tz else 0
        first, end = (_FIRST_DAY + margin) * a_day, (_END_DAY - margin) * a_day
        expected = "a date of the years 1 to 9999"
        if margin:
            try:
                pa.lib.string_to_tzinfo(kind.tz)
            except (pa.ArrowException, LookupError, ValueError) as error:
                raise ArrowFileError(f"the time zone {kind.tz}", "one that is known", name) from error
    numbers = ticks.to_numpy()
    failing = np.flatnonzero((numbers < max(first, -(2**63))) | (numbers >= min(end, 2**63 - 1)))
    if failing.size:
        row = int(failing[0])
        raise ArrowFileError(f"{ticks[row].as_py()} ({kind})", expected, name, row + 1)
