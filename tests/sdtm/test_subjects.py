"""Which raw records count, and whose they are, in a whole conversion; and the data cut after it."""

from __future__ import annotations

import pytest

import cdisc_npc as npc
from tests.sdtm.small_study import MakeStudy, found

DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX},
  COUNTRY: {hardcode: CHN}, RFICDTC: {iso8601: IC}}}]
"""
AE = """
dataset: AE
keys: [USUBJID, AETERM, AESTDTC]
records: [{from: ae, variables: {AETERM: {assign: TERM}, AEDECOD: {assign: TERM}, AESTDTC: {iso8601: DAY}}}]
supplemental: {AETRTEM: {label: Treatment Emergent Flag, origin: DERIVED}}
variables: {AETRTEM: {hardcode: "Y"}}
"""
DM_FORM = "SUBJ | SEX | IC | INIT\n1 | M | 2020-01-02 | ZW\n2 | F | 2020-02-01 | LH\n3 | M | 2020-03-01 | ZW"
AE_FORM = """SUBJ | TERM | DAY | ID | AT | ON
1 | Headach | 2020-01-05 | 7 | 2020-01-06T10:00 | 1
1 | Headache | 2020-01-05 | 7 | 2020-01-07T10:00 | 1
2 | Nausea | 2020-02-05 | 8 | 2020-02-06T10:00 | 0
3 | Rash | 2020-03-05 | 9 | 2020-03-06T10:00 | 1"""


@pytest.fixture
def study(make_study: MakeStudy):
    def make(text: str = ""):
        result = make_study(
            {"dm": DM_FORM, "ae": AE_FORM},
            DM,
            AE,
            study=text,
            fields={"dm": {"INIT": {}}} if "INIT" in text else None,
        )
        contract = result.folder / "raw.yaml"
        stated = contract.read_text(encoding="utf-8").replace(
            "  ae:\n", "  ae:\n    versions: {record: ID, updated: AT, inactive: {ON: '0'}}\n"
        )
        for field in ("ID", "AT", "ON"):
            stated = stated.replace(
                f"      '{field}':\n        not_submitted: not used\n", f"      '{field}': {{}}\n"
            )
            stated = stated.replace(
                f"      {field}:\n        not_submitted: not used\n", f"      {field}: {{}}\n"
            )
        contract.write_text(stated, encoding="utf-8")
        return result

    return make


def test_the_valid_version_of_a_record_counts_and_the_others_are_left_out_with_a_reason(study) -> None:
    sdtm = study().convert()
    assert sdtm.datasets["AE"][["USUBJID", "AETERM"]].to_numpy().tolist() == [
        ["S1-1", "Headache"],
        ["S1-3", "Rash"],
    ]
    account = sdtm.records.set_index("form").loc["ae"]
    assert (account["mapped"], account["left_out"], account["unaccounted"]) == (2, 2, 0)
    assert account["reasons"] == "Superseded by a later version (1); Inactivated (1)"
    assert sdtm.lineage["AE"]["row"].tolist() == [2, 4]


def test_a_person_screened_under_two_numbers_is_one_subject(study) -> None:
    text = 'rescreens: {table: {"1": "3"}, once: [dm], detect: {form: dm, fields: [INIT, SEX]}}\n'
    sdtm = study(text).convert()
    assert sdtm.datasets["DM"]["USUBJID"].tolist() == ["S1-2", "S1-3"]
    assert sdtm.datasets["AE"]["USUBJID"].tolist() == ["S1-3", "S1-3"]
    assert [(item["value"], item["expected"]) for item in found(sdtm, "RAW_SAME_PERSON")] == [("1", "3")]
    assert "Other screening of the person (1)" in sdtm.records.set_index("form").loc["dm", "reasons"]


def test_a_person_only_detected_is_reported_and_stays_two(study) -> None:
    sdtm = study("rescreens: {detect: {form: dm, fields: [INIT, SEX]}}\n").convert()
    assert len(sdtm.datasets["DM"]) == 3
    assert [(item["value"], item["rule"]) for item in found(sdtm, "RAW_SAME_PERSON")] == [
        ("1", "only reported")
    ]


def test_the_data_cut_takes_records_their_qualifiers_and_their_lineage(study) -> None:
    sdtm = study("data_cut: {date: 2020-02-28, entered: RFICDTC}\n").convert()
    assert sdtm.datasets["DM"]["USUBJID"].tolist() == ["S1-1", "S1-2"]
    assert sdtm.datasets["AE"]["AETERM"].tolist() == ["Headache"]
    assert sdtm.datasets["SUPPAE"]["USUBJID"].tolist() == ["S1-1"]
    assert sdtm.lineage["AE"]["row"].tolist() == [2]
    left = [(item["USUBJID"], item["value"], item["params"]) for item in found(sdtm, "CUT_SUBJECT")]
    assert left == [("S1-3", "2020-03-01", "2")]
    account = sdtm.records.set_index("form")["reasons"]
    assert account["dm"] == "Subject not in the data cut (1)"
    assert "Subject not in the data cut (1)" in account["ae"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rescreens: {once: [nobody]}\n", "nobody is no form of raw.yaml"),
        ("rescreens: {detect: {form: dm, fields: [NAME]}}\n", "NAME is no field of dm"),
        ("data_cut: {date: 2020-13-01}\n", "expected a complete date"),
    ],
)
def test_a_rule_that_names_nothing_is_refused(study, text: str, message: str) -> None:
    with pytest.raises(npc.Refused, match=message):
        study(text).convert()


def test_versions_of_an_unknown_field_are_refused(study) -> None:
    result = study()
    contract = result.folder / "raw.yaml"
    contract.write_text(
        contract.read_text(encoding="utf-8").replace("updated: AT", "updated: WHEN"), encoding="utf-8"
    )
    with pytest.raises(
        npc.Refused, match=r"raw.yaml line \d+: form ae: versions read WHEN, no field of the form"
    ):
        result.convert()


def test_the_forms_key_is_unique_among_the_records_that_count(study) -> None:
    result = study()
    contract = result.folder / "raw.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("  ae:\n", "  ae:\n    key: [SUBJ]\n"), encoding="utf-8")
    result.convert()  # the two versions of the record of subject 1 are one
    result.forms["ae"].loc[2, "SUBJ"] = "3"
    result.forms["ae"].loc[2, "ON"] = "1"
    with pytest.raises(npc.Refused, match=r"ae.csv row 3.*SUBJ.*'3'.*\n.*row 4"):
        result.convert()


def test_a_detected_person_is_named_by_the_row_of_the_form(make_study: MakeStudy) -> None:
    result = make_study(
        {
            "dm": "SUBJ | SEX | IC | INIT | ON\n9 | M | 2020-01-01 | XX | 0\n1 | M | 2020-01-02 | ZW | 1\n"
            "3 | M | 2020-03-01 | ZW | 1"
        },
        DM,
        study="rescreens: {detect: {form: dm, fields: [INIT]}}\n",
        fields={"dm": {"INIT": {}, "ON": {}}},
    )
    contract = result.folder / "raw.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(
        text.replace("  dm:\n", "  dm:\n    versions: {inactive: {ON: '0'}}\n"), encoding="utf-8"
    )
    assert [item["row"] for item in found(result.convert(), "RAW_SAME_PERSON")] == [2]


def test_answers_are_used_as_printed_in_the_first_language(make_study):
    study = make_study(
        {"dm": "SUBJ | SEX\n1 | 男\n2 | ＭALE\n3 | Female\n4 | 未知\n"},
        "dataset: DM\nrecords:\n  - {from: dm, variables: {SUBJID: {assign: SUBJ}, SITEID: {hardcode: '01'}, "
        "COUNTRY: {hardcode: CHN}, SEX: {assign: SEX, terms: sex}}}\n",
        codelists="terms: {sex: {Male: M, Female: F}}\n",
        study="policies: {untranslated: report}\n",
    )
    raw = study.folder / "raw.yaml"
    raw.write_text(
        raw.read_text(encoding="utf-8").replace("SEX: {}", "SEX: {codelist: sex}")
        + "codelists: {sex: {Male: 男, Female: 女}}\n",
        encoding="utf-8",
    )
    result = study.convert()
    assert result.datasets["DM"]["SEX"].tolist()[:3] == ["M", "M", "F"]
    findings = result.findings.frame()
    assert findings[findings["code"] == "MAP_TERM_UNMATCHED"]["value"].tolist() == ["未知"]
