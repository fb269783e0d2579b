"""Records of a dataset: which raw records feed it, and what the tests of a wide form make of them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from tests.sdtm.small_study import MakeStudy, Study, found

VS = """
dataset: VS
records:
  - from: vs
    tests:
      SYSBP: {value: SBP, unit: BPU, variables: {VSPOS: {assign: POS}}}
      TEMP: {value: T, standard_unit: C, decimals: 1}
      OWN: {value: OWN, test: An own test}
    variables: {VSDTC: {iso8601: DAY}, VSSPID: {text: "r{NO}"}}
%s
"""
FORM = """
SUBJ | NO | DAY | SBP | BPU | POS | T | OWN | DONE | WHY
2 | 1 | 2020-01-01 | 120 | mmHg | STANDING | 98.6 | | Y |
1 | 2 | 2020-01-02 | | mmHg | SITTING | | 7 | Y |
1 | 3 | 2020-01-03 | | mmHg | SITTING | | | N | refused
1 | 4 | 2020-01-04 | | | | | | Y |
"""
NOT_DONE = "    not_done: {when: {DONE: N}, reason: WHY}"
COLUMNS = ["VSSPID", "VSTESTCD", "VSTEST", "VSORRES", "VSORRESU", "VSPOS"]


@pytest.fixture
def vs(make_study: MakeStudy):
    def make(extra: str = "", form: str = FORM) -> Study:
        return make_study({"vs": form}, VS % extra, fields={"vs": {"T": {"unit": "F"}}})

    return make


def test_a_record_for_every_test_with_a_result(vs):
    result = vs().convert().datasets["VS"]
    assert result[COLUMNS].to_numpy().tolist() == [
        ["r2", "OWN", "An own test", "7", "", ""],
        ["r1", "SYSBP", "Systolic Blood Pressure", "120", "mmHg", "STANDING"],
        ["r1", "TEMP", "Temperature", "98.6", "F", ""],
    ]
    assert result["VSSEQ"].tolist() == [1, 1, 2]


def test_standard_results_of_the_tests(vs):
    result = vs().convert().datasets["VS"].set_index("VSTESTCD")
    assert result.loc["TEMP", ["VSSTRESC", "VSSTRESN", "VSSTRESU"]].tolist() == ["37.0", 37.0, "C"]
    assert result.loc["SYSBP", ["VSSTRESC", "VSSTRESN", "VSSTRESU"]].tolist() == ["120", 120.0, "mmHg"]


def test_not_done_is_a_record_without_result(vs):
    result = vs(NOT_DONE).convert().datasets["VS"]
    done = result[result["VSSPID"] == "r3"]
    assert done["VSTESTCD"].tolist() == ["SYSBP", "TEMP", "OWN"]
    for name, value in (
        ("VSSTAT", "NOT DONE"),
        ("VSREASND", "refused"),
        ("VSORRES", ""),
        ("VSORRESU", ""),
        ("VSSTRESC", ""),
    ):
        assert set(done[name]) == {value}, name
    assert set(result[result["VSSPID"] != "r3"]["VSSTAT"]) == {""}
    assert set(result[result["VSSPID"] != "r3"]["VSREASND"]) == {""}


def test_a_result_beside_not_done_is_a_result(vs):
    form = FORM.replace("| Y |\n1 | 2", "| N | why\n1 | 2")
    result = vs(NOT_DONE, form).convert().datasets["VS"].query("VSSPID == 'r1'").set_index("VSTESTCD")
    assert result.loc["SYSBP", ["VSORRES", "VSSTAT", "VSREASND"]].tolist() == ["120", "", ""]
    assert result.loc["OWN", ["VSORRES", "VSSTAT", "VSREASND"]].tolist() == ["", "NOT DONE", "why"]


def test_rows_are_kept_in_the_lineage(vs):
    sdtm = vs(NOT_DONE).convert()
    assert sdtm.lineage["VS"]["row"].tolist() == [2, 3, 3, 3, 1, 1]
    assert set(sdtm.lineage["VS"]["form"]) == {"vs"}


def test_records_without_any_result_are_left_out_with_the_reason(vs):
    account = vs(NOT_DONE).convert().records.iloc[0]
    assert account[["records", "mapped", "left_out"]].tolist() == [4, 3, 1]
    assert account["reasons"] == "No result collected (1)"


def test_blocks_stand_one_after_the_other_and_leave_blank_what_they_lack(make_study: MakeStudy):
    cm = """
