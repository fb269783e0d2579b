"""ISO 8601 dates as integers, in bulk: as far as they are known before their first gap."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# A moment is YYYYMMDDhhmmss, as one integer. Of each part: where it begins, its digits, the mark before it.
_PARTS = ((0, 4, ""), (5, 2, "-"), (8, 2, "-"), (11, 2, "T"), (14, 2, ":"), (17, 2, ":"))
_WIDTH = 19
# The day from which SAS counts.
_EPOCH = np.datetime64("1960-01-01", "D")


def _parts(texts: pa.Array) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Of each part of a date its number, and whether it is known, as all before it; and the bytes.

    The bytes have the shape (n, 20): what is beyond the end of a text is 0.
    """
    cut = pc.utf8_slice_codeunits(texts, 0, _WIDTH + 1)
    if not pc.all(pc.string_is_ascii(cut)).as_py():
        cut = pc.replace_substring_regex(cut, "[^\x01-\x7f]", "?")
    padded = pc.ascii_rpad(cut, _WIDTH + 1, padding="\0").cast(pa.large_string())
    sizes = padded.buffers()[1]
    first = np.frombuffer(sizes, np.int64)[padded.offset] if len(padded) else 0
    data = np.frombuffer(padded.buffers()[2] or b"", np.uint8)[first : first + len(texts) * (_WIDTH + 1)]
    table = data.reshape(len(texts), _WIDTH + 1).T
    digits = table - np.uint8(ord("0"))
    numbers, existing = [], []
    there = np.ones(len(texts), dtype=bool)
    for start, size, mark in _PARTS:
        part = digits[start : start + size]
        there = there & (part < 10).all(axis=0)
        if mark:
            there = there & (table[start - 1] == ord(mark))
        number = np.zeros(len(texts), dtype=np.int64)
        for digit in part:
            number = number * 10 + digit
        numbers.append(number)
        existing.append(there)
    return numbers, existing, table


def known_range(texts: pa.Array) -> np.ndarray:
    """The first and the last moment that a date may mean, as far as it is known before its first gap.

    One date is before another, as far as both tell, where its last moment is before the other's first.

    Returns
    -------
    ndarray of int64, shape (2, n)
        Digits of the moment, YYYYMMDDhhmmss: those that are not known are 0, and 9. They are no calendar's: a
        text that is no date may mean every moment.
    """
    numbers, existing, _ = _parts(texts)
    result = np.zeros((2, len(texts)), dtype=np.int64)
    for number, there, (_, size, _) in zip(numbers, existing, _PARTS, strict=True):
        result *= 10**size
        result += np.where(there, number, [[0], [10**size - 1]])
    return result


def whole_days(texts: pa.Array) -> np.ndarray:
    """Days since 1960 of dates that are whole, with or without time; else NaN."""
    (year, month, day, *_), (_, _, there, *_), table = _parts(texts)
    whole = there & np.isin(table[10], (0, ord("T"))) & (year > 0) & (month > 0) & (month < 13) & (day > 0)
    begin = (np.where(whole, (year - 1970) * 12 + month - 1, 0)).astype("M8[M]")
    date = begin.astype("M8[D]") + (np.where(whole, day, 1) - 1)
    whole &= date.astype("M8[M]") == begin
    return np.where(whole, (date - _EPOCH).astype(np.float64), np.nan)
