"""The account of cells: what became of every filled cell, and a finding for each that is used for nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Findings
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.sdtm.records import Cell
from cdisc_npc.transport.raw_tables import RawTable
from tests.sdtm.small_study import MakeStudy, Study, found, write_study

DM = """
dataset: DM
keys: [USUBJID]
records:
  - {from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX}, COUNTRY: {hardcode: NLD}}}
"""
VISITS = "visits: [{visitnum: 1, visit: V1}, {visitnum: 2, visit: V2}]\n"


def unused(sdtm: Sdtm) -> list[tuple[str, int, str, str]]:
    """Form, row, field and value of the cells that are a finding."""
    return [
        (item["form"], item["row"], item["variable"], item["value"])
        for item in found(sdtm, "RAW_CELL_UNUSED")
    ]


def accounted(sdtm: Sdtm, form: str, row: int, field: str) -> list[dict]:
    """What the account says of a cell that is in no value."""
    place = {"form": form, "row": row, "field": field}
    table = [item for item in sdtm.cells.table.to_pylist() if place.items() <= item.items()]
    return [{name: item[name] for name in item if name not in (*place, "file")} for item in table]


def counts(sdtm: Sdtm, field: str) -> dict[str, int]:
    names = ["cells", "mapped", "decided", "left_out", "rejected", "not_used"]
    return sdtm.fields.set_index("field").loc[field, names].to_dict()


# --- a cell that only a block reads which makes no record ----------------------------------

RP = """
dataset: RP
keys: [USUBJID, RPTESTCD]
records: [{from: dm, %s tests: {CHILDPOT: {value: POT}}, variables: {WHY: {assign: WHY}}}]
supplemental: {WHY: {label: Reason}}
%s
"""
POT = "SUBJ | SEX | POT | WHY\n1 | F | Yes |\n2 | F | | Hysterectomy\n3 | F | Yes | Asked"


@pytest.mark.parametrize(
    ("where", "leave_out"),
    [
        ("where: {POT: present},", "leave_out: [{from: dm, where: {POT: blank}, reason: Not asked}]"),
        ("", "leave_out: [{from: dm, where: {POT: blank}, reason: Not asked}]"),
        ("", ""),
        ("where: {SEX: F},", ""),
    ],
)
def test_a_cell_whose_only_reader_makes_no_record_is_a_finding(
    make_study: MakeStudy, where: str, leave_out: str
):
    sdtm = make_study({"dm": POT}, DM, RP % (where, leave_out)).convert()
    assert unused(sdtm) == [("dm", 2, "WHY", "Hysterectomy")]
    assert counts(sdtm, "WHY") == {
        "cells": 2,
        "mapped": 1,
        "decided": 0,
        "left_out": 0,
        "rejected": 0,
        "not_used": 1,
    }
    assert accounted(sdtm, "dm", 2, "WHY")[0]["status"] == "not used"


def test_a_reason_may_be_stated_for_cells_alone(make_study: MakeStudy):
    stated = "leave_out: [{from: dm, fields: WHY, where: {POT: blank}, reason: Known from history}]"
    sdtm = make_study({"dm": POT}, DM, RP % ("", stated)).convert()
    assert not unused(sdtm)
    assert accounted(sdtm, "dm", 2, "WHY")[0] == {
        "status": "left out", "reason": "Known from history", "dataset": "", "variable": "", "outcome": "", "records": None,
    }  # fmt: skip


# --- branches that are not taken -------------------------------------------------------------

FORM = "SUBJ | A | B | C\n1 | x | y |\n1 | | y | z\n1 | | |\n1 | x | x | x"
CM = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: T}, CMDECOD: %s}}]\n"


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{first_of: [A, B, C]}", "1B 2C 4B 4C"),
        (
            "{cases: [{assign: A, when: {A: present}}, {assign: B, when: {B: present}}, {assign: C}]}",
            "1B 2C 4B 4C",
        ),
        ("{assign: A, when: {B: y}}", "2B 4A"),
        ("{text: '{A}{B}', when: {C: blank}}", "2B 4A 4B"),
        ("{assign: A, when: {B: y, C: z}}", "1A 1B 2B 2C 4A 4B 4C"),
        ("{assign: A, when: [{B: y}, {C: x}]}", "2B 2C 4B"),
        ("{agree: [A, B, C], else: U}", ""),
    ],
)
def test_what_a_verb_does_not_take_is_a_finding(make_study: MakeStudy, verb: str, expected: str):
    sdtm = make_study({"cm": FORM}, CM % verb).convert()
    assert sorted(f"{row}{field}" for _, row, field, _ in unused(sdtm)) == expected.split()


def test_cells_that_differ_are_named_by_the_finding_that_says_so(make_study: MakeStudy):
    sdtm = make_study({"cm": FORM}, CM % "{agree: [A, B, C], else: U}").convert()
    (one,) = accounted(sdtm, "cm", 1, "B")
    assert (one["status"], one["reason"]) == ("rejected", "MAP_AGREE")
    assert not accounted(sdtm, "cm", 4, "B")


@pytest.mark.parametrize(
    ("verb", "status", "reason"),
    [
        ("CMSTDTC: {iso8601: A}", "rejected", "MAP_DATE"),
        ("CMDOSE: {assign: A}", "rejected", "MAP_NUMBER"),
        ("CMDECOD: {assign: A, terms: none}", "left out", "blank by the terms none"),
    ],
)
def test_a_value_that_becomes_blank_has_its_reason(
    make_study: MakeStudy, verb: str, status: str, reason: str
):
    mapping = f"dataset: CM\nrecords: [{{from: cm, variables: {{CMTRT: {{hardcode: T}}, {verb}}}}}]\n"
    terms = "terms: {none: {none: ''}}" if "terms" in verb else ""
    sdtm = make_study({"cm": "SUBJ | A\n1 | none"}, mapping, codelists=terms).convert()
    (one,) = accounted(sdtm, "cm", 1, "A")
    assert (one["status"], one["reason"]) == (status, reason)


def test_a_time_counts_where_the_date_has_it(make_study: MakeStudy):
    form = "SUBJ | D | T\n1 | 2020-01-01 | 09:00\n1 | 2020-01 | 09:00\n1 | UNK |\n1 | 2020-01-01 | UNK"
    mapping = (
        "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: T}, CMSTDTC: {iso8601: [D, T]}}}]\n"
    )
    sdtm = make_study({"cm": form}, mapping, study="dates: {order: ymd, unknown: [UNK]}").convert()
    assert not accounted(sdtm, "cm", 1, "T") and not accounted(sdtm, "cm", 2, "D")
    assert accounted(sdtm, "cm", 2, "T")[0]["reason"] == "MAP_DATE"
    assert accounted(sdtm, "cm", 3, "D")[0]["reason"] == "No part of it is known"
    assert accounted(sdtm, "cm", 4, "T")[0]["reason"] == "No part of it is known"


# --- tests of a wide form --------------------------------------------------------------------

VS = """
dataset: VS
records:
  - from: vs
    visit: VIS
    tests:
      TEMP: {value: TEMP, unit: U, variables: {VSCLSIG: {assign: CS}}}
      PULSE: {value: PULSE}
    not_done: {when: {PERF: "No"}, reason: WHY}
