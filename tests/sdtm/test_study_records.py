"""Records of the study itself: trial design written out, elements, visits of every subject, study values."""

from __future__ import annotations

import pytest

import cdisc_npc as npc
from tests.sdtm.small_study import MakeStudy, found
from tests.verbs.small_trial import SUBJECTS, SUBJECTS_FORM

VISITS = """
visits:
  - {visitnum: "1", visit: SCREENING, visitdy: "-7"}
  - {visitnum: "2", visit: DAY 1, visitdy: "1"}
unscheduled: {names: [Extra]}
"""


def test_the_calendar_holds_every_visit_of_every_subject_once(make_study: MakeStudy) -> None:
    vs = """
dataset: VS
keys: [USUBJID, VSTESTCD, VISITNUM]
records: [{from: vs, visit: {name: FOLDER, date: DAY}, tests: {PULSE: {value: PULSE}}}]
"""
    sv = """
dataset: SV
keys: [USUBJID, VISITNUM]
records:
  - from: calendar
    variables: {VISITNUM: {assign: VISITNUM}, VISIT: {assign: VISIT}, VISITDY: {assign: VISITDY},
      SVSTDTC: {assign: FIRST}, SVENDTC: {assign: LAST}, SVPRESP: {assign: PLANNED}}
"""
    form = """SUBJ | FOLDER | DAY | PULSE
1 | Screening | 2020-01-03 | 60
1 | Screening | 2020-01-02 | 61
1 | Extra | 2020-01-05 | 62
1 | Day 1 | 2020-01-09 | 63
2 | Screening | 2020-01-01 | 64"""
    vs = vs.replace("VISITNUM]", "VISITNUM, VSORRES]")
    frame = (
        make_study({"dm": SUBJECTS_FORM, "vs": form}, SUBJECTS, vs, sv, study=VISITS).convert().datasets["SV"]
    )
    columns = ["USUBJID", "VISITNUM", "VISIT", "SVSTDTC", "SVENDTC", "SVPRESP"]
    assert frame[columns].to_numpy().tolist() == [
        ["S1-1", 1, "SCREENING", "2020-01-02", "2020-01-03", "Y"],
        ["S1-1", 1.1, "UNSCHEDULED 1.1", "2020-01-05", "2020-01-05", ""],
        ["S1-1", 2, "DAY 1", "2020-01-09", "2020-01-09", "Y"],
        ["S1-2", 1, "SCREENING", "2020-01-01", "2020-01-01", "Y"],
    ]


def test_a_block_has_one_source(make_study: MakeStudy) -> None:
    tv = "dataset: TV\nrecords: [{from: dm, rows: [{VISITNUM: '1', TVSTRL: Start}]}]\n"
    with pytest.raises(npc.Refused, match="either `from` or `rows`"):
        make_study({"dm": SUBJECTS_FORM}, SUBJECTS, tv).convert()


def test_long_text_of_a_dataset_without_subjects_is_a_finding(make_study: MakeStudy) -> None:
    ti = f"dataset: TI\nrecords: [{{rows: [{{IETESTCD: IN01, IECAT: INCLUSION, IETEST: {'word ' * 50}}}]}}]\n"
    sdtm = make_study({"dm": SUBJECTS_FORM}, SUBJECTS, ti).convert()
    assert [item["variable"] for item in found(sdtm, "MAP_TEXT_TOO_LONG")] == ["IETEST"]
