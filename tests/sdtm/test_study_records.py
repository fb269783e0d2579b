"""Records of the study itself: trial design written out, elements, visits of every subject, study values."""

from __future__ import annotations

import pytest

import cdisc_npc as npc
from tests.sdtm.small_study import MakeStudy, found

DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX},
  COUNTRY: {hardcode: USA}, RFICDTC: {iso8601: IC}, RFXSTDTC: {iso8601: DOSE}, RFPENDTC: {iso8601: END}}}]
"""
DM_FORM = """SUBJ | SEX | IC | DOSE | END
1 | M | 2020-01-02 | 2020-01-09 | 2020-03-01
2 | F | 2020-01-01 |  | 2020-01-05"""

VISITS = """
visits:
  - {visitnum: "1", visit: SCREENING, visitdy: "-7"}
  - {visitnum: "2", visit: DAY 1, visitdy: "1"}
unscheduled: {names: [Extra]}
"""


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
    frame = make_study({"dm": DM_FORM}, DM, ts).convert().datasets["TS"]
    assert "USUBJID" not in frame
    assert frame[["TSPARMCD", "TSSEQ", "TSVAL"]].to_numpy().tolist() == [
        ["ACTSUB", 1, "1"],
        ["SSTDTC", 1, "2020-01-01"],
        ["TTYPE", 1, "EFFICACY"],
        ["TTYPE", 2, "SAFETY"],
    ]


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
    frame = make_study({"dm": DM_FORM}, DM, se).convert().datasets["SE"]
    assert frame[["USUBJID", "ETCD", "SESTDTC", "SEENDTC"]].to_numpy().tolist() == [
        ["S1-1", "SCRN", "2020-01-02", "2020-01-09"],
        ["S1-1", "TRT", "2020-01-09", "2020-03-01"],
        ["S1-2", "SCRN", "2020-01-01", "2020-01-05"],
    ]


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
    frame = make_study({"dm": DM_FORM, "vs": form}, DM, vs, sv, study=VISITS).convert().datasets["SV"]
    columns = ["USUBJID", "VISITNUM", "VISIT", "SVSTDTC", "SVENDTC", "SVPRESP"]
    assert frame[columns].to_numpy().tolist() == [
        ["S1-1", 1, "SCREENING", "2020-01-02", "2020-01-03", "Y"],
        ["S1-1", 1.1, "UNSCHEDULED 1.1", "2020-01-05", "2020-01-05", ""],
        ["S1-1", 2, "DAY 1", "2020-01-09", "2020-01-09", "Y"],
        ["S1-2", 1, "SCREENING", "2020-01-01", "2020-01-01", "Y"],
    ]


LB = """
dataset: LB
keys: [USUBJID, LBDTC]
records: [{from: lb, tests: {HGB: {value: HGB, unit: HGB_UN, standard_unit: g/L}}, variables: {LBDTC: {iso8601: DAY}}}]
variables:
  LBORNRLO: {from_form: lbref, field: LOW, by: {UNIT: LBORRESU, SEX: DM.SEX}, since: {VALID: LBDTC}}
  LBSTNRLO: {standardize: LBORNRLO}
"""


@pytest.mark.parametrize(
    ("lbref", "expected"),
    [
        ("UNIT | SEX | VALID | LOW\ng/dL | M | | 13\ng/dL | F | | 12", ["13", "13", "12"]),
        ("UNIT | SEX | VALID | LOW\ng/dL | | | 11\ng/dL | F | | 12", ["11", "11", "12"]),  # blank matches all
        (
            "UNIT | SEX | VALID | LOW\ng/dL | | | 11\ng/dL | | 2020-02-01 | 10",
            ["11", "10", "11"],
        ),  # as of the date
        ("UNIT | SEX | VALID | LOW\ng/dL | | 2020-02-02 | 10", ["", "", ""]),  # not valid yet
        ("UNIT | SEX | VALID | LOW\ng/L | | | 110", ["", "", ""]),  # another unit
    ],
)
def test_a_limit_of_normal_is_that_of_unit_sex_and_date(
    make_study: MakeStudy, lbref: str, expected: list
) -> None:
    forms = {
        "dm": DM_FORM,
        "lb": "SUBJ | DAY | HGB | HGB_UN\n1 | 2020-01-05 | 14 | g/dL\n1 | 2020-02-01 | 13 | g/dL\n2 | 2020-01-03 | 12 | g/dL",
        "lbref": lbref,
    }
    sdtm = make_study(forms, DM, LB).convert()
    frame = sdtm.datasets["LB"]
    assert frame["LBORNRLO"].tolist() == expected
    assert frame["LBSTNRLO"].fillna(-1).tolist() == [float(low) * 10 if low else -1 for low in expected]
    used = {low for low in expected if low}
    assert sdtm.records.set_index("form").loc["lbref", "mapped"] == len(used)
    assert len(found(sdtm, "RAW_REFERENCE_UNUSED")) == len(lbref.splitlines()) - 1 - len(used)


def test_the_days_of_a_reference_form_are_read_as_its_field_states(make_study: MakeStudy):
    forms = {
        "dm": DM_FORM,
        "lb": "SUBJ | DAY | HGB | HGB_UN\n1 | 2020-02-01 | 13 | g/dL",
        "lbref": "UNIT | SEX | VALID | LOW\ng/dL | | 01/02/2020 | 10\ng/dL | | 02/03/2020 | 11",
    }
    fields = {"lbref": {"VALID": {"dates": {"order": "dmy"}}}}
    sdtm = make_study(forms, DM, LB, study="dates: {order: mdy}", fields=fields).convert()
    assert sdtm.datasets["LB"]["LBORNRLO"].tolist() == ["10"]


def test_a_block_has_one_source(make_study: MakeStudy) -> None:
    tv = "dataset: TV\nrecords: [{from: dm, rows: [{VISITNUM: '1', TVSTRL: Start}]}]\n"
    with pytest.raises(npc.Refused, match="either `from` or `rows`"):
        make_study({"dm": DM_FORM}, DM, tv).convert()


def test_long_text_of_a_dataset_without_subjects_is_a_finding(make_study: MakeStudy) -> None:
    ti = f"dataset: TI\nrecords: [{{rows: [{{IETESTCD: IN01, IECAT: INCLUSION, IETEST: {'word ' * 50}}}]}}]\n"
    sdtm = make_study({"dm": DM_FORM}, DM, ti).convert()
    assert [item["variable"] for item in found(sdtm, "MAP_TEXT_TOO_LONG")] == ["IETEST"]
