"""Bad input is refused by name or becomes a finding; nothing is answered wrongly in silence."""

import pytest
from click.testing import CliRunner

from cdisc_npc import to_adam
from cdisc_npc.cli.main import main
from cdisc_npc.findings import Refused
from cdisc_npc.study.packaged import load_study
from tests.adam.study import ADRS, ADSL, loaded, sdtm, write


@pytest.fixture
def study(tmp_path):
    return loaded(tmp_path / "s")


def best(adam):
    table = adam.datasets["ADRS"]
    return table[table["PARAMCD"] == "BOR"].set_index("USUBJID")["AVALC"].to_dict()


def messages(adam):
    """What was noticed, but for the variables that so few records leave blank."""
    return [text for text in adam.findings.messages() if "[ADAM_BLANK]" not in text]


def test_the_study_itself(study):
    adam = to_adam(sdtm(A=[("2024-03-01", "PR")], B=[]), study)
    assert best(adam) == {"A": "PR", "B": "MISSING"} and messages(adam) == []


def test_a_missing_domain_is_named(study):
    data = sdtm(A=[])
    del data["RS"]
    with pytest.raises(Refused, match="there is no dataset 'RS'; expected it for ADRS"):
        to_adam(data, study)


def test_a_missing_variable_is_named(study):
    data = sdtm(A=[("2024-03-01", "PR")])
    data["RS"] = data["RS"].drop(columns="RSDTC")
    with pytest.raises(Refused, match="has no variable RSDTC; expected it among STUDYID"):
        to_adam(data, study)


def test_an_unknown_response_is_refused_with_the_subject(study):
    with pytest.raises(Refused, match=r"AVALC is 'REMISSION'; expected CR, PR"):
        to_adam(sdtm(A=[("2024-03-01", "REMISSION")]), study)


def test_a_response_on_a_partial_date_does_not_count_and_is_reported(study):
    adam = to_adam(sdtm(A=[("2024-03", "CR"), ("2024-04-01", "SD")]), study)
    assert best(adam) == {"A": "SD"}
    assert messages(adam) == [
        "ADRS A: 'CR' without a date in ADT; it is lost to BOR [ADAM_UNDATED]",
        "ADRS A: RSDTC is '2024-03', of which nothing is imputed: there is no date [ADAM_PARTIAL]",
    ]


def test_a_date_that_is_none_is_an_error(study):
    adam = to_adam(sdtm(A=[("01MAR2024", "CR")]), study)
    assert best(adam) == {"A": "MISSING"} and adam.findings.worst == "error"
    assert "RSDTC is '01MAR2024'; expected ISO 8601" in messages(adam)[0]


def test_two_responses_on_one_day_the_worst_counts_and_is_reported(study, tmp_path):
    data = sdtm(A=[("2024-03-01", "PR"), ("2024-03-01", "PD")])
    result = to_adam(data, loaded(tmp_path / "t", adrs=ADRS.replace("PARAMCD, ADT]", "PARAMCD, ADT, RSSEQ]")))
    assert best(result) == {"A": "PD"}
    assert messages(result)[0].startswith(
        "ADRS A 2024-03-01: AVALC 'PR' is passed over; the worst of the day counts"
    )
    with pytest.raises(
        Refused, match=r"ADRS: several records of one USUBJID, PARAMCD, ADT: 'A OVR 2024-03-01"
    ):
        to_adam(data, study)


def test_a_date_before_consent_is_reported(study):
    data = sdtm(A=[], B=[])
    data["DM"] = data["DM"].assign(RFICDTC=["2024-01-01", "2024-01-11"])
    assert messages(to_adam(data, study)) == [
        "ADSL B: treatment starts before consent; TRTSDT, RFICDT is '2024-01-10, 2024-01-11', expected "
        "TRTSDT is at least RFICDT [ADAM_CHECK]"
    ]


def test_a_check_of_what_is_missing_is_reported_too(study):
    data = sdtm(A=[])
    data["DM"] = data["DM"].assign(RFICDTC="")
    assert "TRTSDT, RFICDT is '2024-01-10, '" in messages(to_adam(data, study))[0]


