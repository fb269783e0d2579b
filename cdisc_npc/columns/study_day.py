"""Study day, --DY: the day of a date counted from the subject's reference date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import to_days


def study_day(dtc: pd.Series, reference: pd.Series) -> pd.Series:
    """Count the days from a reference date; there is no day 0.

    --DY is (date of --DTC) - (date of RFSTDTC) + 1 where --DTC is on or after the
    reference, else without the + 1. Times are ignored (SDTMIG 3.4, section 4.4.4).

    Parameters
    ----------
    dtc, reference
        ISO 8601 text; ``reference`` is aligned to ``dtc`` record by record.

    Returns
    -------
    Series of float64
        NaN where either is not a complete date. The index of ``dtc``.
    """
    if len(dtc) != len(reference):
        raise ValueError(f"{len(dtc)} dates and {len(reference)} reference dates; expected as many")
    return pd.Series(day_numbers(dtc, reference), index=dtc.index)


def day_numbers(dtc: pd.Series | Column, reference: pd.Series | Column) -> np.ndarray:
    """As `study_day`, as an array."""
    days, existing = to_days(dtc)
    start, start_known = to_days(reference)
    count = days - start + (days >= start)
    return np.where(existing & start_known, count, np.nan)


def subject_reference(
    frame: pd.DataFrame, dm: pd.DataFrame, reference: str, key: str = "USUBJID"
) -> pd.Series:
    """Look up each record's reference --DTC in DM.

    Returns
    -------
    Series of str
        '' where the subject is not in DM, or has several different dates there: which
        of them is meant cannot be known. The index of ``frame``.
    """
    pairs = dm[[key, reference]].astype("str").fillna("").drop_duplicates()
    by_subject = pairs.drop_duplicates(key, keep=False).set_index(key)[reference]
    return by_subject.reindex(frame[key].astype("str")).fillna("").set_axis(frame.index)


def derive_study_day(
    frame: pd.DataFrame,
    dm: pd.DataFrame,
    *,
    date: str,
    reference: str = "RFSTDTC",
    variable: str | None = None,
    key: str = "USUBJID",
) -> pd.DataFrame:
    """Add a study day to a dataset; a copy is returned.

    Parameters
    ----------
    frame
        Dataset with ``date`` and ``key``.
    dm
        DM, with ``reference`` and ``key``.
    date
        Name of a --DTC variable.
    reference
        Name of the reference date in DM.
    variable
        Name of the new variable; by default that of the date, with DY for DTC.
    key
        Name of the subject's identifier in both.

    Raises
    ------
    TypeError
        When ``frame`` or ``dm`` is no DataFrame, or a name is no text.
    ValueError
        When a variable is missing.
    """
    for name, table in (("the dataset", frame), ("DM", dm)):
        if not isinstance(table, pd.DataFrame):
            raise TypeError(f"{name} is a {type(table).__name__}; expected a DataFrame")
    if variable is not None and not isinstance(variable, str):
        raise TypeError(f"the study day's name is {variable!r}; expected text")
    for name, table, needed in (("the dataset", frame, [date, key]), ("DM", dm, [reference, key])):
        missing = [column for column in needed if column not in table.columns]
        if missing:
            raise ValueError(f"{name} has no variable {', '.join(map(str, missing))}")
    days = study_day(frame[date], subject_reference(frame, dm, reference, key))
    return frame.assign(**{variable or f"{date.removesuffix('DTC')}DY": days})
