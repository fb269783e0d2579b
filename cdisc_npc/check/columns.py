"""Tests of the values of a column, on its distinct values."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.sdtm.qualifiers import byte_lengths
from define_xml.values import FORMS, fits

# Text to tests of it: whether each value passes.
Passes = Callable[[pd.Series], np.ndarray]

_MOMENTS = ("partialDatetime", "incompleteDatetime")
# A whole date, with or without time, of a day that every year has: judged in bulk, all others one by one.
_MONTHS = r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
_PLAIN = rf"^\d{{4}}-{_MONTHS}(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$"
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_CONTROL = "[\x00-\x1f\x7f\u0080-\u009f]"


class Distinct:
    """Distinct values of the columns of one frame after another, each found once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[object, np.ndarray, pd.Series]] = {}
        self._passed: pd.Series | None = None

    def of(self, values: pd.Series) -> tuple[np.ndarray, pd.Series]:
        """Codes of the records, and the values that they point to; missing numbers have the code -1."""
        name = str(values.name)
        held = self._known.get(name)
        if held is None or held[0] is not values.array:
            codes, uniques = pd.factorize(values)
            held = self._known[name] = (values.array, codes, pd.Series(uniques))
        return held[1], held[2]

    def all_pass(self, index: pd.Index) -> pd.Series:
        """The verdict that every record passes."""
        if self._passed is None or self._passed.index is not index:
            self._passed = pd.Series(True, index=index)
        return self._passed

    def passing(self, values: pd.Series, passes: Passes) -> pd.Series:
        """Whether each record's value passes a test of texts; a column of numbers does."""
        if pd.api.types.is_numeric_dtype(values.dtype):
            return self.all_pass(values.index)
        codes, texts = self.of(values)
        verdicts = passes(texts)
        if verdicts.all():
            return self.all_pass(values.index)
        return pd.Series(verdicts[codes], index=values.index)


def _array(texts: pd.Series) -> pa.Array:
    array = pa.array(texts, pa.large_string())
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def _bools(array: pa.Array) -> np.ndarray:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool)


def present(texts: pd.Series) -> np.ndarray:
    """Not nothing, and not only blanks."""
    array = _array(texts)
    return ~_bools(pc.or_(pc.equal(array, ""), pc.utf8_is_space(array)))


def within_bytes(most: int, encoding: str) -> Passes:
    """At most so many bytes."""
    return lambda texts: byte_lengths(texts, encoding) <= most


def within_characters(most: int) -> Passes:
    """At most so many characters."""
    return lambda texts: pc.utf8_length(_array(texts)).to_numpy() <= most


def unpadded(texts: pd.Series) -> np.ndarray:
    """Neither leading nor trailing blanks; nothing but blanks is a blank value, not a padded one."""
    array = _array(texts)
    trimmed = pc.utf8_trim_whitespace(array)
    return _bools(pc.or_(pc.equal(trimmed, array), pc.equal(trimmed, "")))


def printable(texts: pd.Series) -> np.ndarray:
    """No control characters: line breaks, tabs, bells."""
    return ~_bools(pc.match_substring_regex(_array(texts), _CONTROL))


def no_dot(texts: pd.Series) -> np.ndarray:
    """Not the dot alone, which is how SAS prints a missing number."""
    return ~_bools(pc.equal(pc.utf8_trim_whitespace(_array(texts)), "."))


def code_like(texts: pd.Series) -> np.ndarray:
    """Up to 8 capital letters, digits and underscores, no digit first; or blank."""
    return np.array([not text or _CODE.fullmatch(text) is not None for text in texts], dtype=bool)


def of_forms(forms: Collection[str]) -> Passes:
    """ISO 8601: ``moment``, ``duration`` or ``interval``, with days that the calendar has; or blank."""
    kinds = [kind for form, names in (("moment", _MOMENTS), ("duration", ("durationDatetime",)),
             ("interval", ("intervalDatetime",))) if form in forms for kind in names]  # fmt: skip

    def passes(texts: pd.Series) -> np.ndarray:
        array = _array(texts)
        plain = _bools(pc.equal(array, ""))
        if "moment" in forms:
            plain = plain | _bools(pc.match_substring_regex(array, _PLAIN))
        for place in np.flatnonzero(~plain):
            text = texts.iloc[place]
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
        [not text.strip() or fits(data_type, text.strip()) for text in texts], dtype=bool
    )
