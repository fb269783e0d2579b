"""What the investigator recorded, set against the computed responses."""

import pandas as pd
import pytest

from cdisc_npc.recist import compare_responses, responses
from tests.recist.tables import day, history, recorded, sums


@pytest.fixture
def computed():
    lesions = {"T01": "LIVER", "T02": "LIVER", "NT01": "BONE"}
    visits = [("60", "20", "PRESENT"), ("40", "10", "PRESENT"), ("45", "15", "PRESENT")]
    return responses(*history(lesions, *(dict(zip(lesions, visit, strict=True)) for visit in visits)))


def codes(findings) -> list[str]:
    return findings.frame()["code"].tolist()


def test_agreement_is_no_finding(computed):
    assert codes(compare_responses(computed, recorded(computed))) == []


def test_a_disagreement_tells_the_numbers(computed):
    rs = recorded(computed)
    rs.loc[rs["VISITNUM"] == 3, "RSSTRESC"] = ["SD", "NON-CR/NON-PD", "SD"]
    result = compare_responses(computed, rs)
    assert codes(result) == ["RECIST_TARGET", "RECIST_OVERALL"]
    assert result.messages()[1] == (
        f"S1 TRLNKGRP=A3 VISITNUM=3 RSDTC={day(2)} TREVAL=INVESTIGATOR TESTCD=OVRLRESP: overall response 'SD'; computed PD "
        "(REASON=TARGET_INCREASE; SUMDIAM=60 mm; BASE=80 mm; PCBSD=-25 %; NADIR=50 mm; PCNSD=20 %; ACNSD=10 mm; "
        "target lesions=2 of 2; non-target lesions=1 of 1) [RECIST_OVERALL]"
    )
    row = result.frame().iloc[0]
    assert row[["severity", "stage", "dataset", "variable", "USUBJID", "value", "expected"]].tolist() == [
        "warning", "recist", "RS", "RSSTRESC", "S1", "SD", "PD",
    ]  # fmt: skip


def test_a_non_target_response_is_compared(computed):
    rs = recorded(computed)
    rs.loc[(rs["RSTESTCD"] == "NTRGRESP") & (rs["VISITNUM"] == 2), "RSSTRESC"] = "CR"
    result = compare_responses(computed, rs).frame()
    assert result[["code", "value", "expected"]].values.tolist() == [
        ["RECIST_NONTARGET", "CR", "NON-CR/NON-PD"]
    ]


@pytest.mark.parametrize("drop", [["RSLNKGRP"], ["VISITNUM"], ["RSLNKGRP", "VISITNUM"], ["RSDTC"]])
def test_group_visit_or_date_finds_the_time_point(computed, drop):
    rs = recorded(computed).drop(columns=drop)
    assert codes(compare_responses(computed, rs)) == []
    wrong = rs.assign(RSSTRESC="CR")
    expected = ["RECIST_TARGET"] * 2 + ["RECIST_NONTARGET"] * 2 + ["RECIST_OVERALL"] * 2
    assert codes(compare_responses(computed, wrong)) == expected


def test_responses_without_group_take_that_of_their_visit_and_date():
    tu, tr = sums("100", "80", "60")
    table = responses(tu, tr.assign(VISITNUM=[1, 2, 2]))  # two time points of one visit
    rs = recorded(table)
    assert codes(compare_responses(table, rs)) == []
    rs.loc[rs["RSTESTCD"] == "TRGRESP", "RSSTRESC"] = ["PR", "SD"]
    assert codes(compare_responses(table, rs.assign(VISITNUM=2.0))) == ["RECIST_TARGET"] * 2
    # The date alone would not do: an investigator's date of response may be another.
    moved = rs.assign(RSDTC=rs["RSDTC"].map({day(1): "2022-02-20", day(2): "2022-04-20"}))
    assert codes(compare_responses(table, moved)) == ["RECIST_TARGET"] * 2


def test_a_group_comes_before_the_visit(computed):
    rs = recorded(computed, ("OVRLRESP",)).assign(VISITNUM=[3.0, 2.0])
    assert codes(compare_responses(computed, rs)) == []


def test_other_spellings_are_the_same(computed):
    rs = recorded(computed).replace({"RSSTRESC": {"NON-CR/NON-PD": "Non-CR/Non-PD"}})
    assert codes(compare_responses(computed, rs)) == []


def test_recorded_without_scans_and_scans_without_record(computed):
    rs = recorded(computed)
    extra = rs[rs["VISITNUM"] == 3].assign(VISITNUM=9.0, RSLNKGRP="", RSDTC="2023-01-01")
    result = compare_responses(
        computed, pd.concat([rs[rs["VISITNUM"] != 3], extra], ignore_index=True)
    ).frame()
    assert result[["code", "value", "expected"]].values.tolist() == [
        ["RECIST_UNASSESSED", "PD", "a time point in TR"], ["RECIST_UNRECORDED", "", "PD"],
    ]  # fmt: skip
    assert "VISITNUM=9" in result["keys"][0] and "VISITNUM=3" in result["keys"][1]


def test_a_response_at_baseline_is_one_without_assessment(computed):
    rs = recorded(computed)
    first = rs[(rs["VISITNUM"] == 2) & (rs["RSTESTCD"] == "OVRLRESP")].assign(
        VISITNUM=1.0, RSLNKGRP="A1", RSDTC=day(0)
    )
    result = compare_responses(computed, pd.concat([rs, first], ignore_index=True)).frame()
    assert result[["code", "expected"]].values.tolist() == [["RECIST_UNASSESSED", "none at baseline"]]


def test_a_blank_result_is_none_and_other_criteria_are_not_read(computed):
    rs = recorded(computed)
    rs.loc[rs["VISITNUM"] == 3, "RSSTRESC"] = ""
    other = rs.assign(RSCAT="UNSPECIFIED", RSSTRESC="CR")
    assert codes(compare_responses(computed, pd.concat([rs, other], ignore_index=True))) == [
        "RECIST_UNRECORDED"
    ]


@pytest.mark.parametrize(
    ("typed", "expected"), [("100", []), ("100.0", []), ("10 cm", []), ("101", [["101", "100"]])]
)
def test_the_sum_that_the_site_typed(typed, expected):
    tu, tr = sums("60+40", "50+40")
    value, _, unit = typed.partition(" ")
    row = tr.iloc[0].to_dict() | {
        "TRLNKID": "",
        "TRTESTCD": "SUMDIAM",
        "TRSTRESC": value,
        "TRSTRESU": unit or "mm",
    }
    table = responses(tu, pd.concat([tr, pd.DataFrame([row])], ignore_index=True))
    result = compare_responses(table, recorded(table)).frame()
    assert result[["value", "expected"]].values.tolist() == expected
    assert result["code"].isin(["RECIST_SUM"]).all()


def test_nothing_recorded(computed):
    rs = recorded(computed).iloc[:0]
    assert codes(compare_responses(computed, rs)) == ["RECIST_UNRECORDED"] * 2
    assert len(compare_responses(computed.iloc[:0], rs)) == 0
