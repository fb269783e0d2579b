"""Verbs of a dataset's own variables: from finished columns to a column."""

from __future__ import annotations

import math

import pytest

from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.small_study import MakeStudy, found

DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {hardcode: M},
  COUNTRY: {hardcode: USA}, RFICDTC: {iso8601: IC}}}]
variables: {%s}
"""
EX = """
dataset: EX
sequence: [EXSTDTC]
records: [{from: ex, variables: {EXTRT: {assign: DRUG}, EXDOSE: {assign: DOSE},
  EXSTDTC: {iso8601: DAY}, EXENDTC: {iso8601: END}}}]
variables: {%s}
"""
FORMS = {
    "dm": "SUBJ | IC\n2 | 2020-01-02\n1 | 2019-12-31\n3 |",
    "ex": """SUBJ | DRUG | DOSE | DAY | END
1 | B | 2 | 2020-01-10 | 2020-01-11
1 | A | 1 | 2020-01-01 | 2020-01
1 |   | 1 | 2020-02-01 |
2 | C | 5 | 2020-01-05 | 2020-01-05
2 | C | 5 |  | 2020-01-09
9 | D | 1 | 2021-01-01 | 2021-01-01""",
}


def dm(make_study: MakeStudy, variables: str, ex: str = "", forms=FORMS, **options) -> Sdtm:
    return make_study(forms, DM % variables, EX % ex, **options).convert()


def of_subjects(sdtm: Sdtm, name: str) -> list:
    values = sdtm.datasets["DM"].set_index("USUBJID")[name]
    return [values[f"S1-{subject}"] for subject in "123"]


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


def test_exists(make_study: MakeStudy):
    sdtm = dm(make_study, "DTHFL: {exists: EX, where: {EXDOSE: {min: '2'}, EXENDTC: {min: '2020-01-09'}}}")
    assert of_subjects(sdtm, "DTHFL") == ["Y", "Y", ""]


def test_earliest_and_latest_of_several(make_study: MakeStudy):
    variables = (
        "RFSTDTC: {earliest: [RFICDTC, EX.EXSTDTC]}, RFENDTC: {latest: [RFICDTC, EX.EXSTDTC, EX.EXENDTC]}"
    )
    sdtm = dm(make_study, variables)
    assert of_subjects(sdtm, "RFSTDTC") == ["2019-12-31", "2020-01-02", ""]
    assert of_subjects(sdtm, "RFENDTC") == ["2020-02-01", "2020-01-09", ""]


def test_reference_dates_and_study_days_are_no_cycle(make_study: MakeStudy):
    sdtm = dm(
        make_study,
        "RFSTDTC: {lookup: EX.EXSTDTC, take: earliest}",
        "EXSTDY: {study_day: EXSTDTC}, EXENDY: {study_day: EXENDTC}",
    )
    ex = sdtm.datasets["EX"].query("USUBJID == 'S1-1'")
    assert ex["EXSTDY"].tolist() == [1, 10, 32]
    assert [None if math.isnan(day) else day for day in ex["EXENDY"]] == [None, 11, None]


def test_copy_and_another_datasets_variable(make_study: MakeStudy):
    ex = "EXENDTC: {copy: EXSTDTC}, EXGRPID: {copy: DM.RFICDTC}"
    sdtm = make_study(FORMS, DM % "", EX.replace(", EXENDTC: {iso8601: END}", "") % ex).convert()
    ex = sdtm.datasets["EX"]
    assert ex["EXENDTC"].tolist() == ex["EXSTDTC"].tolist()
    assert set(zip(ex["USUBJID"], ex["EXGRPID"], strict=True)) == {
        ("S1-1", "2019-12-31"),
        ("S1-2", "2020-01-02"),
        ("S1-9", ""),
    }


def test_epochs(make_study: MakeStudy):
    study = """
epochs:
  - {epoch: SCREENING, begins: DM.RFICDTC}
  - {epoch: TREATMENT, begins: DM.RFSTDTC}
  - {epoch: FOLLOW-UP, begins: DM.RFENDTC, after: yes}
"""
    cm = """
dataset: CM
records: [{from: cm, variables: {CMTRT: {assign: DAY}, CMSTDTC: {iso8601: DAY}}}]
variables: {EPOCH: {epoch: CMSTDTC}}
"""
    days = {
        "2019-12-30": "", "2019-12-31": "SCREENING", "2020-01-01": "TREATMENT", "2020-02-01": "TREATMENT",
        "2020-02-02": "FOLLOW-UP", "2020-03": "FOLLOW-UP", "2020-02": "", "2020-01": "TREATMENT", "": "",
    }  # fmt: skip
    variables = "RFSTDTC: {lookup: EX.EXSTDTC, take: earliest}, RFENDTC: {lookup: EX.EXSTDTC, take: latest}"
    forms = FORMS | {"cm": "SUBJ | DAY\n" + "\n".join(f"1 | {day}" for day in days) + "\n3 | 2020-05-05"}
    result = make_study(forms, DM % variables, EX % "", cm, study=study).convert().datasets["CM"]
    ours = result[result["USUBJID"] == "S1-1"]
    assert dict(zip(ours["CMSTDTC"], ours["EPOCH"], strict=True)) == days
    assert result[result["USUBJID"] == "S1-3"]["EPOCH"].tolist() == [""]


CM = """
dataset: CM
sequence: [CMSTDTC, CMTRT]
records:
  - {from: b, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, CMSPID: {text: "b{NO}"}}}
  - {from: a, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, CMSPID: {text: "a{NO}"}}}
