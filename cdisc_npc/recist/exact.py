"""Lengths as whole numbers: a threshold is never decided by binary rounding.

A length is an int64 of nanometres, which holds six decimals of a millimetre and sums up to
nine billion of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct

PER_MM = 1_000_000
# More decimals than a nanometre has are rounded half up; no instrument gives them.
_DIGITS = {"MM": 6, "CM": 7, "M": 9, "UM": 3}
_NUMBER = r"[+]?([0-9]{0,7})(?:[.]([0-9]*))?"


def lengths(texts: pd.Series, units: pd.Series, blank_unit: str = "mm") -> np.ndarray:
    """Decimal text with a unit as whole nanometres.

    Parameters
    ----------
    texts
        Such as '32.5'; neither signs below zero nor exponents are lengths.
    units
        mm, cm, m or um, in any case; blank is ``blank_unit``.

    Returns
    -------
    ndarray of int64
        -1 where the text is no length or the unit is none of these.
    """
    codes, values = distinct(texts)
    plain = pd.Series(values, dtype="str").str.strip()
    parts = plain.str.extract(rf"^{_NUMBER}$").astype("str").fillna("")
    fits = plain.str.fullmatch(_NUMBER).to_numpy(dtype=bool) & plain.str.contains("[0-9]").to_numpy(
        dtype=bool
    )
    whole = parts[0].where(fits & (parts[0] != ""), "0").astype("int64").to_numpy()
    fraction = parts[1].where(fits, "").str.slice(0, 10).str.pad(10, side="right", fillchar="0")
    tenth_digits = fraction.astype("int64").to_numpy()
    unit_codes, unit_values = distinct(units)
    names = pd.Series(unit_values, dtype="str").str.strip().str.upper()
    digits = (
        names.mask(names == "", blank_unit.upper())
        .map(_DIGITS)
        .fillna(-1)
        .to_numpy(dtype=np.int64)[unit_codes]
    )
    scale = 10 ** np.maximum(digits, 0)
    cut = 10 ** (10 - np.maximum(digits, 0))
    result = whole[codes] * scale + (tenth_digits[codes] + cut // 2) // cut
    return np.where(fits[codes] & (digits >= 0), result, -1)


def millimetres(values: np.ndarray) -> np.ndarray:
    """Nanometres as float millimetres, NaN below zero (missing)."""
    return np.where(values < 0, np.nan, values / PER_MM)


def nanometres(values: pd.Series | np.ndarray) -> np.ndarray:
    """The whole numbers that `millimetres` came from; -1 for NaN."""
    numbers = np.asarray(values, dtype=float)
    return np.where(np.isnan(numbers), -1, np.rint(np.nan_to_num(numbers) * PER_MM)).astype(np.int64)


def decimal_text(values: np.ndarray, digits: int = 6) -> pd.Series:
    """Whole numbers of 10**-digits as decimal text without needless zeros."""
    codes, uniques = distinct(pd.Series(values, dtype="int64"))
    size = pd.Series(np.abs(uniques))
    text = (size // 10**digits).astype("str") + "." + (size % 10**digits).astype("str").str.zfill(digits)
    text = text.str.rstrip("0").str.rstrip(".")
    sign = pd.Series(np.where(uniques < 0, "-", ""), dtype="str")
    return (sign + text).take(codes).reset_index(drop=True)


def percent_text(change: np.ndarray, of: np.ndarray) -> pd.Series:
    """``100 * change / of`` with two decimals, cut and not rounded: 29.999 never reads 30."""
    hundredths = np.abs(change) * 10_000 // np.where(of > 0, of, 1)
    text = decimal_text(np.where(change < 0, -hundredths, hundredths), 2)
    return text.where(pd.Series(of > 0), "")
