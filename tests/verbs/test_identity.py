"""STUDYID, DOMAIN and USUBJID, and what is expected and not collected."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy


def test_they_are_in_every_dataset(make_study: MakeStudy) -> None:
    cm = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {assign: NAME}}}]"
    frame = make_study({"cm": "SUBJ | NAME\n2 | b\n1 | a"}, cm).convert().datasets["CM"]
    assert frame[["STUDYID", "DOMAIN", "USUBJID", "CMTRT"]].values.tolist() == [
        ["S1", "CM", "S1-1", "a"],
        ["S1", "CM", "S1-2", "b"],
    ]
