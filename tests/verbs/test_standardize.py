"""Results in standard units; how results are converted is tried in tests/sdtm/test_units.py."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy, found

LB = """
dataset: LB
keys: [USUBJID, LBTESTCD, LBORRES]
records: [{from: lb, tests: {HGB: {value: HGB, unit: UNIT, standard_unit: g/L}}}]
variables: {LBSTRESC: {standardize: LBORRES%s}}
"""
FORM = "SUBJ | HGB | UNIT\n1 | 13.5 | g/dL\n1 | <0.5 | g/dL\n1 | CLOTTED |"


def test_text_number_and_unit(make_study: MakeStudy) -> None:
    frame = make_study({"lb": FORM}, LB % "").convert().datasets["LB"].set_index("LBORRES")
    shown = frame.loc[["13.5", "<0.5", "CLOTTED"], ["LBSTRESC", "LBSTRESN", "LBSTRESU"]]
    assert shown.fillna(-1).values.tolist() == [["135", 135, "g/L"], ["<5", -1, "g/L"], ["CLOTTED", -1, ""]]


def test_a_number_is_a_result_and_no_term(make_study: MakeStudy) -> None:
    sdtm = make_study({"lb": FORM}, LB % ", codelist: NY").convert()
    assert [item["value"] for item in found(sdtm, "MAP_TERM_UNMATCHED")] == ["CLOTTED"]


def test_a_part_of_the_records_has_the_results_of_the_whole(make_study: MakeStudy) -> None:
    frame = make_study({"lb": FORM}, LB % ", when: {LBORRES: {matches: '[0-9.]+'}}").convert().datasets["LB"]
    assert dict(zip(frame["LBORRES"], frame["LBSTRESC"], strict=True)) == {
        "13.5": "135",
        "<0.5": "",
        "CLOTTED": "",
    }
