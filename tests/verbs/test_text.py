"""Fields put into a text."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.sdtm.small_study import MakeStudy


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{text: '{A} of {B}'}", ["aspirin of aspirin", "zinc of copper", "of gold", "iron of"]),
        ("{text: '{A}{C}'}", ["aspirin", "zinczinc", "", "irontin"]),
        ("{text: 'No. {A}', else: none}", ["No. aspirin", "No. zinc", "none", "No. iron"]),
    ],
)
def test_text(cm, verb, expected):
    assert cm(f"CMDECOD: {verb}")[0] == expected


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("{A} {B} {C}", ["", "Rest", ""], "Rest"),
        ("{A} {B} {C}", ["left", "", "arm"], "left arm"),
        ("{A} {B} {C}", ["", "", ""], ""),
        ("{A}, {B}; {C}", ["", "b", "c"], "b; c"),
        ("{A}, {B}; {C}", ["a", "", ""], "a"),
        ("{A} mg {B}, as {C}", ["10", "", "cream"], "10 mg as cream"),
        ("{A} mg {B}", ["10", "", ""], "10 mg"),
        ("({A} {B}) {C}", ["", "b", ""], "(b)"),
        ("{A}{B}-{C}", ["", "2", "7"], "2-7"),
        ("{A} / {B}", ["120", "80", ""], "120 / 80"),
        ("{A} {B}", ["two  blanks", "stay", ""], "two  blanks stay"),
    ],
)
def test_empty_fields_leave_no_blanks_in_a_text(make_study: MakeStudy, text, cells, expected):
    form = pd.DataFrame([["1", *cells, "x"]], columns=["SUBJ", "A", "B", "C", "Z"], dtype="str")
    mapping = f"dataset: CM\nrecords: [{{from: cm, variables: {{CMTRT: {{assign: Z}}, CMDECOD: {{text: '{text}'}}}}}}]"
    assert make_study({"cm": form}, mapping).convert().datasets["CM"]["CMDECOD"].tolist() == [expected]
