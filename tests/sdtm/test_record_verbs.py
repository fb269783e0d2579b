"""Verbs of record blocks: from the fields of a form to a column."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.small_study import MakeStudy, found

FORM = pd.DataFrame(
    {
        "SUBJ": ["1", "1", "2", "2"],
        "A": [" aspirin ", "\u00a0zinc\u3000", "\u3000", "iron"],
        "B": ["aspirin", "copper", "gold", ""],
        "C": ["", "zinc", "", "tin"],
        "N": ["1.50", "x", "", " 7 "],
        "D": ["2020-02-30", "2020-02", "", "2020-02-03"],
        "T": ["", "", "", "9:05"],
    },
    dtype="str",
)


@pytest.fixture
def cm(make_study: MakeStudy):
    """Convert the form with one more variable of CM, and give it in the order of the raw rows."""

    def convert(variable: str, **options) -> tuple[list, Sdtm]:
        name = variable.partition(":")[0]
        mapping = f"dataset: CM\nrecords: [{{from: cm, variables: {{CMTRT: {{hardcode: X}}, {variable}}}}}]\n"
        sdtm = make_study({"cm": FORM}, mapping, **options).convert()
        return sdtm.datasets["CM"][name].tolist(), sdtm

    return convert


def test_assign_leaves_out_surrounding_blanks_of_any_kind(cm):
    assert cm("CMDECOD: {assign: A}")[0] == ["aspirin", "zinc", "", "iron"]


def test_a_number_is_a_number_and_anything_else_a_finding(cm):
    values, sdtm = cm("CMDOSE: {assign: N}")
    assert pd.Series(values).fillna(-1).tolist() == [1.5, -1, -1, 7]
    (wrong,) = found(sdtm, "MAP_NUMBER")
    assert (wrong["row"], wrong["value"], wrong["USUBJID"]) == (2, "x", "S1-1")


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("1e400", None, "a number"),
        ("-1E+999", None, "a number"),
        ("1e-400", None, "a number"),
        ("12345678901234567890", 12345678901234567890.0, "a number of no more digits than a double holds"),
        ("0.12345678901234567890123", 0.12345678901234568, "a number of no more digits than a double holds"),
        ("0.1", 0.1, None),
        (" 1.50e3 ", 1500.0, None),
        ("-0", 0.0, None),
        ("0e999", 0.0, None),
    ],
)
def test_a_number_that_a_double_does_not_hold_is_a_finding(
    make_study: MakeStudy, text: str, number: float | None, expected: str | None
):
    mapping = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: X}, CMDOSE: {assign: N}}}]\n"
    sdtm = make_study({"cm": f"SUBJ | N\n1 | {text}\n2 | 5"}, mapping).convert()
    values = sdtm.datasets["CM"]["CMDOSE"].tolist()
    assert [None if value != value else value for value in values] == [number, 5.0]
    wrong = [(item["row"], item["value"], item["expected"]) for item in found(sdtm, "MAP_NUMBER")]
    assert wrong == ([(1, text.strip(), expected)] if expected else [])


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{hardcode: fixed}", ["fixed"] * 4),
        ("{hardcode: fixed, when: {A: present}}", ["fixed", "fixed", "", "fixed"]),
        ("{hardcode: fixed, when: {A: present}, else: other}", ["fixed", "fixed", "other", "fixed"]),
        ("{assign: A, else: none}", ["aspirin", "zinc", "none", "iron"]),
        ("{assign: C, when: {A: present}, else: none}", ["none", "zinc", "none", "tin"]),
        ("{assign: A, case: upper}", ["ASPIRIN", "ZINC", "", "IRON"]),
        ("{assign: SUBJ, else: none}", ["1", "1", "2", "2"]),
        ("{text: '{A} of {B}'}", ["aspirin of aspirin", "zinc of copper", "of gold", "iron of"]),
        ("{text: '{A}{C}'}", ["aspirin", "zinczinc", "", "irontin"]),
        ("{text: 'No. {A}', else: none}", ["No. aspirin", "No. zinc", "none", "No. iron"]),
        ("{first_of: [C, B, A]}", ["aspirin", "zinc", "gold", "tin"]),
        ("{first_of: [C, T], else: none}", ["none", "zinc", "none", "tin"]),
        ("{agree: [A, B, C], else: MULTIPLE}", ["aspirin", "MULTIPLE", "gold", "MULTIPLE"]),
    ],
)
def test_verbs_of_text(cm, verb, expected):
    assert cm(f"CMDECOD: {verb}")[0] == expected


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("{A} {B} {C}", ["", "Rest", ""], "Rest"),
        ("{A} {B} {C}", ["left", "", "arm"], "left arm"),
        ("{A} {B} {C}", ["", "", ""], ""),
        ("{A}, {B}; {C}", ["", "b", "c"], "b; c"),
        ("{A}, {B}; {C}", ["a", "", ""], "a"),
        ("{A} mg {B}, as {C}", ["10", "", "cream"], "10 mg as cream"),
        ("{A} mg {B}", ["10", "", ""], "10 mg"),
        ("({A} {B}) {C}", ["", "b", ""], "(b)"),
        ("{A}{B}-{C}", ["", "2", "7"], "2-7"),
        ("{A} / {B}", ["120", "80", ""], "120 / 80"),
        ("{A} {B}", ["two  blanks", "stay", ""], "two  blanks stay"),
    ],
)
def test_empty_fields_leave_no_blanks_in_a_text(make_study: MakeStudy, text, cells, expected):
    form = pd.DataFrame([["1", *cells, "x"]], columns=["SUBJ", "A", "B", "C", "Z"], dtype="str")
    mapping = f"dataset: CM\nrecords: [{{from: cm, variables: {{CMTRT: {{assign: Z}}, CMDECOD: {{text: '{text}'}}}}}}]"
    assert make_study({"cm": form}, mapping).convert().datasets["CM"]["CMDECOD"].tolist() == [expected]


def test_agree_says_what_differs(cm):
    _, sdtm = cm("CMDECOD: {agree: [A, B, C], else: MULTIPLE}")
    assert [(item["row"], item["value"], item["expected"]) for item in found(sdtm, "MAP_AGREE")] == [
        (2, "zinc / copper / zinc", "MULTIPLE"),
        (4, "iron /  / tin", "MULTIPLE"),
    ]


def test_agree_leaves_records_blank_where_all_fields_are(make_study: MakeStudy):
    mapping = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: X}, CMDECOD: {agree: [A, B], else: BOTH}}}]"
    sdtm = make_study({"cm": "SUBJ | A | B\n1 |  |\n1 | x | y"}, mapping).convert()
    assert sdtm.datasets["CM"]["CMDECOD"].tolist() == ["", "BOTH"]


def test_the_first_case_that_holds(cm):
    cases = "[{hardcode: one, when: {B: aspirin}}, {assign: A, when: {A: present}}, {hardcode: rest}]"
    assert cm(f"CMDECOD: {{cases: {cases}}}")[0] == ["one", "zinc", "rest", "iron"]
    cases = "[{hardcode: one, when: {B: aspirin}}, {assign: B, when: {SUBJ: '2'}}]"
    assert cm(f"CMDECOD: {{cases: {cases}}}")[0] == ["one", "", "gold", ""]
    assert cm(f"CMDECOD: {{cases: {cases}, else: none}}")[0] == ["one", "none", "gold", "none"]
    assert cm(f"CMDECOD: {{cases: {cases}, when: {{A: present}}, else: none}}")[0] == [
        "one",
        "none",
        "none",
        "none",
    ]


def test_every_case_has_its_own_terms(cm):
    cases = "[{assign: B, terms: metals, when: {B: gold}}, {assign: A, case: title, when: {B: present}}]"
    values, sdtm = cm(f"CMDECOD: {{cases: {cases}}}", codelists="terms: {metals: {gold: Au}}")
    assert values == ["Aspirin", "Zinc", "Au", ""]
    assert [(item["row"], item["value"]) for item in found(sdtm, "RAW_CELL_UNUSED")] == [(4, "iron")]
    assert len(sdtm.findings) == 1


def test_a_case_of_a_numeric_variable(cm):
    values, _ = cm("CMDOSE: {cases: [{assign: N, when: {A: iron}}, {hardcode: '0'}]}")
    assert values == [0, 0, 0, 7]


def test_dates(cm):
    values, sdtm = cm("CMSTDTC: {iso8601: [D, T]}")
    assert values == ["", "2020-02", "", "2020-02-03T09:05"]
    (wrong,) = found(sdtm, "MAP_DATE")
    assert (wrong["row"], wrong["variable"], wrong["value"], wrong["params"]) == (
        1,
        "CMSTDTC",
        "2020-02-30",
        "D, T",
    )


def test_order_of_dates_by_field_verb_and_study(make_study: MakeStudy):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {hardcode: X}, CMSTDTC: {iso8601: D%s}, CMENDTC: {iso8601: E}}
"""
    data = {"cm": "SUBJ | D | E\n1 | 01/02/2020 | 01/02/2020"}
    study = "dates: {order: mdy}"

    def dates(verb: str, **fields) -> list[str]:
        result = make_study(data, mapping % verb, study=study, fields={"cm": fields}).convert().datasets["CM"]
        return result[["CMSTDTC", "CMENDTC"]].iloc[0].tolist()

    assert dates("") == ["2020-01-02", "2020-01-02"]
    assert dates("", D={"dates": {"order": "dmy"}}) == ["2020-02-01", "2020-01-02"]
    assert dates(", order: dmy") == ["2020-02-01", "2020-01-02"]
    assert dates(", order: mdy", D={"dates": {"order": "dmy"}}) == ["2020-01-02", "2020-01-02"]