"""


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("37 | C | N | 60 | Yes |", ""),
        (" | | | | No | Refused", ""),
        ("37 | C | N | 60 | No |", "PERF"),
        (" | | | | Yes |", "PERF"),
        ("37 | C | | 60 | Yes | Refused", "WHY"),
        (" | C | N | 60 | Yes |", "CS U"),
        (" | C | N | | |", "CS U"),
        (" | | | | | Refused", "WHY"),
        ("37 | C | N | | No | Forgotten", ""),  # the pulse was not done
    ],
)
def test_what_stands_beside_no_result_or_beside_one_is_a_finding(
    make_study: MakeStudy, record: str, expected: str
):
    form = f"SUBJ | VIS | TEMP | U | CS | PULSE | PERF | WHY\n1 | V1 | {record}"
    sdtm = make_study({"vs": form}, VS, study=VISITS).convert()
    assert sorted(field for _, _, field, _ in unused(sdtm)) == expected.split()


@pytest.mark.parametrize(
    ("record", "results"),
    [
        ("37 | C | | | No |", {"TEMP": "37"}),
        (" | | | 60 | No | Refused", {"PULSE": "60"}),
        ("37 | C | N | | No | Forgotten", {"TEMP": "37"}),
        (" | | | | No | Refused", {}),
        ("37 | C | | | Yes |", {}),
        ("37 | C | | 60 | No |", {}),  # PERF decides nothing then, and is not used
    ],
)
def test_a_result_beside_not_done_is_a_finding(make_study: MakeStudy, record: str, results: dict[str, str]):
    form = f"SUBJ | VIS | TEMP | U | CS | PULSE | PERF | WHY\n1 | V1 | {record}"
    sdtm = make_study({"vs": form}, VS, study=VISITS).convert()
    assert {row["variable"]: row["value"] for row in found(sdtm, "MAP_DONE")} == results
    assert {row["expected"] for row in found(sdtm, "MAP_DONE")} <= {"no result where PERF = No"}


def test_a_special_missing_value_is_in_the_account(make_study: MakeStudy):
    form = "SUBJ | VIS | TEMP | U | CS | PULSE | PERF | WHY\n1 | V1 | | | | 60 | |\n2 | V1 | 37 | C | | | |"
    study = make_study({"vs": form}, VS, study=VISITS)
    special = [("TEMP", 1), ("PULSE", 2), ("WHY", 2)]
    noticed = Findings()
    for field, row in special:
        noticed.add("RAW_SPECIAL_MISSING", form="vs", variable=field, row=[row], value=[".A"])
    tables = {name: RawTable(name, frame, f"{name}.xpt") for name, frame in study.forms.items()}
    sdtm = to_sdtm(RawData(study.forms, tables, noticed), study.spec)
    for field, row in special:
        (cell,) = accounted(sdtm, "vs", row, field)
        assert (cell["status"], cell["reason"]) == ("rejected", "RAW_SPECIAL_MISSING")
    assert counts(sdtm, "TEMP") | {"left_out": 0} == {
        "cells": 2, "mapped": 1, "decided": 0, "left_out": 0, "rejected": 1, "not_used": 0
    }  # fmt: skip


def test_what_tells_a_record_without_a_result_apart_is_left_out_with_it(make_study: MakeStudy):
    sdtm = make_study(
        {"vs": "SUBJ | VIS | TEMP | U | CS | PULSE | PERF | WHY\n1 | V1 | | | | | |"}, VS, study=VISITS
    ).convert()
    assert {accounted(sdtm, "vs", 1, field)[0]["reason"] for field in ("SUBJ", "VIS")} == {
        "No result collected"
    }


def test_a_word_in_place_of_a_result_is_in_the_status(make_study: MakeStudy):
    stated = VS.replace('when: {PERF: "No"}, reason: WHY', "values: [NOT DONE]")
    sdtm = make_study(
        {"vs": "SUBJ | VIS | TEMP | U | CS | PULSE\n1 | V1 | NOT DONE | | | "}, stated, study=VISITS
    ).convert()
    assert sdtm.datasets["VS"]["VSSTAT"].tolist() == ["NOT DONE"]
    assert counts(sdtm, "TEMP")["mapped"] == 1


# --- a form that repeats ---------------------------------------------------------------------

TU = """
dataset: TU
records:
  - from: tl
    visit: VIS
    first: {by: LES%s}
    variables:
      TULNKID: {assign: LES}
      TUTESTCD: {hardcode: TUMIDENT}
      TUTEST: {hardcode: Tumor Identification}
      TUORRES: {hardcode: TARGET}
      TULOC: {assign: SITE, codelist: none}
