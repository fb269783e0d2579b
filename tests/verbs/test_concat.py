"""Several fields in one text: check-box groups, and the account of their cells."""

from __future__ import annotations

import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from tests.sdtm.small_study import MakeStudy, found

CM = "dataset: CM\nrecords: [{from: cm, variables: {CMTRT: {hardcode: X}, CMINDC: %s}}]\n"
RACE = """SUBJ | RACEW | RACEB | RACEA
1 | Yes | No  | Yes
1 | No  | No  | N
1 |     |     |
1 |     | X   | 0"""
REASONS = """SUBJ | R1 | R2 | R3
1 | Pain | | Fever
1 | | Cough |
1 | | |
1 | No | 0 | 1.50"""
WORDS = "{RACEW: White, RACEB: Black, RACEA: Asian}"


def account(sdtm) -> dict[str, list[int]]:
    """How many cells of each field are mapped, have decided, and are not used."""
    fields = sdtm.fields.set_index("field")
    return {
        name: fields.loc[name, ["mapped", "decided", "not_used"]].tolist()
        for name in fields.index
        if name != "SUBJ"
    }


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("{concat: [R1, R2, R3]}", ["Pain; Fever", "Cough", "", "No; 0; 1.50"]),
        ("{concat: [R3, R1], separator: ' and '}", ["Fever and Pain", "", "", "1.50 and No"]),
        ("{concat: [R1, R2, R3], else: none}", ["Pain; Fever", "Cough", "none", "No; 0; 1.50"]),
        ("{concat: [R1, R2], when: {R3: Fever}, else: other}", ["Pain", "other", "other", "other"]),
    ],
)
def test_the_fields_that_are_filled_are_joined_in_their_order(make_study: MakeStudy, verb, expected):
    sdtm = make_study({"cm": REASONS}, CM % verb).convert()
    assert sdtm.datasets["CM"]["CMINDC"].tolist() == expected


def test_all_cells_of_joined_fields_are_mapped(make_study: MakeStudy):
    sdtm = make_study({"cm": REASONS}, CM % "{concat: [R1, R2, R3]}").convert()
    assert account(sdtm) == {"R1": [2, 0, 0], "R2": [2, 0, 0], "R3": [2, 0, 0]}


@pytest.mark.parametrize(
    ("verb", "expected", "cells"),
    [
        (
            f"{{concat: {WORDS}}}", ["White; Asian", "", "", "Black"],
            {"RACEW": [1, 1, 0], "RACEB": [1, 2, 0], "RACEA": [1, 2, 0]},
        ),
        (
            f"{{concat: {WORDS}, ticked: [Yes, '1']}}", ["White; Asian", "", "", ""],
            {"RACEW": [1, 1, 0], "RACEB": [0, 3, 0], "RACEA": [1, 2, 0]},
        ),
        (
            f"{{concat: {WORDS}, unticked: 'No', separator: ' / '}}", ["White / Asian", "Asian", "", "Black / Asian"],
            {"RACEW": [1, 1, 0], "RACEB": [1, 2, 0], "RACEA": [3, 0, 0]},
        ),
        (
            f"{{cases: [{{concat: {WORDS}, when: {{RACEW: 'Yes'}}}}, {{concat: {{RACEB: Noir}}}}]}}",
            ["White; Asian", "", "", "Noir"],
            {"RACEW": [1, 1, 0], "RACEB": [1, 2, 0], "RACEA": [1, 0, 2]},
        ),
    ],
)  # fmt: skip
def test_ticked_fields_are_mapped_and_unticked_ones_have_decided(
    make_study: MakeStudy, verb, expected, cells
):
    sdtm = make_study({"cm": RACE}, CM % verb).convert()
    assert sdtm.datasets["CM"]["CMINDC"].tolist() == expected
    assert account(sdtm) == cells


def test_the_account_names_the_box_that_is_not_ticked(make_study: MakeStudy):
    sdtm = make_study({"cm": RACE}, CM % f"{{concat: {WORDS}}}").convert()
    (cell,) = [item for item in sdtm.cells.table.to_pylist() if (item["row"], item["field"]) == (4, "RACEA")]
    shown = [cell[name] for name in ("status", "reason", "dataset", "variable", "outcome")]
    assert shown == ["decided", "not (RACEA is one of No, 0, N)", "CM", "CMINDC", "dropped"]


def test_case_width_and_blanks_do_not_tell_a_tick(make_study: MakeStudy):
    form = pd.DataFrame(
        {"SUBJ": ["1", "1"], "RACEW": ["NO ", "yes"], "RACEB": ["\u3000Yes", "ｎｏ"], "RACEA": [" ", "1"]},
        dtype="str",
    )
    sdtm = make_study({"cm": form}, CM % f"{{concat: {WORDS}, ticked: ['Yes', '1']}}").convert()
    assert sdtm.datasets["CM"]["CMINDC"].tolist() == ["Black", "White; Asian"]
    sdtm = make_study({"cm": form}, CM % f"{{concat: {WORDS}}}").convert()
    assert sdtm.datasets["CM"]["CMINDC"].tolist() == ["Black", "White; Asian"]
    assert account(sdtm) == {"RACEW": [1, 1, 0], "RACEB": [1, 1, 0], "RACEA": [1, 0, 0]}


def test_variables_of_the_dataset_are_joined_too(make_study: MakeStudy):
    mapping = """
dataset: CM
records: [{from: cm, variables: {CMTRT: {hardcode: X}, CMCAT: {assign: RACEW}, CMSCAT: {assign: RACEB}}}]
variables: {CMINDC: {concat: [CMSCAT, CMCAT]}, CMDECOD: {concat: {CMCAT: White, CMSCAT: Black}}}
""".lstrip()
    made = make_study(
        {"cm": RACE.replace("SUBJ | RACEW | RACEB | RACEA", "SUBJ | RACEW | RACEB | Z")}, mapping
    )
    sdtm = made.convert()
    frame = sdtm.datasets["CM"].sort_values(["CMINDC", "CMDECOD"])
    assert frame[["CMINDC", "CMDECOD"]].to_numpy().tolist() == [
        ["", ""], ["No; No", ""], ["No; Yes", "White"], ["X", "Black"],
    ]  # fmt: skip
    assert not found(sdtm, "RAW_CELL_UNUSED")


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        ("{concat: [R1, R2], ticked: [X]}", "ticked is of fields with texts"),
        ("{concat: {R1: A, R2: B}, ticked: [X], unticked: [O]}", "expected `ticked` or `unticked`"),
        ("{concat: R1}", "expected two fields or more"),
        ("{concat: [R1]}", "expected two fields or more"),
        ("{concat: {R1: ''}}", "or each field with its text"),
    ],
)
def test_what_cannot_be_joined_is_refused(make_study: MakeStudy, verb, message):
    with pytest.raises(Refused, match=message):
        make_study({"cm": REASONS}, CM % verb).convert()
