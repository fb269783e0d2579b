"""Days on which epochs begin."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import SUBJECTS, SUBJECTS_FORM

STUDY = """
epochs:
  - {epoch: SCREENING, begins: DM.RFICDTC}
  - {epoch: TREATMENT, begins: DM.RFXSTDTC}
  - {epoch: FOLLOW-UP, begins: DM.RFPENDTC, after: yes}
"""
AE = """
dataset: AE
keys: [USUBJID, AETERM]
records: [{from: ae, variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM},
  EPOCH: {assign: EPOCH}}}]
variables: {AESTDTC: {epoch_begins: EPOCH}}
"""


def test_the_day_or_the_day_after_it(make_study: MakeStudy) -> None:
    ae = """SUBJ | TERM | EPOCH
1 | a | SCREENING
1 | b | TREATMENT
1 | c | FOLLOW-UP
1 | d |
2 | e | TREATMENT
2 | f | FOLLOW-UP"""
    frame = make_study({"dm": SUBJECTS_FORM, "ae": ae}, SUBJECTS, AE, study=STUDY).convert().datasets["AE"]
    assert frame["AESTDTC"].tolist() == ["2020-01-02", "2020-01-09", "2020-03-02", "", "", "2020-01-06"]


def test_a_partial_date_has_no_day_after_it(make_study: MakeStudy) -> None:
    form = SUBJECTS_FORM.replace("2020-03-01", "2020-03")
    ae = "SUBJ | TERM | EPOCH\n1 | c | FOLLOW-UP"
    frame = make_study({"dm": form, "ae": ae}, SUBJECTS, AE, study=STUDY).convert().datasets["AE"]
    assert frame["AESTDTC"].tolist() == ["2020-03"]
