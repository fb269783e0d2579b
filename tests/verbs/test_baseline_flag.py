"""The last result before exposure; the rules are tried in tests/columns/test_baseline.py."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import SUBJECTS, SUBJECTS_FORM

VS = """
dataset: VS
keys: [USUBJID, VSTESTCD, VSDTC, VSPOS]
records: [{from: vs, tests: {PULSE: {value: PULSE}}, variables: {VSDTC: {iso8601: DAY}, VSPOS: {assign: POS}}}]
variables: {VSLOBXFL: {baseline_flag: VSDTC%s}}
"""
FORM = """SUBJ | DAY | PULSE | POS
1 | 2020-01-07 | 60 | SITTING
1 | 2020-01-08 | 61 | SUPINE
1 | 2020-01-09 | 62 | SITTING
1 | 2020-01-10 | 63 | SITTING
2 | 2020-01-07 | 64 | SITTING"""


def flags(make_study: MakeStudy, more: str) -> dict[str, str]:
    forms = {"dm": SUBJECTS_FORM, "vs": FORM}
    frame = make_study(forms, SUBJECTS, VS % more).convert().datasets["VS"]
    return dict(zip(frame["VSORRES"], frame["VSLOBXFL"], strict=True))


def test_the_day_of_the_first_dose_counts_unless_stated(make_study: MakeStudy) -> None:
    assert flags(make_study, "") == {"60": "", "61": "", "62": "Y", "63": "", "64": ""}
    assert flags(make_study, ", same_day: exclude") == {"60": "", "61": "Y", "62": "", "63": "", "64": ""}


def test_by_further_variables(make_study: MakeStudy) -> None:
    assert flags(make_study, ", by: VSPOS") == {"60": "", "61": "Y", "62": "Y", "63": "", "64": ""}
