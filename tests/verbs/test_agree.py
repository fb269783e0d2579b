"""The common value of several fields."""

from __future__ import annotations

import pytest

from tests.sdtm.small_study import MakeStudy, found


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{agree: [A, B, C], else: MULTIPLE}", ["aspirin", "MULTIPLE", "gold", "MULTIPLE"]),
    ],
)
def test_agree(cm, verb, expected):
    assert cm(f"CMDECOD: {verb}")[0] == expected


def test_agree_says_what_differs(cm):
    _, sdtm = cm("CMDECOD: {agree: [A, B, C], else: MULTIPLE}")
    assert [(item["row"], item["value"], item["expected"]) for item in found(sdtm, "MAP_AGREE")] == [
        (2, "zinc / copper / zinc", "MULTIPLE"),
        (4, "iron /  / tin", "MULTIPLE"),
    ]


def test_agree_leaves_records_blank_where_all_fields_are(make_study: MakeStudy):
    mapping = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: X}, CMDECOD: {agree: [A, B], else: BOTH}}}]"
    sdtm = make_study({"cm": "SUBJ | A | B\n1 |  |\n1 | x | y"}, mapping).convert()
    assert sdtm.datasets["CM"]["CMDECOD"].tolist() == ["", "BOTH"]
