"""Tests of the values of a column, on its distinct values."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.distinct import distinct, spread
from define_xml.values import FORMS, fits

# A test of texts: whether each passes.
Passes = Callable[[pa.Array], np.ndarray]

_MOMENTS = ("partialDatetime", "incompleteDatetime")
# A whole date, with or without time, of a day that every year has: judged in bulk, all others one by one.
_MONTHS = r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
_PLAIN = rf"^\d{{4}}-{_MONTHS}(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$"
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_NOTHING, _DOT = (pa.scalar(text, pa.large_string()) for text in ("", "."))
_CONTROL = "[\x00-\x1f\x7f\u0080-\u009f]"


def bools(array: pa.Array) -> np.ndarray:
    """The verdicts of pyarrow."""
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool)


def present(texts: pa.Array) -> np.ndarray:
    """Not nothing, and not only blanks."""
    return ~bools(pc.or_(pc.equal(texts, _NOTHING), pc.utf8_is_space(texts)))


def within_bytes(most: int, encoding: str) -> Passes:
    """At most so many bytes."""
    return lambda texts: byte_lengths(texts, encoding) <= most


def within_characters(most: int) -> Passes:
    """At most so many characters."""
    return lambda texts: pc.utf8_length(texts).to_numpy() <= most


def unpadded(texts: pa.Array) -> np.ndarray:
    """Neither leading nor trailing blanks; nothing but blanks is a blank value, not a padded one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return bools(pc.or_(pc.equal(trimmed, texts), pc.equal(trimmed, _NOTHING)))


def printable(texts: pa.Array) -> np.ndarray:
    """No control characters: line breaks, tabs, bells."""
    return ~bools(pc.match_substring_regex(texts, _CONTROL))


def no_dot(texts: pa.Array) -> np.ndarray:
    """Not the dot alone, which is how SAS prints a missing number."""
    return ~bools(pc.equal(pc.utf8_trim_whitespace(texts), _DOT))


def code_like(texts: pa.Array) -> np.ndarray:
    """Up to 8 capital letters, digits and underscores, no digit first; or blank."""
    return np.array([not text or _CODE.fullmatch(text) is not None for text in texts.to_pylist()], dtype=bool)


def of_forms(forms: Collection[str]) -> Passes:
    """ISO 8601: ``moment``, ``duration`` or ``interval``, with days that the calendar has; or blank."""
    kinds = [kind for form, names in (("moment", _MOMENTS), ("duration", ("durationDatetime",)),
             ("interval", ("intervalDatetime",))) if form in forms for kind in names]  # fmt: skip

    def passes(texts: pa.Array) -> np.ndarray:
        plain = bools(pc.equal(texts, _NOTHING))
        if "moment" in forms:
            plain = plain | bools(pc.match_substring_regex(texts, _PLAIN))
        for place in np.flatnonzero(~plain):
            text = texts[place].as_py()
            plain[place] = any(fits(kind, text) for kind in kinds) and _on_calendar(text)
        return plain

    return passes


def _on_calendar(text: str) -> bool:
    """Whether every whole date in a text is a day that there is."""
    for year, month, day in _DAY.findall(text):
        try:
            datetime.date(int(year), int(month), int(day))
        except ValueError:
            return False
    return True


def of_type(data_type: str) -> Passes:
    """A value of a data type of Define-XML; or blank."""
    if data_type not in FORMS:
        return lambda texts: np.ones(len(texts), dtype=bool)
    return lambda texts: np.array(
        [not text.strip() or fits(data_type, text.strip()) for text in texts.to_pylist()], dtype=bool
    )


def byte_length(text: str, encoding: str) -> int:
    """Bytes of a text in an encoding; of text that the encoding lacks in UTF-8."""
    try:
        return len(text.encode(encoding))
    except UnicodeEncodeError:
        return len(text.encode("utf-8"))


def byte_lengths(values: pd.Series | pa.Array, encoding: str) -> np.ndarray:
    """Bytes of each text in an encoding; text that the encoding lacks is measured in UTF-8."""
    array = pa.array(values, type=pa.large_string())
    sizes = pc.binary_length(array).to_numpy().astype(np.int64)
    wide = np.flatnonzero(sizes != pc.utf8_length(array).to_numpy())
    if len(wide) and encoding not in ("us-ascii", "utf-8"):
        codes, uniques = distinct(array.take(wide).to_pandas())
        sizes[wide] = np.array([byte_length(text, encoding) for text in uniques], dtype=np.int64)[codes]
    return sizes


def text_of(values: pd.Series) -> pd.Series:
    """Text of a column: numbers in their shortest exact form, missing as blank."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return values
    codes, uniques = distinct(values)
    texts = [np.format_float_positional(number, trim="-") for number in uniques] + [""]
    return spread(texts, codes, values.index)
