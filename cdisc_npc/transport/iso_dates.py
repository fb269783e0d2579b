"""SAS dates and datetimes as ISO 8601 text and back, whole columns at a time."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cdisc_npc.columns.distinct import distinct

Kind = Literal["date", "datetime", "time"]

_EPOCH = np.datetime64("1960-01-01", "s")
_DAY = 86_400
# ISO 8601 has four digits for a year.
_FIRST = (np.datetime64("0001-01-01", "s") - _EPOCH).astype(int)
_LAST = (np.datetime64("9999-12-31T23:59:59", "s") - _EPOCH).astype(int)


def to_iso(numbers: NDArray[np.float64], kind: Kind) -> pa.Array | None:
    """Text of SAS numbers, null where they are missing.

    Returns
    -------
    pyarrow.Array or None
        None where a number is no whole day or second, or beyond the years 1 to
        9999: such a column stays a column of numbers.
    """
    existing = ~np.isnan(numbers)
    seconds = np.where(existing, numbers, 0.0) * (_DAY if kind == "date" else 1)
    if not ((seconds == np.floor(seconds)) & (seconds >= _FIRST) & (seconds <= _LAST)).all():
        return None
    if kind == "date" and not (seconds % _DAY == 0).all():
        return None
    if kind == "time" and not ((seconds >= 0) & (seconds < _DAY)).all():
        return None
    moments = _EPOCH + seconds.astype("timedelta64[s]")
    codes, kinds = distinct(moments)
    texts = np.datetime_as_string(kinds.astype("datetime64[D]" if kind == "date" else "datetime64[s]"))
    if kind == "time":
        texts = np.array([text[11:] for text in texts], dtype=str)
    result = pa.array(texts.tolist(), pa.large_string()).take(pa.array(codes))
    return pa.array(np.where(existing, result.to_numpy(zero_copy_only=False), None), pa.large_string())


class NotIsoError(ValueError):
    """``text`` is no complete date, datetime or time."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__(f"{text!r:.80} is no {what}")
        self.text = text


def from_iso(texts: list[str | None], kind: Kind) -> NDArray[np.float64]:
    """SAS numbers of complete ISO 8601 texts; null and blank are missing.

    Raises
    ------
    NotIsoError
        A text is no complete date, datetime or time.
    """
    codes, kinds = distinct(np.array([text or "" for text in texts], dtype=object))
    numbers = [_number(text, kind) for text in kinds]
    return np.array(numbers, dtype=np.float64)[codes] if len(numbers) else np.zeros(0)


def _number(text: str, kind: Kind) -> float:
    if not text:
        return np.nan
    whole = {"date": 10, "datetime": 19, "time": 8}[kind]
    # A full date may stand for the datetime of its midnight; nothing else is completed.
    if len(text) != whole and not (kind == "datetime" and len(text) == 10):
        raise NotIsoError(text, f"complete {kind}")
    try:
        moment = np.datetime64(f"1960-01-01T{text}" if kind == "time" else text, "s")
    except ValueError:
        raise NotIsoError(text, kind) from None
    seconds = float((moment - _EPOCH).astype(int))
    return seconds / _DAY if kind == "date" else seconds