def test_a_lookup_names_what_it_missed(tmp_path):
    adsl = ADSL.replace(
        "scanned: {exists: TU}", "TUDT: {lookup: TU.TUDTC, required: yes}\nlabels: {TUDT: Scan}"
    )
    data = sdtm(A=[], B=[])
    data["TU"] = data["TU"].head(1).assign(TUDTC="2024-01-02")
    assert messages(to_adam(data, loaded(tmp_path / "t", adsl=adsl))) == [
        "ADSL B: no TU.TUDTC for USUBJID 'B' [ADAM_NOT_FOUND]"
    ]


def test_a_subject_that_dm_does_not_have_is_reported_and_is_in_no_parameter(study):
    data = sdtm(A=[("2024-03-01", "PR")], B=[("2024-03-01", "CR")])
    data["DM"] = data["DM"].head(1)
    adam = to_adam(data, study)
    assert best(adam) == {"A": "PR"} and adam.findings.worst == "error"
    assert "B is in RS and not in DM" in messages(adam)[0]


def test_a_partial_response_after_a_complete_one_is_reported(study):
    adam = to_adam(sdtm(A=[("2024-03-01", "CR"), ("2024-05-01", "PR")]), study)
    assert best(adam) == {"A": "CR"}
    assert messages(adam) == ["ADRS A: a PR follows a CR; was the CR one? [ADAM_PR_AFTER_CR]"]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ([("2024-03-01", "PD"), ("2024-05-01", "PR"), ("2024-07-01", "PR")], ("PD", "PD", "N", "N", "N")),
        ([("2024-03-01", "PD"), ("2024-05-01", "CR")], ("PD", "PD", "N", "N", "N")),
        ([("2024-03-01", "SD"), ("2024-05-01", "PD"), ("2024-07-01", "CR")], ("SD", "SD", "Y", "N", "N")),
        ([("2024-03-01", "PR"), ("2024-05-01", "PD"), ("2024-05-20", "PR")], ("PR", "SD", "Y", "Y", "N")),
        ([("2024-03-01", "PR"), ("2024-03-01", "PD"), ("2024-05-01", "PR")], ("PD", "PD", "N", "N", "N")),
    ],
)
def test_responses_count_up_to_the_first_progression(tmp_path, visits, expected):
    """RECIST 1.1, 4.4.1, though the study's condition does not say so; the last assessment is of all."""
    adrs = (
        ADRS
        + """  CBOR: {label: Confirmed Best Response, best: confirmed}
  CB: {label: Clinical Benefit, benefit: unconfirmed}
  RSP: {label: Response, response: unconfirmed}
  CR: {label: Complete Response, first: CR}
  LSTA: {label: Last Assessment, last: yes}
"""
    )
    adrs = adrs.replace("keys: [USUBJID, PARAMCD, ADT]", "keys: [USUBJID, PARAMCD, ADT, RSSEQ]")
    table = to_adam(sdtm(A=visits), loaded(tmp_path / "s", adrs=adrs)).datasets["ADRS"].set_index("PARAMCD")
    assert tuple(table.loc[["BOR", "CBOR", "CB", "RSP", "CR"], "AVALC"]) == expected
    assert table.loc["LSTA", "AVALC"] == visits[-1][1]


