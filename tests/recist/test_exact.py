"""Lengths are whole numbers from decimal text on."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.recist.exact import decimal_text, lengths, millimetres, nanometres, percent_text
from cdisc_npc.recist.target import falls, rises

MM = 1_000_000


def _length(text: str, unit: str) -> int:
    return int(lengths(pd.Series([text]), pd.Series([unit]))[0])


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("70.1", "mm", 70_100_000), ("3.25", "cm", 32_500_000), ("0", "mm", 0), (".5", "MM", 500_000), ("5.", "", 5 * MM),
        ("0.035", "m", 35 * MM), ("1500", "um", 1_500_000), ("+7", "mm", 7 * MM), ("18.3958", "mm", 18_395_800),
        ("-5", "mm", -1), ("<5", "mm", -1), ("", "mm", -1), (".", "mm", -1), ("1e1", "mm", -1), ("12", "in", -1),
        ("12 mm", "mm", -1), ("123456789", "mm", -1), ("NaN", "mm", -1), ("٣", "mm", -1), ("１２", "mm", -1),
    ],
)  # fmt: skip
def test_decimal_text_with_a_unit(text, unit, expected):
    assert _length(text, unit) == expected


@given(st.decimals(min_value=0, max_value=500, places=6), st.sampled_from(["mm", "cm"]))
def test_no_digit_is_lost(value, unit):
    exact = value * (10 if unit == "cm" else 1)
    assert _length(f"{value:f}", unit) == int((exact * MM).to_integral_value(ROUND_HALF_UP))
    result = np.array([_length(f"{value:f}", unit)])
    assert nanometres(millimetres(result))[0] == result[0]
    assert Decimal(decimal_text(result)[0]) == exact


@given(st.integers(1, 300 * MM), st.integers(0, 300 * MM))
def test_thresholds_are_those_of_decimal(before, after):
    b, a = np.array([before]), np.array([after])
    assert falls(a, b)[0] == (Decimal(after) <= Decimal(before) * Decimal("0.7"))
    assert rises(a, b)[0] == (Decimal(after) >= Decimal(before) * Decimal("1.2") and after - before >= 5 * MM)


@given(st.integers(10, 300 * MM))
def test_one_nanometre_decides(nadir):
    nadir += -nadir % 10
    least = max(nadir * 12 // 10, nadir + 5 * MM)
    assert rises(np.array([least, least - 1]), np.array([nadir, nadir])).tolist() == [True, False]
    most = nadir * 7 // 10
    assert falls(np.array([most, most + 1]), np.array([nadir, nadir])).tolist() == [True, False]


def test_a_percent_under_a_threshold_never_reads_as_it():
    assert percent_text(np.array([-29_999_999, 19_999_999, -30]), np.array([10**8, 10**8, 100])).tolist() == [
        "-29.99", "19.99", "-30",
    ]  # fmt: skip
    assert percent_text(np.array([5]), np.array([0])).tolist() == [""]