"""


@pytest.mark.parametrize(
    ("later", "same", "expected"),
    [
        ("T1 | LIVER", "", []),
        ("t1 | Liver", "", []),
        ("T1 |", "", []),
        ("T1 | LUNG", "", [("tl", 2, "SITE", "LUNG")]),
        ("T1 | LUNG", ", same: {SITE: none}", []),  # the finding is that of the form
        ("T2 | LUNG", "", []),
    ],
)
def test_a_later_record_that_says_something_else_is_a_finding(
    make_study: MakeStudy, later: str, same: str, expected: list
):
    sdtm = make_study(
        {"tl": f"SUBJ | VIS | LES | SITE\n1 | V1 | T1 | LIVER\n1 | V2 | {later}"}, TU % same, study=VISITS
    ).convert()
    assert unused(sdtm) == expected
    assert len(found(sdtm, "MAP_FIRST_DIFFERS")) == (same != "")


def test_what_a_later_record_says_first_is_a_finding(make_study: MakeStudy):
    sdtm = make_study(
        {"tl": "SUBJ | VIS | LES | SITE\n1 | V1 | T1 |\n1 | V2 | T1 | LUNG"}, TU % "", study=VISITS
    ).convert()
    assert unused(sdtm) == [("tl", 2, "SITE", "LUNG")]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ("| F | |", [("TEMPU", "F")]),  # a unit without a result
        ("| | LEFT |", [("SIDE", "LEFT")]),  # a variable of the result alone
        ("| | | n", [("NOTE", "n")]),  # a variable of all its results
        ("| F | LEFT | n", [("TEMPU", "F"), ("SIDE", "LEFT"), ("NOTE", "n")]),
        ("37 | F | LEFT | n", []),
    ],
)
def test_what_another_block_reads_of_every_record_is_no_repetition(
    make_study: MakeStudy, later: str, expected: list
):
    vs = """
