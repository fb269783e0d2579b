import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.transport.ibm import MISSING, from_ibm, missing_tags, not_a_number, out_of_range, to_ibm

SHARED = Path(os.environ.get("CDISC_NPC_SHARED", "../shared")) / "vectors.json"
LOWEST, HIGHEST = 16.0**-65, np.nextafter(16.0**63, 0)


def words(*values, tags=None):
    return [f"{word:016X}" for word in to_ibm(np.array(values, dtype=float), tags)]


def numbers(*values):
    return from_ibm(np.array([int(value, 16) for value in values], dtype=np.uint64))


def test_known_numbers_from_sas_and_ibm_manuals():
    existing = {
        0.0: "0000000000000000",
        1.0: "4110000000000000",
        -118.625: "C276A00000000000",
        0.1: "401999999999999A",
        22523.0: "4457FB0000000000",
        2.0**53 - 1: "4E1FFFFFFFFFFFFF",
        1e75: "7F235FADD81C2822",
    }
    assert words(*existing) == list(existing.values())
    assert numbers(*existing.values()).tolist() == list(existing)


@pytest.mark.skipif(not SHARED.exists(), reason=f"no reference material at {SHARED}")
def test_shared_vectors():
    vectors = json.loads(SHARED.read_text())
    values, expected = zip(*vectors["ibm"], strict=True)
    assert words(*map(float, values)) == list(expected)
    assert numbers(*expected).tolist() == [float(value) for value in values]
    tags, expected = zip(*vectors["missing"].items(), strict=True)
    assert words(*[np.nan] * len(tags), tags=tags) == list(expected)


def test_all_28_missing_values_round_trip():
    tags = list(MISSING)
    missing = to_ibm(np.full(28, np.nan), tags)
    assert missing_tags(missing).tolist() == tags
    assert np.isnan(from_ibm(missing)).all()
    assert words(np.nan) == ["2E00000000000000"]
    # One bit apart: .A and 1.0.
    assert missing_tags(to_ibm(np.array([1.0, np.nan]), ["", ".A"])).tolist() == ["", ".A"]


def test_an_unknown_tag_is_refused():
    with pytest.raises(ValueError, match=r"'\.a' is no missing value"):
        words(np.nan, tags=[".a"])


def test_the_range_ends_where_ibm_ends():
    inside = np.array([0.0, -0.0, np.nan, LOWEST, -LOWEST, HIGHEST, -HIGHEST])
    outside = np.array([np.nextafter(LOWEST, 0), 16.0**63, -(16.0**63), np.inf, -np.inf, 5e-324, 1.8e308])
    assert not out_of_range(inside).any()
    assert out_of_range(outside).all()
    for value in outside:
        with pytest.raises(OverflowError, match="out of the range"):
            to_ibm(np.array([1.0, value]))


def test_negative_zero_is_zero():
    assert words(-0.0) == ["0000000000000000"]
    assert str(numbers("8000000000000000")[0]) == "0.0"


def test_a_mainframe_fraction_is_rounded_to_even():
    # 56 bits set: the nearest double is the next power of 16.
    assert numbers("40FFFFFFFFFFFFFF")[0] == 1.0
    # Not normalised, yet a number.
    assert numbers("4201000000000000")[0] == 1.0


def test_what_no_writer_makes_is_reported():
    strange = np.array([0x30 << 56, 0xC1 << 56, 0x80 << 56, 0, 0x2E << 56], dtype=np.uint64)
    assert not_a_number(strange).tolist() == [True, True, False, False, False]


@given(st.lists(st.floats(allow_infinity=False), max_size=50))
def test_every_double_comes_back_or_is_out_of_range(values):
    doubles = np.array(values, dtype=float)
    kept = doubles[~out_of_range(doubles)]
    np.testing.assert_array_equal(from_ibm(to_ibm(kept)), kept)
    assert all(abs(v) < LOWEST or abs(v) > HIGHEST for v in doubles[out_of_range(doubles)])


@given(st.floats(min_value=LOWEST, max_value=HIGHEST))
def test_agrees_with_exact_integer_arithmetic(value):
    numerator, denominator = value.as_integer_ratio()
    word = int(to_ibm(np.array([value]))[0])
    exponent, fraction = word >> 56, word & ((1 << 56) - 1)
    assert 1 << 52 <= fraction < 1 << 56
    power = 4 * (exponent - 64) - 56
    left, right = fraction * denominator, numerator
    assert left << power == right if power >= 0 else left == right << -power


def test_any_memory_layout():
    table = np.arange(12.0).reshape(6, 2)
    assert struct.pack(">Q", int(to_ibm(table[:, 1])[0])).hex() == "4110000000000000"
