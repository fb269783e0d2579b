"""IEEE 754 doubles to IBM/360 doubles and back, whole columns at a time.

An IBM/360 double is a sign bit, a 7-bit exponent of 16 in excess of 64, and a
56-bit fraction in [1/16, 1). It holds every IEEE double of its range exactly:
the 53-bit significand is only shifted left by 0 to 3 bits. So the way there
and back changes nothing, or the number is refused.

Source: SAS TS-140, "Record layout of a SAS version 5 or 6 data set in SAS
transport format", the section on numeric data fields.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

# Biased IEEE exponents of 16**-65 and of the last binade under 16**63.
_LOWEST, _HIGHEST = 763, 1274

_SIGN = np.uint64(1 << 63)
_FRACTION = np.uint64((1 << 56) - 1)
_MANTISSA = np.uint64((1 << 52) - 1)
_HIDDEN = np.uint64(1 << 52)
_EXPONENT = np.uint64(0x7FF)

# A missing value is its sign's character in the first byte and nothing after it.
MISSING = {".": 0x2E, "._": 0x5F, **{f".{letter}": ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}}
_MISSING_BYTES = np.zeros(256, dtype=bool)
_MISSING_BYTES[list(MISSING.values())] = True
_TAGS = np.full(256, "", dtype=object)
_TAGS[list(MISSING.values())] = list(MISSING)

# The weight of the fraction's lowest bit, for each of the 128 exponents.
_SCALE = np.ldexp(1.0, 4 * (np.arange(128) - 64) - 56)


def out_of_range(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers IBM/360 cannot hold: infinite, from 16**63 up, nonzero under 16**-65.

    Parameters
    ----------
    values : float64, shape (n,)
        NaN is a missing value, not a number out of range.
    """
    exponent = (values.view(np.uint64) >> np.uint64(52)) & _EXPONENT
    # One unsigned comparison finds both ends: what is below wraps to the top.
    beyond: NDArray[np.bool_] = (exponent - np.uint64(_LOWEST)) > np.uint64(_HIGHEST - _LOWEST)
    if beyond.any():
        beyond &= (values != 0) & ~np.isnan(values)
    return beyond


def to_ibm(values: NDArray[np.float64], tags: Any = None) -> Words:
    """IBM/360 words of IEEE doubles.

    Parameters
    ----------
    values : float64, shape (n,)
        NaN becomes a missing value. Both zeros become zero: SAS knows only one.
    tags : array of str, shape (n,), optional
        Which missing value, ``"."``, ``"._"``, ``".A"`` to ``".Z"``, stands
        where `values` is NaN; ``""`` means ``"."``. Read only there.

    Returns
    -------
    uint64, shape (n,)
        In the machine's byte order; a file has them big-endian.

    Raises
    ------
    OverflowError
        A number is outside 16**-65 up to 16**63 (5.4e-79 to 7.2e75), or infinite.
    ValueError
        A tag is no missing value.

    Examples
    --------
    >>> [f"{word:016X}" for word in to_ibm(np.array([1.0, -118.625, np.nan]))]
    ['4110000000000000', 'C276A00000000000', '2E00000000000000']
    """
    values = np.ascontiguousarray(values, dtype=np.float64)
    beyond = out_of_range(values)
    if beyond.any():
        raise OverflowError(f"{values[beyond][0]!r} is out of the range of an IBM/360 double")
    return ibm_words(values, tags)


def ibm_words(values: NDArray[np.float64], tags: Any = None) -> Words:
    """Do what `to_ibm` does, for contiguous numbers that are known to be in range."""
    bits = values.view(np.uint64)
    # With the exponent of 2 counted from the lowest power of 16, its upper bits
    # are the exponent of 16 and its lower two the shift of the significand.
    power = ((bits >> np.uint64(52)) & _EXPONENT) - np.uint64(_LOWEST)
    words = ((bits & _MANTISSA) | _HIDDEN) << (power & np.uint64(3))
    words |= (power >> np.uint64(2)) << np.uint64(56)
    words |= bits & _SIGN
    words[values == 0] = 0
    missing = np.isnan(values)
    if missing.any():
        words[missing] = _missing_words(missing, tags)
    return words


def _missing_words(missing: NDArray[np.bool_], tags: Any) -> Words | np.uint64:
    if tags is None:
        return np.uint64(MISSING["."] << 56)
    chosen = np.asarray(tags, dtype=object)[missing]
    kinds, place = np.unique([tag or "." for tag in chosen], return_inverse=True)
    unknown = [str(kind) for kind in kinds if kind not in MISSING]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no missing value; expected '.', '._' or '.A' to '.Z'")
    return np.array([MISSING[kind] << 56 for kind in kinds], dtype=np.uint64)[place]


def from_ibm(words: Words) -> NDArray[np.float64]:
    """IEEE doubles of IBM/360 words; every missing value becomes NaN.

    A fraction of more than 53 significant bits, which only a mainframe can have
    made, is rounded to the nearest double, halves to even.

    Parameters
    ----------
    words : uint64, shape (n,)
        In the machine's byte order. A number that was cut to fewer than 8
        bytes is filled with zeros on its right.

    Returns
    -------
    float64, shape (n,)
    """
    fraction = words & _FRACTION
    first = (words >> np.uint64(56)).astype(np.uint8)
    values = fraction.astype(np.float64)
    values *= _SCALE[first & 0x7F]
    values.view(np.uint64)[...] |= words & _SIGN
    empty = fraction == 0
    if empty.any():
        # Also takes the sign from a negative zero, as `to_ibm` does.
        values[empty] = np.where(_MISSING_BYTES[first[empty]], np.nan, 0.0)
    return values


def not_a_number(words: Words) -> NDArray[np.bool_]:
    """Which words are neither a number, nor zero, nor a missing value: nothing that SAS writes."""
    first = (words >> np.uint64(56)).astype(np.uint8)
    return ((words & _FRACTION) == 0) & ~_MISSING_BYTES[first] & ((first & 0x7F) != 0)


def missing_tags(words: Words) -> NDArray[np.object_]:
    """Which missing value each word is, ``"."``, ``"._"``, ``".A"`` to ``".Z"``; ``""`` for a number."""
    first = (words >> np.uint64(56)).astype(np.uint8)
    tags: NDArray[np.object_] = np.where((words & _FRACTION) == 0, _TAGS[first], "")
    return tags