dataset: VS
records:
  - from: vs
    visit: {name: VIS, date: DAY}
    tests: {TEMP: {value: TEMP, unit: TEMPU, variables: {VSLAT: {assign: SIDE}}}}
    variables: {VSDTC: {iso8601: DAY}, NOTE: {assign: NOTE}}
  - from: vs
    visit: {name: VIS, date: DAY}
    first: {by: SUBJ}
    tests: {HEIGHT: {value: HT}}
    variables: {VSDTC: {iso8601: DAY}}
supplemental: {NOTE: {label: Note}}
"""
    form = (
        "SUBJ | VIS | DAY | HT | TEMP | TEMPU | SIDE | NOTE\n1 | V1 | 2020-01-01 | 170 | 37 | F | LEFT | n\n"
    )
    sdtm = make_study({"vs": f"{form}1 | V2 | 2020-01-02 | 170 | {later}"}, vs, study=VISITS).convert()
    assert [item[2:] for item in unused(sdtm)] == expected
    assert accounted(sdtm, "vs", 2, "HT")[0]["reason"] == "Repeats the first record"


# --- conditions --------------------------------------------------------------------------------


def test_a_cell_that_decided_is_named_with_its_condition_and_records(make_study: MakeStudy):
    form = "SUBJ | NAME | ONGO | KIND\n2 | y | Yes | drug\n1 | x | No | drug\n1 | z | | food"
    mapping = """
