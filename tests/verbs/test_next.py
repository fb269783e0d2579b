"""Values of the next record."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import SUBJECTS, SUBJECTS_FORM


def test_an_element_ends_where_the_next_one_begins(make_study: MakeStudy) -> None:
    se = """
dataset: SE
keys: [USUBJID, TAETORD]
sequence: [SESTDTC]
records:
  - {from: DM, where: {RFICDTC: present}, variables: {ETCD: {hardcode: SCRN}, TAETORD: {hardcode: "1"},
      SESTDTC: {assign: RFICDTC}}}
  - {from: DM, where: {RFXSTDTC: present}, variables: {ETCD: {hardcode: TRT}, TAETORD: {hardcode: "2"},
      SESTDTC: {assign: RFXSTDTC}}}
variables: {SEENDTC: {next: SESTDTC, last: DM.RFPENDTC}}
"""
    frame = make_study({"dm": SUBJECTS_FORM}, SUBJECTS, se).convert().datasets["SE"]
    assert frame[["USUBJID", "ETCD", "SESTDTC", "SEENDTC"]].to_numpy().tolist() == [
        ["S1-1", "SCRN", "2020-01-02", "2020-01-09"],
        ["S1-1", "TRT", "2020-01-09", "2020-03-01"],
        ["S1-2", "SCRN", "2020-01-01", "2020-01-05"],
    ]