"""


def test_sequence_ties_are_in_the_order_of_forms_then_of_rows(make_study: MakeStudy):
    forms = {
        "a": "SUBJ | NAME | DAY | NO\n2 | x | 2020-01-01 | 1\n1 | x | 2020-01-01 | 2\n1 | x | 2020-01-01 | 3\n1 | Z |  | 4",
        "b": "SUBJ | NAME | DAY | NO\n1 | y | 2020-01-01 | 1\n1 | x | 2020-01-01 | 2\n1 | x | 2020-01-01 | 3",
    }
    result = make_study(forms, CM).convert().datasets["CM"]
    assert result["USUBJID"].tolist() == ["S1-1"] * 6 + ["S1-2"]
    assert result["CMSEQ"].tolist() == [1, 2, 3, 4, 5, 6, 1]
    assert result["CMSPID"].tolist() == ["a4", "b2", "b3", "a2", "a3", "b1", "a1"]


def test_no_records(make_study: MakeStudy):
    header = "SUBJ | NAME | DAY | NO"
    result = make_study({"a": header, "b": header}, CM).convert().datasets["CM"]
    assert result.empty
    assert {"STUDYID", "CMSEQ", "CMTRT"} <= set(result)


# made in records and, where a condition holds, for the whole dataset ----

ENDED = """
dataset: DS
keys: [USUBJID, DSCAT, DSDECOD]
sequence: [DSSTDTC, DSCAT]
records:
  - from: eos
    variables: {DSTERM: {assign: WHY}, DSDECOD: {assign: WHY}, DSCAT: {hardcode: DISPOSITION EVENT}, DSSTDTC: {iso8601: LEFT}}
  - from: dd
    variables: {DSTERM: {hardcode: DEATH}, DSDECOD: {hardcode: DEATH}, DSCAT: {hardcode: OTHER EVENT}, DSSTDTC: {iso8601: DIED}}
variables:
  DSSTDTC: {lookup: DS.DSSTDTC, take: earliest, where: {DSCAT: OTHER EVENT},
    when: {DSDECOD: DEATH, DSCAT: DISPOSITION EVENT}}
"""
LEFT = {
    "dm": "SUBJ | IC\n1 | 2020-01-02\n2 | 2020-01-02\n3 | 2020-01-02\n4 | 2020-01-02",
    "ex": "SUBJ | DRUG | DOSE | DAY | END\n1 | A | 1 | 2020-01-02 | 2020-01-03",
    "eos": """SUBJ | WHY | LEFT
1 | DEATH | 2020-03-20
2 | DEATH | 2020-03-20
3 | COMPLETED | 2020-02-01
4 | DEATH | 2020-03-20""",
    "dd": "SUBJ | DIED\n1 | 2020-03-01\n2 | 2020-03\n3 | 2020-05-01",
}


def test_a_verb_of_the_dataset_replaces_what_the_blocks_built_where_its_condition_holds(
    make_study: MakeStudy,
):
    sdtm = make_study(LEFT, DM % "", EX % "", ENDED, study="policies: {duplicate_key: report}\n").convert()
    ds = sdtm.datasets["DS"]
    assert ds[["USUBJID", "DSSEQ", "DSCAT", "DSSTDTC"]].values.tolist() == [
        ["S1-1", 1, "DISPOSITION EVENT", "2020-03-01"],
        ["S1-1", 2, "OTHER EVENT", "2020-03-01"],
        ["S1-2", 1, "DISPOSITION EVENT", "2020-03"],
        ["S1-2", 2, "OTHER EVENT", "2020-03"],
        ["S1-3", 1, "DISPOSITION EVENT", "2020-02-01"],
        ["S1-3", 2, "OTHER EVENT", "2020-05-01"],
        ["S1-4", 1, "DISPOSITION EVENT", ""],  # no day of death, and not that of the news
    ]
    assert sdtm.lineage["DS"]["DSSTDTC from DS"].fillna(0).tolist() == [2, 0, 4, 0, 0, 0, 0]
    # What was replaced is in no value, and the account says by what.
    cells = sdtm.fields.set_index("field").loc["LEFT", ["cells", "mapped", "left_out"]]
    assert cells.tolist() == [4, 1, 3]


def test_records_that_the_cut_leaves_out_keep_the_places_of_the_others(make_study: MakeStudy):
    forms = LEFT | {"dd": "SUBJ | DIED\n1 | 2020-03-01\n2 | 2020-04-01\n3 | 2020-01-20"}
    forms["eos"] = (
        "SUBJ | WHY | LEFT\n1 | COMPLETED | 2020-05-20\n2 | DEATH | 2020-04-02\n3 | DEATH | 2020-05-01"
    )
    study = 'policies: {duplicate_key: report}\ndata_cut: {date: "2020-03-10"}\n'
    sdtm = make_study(forms, DM % "", EX % "", ENDED, study=study).convert()
    ds = sdtm.datasets["DS"]
    assert ds[["USUBJID", "DSCAT", "DSSTDTC"]].values.tolist() == [
        ["S1-1", "OTHER EVENT", "2020-03-01"],
        ["S1-3", "DISPOSITION EVENT", "2020-01-20"],
        ["S1-3", "OTHER EVENT", "2020-01-20"],
    ]
    assert sdtm.lineage["DS"]["DSSTDTC from DS"].fillna(0).tolist() == [0, 3, 0]
    assert [(item["value"], item["form"]) for item in found(sdtm, "CUT_RECORD")] == [
        ("2020-05-20", "eos"), ("2020-04-01", "eos"), ("2020-04-01", "dd"),
    ]  # fmt: skip