dataset: CM
sequence: [CMTRT]
records: [{from: cm, where: {KIND: drug}, variables: {CMTRT: {assign: NAME}, CMENRTPT: {hardcode: ONGOING, when: {ONGO: "Yes"}}}}]
leave_out: [{from: cm, where: {KIND: food}, reason: Food}]
"""
    sdtm = make_study({"cm": form}, mapping).convert()
    assert accounted(sdtm, "cm", 1, "ONGO") == [
        {"status": "decided", "reason": "ONGO = Yes", "dataset": "CM", "variable": "CMENRTPT", "outcome": "kept", "records": "2"}
    ]  # fmt: skip
    assert accounted(sdtm, "cm", 2, "ONGO")[0] | {"reason": ""} == {
        "status": "decided", "reason": "", "dataset": "CM", "variable": "CMENRTPT", "outcome": "dropped", "records": "1",
    }  # fmt: skip
    (kind,) = accounted(sdtm, "cm", 3, "KIND")
    assert (kind["status"], kind["reason"], kind["outcome"], kind["records"]) == (
        "decided",
        "KIND = drug",
        "dropped",
        "",
    )
    assert accounted(sdtm, "cm", 3, "NAME")[0]["reason"] == "Food"
    assert not unused(sdtm)


def test_a_value_that_is_no_choice_of_the_form_and_decides_is_a_finding(make_study: MakeStudy):
    mapping = CM.replace("%s", "{assign: NAME}, CMENRTPT: {hardcode: ONGOING, when: {ONGO: 'Yes'}}")
    study = make_study({"cm": "SUBJ | NAME | ONGO\n1 | x | yes\n1 | y | Perhaps\n1 | z | 否"}, mapping)
    path = study.folder / "raw.yaml"
    path.write_text(
        path.read_text().replace("ONGO: {}", "ONGO: {codelist: yn}")
        + "codelists: {yn: {'Yes': 是, 'No': 否}}\n"
    )
    (one,) = found(study.convert(), "RAW_VALUE")
    assert (one["form"], one["row"], one["variable"], one["value"], one["USUBJID"]) == (
        "cm",
        2,
        "ONGO",
        "Perhaps",
        "S1-1",
    )


# --- forms without subjects ---------------------------------------------------------------------

LB = """
dataset: LB
records:
  - from: lb
    tests: {LIPASET: {value: LIP}, GLUC: {value: GLUC}}
    variables: {LBDTC: {iso8601: DAY}}
variables:
  LBORNRLO: {from_form: ref, field: LOW, by: {TEST: LBTESTCD}, %s since: {VALID: LBDTC}}
