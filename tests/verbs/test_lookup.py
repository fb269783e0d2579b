"""Values of the subject's other records."""

from __future__ import annotations

import math

import pytest

from tests.sdtm.small_study import MakeStudy, found
from tests.verbs.small_trial import dm, of_subjects


@pytest.mark.parametrize(
    ("lookup", "expected"),
    [
        ("lookup: EX.EXSTDTC, take: earliest", ["2020-01-01", "2020-01-05", ""]),
        ("lookup: EX.EXSTDTC, take: latest", ["2020-02-01", "2020-01-05", ""]),
        ("lookup: EX.EXENDTC, take: latest", ["2020-01-11", "2020-01-09", ""]),
        ("lookup: EX.EXENDTC, take: earliest", ["2020-01", "2020-01-05", ""]),
        ("lookup: EX.EXTRT, take: first", ["A", "C", ""]),  # by EXSEQ; a blank value is no candidate
        ("lookup: EX.EXTRT, take: last", ["B", "C", ""]),
        ("lookup: EX.EXENDTC, take: first", ["2020-01", "2020-01-09", ""]),  # a blank EXSTDTC sorts first
        ("lookup: EX.EXENDTC, take: last", ["2020-01-11", "2020-01-05", ""]),
        ("lookup: EX.EXSTDTC, where: {EXTRT: B}", ["2020-01-10", "", ""]),
        ("lookup: EX.EXSTDTC, take: last, where: {EXDOSE: {max: '1'}}", ["2020-02-01", "", ""]),
        ("lookup: EX.EXTRT, where: {EXTRT: C}", ["", "C", ""]),  # the same value twice is one value
        ("lookup: EX.EXTRT, where: {EXTRT: C}, else: none", ["none", "C", "none"]),
        ("lookup: EX.EXSTDTC, take: first, when: {RFICDTC: {min: '2020'}}", ["", "2020-01-05", ""]),
    ],
)
def test_lookup(make_study: MakeStudy, lookup, expected):
    sdtm = dm(make_study, f"RFSTDTC: {{{lookup}}}")
    assert of_subjects(sdtm, "RFSTDTC") == expected
    assert len(sdtm.findings) == 0


def test_lookup_of_several_differing_values_is_blank_and_a_finding(make_study: MakeStudy):
    sdtm = dm(make_study, "RFSTDTC: {lookup: EX.EXSTDTC}")
    assert of_subjects(sdtm, "RFSTDTC") == ["", "2020-01-05", ""]
    (finding,) = found(sdtm, "MAP_LOOKUP_MANY")
    assert (finding["USUBJID"], finding["form"], finding["row"]) == ("S1-1", "dm", 2)
    assert set(finding["value"].split(", ")) <= {"2020-01-10", "2020-01-01", "2020-02-01"}


def test_lookup_of_a_number(make_study: MakeStudy):
    sdtm = dm(make_study, "AGE: {lookup: EX.EXDOSE, take: last}, AGEU: {hardcode: YEARS}")
    assert [None if math.isnan(age) else age for age in of_subjects(sdtm, "AGE")] == [1, 5, None]


def test_lookup_names_the_record_it_took(make_study: MakeStudy):
    sdtm = dm(make_study, "RFSTDTC: {lookup: EX.EXSTDTC, take: latest}")
    ex, lineage = sdtm.datasets["EX"], sdtm.lineage["DM"]
    column = lineage["RFSTDTC from EX"]
    assert column.isna().tolist() == [False, False, True]
    chosen = ex.iloc[column.dropna().astype(int) - 1]
    assert chosen["EXSTDTC"].tolist() == sdtm.datasets["DM"]["RFSTDTC"].tolist()[:2]


def test_lookup_by_a_second_variable(make_study: MakeStudy):
    ae = """
dataset: AE
records: [{from: ae, variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AELNKID: {assign: NO}}}]
variables: {AESTDTC: {lookup: CM.CMSTDTC, by: AELNKID}}
"""
    cm = """
dataset: CM
records: [{from: cm, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, AELNKID: {assign: NO}}}]
supplemental: {AELNKID: {label: Adverse event}}
"""
    forms = {
        "ae": "SUBJ | TERM | NO\n1 | Rash | 1\n1 | Pain | 2\n2 | Pain | 1\n1 | Ache | 3",
        "cm": "SUBJ | NAME | DAY | NO\n1 | a | 2020-01-02 | 2\n"
        "1 | b | 2020-01-01 | 1\n2 | c | 2020-01-03 | 2\n9 | d | 2020-01-04 | 1",
    }
    result = make_study(forms, ae, cm).convert().datasets["AE"]
    assert dict(zip(result["USUBJID"] + result["AETERM"], result["AESTDTC"], strict=True)) == {
        "S1-1Rash": "2020-01-01",
        "S1-1Pain": "2020-01-02",
        "S1-2Pain": "",
        "S1-1Ache": "",
    }