@pytest.mark.parametrize(
    ("study", "stated", "collected", "expected"),
    [
        ("", {"order": "mdy"}, "08/20/2022", "2022-08-20"),
        ("", {"order": "dmy", "century": "1950"}, "28-AUG-22", "2022-08-28"),
        ("dates: {order: dmy, century: '1930'}", {"century": "1900"}, "28-AUG-22", "1922-08-28"),
        ("dates: {unknown: [UNK]}", {"unknown": ["??"]}, "2022-??-??", "2022"),
        ("dates: {excel_serials: yes}", {"excel_serials": "no"}, "44439", ""),
        ("", {"excel_serials": "yes"}, "44439", "2021-08-31"),
        ("dates: {excel_serials: yes}", {}, "44439.4375", "2021-08-31T10:30"),
        ("", {}, "23385", ""),
    ],
)
@pytest.mark.parametrize("of", ["field", "form"])
def test_dates_are_read_as_the_field_the_form_or_the_study_states(
    make_study: MakeStudy, study, stated, collected, expected, of
):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {hardcode: X}, CMSTDTC: {iso8601: D}}
"""
    data = {"cm": f"SUBJ | D\n1 | {collected}"}
    tiny = make_study(
        data, mapping, study=study, fields={"cm": {"D": {"dates": stated}} if of == "field" else {}}
    )
    if of == "form":
        raw = tiny.folder / "raw.yaml"
        raw.write_text(raw.read_text().replace("  cm:\n", f"  cm:\n    dates: {json.dumps(stated)}\n"))
    sdtm = tiny.convert()
    assert sdtm.datasets["CM"]["CMSTDTC"].tolist() == [expected]
    serial = expected and collected.startswith("44439")
    assert [item["expected"] for item in found(sdtm, "MAP_DATE_SERIAL")] == ([expected] if serial else [])
    assert len(found(sdtm, "MAP_DATE")) == (0 if expected else 1)


def test_parts_of_a_date(make_study: MakeStudy):
    mapping = """
dataset: CM
records:
  - from: cm
    variables: {CMTRT: {hardcode: X}, CMSTDTC: {iso8601: {year: Y, month: M, day: D}}}
"""
    sdtm = make_study(
        {"cm": "SUBJ | Y | M | D\n1 | 2020 | 2 | 3\n1 | 2020 | 2 |\n1 | 2020 | 13 | 1"}, mapping
    ).convert()
    assert sdtm.datasets["CM"]["CMSTDTC"].tolist() == ["2020-02-03", "2020-02", ""]
    assert [item["row"] for item in found(sdtm, "MAP_DATE")] == [3]
