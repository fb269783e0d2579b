"""--SEQ."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy

CM = """
dataset: CM
sequence: [CMSTDTC, CMTRT]
records:
  - {from: b, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, CMSPID: {text: "b{NO}"}}}
  - {from: a, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, CMSPID: {text: "a{NO}"}}}
"""


def test_sequence_ties_are_in_the_order_of_forms_then_of_rows(make_study: MakeStudy):
    forms = {
        "a": "SUBJ | NAME | DAY | NO\n2 | x | 2020-01-01 | 1\n1 | x | 2020-01-01 | 2\n1 | x | 2020-01-01 | 3\n1 | Z |  | 4",
        "b": "SUBJ | NAME | DAY | NO\n1 | y | 2020-01-01 | 1\n1 | x | 2020-01-01 | 2\n1 | x | 2020-01-01 | 3",
    }
    result = make_study(forms, CM).convert().datasets["CM"]
    assert result["USUBJID"].tolist() == ["S1-1"] * 6 + ["S1-2"]
    assert result["CMSEQ"].tolist() == [1, 2, 3, 4, 5, 6, 1]
    assert result["CMSPID"].tolist() == ["a4", "b2", "b3", "a2", "a3", "b1", "a1"]
