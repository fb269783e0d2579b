"""Single values of the study."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import SUBJECTS, SUBJECTS_FORM


def test_trial_design_is_written_out_and_takes_values_of_the_study(make_study: MakeStudy) -> None:
    ts = """
dataset: TS
keys: [TSPARMCD, TSSEQ]
sequence: [TSPARMCD]
records:
  - rows:
      - {TSPARMCD: TTYPE, TSPARM: Trial Type, TSVAL: EFFICACY}
      - {TSPARMCD: TTYPE, TSPARM: Trial Type, TSVAL: SAFETY}
  - rows:
      - {TSPARMCD: SSTDTC, TSPARM: Study Start Date}
      - {TSPARMCD: ACTSUB, TSPARM: Actual Number of Subjects}
    variables:
      TSVAL:
        cases:
          - {study_value: DM.RFICDTC, take: earliest, when: {TSPARMCD: SSTDTC}}
          - {study_value: DM.USUBJID, take: subjects, where: {RFXSTDTC: present}, when: {TSPARMCD: ACTSUB}}
"""
    frame = make_study({"dm": SUBJECTS_FORM}, SUBJECTS, ts).convert().datasets["TS"]
    assert "USUBJID" not in frame
    assert frame[["TSPARMCD", "TSSEQ", "TSVAL"]].to_numpy().tolist() == [
        ["ACTSUB", 1, "1"],
        ["SSTDTC", 1, "2020-01-01"],
        ["TTYPE", 1, "EFFICACY"],
        ["TTYPE", 2, "SAFETY"],
    ]
