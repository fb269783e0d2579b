"""Columns of numbers, dates and datetimes as SAS numbers: doubles, exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# How to report values that are refused: which rows, and what was expected.
Report = Callable[[NDArray[np.bool_], str], None]

_EPOCH_DAYS = 3653  # from 1960-01-01 to 1970-01-01
_DAY = 86_400  # seconds
TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # a second, in the units that pandas has

# Formats by how their names begin. Datetimes are looked at first: DATETIME begins with DATE.
_OF_DATETIMES = (
    "DATETIME",
    "DATEAMPM",
    "DT",
    "MDYAMPM",
    "E8601DT",
    "E8601DN",
    "B8601DT",
    "B8601DN",
    "IS8601DT",
)
_OF_DATES = (
    "DATE", "DDMMYY", "MMDDYY", "YYMMDD", "YYMM", "YYMON", "YYQ", "YEAR", "MMYY", "MONYY", "JULIAN",
    "WEEKDATE", "WEEKDATX", "WORDDATE", "WORDDATX", "E8601DA", "B8601DA", "IS8601DA", "NENGO", "MINGUO",
)  # fmt: skip


_OF_TIMES = ("TIME", "TOD", "HHMM", "E8601TM", "B8601TM", "IS8601TM")


def shows_a_time(format_name: str) -> bool:
    """Tell whether a SAS format shows seconds since midnight as a time of day."""
    return format_name.startswith(_OF_TIMES)


def counted_in(format_name: str) -> Literal["days", "seconds"] | None:
    """Tell what a SAS format shows: days or seconds since 1960, or None for neither."""
    if format_name.startswith(_OF_DATETIMES):
        return "seconds"
    return "days" if format_name.startswith(_OF_DATES) else None


def sas_numbers(column: pd.Series[Any], format_name: str, report: Report) -> NDArray[np.float64] | None:
    """Doubles of a column of booleans, integers, floats or datetimes.

    Parameters
    ----------
    column
        Shape (n,). Null and NaN become NaN, a missing value.
    format_name
        The variable's SAS format, without its width; it decides between days
        and seconds for datetimes.
    report
        Called with the rows that no double can hold as they are, and with what
        was expected.

    Returns
    -------
    float64, shape (n,), or None
        None when the column is of no such type.
    """
    dtype: Any = column.dtype
    if isinstance(dtype, np.dtype) and dtype == np.float64:
        return np.ascontiguousarray(column.to_numpy())
    if pd.api.types.is_datetime64_dtype(dtype):
        return _of_moments(column.to_numpy(), counted_in(format_name), report)
    kind = getattr(dtype, "kind", "")
    if pd.api.types.is_bool_dtype(dtype) or kind == "f":
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        # A float wider than a double is of kind "f" too.
        wide = isinstance(dtype, np.dtype) and dtype.itemsize > 8
        lost = (column.to_numpy() != values) & ~np.isnan(values) if wide else np.zeros(len(values), bool)
    elif kind in ("i", "u"):
        missing = column.isna().to_numpy()
        whole = column.fillna(0).to_numpy(dtype=np.uint64 if kind == "u" else np.int64)
        values = whole.astype(np.float64)
        # At the type's upper end the way back would overflow.
        high = values >= (2.0**64 if kind == "u" else 2.0**63)
        lost = high | (np.where(high, 0, values).astype(whole.dtype) != whole)
        values[missing] = np.nan
    else:
        return None
    report(lost, "an integer or number that a double holds exactly")
    return values


def _of_moments(moments: Any, unit: str | None, report: Report) -> NDArray[np.float64]:
    missing = np.isnat(moments)
    if unit is None:
        report(~missing, "a SAS date or datetime format for a column of datetimes")
        return np.full(len(moments), np.nan)
    per_second = TICKS[np.datetime_data(moments.dtype)[0]]
    ticks = np.where(missing, 0, moments.view(np.int64))
    if unit == "days":
        days, rest = np.divmod(ticks, _DAY * per_second)
        report((rest != 0) & ~missing, "a date without a time of day, or a datetime format")
        values = (days + _EPOCH_DAYS).astype(np.float64)
    else:
        # The whole seconds first, so that only the fraction can be rounded.
        whole, rest = np.divmod(ticks, per_second)
        whole = (whole + _EPOCH_DAYS * _DAY).astype(np.float64)
        values = whole + rest / per_second
        report(
            (np.rint((values - whole) * per_second) != rest) & ~missing,
            "a time that a double of seconds tells apart",
        )
    values[missing] = np.nan
    return values