dataset: CM
records:
  - {from: a, variables: {CMTRT: {assign: NAME}, CMDOSE: {assign: DOSE}}}
  - {from: b, where: {KIND: drug}, variables: {CMTRT: {assign: NAME}, CMINDC: {assign: WHY}}}
leave_out: [{from: b, where: {KIND: food}, reason: Food is not submitted}]
"""
    forms = {
        "a": "SUBJ | NAME | DOSE\n1 | x | 5",
        "b": "SUBJ | NAME | KIND | WHY\n1 | y | drug | pain\n1 | z | food | hunger",
    }
    sdtm = make_study(forms, cm).convert()
    result = sdtm.datasets["CM"]
    assert result["CMTRT"].tolist() == ["x", "y"]
    assert result["CMINDC"].tolist() == ["", "pain"]
    assert [None if math.isnan(dose) else dose for dose in result["CMDOSE"]] == [5, None]
    assert sdtm.records.set_index("form").loc["b", "reasons"] == "Food is not submitted (1)"


def test_a_block_may_read_another_dataset(make_study: MakeStudy):
    ae = "dataset: AE\nrecords: [{from: ae, variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AESER: {assign: SER}}}]"
    pr = """
dataset: PR
records: [{from: AE, where: {AESER: "Y"}, variables: {PRTRT: {assign: AETERM}, PRSPID: {text: "AE{AESEQ}"}}}]
"""
    sdtm = make_study({"ae": "SUBJ | TERM | SER\n2 | Rash | N\n1 | Ache | Y\n2 | Pain | Y"}, ae, pr).convert()
    result = sdtm.datasets["PR"]
    assert result[["USUBJID", "PRTRT", "PRSPID"]].to_numpy().tolist() == [
        ["S1-1", "Ache", "AE1"],
        ["S1-2", "Pain", "AE2"],
    ]


def test_a_subject_that_is_not_recognised_is_rejected_once(make_study: MakeStudy):
    cm = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {assign: NAME}}}]"
    sdtm = make_study({"cm": "SUBJ | NAME\n1 | x\n | y\n1 2 | z"}, cm).convert()
    assert sdtm.datasets["CM"]["CMTRT"].tolist() == ["x"]
    assert [(item["row"], item["value"]) for item in found(sdtm, "MAP_SUBJECT")] == [(2, ""), (3, "1 2")]
    assert sdtm.records[["mapped", "rejected"]].iloc[0].tolist() == [1, 2]


LB = """
dataset: LB
records:
  - from: lb
    translate: words
    not_done: {values: [未查]}
    each_test:
      unit: "{value}_UN"
      unit_terms: units
      variables: {LBCLSIG: {assign: "{value}_CS"}}
    tests:
      WBC: {value: WBC, standard_unit: 10^9/L}
      HGB: {value: HGB, standard_unit: g/L, unit_terms: grams}
"""
LB_FORM = """
SUBJ | WBC | WBC_UN | WBC_CS | HGB | HGB_UN | HGB_CS
1 | 5 | G/L | N | 140 | G/L |
2 | 未查 | G/L | | 见附件 | G/L | Y
"""
LB_WORDS = "terms: {words: {见附件: SEE ATTACHMENT}, units: {G/L: 10^9/L}, grams: {G/L: g/L}}\n"


def test_settings_of_every_test_stand_once(make_study: MakeStudy):
    # The helper takes the fields that stand in the mapping; these are made of a pattern.
    made_of_pattern = {f"{test}_{part}": {} for test in ("WBC", "HGB") for part in ("UN", "CS")}
    study = make_study({"lb": LB_FORM}, LB, codelists=LB_WORDS, fields={"lb": made_of_pattern})
    result = study.convert().datasets["LB"]
    names = ["USUBJID", "LBTESTCD", "LBORRES", "LBORRESU", "LBSTRESN", "LBSTRESU", "LBSTAT", "LBCLSIG"]
    assert result[names].astype(object).where(result[names].notna(), None).to_numpy().tolist() == [
        ["S1-1", "WBC", "5", "10^9/L", 5.0, "10^9/L", "", "N"],
        ["S1-1", "HGB", "140", "g/L", 140.0, "g/L", "", ""],
        ["S1-2", "WBC", "", "", None, "", "NOT DONE", ""],
        ["S1-2", "HGB", "SEE ATTACHMENT", "g/L", None, "", "", "Y"],
    ]


def test_tables_of_results_and_units_are_checked(make_study: MakeStudy):
    with pytest.raises(Refused) as refused:
        make_study({"lb": LB_FORM}, LB, codelists="terms: {words: {a: b}}\n").spec  # noqa: B018
    texts = " ".join(refused.value.findings.messages())
    assert "no terms units" in texts and "no terms grams" in texts and "no terms words" not in texts


OVERRIDE = """
dataset: VS
records:
  - from: vs
    not_done: {values: [ND]}
    tests:
      DIABP: {value: DIA, unit: DU}
      PULSE: {value: PLS, unit: PU, variables: {%s}}
    variables: {VSDTC: {iso8601: DAY}, VSPOS: {assign: POS}}
