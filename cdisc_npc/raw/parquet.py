"""Parquet files: every type as exact text, nulls as blanks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.arrow_file import TICKS, ArrowFileError, plain_column, read_table
from cdisc_npc.transport.raw_tables import RawTable, by_distinct, header_names, number_text, text_frame

_ISO = re.compile(r"([^.]*?)(?:(\.\d*?)0*)?(?:([+-]\d\d):?(\d\d))?")


def tables_in(path: Path) -> list[str]:
    """A Parquet file is one table, of its stem's name."""
    return [path.stem]


def read_tables(path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
    """Read the one table of the file, under the name asked for; its text is UTF-8 by definition."""
    return {name: read_parquet(path, name=name) for name in names}


def read_parquet(path: Path, *, name: str | None = None) -> RawTable:
    """Read one Parquet file as text.

    Numbers take their shortest exact form, decimals keep their scale, dates and
    times are ISO 8601 (a fraction of a second only where there is one), booleans
    are ``true`` and ``false``, binary columns have to be UTF-8.

    Raises
    ------
    Refused
        ``RAW_UNREADABLE`` for a damaged file, a nested column, or a value that its type
        cannot have (see `plain_column`), ``RAW_ENCODING`` for binary values that are no text.
    """
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="a Parquet file")
    try:
        table = read_table(path)
    except ArrowFileError as error:
        raise Refused.because(
            "RAW_UNREADABLE", file=path.name, value=error.value, expected=error.expected
        ) from error
    names = header_names(table.column_names, path.name)
    columns, findings = {}, Findings()
    for column, values in zip(names, table.columns, strict=True):
        try:
            columns[column] = _as_text(plain_column(values, column))
        except ArrowFileError as error:
            findings.add(
                "RAW_UNREADABLE", file=path.name, variable=column, row=error.row,
                value=f"column {column}: {error.value}", expected=error.expected,
            )  # fmt: skip
        except UnicodeDecodeError as error:
            findings.add(
                "RAW_ENCODING", file=path.name, variable=column, value=str(error)[:80], expected="utf-8"
            )
        except pa.ArrowNotImplementedError:
            findings.add(
                "RAW_UNREADABLE", file=path.name, variable=column,
                value=f"column {column} of type {values.type}", expected="one value a cell",
            )  # fmt: skip
    findings.refuse_if_worst()
    return RawTable(name or path.stem, text_frame(columns, table.num_rows), path.name)


def _as_text(values: pa.ChunkedArray) -> pd.Series:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.large_string()).fill_null("").to_pandas().astype("str")
    if pa.types.is_floating(kind):
        return _floats_as_text(values)
    if pa.types.is_nested(kind) or pa.types.is_interval(kind):
        raise pa.ArrowNotImplementedError(str(kind))
    convert = next((convert for applies, convert in _CONVERSIONS if applies(kind)), str)
    # Python's date and time have no nanoseconds, and its durations end before Arrow's.
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        convert = _iso
        values = pc.strftime(values, format="%Y-%m-%dT%H:%M:%S%z" if kind.tz else "%Y-%m-%dT%H:%M:%S")
    elif pa.types.is_time64(kind) and kind.unit == "ns":
        convert = _iso
        values = values.cast(pa.string())
    elif pa.types.is_duration(kind):
        convert = partial(_seconds, TICKS[kind.unit])
        values = values.cast(pa.int64())
    distinct = pc.unique(values)
    texts = ["" if value is None else convert(value) for value in distinct.to_pylist()]
    places = pc.index_in(values, value_set=distinct).to_numpy()
    return pd.Series(np.array(texts, dtype=object)[places], dtype="str")


def _floats_as_text(values: pa.ChunkedArray) -> pd.Series:
    numbers = values.to_numpy()
    if numbers.dtype == np.float64:
        return by_distinct(numbers, lambda distinct: list(map(number_text, distinct)))
    # The shortest text of a narrower float is shorter than that of its double.
    narrow = numbers.dtype.type
    return by_distinct(
        numbers.astype(np.float64),
        lambda distinct: [
            number_text(float(np.format_float_scientific(narrow(value)))) for value in distinct
        ],
    )


def _iso(text: str) -> str:
    """Drop a fraction's zeros at the end, and spell the offset as ISO 8601 does."""
    parts = _ISO.fullmatch(text)
    if parts is None:
        return text
    moment, fraction, hours, minutes = parts.groups(default="")
    offset = f"{hours}:{minutes}" if hours else ""
    return moment + fraction.removesuffix(".") + ("Z" if offset == "+00:00" else offset)


def _iso_time(value: time | datetime) -> str:
    return _iso(value.isoformat())


def _plain_decimal(value: Decimal) -> str:
    return format(value, "f")


def _seconds(ticks: int, value: int) -> str:
    whole, part = divmod(abs(value), ticks)
    fraction = f".{part:0{len(str(ticks)) - 1}}".rstrip("0").rstrip(".") if part else ""
    return f"{'-' if value < 0 else ''}{whole}{fraction}"


_CONVERSIONS: tuple[tuple[Callable[[Any], bool], Callable[[Any], str]], ...] = (
    (pa.types.is_boolean, lambda value: str(value).lower()),
    (pa.types.is_decimal, _plain_decimal),
    (pa.types.is_date, date.isoformat),
    (pa.types.is_timestamp, _iso_time),
    (pa.types.is_time, _iso_time),
    (pa.types.is_binary, bytes.decode),
    (pa.types.is_large_binary, bytes.decode),
    (pa.types.is_fixed_size_binary, bytes.decode),
)