"""
REF = (
    "TEST | VALID | LOW | NOTE\nLIPASE | 2020-01-01 | 5 | n\nGLUC | 2020-01-01 | 4 |\nGLUC | 2021-01-01 | 3 |"
)
LABS = {"lb": "SUBJ | DAY | LIP | GLUC\n1 | 2020-06-01 | 40 | 5", "ref": REF}


def test_a_reference_under_another_name_is_a_warning_and_one_not_needed_yet_a_note(make_study: MakeStudy):
    sdtm = make_study(LABS, LB % "").convert()
    rows = [(item["row"], item["severity"]) for item in found(sdtm, "RAW_REFERENCE_UNUSED")]
    assert rows == [(1, "warning"), (3, "warning")]
    later = REF + "\nGLUC | 2020-01-01 | 2 |"
    sdtm = make_study(LABS | {"ref": later}, LB % "").convert()
    assert [(item["row"], item["severity"]) for item in found(sdtm, "RAW_REFERENCE_UNUSED")][-1] == (
        4,
        "note",
    )
    assert accounted(sdtm, "ref", 1, "LOW")[0]["status"] == "not used"
    assert accounted(sdtm, "ref", 2, "TEST")[0]["status"] == "decided" and not accounted(
        sdtm, "ref", 2, "LOW"
    )


def test_a_reference_is_detected_by_the_value_that_its_form_writes(make_study: MakeStudy):
    decode = "decode: {TEST: tests},"
    sdtm = make_study(LABS, LB % decode, codelists="terms: {tests: {LIPASE: LIPASET}}").convert()
    assert dict(sdtm.datasets["LB"][["LBTESTCD", "LBORNRLO"]].to_numpy()) == {"GLUC": "4", "LIPASET": "5"}
    assert [item["row"] for item in found(sdtm, "RAW_REFERENCE_UNUSED")] == [3]
    assert accounted(sdtm, "ref", 1, "NOTE")[0]["status"] == "left out"


@pytest.mark.parametrize(
    ("begins", "low", "wrong"),
    [
        ("2020-13-01", "4", ["2020-13-01"]),  # no date begins never
        ("soon", "4", ["soon"]),
        ("2020-02-30", "4", ["2020-02-30"]),
        ("2020-05", "3", []),  # a month begins with its first day
        ("2020", "3", []),
        ("2020-07", "4", []),  # and has not begun before
        ("2021", "4", []),
        ("", "4", []),  # always, and so before what has a first day
    ],
)
def test_a_reference_counts_from_the_day_that_it_says(
    make_study: MakeStudy, begins: str, low: str, wrong: list
):
    ref = f"TEST | VALID | LOW | NOTE\nGLUC | 2019-06-01 | 4 |\nGLUC | {begins} | 3 |"
    limits = "  LBORNRHI: {from_form: ref, field: NOTE, by: {TEST: LBTESTCD}, since: {VALID: LBDTC}}\n"
    sdtm = make_study(LABS | {"ref": ref}, LB % "" + limits).convert()
    assert dict(sdtm.datasets["LB"][["LBTESTCD", "LBORNRLO"]].to_numpy())["GLUC"] == low
    dates = found(sdtm, "MAP_DATE")
    assert [(item["form"], item["row"], item["value"]) for item in dates] == [
        ("ref", 2, text) for text in wrong
    ]
    if wrong:
        assert accounted(sdtm, "ref", 2, "VALID")[0]["status"] == "rejected"


# --- records and fields -----------------------------------------------------------------------


def test_cells_of_a_field_that_is_not_submitted_are_not_mapped(make_study: MakeStudy):
    sdtm = make_study(
        {"cm": "SUBJ | NAME | PAGE\n1 | x | 7"},
        "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {assign: NAME}}}]\n",
    ).convert()
    assert counts(sdtm, "PAGE") == {
        "cells": 1,
        "mapped": 0,
        "decided": 0,
        "left_out": 1,
        "rejected": 0,
        "not_used": 0,
    }
    assert accounted(sdtm, "cm", 1, "PAGE")[0]["reason"] == "not used"


def test_cells_of_a_record_without_a_subject_are_rejected(make_study: MakeStudy):
    sdtm = make_study(
        {"cm": "SUBJ | NAME\n? ? | x"},
        "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {assign: NAME}}}]\n",
    ).convert()
    assert counts(sdtm, "NAME")["rejected"] == 1 and not unused(sdtm)


def test_records_that_the_data_cut_removes_leave_their_cells_out(make_study: MakeStudy):
    mapping = (
        "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {assign: NAME}, CMSTDTC: {iso8601: DAY}}}]\n"
    )
    dm = DM.replace("COUNTRY", "RFICDTC: {hardcode: '2020-01-01'}, COUNTRY")
    forms = {"dm": "SUBJ | SEX\n1 | F", "cm": "SUBJ | NAME | DAY\n1 | x | 2020-02-01\n1 | y | 2020-04-01"}
    cut = "data_cut: {date: 2020-03-01, entered: RFICDTC, rules: {default: date, DM: special}}\n"
    sdtm = make_study(forms, dm, mapping, study=cut).convert()
    assert len(sdtm.datasets["CM"]) == 1
    assert counts(sdtm, "NAME") == {
        "cells": 2,
        "mapped": 1,
        "decided": 0,
        "left_out": 1,
        "rejected": 0,
        "not_used": 0,
    }
    assert accounted(sdtm, "cm", 2, "NAME")[0]["reason"].endswith("by the data cut")


@pytest.mark.parametrize(
    ("record", "field", "expected"),
    [
        # a condition by which a record was made that the cut removes
        ("2020-04-01 | 37 | C | Yes", "DONE", ("left out", "Removed by the data cut")),
        ("2020-04-01 | 37 | C | Yes", "TEMPU", ("left out", "Removed by the data cut")),
        # a record before the cut that has no result
        ("2020-02-01 | | | Yes", "DAY", ("left out", "No result collected")),
        ("2020-02-01 | | C | Yes", "TEMPU", ("not used", "")),
        # nor is a record after it, without a result, removed by it
        ("2020-04-01 | | C | Yes", "TEMPU", ("not used", "")),
    ],
)
def test_the_data_cut_leaves_out_what_it_removes_alone(
    make_study: MakeStudy, record: str, field: str, expected: tuple
):
    vs = """