"""
VITALS = "SUBJ | DAY | DIA | DU | PLS | PU | POS | SIGN | X\n1 | 2020-01-02 | 70 | mmHg | 66 | beats/min | SITTING | < | n"


@pytest.mark.parametrize(
    ("variable", "name", "expected"),
    [
        ("VSPOS: {hardcode: SUPINE}", "VSPOS", ["SITTING", "SUPINE"]),  # of the block
        ("VSPOS: {assign: X, when: {X: y}}", "VSPOS", ["SITTING", ""]),
        ("VSDTC: {hardcode: 2020-02}", "VSDTC", ["2020-01-02", "2020-02"]),
        ("VSORRES: {text: '{SIGN}{PLS}'}", "VSORRES", ["70", "<66"]),  # implied by `tests`
        ("VSORRESU: {hardcode: /min}", "VSORRESU", ["mmHg", "/min"]),
        ("VSTEST: {hardcode: Pulse}", "VSTEST", ["Diastolic Blood Pressure", "Pulse"]),
        ("VSSTAT: {assign: X, case: upper, codelist: none}", "VSSTAT", ["", "N"]),
        ("VSLOC: {hardcode: WRIST}", "VSLOC", ["", "WRIST"]),  # of no other test
    ],
)
def test_what_a_test_states_for_itself_comes_before_the_blocks(
    make_study: MakeStudy, variable, name, expected
):
    assert make_study({"vs": VITALS}, OVERRIDE % variable).convert().datasets["VS"][name].tolist() == expected


def test_a_variable_of_one_test_is_built_of_its_records_alone(make_study: MakeStudy):
    """No finding about the position of a record whose test states another."""
    form = VITALS.replace("70 | mmHg", " | ").replace("SITTING", "ON ICE")
    sdtm = make_study({"vs": form}, OVERRIDE % "VSPOS: {hardcode: SUPINE}").convert()
    assert sdtm.datasets["VS"]["VSPOS"].tolist() == ["SUPINE"]
    assert not found(sdtm, "MAP_TERM_UNMATCHED")


def test_datasets_without_records_and_a_supp_without_any_are_named(make_study: MakeStudy):
    cm = """
dataset: CM
records: [{from: cm, variables: {CMTRT: {assign: TRT}, NOTE: {assign: NOTE}}}]
supplemental: {NOTE: {label: Note}}
"""
    ce = "dataset: CE\nrecords: [{from: cm, where: {TRT: none}, variables: {CETERM: {assign: TRT}}}]"
    study = make_study({"cm": "SUBJ | TRT | NOTE\n1 | aspirin |\n2 | zinc |"}, cm, ce)
    sdtm = study.convert()
    assert "SUPPCM" not in sdtm.datasets and len(sdtm.datasets["CM"]) == 2
    assert {item["dataset"] for item in found(sdtm, "MAP_NO_RECORDS")} == {"CE", "SUPPCM"}
    noted = study.convert(
        {"cm": pd.DataFrame([["1", "x", "y"]], columns=["SUBJ", "TRT", "NOTE"], dtype="str")}
    )
    assert noted.datasets["SUPPCM"]["QVAL"].tolist() == ["y"]
