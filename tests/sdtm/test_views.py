"""A dataset's own verbs beside those of its records."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy, found
from tests.verbs.small_trial import DM, EX

CM = """
dataset: CM
sequence: [CMSTDTC, CMTRT]
records:
  - {from: b, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, CMSPID: {text: "b{NO}"}}}
  - {from: a, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}, CMSPID: {text: "a{NO}"}}}
"""


def test_no_records(make_study: MakeStudy):
    header = "SUBJ | NAME | DAY | NO"
    result = make_study({"a": header, "b": header}, CM).convert().datasets["CM"]
    assert result.empty
    assert {"STUDYID", "CMSEQ", "CMTRT"} <= set(result)


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
