"""Records that contradict themselves are found, at their place, and stay as they are."""

from __future__ import annotations

import pytest

from cdisc_npc.findings import Refused
from tests.sdtm.small_study import MakeStudy, found

AE = """
dataset: AE
sequence: [AETERM]
records: [{from: ae, variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AESTDTC: {iso8601: DAY},
  AEENDTC: {iso8601: END}, AETOXGR: {assign: GRADE}}}]
checks:
  - {variable: AEENDTC, when: {AEENDTC: {before: {variable: AESTDTC}}}, expected: an end not before the start}
  - {variable: %s, when: {AETOXGR: "5", DM.DTHFL: blank}, expected: a death}
"""
DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {hardcode: M},
  COUNTRY: {hardcode: USA}, DTHFL: {assign: DEAD}}}]
"""
FORMS = {
    "dm": "SUBJ | DEAD\n1 |\n2 | Y",
    "ae": """SUBJ | TERM | DAY | END | GRADE
1 | A | 2020-02-10 | 2020-02-09 | 1
1 | B | 2020-02-10 | 2020-02 | 2
1 | C | 2020-02-10 | 2020-01 | 5
2 | D | 2020-02-10 |  | 5""",
}


def test_contradictions_are_reported_and_stay(make_study: MakeStudy) -> None:
    sdtm = make_study(FORMS, DM, AE % "AETOXGR").convert()
    stated = [
        (item["variable"], item["value"], item["expected"], item["USUBJID"], item["form"], item["row"])
        for item in found(sdtm, "MAP_CHECK")
    ]
    assert stated == [
        ("AEENDTC", "2020-02-09", "an end not before the start", "S1-1", "ae", 1),
        ("AEENDTC", "2020-01", "an end not before the start", "S1-1", "ae", 3),
        ("AETOXGR", "5", "a death", "S1-1", "ae", 3),
    ]
    assert sdtm.datasets["AE"].AEENDTC.tolist() == ["2020-02-09", "2020-02", "2020-01", ""]


def test_a_check_of_an_unknown_variable_is_refused(make_study: MakeStudy) -> None:
    with pytest.raises(Refused, match="AETOXG is not there to read; did you mean AETOXGR"):
        make_study(FORMS, DM, AE % "AETOXG").convert()
