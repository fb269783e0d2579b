"""Collected values."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.sdtm.small_study import MakeStudy, found


def test_assign_leaves_out_surrounding_blanks_of_any_kind(cm):
    assert cm("CMDECOD: {assign: A}")[0] == ["aspirin", "zinc", "", "iron"]


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{assign: A, else: none}", ["aspirin", "zinc", "none", "iron"]),
        ("{assign: C, when: {A: present}, else: none}", ["none", "zinc", "none", "tin"]),
        ("{assign: A, case: upper}", ["ASPIRIN", "ZINC", "", "IRON"]),
        ("{assign: SUBJ, else: none}", ["1", "1", "2", "2"]),
    ],
)
def test_assign(cm, verb, expected):
    assert cm(f"CMDECOD: {verb}")[0] == expected


def test_a_number_is_a_number_and_anything_else_a_finding(cm):
    values, sdtm = cm("CMDOSE: {assign: N}")
    assert pd.Series(values).fillna(-1).tolist() == [1.5, -1, -1, 7]
    (wrong,) = found(sdtm, "MAP_NUMBER")
    assert (wrong["row"], wrong["value"], wrong["USUBJID"]) == (2, "x", "S1-1")


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("1e400", None, "a number"),
        ("-1E+999", None, "a number"),
        ("1e-400", None, "a number"),
        ("12345678901234567890", 12345678901234567890.0, "a number of no more digits than a double holds"),
        ("0.12345678901234567890123", 0.12345678901234568, "a number of no more digits than a double holds"),
        ("0.1", 0.1, None),
        (" 1.50e3 ", 1500.0, None),
        ("-0", 0.0, None),
        ("0e999", 0.0, None),
    ],
)
def test_a_number_that_a_double_does_not_hold_is_a_finding(
    make_study: MakeStudy, text: str, number: float | None, expected: str | None
):
    mapping = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: X}, CMDOSE: {assign: N}}}]\n"
    sdtm = make_study({"cm": f"SUBJ | N\n1 | {text}\n2 | 5"}, mapping).convert()
    values = sdtm.datasets["CM"]["CMDOSE"].tolist()
    assert [None if value != value else value for value in values] == [number, 5.0]
    wrong = [(item["row"], item["value"], item["expected"]) for item in found(sdtm, "MAP_NUMBER")]
    assert wrong == ([(1, text.strip(), expected)] if expected else [])
