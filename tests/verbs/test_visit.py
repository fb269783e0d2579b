"""VISITNUM, VISIT and VISITDY; how visits are found is tried in tests/sdtm/test_visits.py."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy

VISITS = """
visits:
  - {visitnum: "1", visit: SCREENING, visitdy: "-7", names: [Scr]}
  - {visitnum: "2", visit: DAY 1, visitdy: "1"}
"""
VS = """
dataset: VS
keys: [USUBJID, VSTESTCD, VISITNUM]
records: [{from: vs, visit: {name: FOLDER, date: DAY}, tests: {PULSE: {value: PULSE}}}]
"""


def test_the_three_are_of_one_visit(make_study: MakeStudy) -> None:
    form = "SUBJ | FOLDER | DAY | PULSE\n1 | Day 1 | 2020-01-09 | 60\n1 | Scr | 2020-01-02 | 61"
    study = make_study({"vs": form}, VS, study=VISITS)
    frame = study.convert().datasets["VS"]
    assert frame[["VISITNUM", "VISIT", "VISITDY", "VSORRES"]].values.tolist() == [
        [1.0, "SCREENING", -7.0, "61"],
        [2.0, "DAY 1", 1.0, "60"],
    ]
    verb = study.spec.plans["VS"].variables["VISIT"].verbs[0]
    assert (verb.reads(), verb.origins()) == (["FOLDER", "DAY"], ["Assigned"])
