"""Values of forms without subjects."""

from __future__ import annotations

import pytest

import cdisc_npc as npc
from tests.sdtm.small_study import MakeStudy, found
from tests.verbs.small_trial import SUBJECTS, SUBJECTS_FORM

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
        "dm": SUBJECTS_FORM,
        "lb": "SUBJ | DAY | HGB | HGB_UN\n1 | 2020-01-05 | 14 | g/dL\n1 | 2020-02-01 | 13 | g/dL\n2 | 2020-01-03 | 12 | g/dL",
        "lbref": lbref,
    }
    sdtm = make_study(forms, SUBJECTS, LB).convert()
    frame = sdtm.datasets["LB"]
    assert frame["LBORNRLO"].tolist() == expected
    assert frame["LBSTNRLO"].fillna(-1).tolist() == [float(low) * 10 if low else -1 for low in expected]
    used = {low for low in expected if low}
    assert sdtm.records.set_index("form").loc["lbref", "mapped"] == len(used)
    assert len(found(sdtm, "RAW_REFERENCE_UNUSED")) == len(lbref.splitlines()) - 1 - len(used)


def test_the_days_of_a_reference_form_are_read_as_its_field_states(make_study: MakeStudy):
    forms = {
        "dm": SUBJECTS_FORM,
        "lb": "SUBJ | DAY | HGB | HGB_UN\n1 | 2020-02-01 | 13 | g/dL",
        "lbref": "UNIT | SEX | VALID | LOW\ng/dL | | 01/02/2020 | 10\ng/dL | | 02/03/2020 | 11",
    }
    fields = {"lbref": {"VALID": {"dates": {"order": "dmy"}}}}
    sdtm = make_study(forms, SUBJECTS, LB, study="dates: {order: mdy}", fields=fields).convert()
    assert sdtm.datasets["LB"]["LBORNRLO"].tolist() == ["10"]


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (
            "from_form: lbref, field: LOW, by: {SEX: DM.SEX}, decode: {UNIT: t}",
            "decode has UNIT; expected one of by: SEX",
        ),
        ("from_form: lbref, field: LOW, by: {SEX: DM.SEX}, decode: {SEX: none}", "no terms none"),
        ("from_form: lbref, field: LOV, by: {SEX: DM.SEX}", "LOV is not there to read"),
        ("from_form: lbreff, field: LOW, by: {SEX: DM.SEX}", "lbreff is no form of raw.yaml"),
    ],
)
def test_what_is_read_is_there(make_study: MakeStudy, limit: str, text: str) -> None:
    head, _, tail = LB.partition("from_form")
    forms = {"dm": SUBJECTS_FORM, "lb": "SUBJ | DAY | HGB | HGB_UN", "lbref": "UNIT | SEX | VALID | LOW"}
    study = make_study(
        forms, SUBJECTS, f"{head}{limit}}}{tail[tail.index(chr(10)) :]}", codelists="terms: {t: {a: b}}\n"
    )
    with pytest.raises(npc.Refused) as refused:
        study.spec  # noqa: B018
    assert text in " ".join(refused.value.findings.messages())