def test_progression_of_one_assessor_does_not_end_the_others_responses(tmp_path):
    adrs = ADRS.replace("keep: [STUDYID, USUBJID, RSSEQ]", "keep: [STUDYID, USUBJID, RSSEQ, RSEVAL]")
    adrs = adrs.replace("{worst_of_day: AVALC, where", "{worst_of_day: AVALC, by: RSEVAL, where")
    adrs = adrs.replace("keys: [USUBJID, PARAMCD, ADT]", "keys: [USUBJID, PARAMCD, ADT, RSEVAL]")
    adrs = adrs.replace('ANL01FL: "Y"}', 'ANL01FL: "Y", RSEVAL: INVESTIGATOR}').replace(
        "parameters:",
        '  independent: {where: {ANL01FL: "Y", RSEVAL: INDEPENDENT ASSESSOR}, reference: TRTSDT}\nparameters:',
    )
    adrs += "  BORI: {label: By the Independent Assessor, best: unconfirmed, assessor: independent}\n"
    data = sdtm(A=[("2024-03-01", "PD"), ("2024-03-01", "SD"), ("2024-05-01", "PR"), ("2024-05-01", "PR")])
    data["RS"]["RSEVAL"] = ["INVESTIGATOR", "INDEPENDENT ASSESSOR"] * 2
    table = to_adam(data, loaded(tmp_path / "s", adrs=adrs)).datasets["ADRS"].set_index("PARAMCD")
    assert (table.loc["BOR", "AVALC"], table.loc["BORI", "AVALC"]) == ("PD", "PR")
    assert table.loc["OVR", "ANL01FL"].tolist() == ["Y"] * 4


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [("{PARAMCD: OVR,", "{PARAMCD: OVRR,", "OVRR"), ("{PARAMCD: OVR,", "{PARAMCD: [OVR, OVS],", "OVS"),
     ("{PARAMCD: OVR,", "{AVALC: [pd, PD],", "pd")],
)  # fmt: skip
def test_a_value_of_a_condition_that_no_record_has_is_reported(tmp_path, old, new, value):
    study = loaded(tmp_path / "s", adrs=ADRS.replace("where: " + old, "where: " + new))
    found = to_adam(sdtm(A=[("2024-03-01", "PD")]), study).findings.frame()
    found = found[found["code"] != "ADAM_BLANK"]
    assert found[["code", "severity", "value"]].values.tolist() == [["ADAM_NO_VALUE", "warning", value]]


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        ("{cases: [{hardcode: X, when: {USUBJID: [A, C]}}]}", "C"),
        ("{lookup: RS.RSSTRESC, take: first, order: [RSDTC], where: {RSSTRESC: [SD, PDD]}}", "PDD"),
        ("{exists: RS, where: {RSSTRESC: CRR}}", "CRR"),
    ],
)
def test_a_value_that_a_verb_asks_for_and_no_record_has_is_a_finding(tmp_path, verb, value):
    adsl = ADSL.replace("variables:\n", f"variables:\n  TRT01P: {verb}\n", 1)
    data = sdtm(A=[("2024-03-01", "PD")], B=[("2024-03-01", "SD")])
    found = to_adam(data, loaded(tmp_path / "s", adsl=adsl)).findings.frame()
    absent = found[found["code"] == "ADAM_NO_VALUE"]
    assert absent[["dataset", "severity", "value"]].values.tolist() == [["ADSL", "note", value]]


def test_a_variable_that_is_blank_for_everybody_is_a_finding_of_its_dataset_alone(study):
    found = to_adam(sdtm(A=[("2024-03-01", "PD")]), study).findings.frame()
    blank = found[found["code"] == "ADAM_BLANK"]
    assert blank[["dataset", "variable"]].values.tolist() == [["ADSL", "DTHDT"]]
    died = sdtm(A=[("2024-03-01", "PD")])
    died["DM"]["DTHDTC"] = "2024-05-01"
    assert "ADAM_BLANK" not in set(to_adam(died, study).findings.frame()["code"])


def test_no_start_date_nothing_is_stable(study):
    data = sdtm(A=[("2024-03-01", "SD")])
    data["DM"] = data["DM"].assign(RFXSTDTC="")
    assert best(to_adam(data, study)) == {"A": "NE"}


def test_what_is_no_sdtm_and_a_study_without_analysis_datasets(study):
    with pytest.raises(TypeError, match="SDTM is a list"):
        to_adam([], study)
    with pytest.raises(Refused, match="'CDISCPILOT01' has no analysis datasets"):
        to_adam({}, load_study("cdiscpilot"))


def test_a_folder_without_the_files_is_refused_and_nothing_is_written(tmp_path):
    write(tmp_path / "s")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "dm.csv").write_text('"USUBJID"\n"A"\n', encoding="utf-8")
    run = CliRunner().invoke(
        main, ["adam", str(tmp_path / "in"), str(tmp_path / "out"), "--study", str(tmp_path / "s")]
    )
    assert run.exit_code == 2 and not (tmp_path / "out").exists()
    assert "there is no dataset 'RS'; expected a file rs in" in run.output and "'TU'" in run.output