dataset: VS
records:
  - from: vs
    visit: {name: VIS, date: DAY}
    where: {DONE: {not: "No"}}
    tests: {TEMP: {value: TEMP, unit: TEMPU}}
    variables: {VSDTC: {iso8601: DAY}}
"""
    forms = {"dm": "SUBJ | SEX\n1 | F", "vs": f"SUBJ | VIS | DAY | TEMP | TEMPU | DONE\n1 | V1 | {record}"}
    cut = VISITS + "data_cut: {date: 2020-03-01}\n"
    sdtm = make_study(forms, DM, vs, study=cut).convert()
    assert [(item["status"], item["reason"]) for item in accounted(sdtm, "vs", 1, field)] == [expected]


# --- the account closes -------------------------------------------------------------------------

TEXT = st.sampled_from(["", "x", "y", "Yes", "No", " ", "2020-01-01", "2020-02", "7", "LIVER"])


@pytest.fixture(scope="module")
def whole_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    vs = ["SUBJ", "VIS", "TEMP", "U", "CS", "PULSE", "PERF", "WHY"]
    forms = {
        "cm": pd.DataFrame(columns=["SUBJ", "A", "B", "C"]), "vs": pd.DataFrame(columns=vs),
        "tl": pd.DataFrame(columns=["SUBJ", "VIS", "LES", "SITE"]),
    }  # fmt: skip
    verb = "{cases: [{first_of: [A, B], when: {C: Yes}}, {agree: [A, B], else: U, when: {C: present}}]}, CMSTDTC: {iso8601: C}"
    policies = "policies: {duplicate_key: report, unknown_visit: report}\n"
    return write_study(
        tmp_path_factory.mktemp("study"), forms, CM % verb, VS, TU % "", study=VISITS + policies
    )


def rows(*fields: str) -> st.SearchStrategy:
    record = st.fixed_dictionaries(
        {"SUBJ": st.sampled_from(["1", "2", "? ?", ""]), **dict.fromkeys(fields, TEXT)}
    )
    return st.lists(record, max_size=6).map(
        lambda all: pd.DataFrame(all, columns=["SUBJ", *fields], dtype="str")
    )


@settings(max_examples=60)
@given(
    cm=rows("A", "B", "C"),
    vs=rows("VIS", "TEMP", "U", "CS", "PULSE", "PERF", "WHY"),
    tl=rows("VIS", "LES", "SITE"),
)
def test_every_filled_cell_has_exactly_one_status(whole_study: Study, cm, vs, tl):
    forms = {"cm": cm, "vs": vs, "tl": tl}
    sdtm = whole_study.convert(forms)
    table = sdtm.cells.table.to_pandas()
    for name, form in forms.items():
        for field in form:
            filled = (form[field].str.strip() != "").to_numpy()
            status = sdtm.cells.status[name][field]
            assert np.array_equal(status != Cell.BLANK, filled)
            mine = table[(table["form"] == name) & (table["field"] == field)]
            assert set(mine["row"] - 1) == set(
                np.flatnonzero((status != Cell.BLANK) & (status != Cell.MAPPED))
            )
            assert mine.groupby("row", observed=True)["status"].nunique().max() in (1, np.nan) or mine.empty
            lost = [row for form_, row, field_, _ in unused(sdtm) if (form_, field_) == (name, field)]
            assert lost == (np.flatnonzero(status == Cell.NOT_USED) + 1).tolist()
    numbers = sdtm.fields[["mapped", "decided", "left_out", "rejected", "not_used"]].sum(axis=1)
    assert numbers.tolist() == sdtm.fields["cells"].tolist()
