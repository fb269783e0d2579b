from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.iso8601 import DateRules
from cdisc_npc.findings import Findings
from cdisc_npc.sdtm.record_versions import (
    HEADER,
    INACTIVATED,
    SUPERSEDED,
    canonical_subjects,
    kept_screening,
    same_person,
    valid_records,
)
from cdisc_npc.study.versions import Rescreens, Versions

RULE = Versions.model_validate(
    {"record": "ID", "updated": "WHEN", "inactive": {"ACTIVE": ["0", "N"]}, "log": {"position": "POS"}}
)


def table(text: str) -> pd.DataFrame:
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pd.DataFrame(lines[1:], columns=pd.Index(lines[0]), dtype="str")


def reasons(frame: pd.DataFrame, rule: Versions = RULE, **settings: Any) -> list[str]:
    keep, reason, _ = valid_records(frame, rule, subject="SUBJ", **settings)
    assert (keep == (reason == "")).all()
    return list(reason)


def versions(text: str, **settings: Any) -> tuple[list[str], Findings]:
    """Reasons and findings of versions alone: SUBJ | ID | WHEN | TERM."""
    rule = Versions(record=["ID"], updated="WHEN", **settings.pop("rule", {}))
    frame = table("SUBJ | ID | WHEN | TERM\n" + text.strip())
    result = valid_records(frame, rule, subject="SUBJ", form="ae", file="ae.csv", **settings)
    return list(result.reason), result.findings


def told(findings: Findings) -> list[tuple[Any, ...]]:
    frame = findings.frame()
    return list(frame[["code", "row", "value", "expected"]].itertuples(index=False, name=None))


# versions ----


def test_the_version_updated_last_counts_wherever_it_stands():
    reason, findings = versions(
        """
        1 | 7 | 2024-03-02T10:00:00 | ache
        1 | 7 | 2024-03-01T10:00:00 | rash
        1 | 8 | 2024-01-01T10:00:00 | other
        1 | 7 | 2024-03-02T09:59:59 | itch
        """
    )
    assert reason == ["", SUPERSEDED, "", SUPERSEDED]
    assert len(findings) == 0


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("2024-03-01", "2024-03-01T00:01"),
        ("2024-03-01T10:00:00.12", "2024-03-01T10:00:00.123"),
        ("2024-03-01T10:00:00.9", "2024-03-01T10:00:01"),
        ("2024-03-01T10:00:00+08:00", "2024-03-01T03:00:00Z"),
        ("2024-03-01 23:59", "02MAR2024:00:00:00"),
        ("2024-02-29T24:00", "2024-03-01T00:00:01"),
    ],
)
def test_times_are_compared_as_times(first: str, later: str):
    assert versions(f"1 | 7 | {later} | a\n1 | 7 | {first} | b")[0] == ["", SUPERSEDED]
    assert versions(f"1 | 7 | {first} | a\n1 | 7 | {later} | b")[0] == [SUPERSEDED, ""]


def test_times_are_read_in_a_stated_format_or_by_the_studys_rules():
    rows = "1 | 7 | 01/03/2024 10:00:00 | a\n1 | 7 | 02/01/2024 10:00:00 | b"
    assert versions(rows, rule={"format": ["d/m/y H:M:S"]})[0] == ["", SUPERSEDED]
    assert versions(rows, rule={"format": ["m/d/y H:M:S"]})[0] == [SUPERSEDED, ""]
    assert versions(rows, dates=DateRules(order="dmy"))[0] == ["", SUPERSEDED]


def test_of_one_time_the_last_row_counts_and_only_a_difference_is_a_finding():
    reason, findings = versions(
        """
        1 | 7 | 2024-03-01T10:00:00 | ache
        1 | 8 | 2024-03-01T10:00:00 | rash
        1 | 7 | 2024-03-01T10:00:00 | rash
        1 | 8 | 2024-03-01T10:00:00 | rash
        """
    )
    assert reason == [SUPERSEDED, SUPERSEDED, "", ""]
    assert told(findings) == [("RAW_VERSION_TIE", 1, "2024-03-01T10:00:00", "row 3")]
    assert findings.messages() == [
        "ae.csv row 1: form ae: two versions of SUBJ=1, ID=7 differ, both of WHEN '2024-03-01T10:00:00'; "
        "taken is row 3 [RAW_VERSION_TIE]"
    ]


def test_a_tie_of_versions_that_are_superseded_anyway_is_no_finding():
    reason, findings = versions("1 | 7 | 2024-01-01 | a\n1 | 7 | 2024-01-01 | b\n1 | 7 | 2024-01-02 | c")
    assert reason == [SUPERSEDED, SUPERSEDED, ""]
    assert len(findings) == 0


def test_a_time_that_cannot_be_read_is_the_earliest_and_a_finding_where_it_matters():
    reason, findings = versions(
        "1 | 7 | 2024-01-01 | a\n1 | 7 | soon | b\n1 | 8 | soon | c\n1 | 9 | 9999-12-31 | d\n1 | 9 | | e\n1 | 9 | 2024 | f"
    )
    assert reason == ["", SUPERSEDED, "", "", SUPERSEDED, SUPERSEDED]
    assert told(findings) == [
        ("RAW_VERSION_TIME", 2, "soon", "a date and time"),
        ("RAW_VERSION_TIME", 5, "", "a date and time"),
        ("RAW_VERSION_TIME", 6, "2024", "a date and time"),
    ]


def test_records_of_two_subjects_and_records_without_their_key_are_no_versions_of_every_other():
    reason, _ = versions(
        "1 | 7 | 2024-01-01 | a\n2 | 7 | 2024-01-02 | b\n1 | | 2024-01-01 | c\n1 | | 2024-01-02 | d"
    )
    assert reason == ["", "", "", ""]


def test_an_empty_form_has_no_versions():
    assert versions("")[0] == []


# inactivated lines and headers ----


def test_a_record_whose_latest_version_is_inactive_is_gone_and_one_activated_again_is_back():
    frame = table("""
        SUBJ | ID | WHEN | ACTIVE | POS
        1 | 7 | 2024-01-01 | 1 | 1
        1 | 7 | 2024-01-02 | 0 | 1
        1 | 8 | 2024-01-01 | N | 2
        1 | 8 | 2024-01-02 | 1 | 2
        1 | 9 | 2024-01-02 | N | 3
        1 | 10 | 2024-01-02 |  | 4
        """)
    assert reasons(frame) == [SUPERSEDED, INACTIVATED, SUPERSEDED, "", INACTIVATED, ""]


HEADERS = table("""
    SUBJ | FOLDER | POS
    1 | V1 | 0
    1 | V1 | 1
    1 | V2 | 0
    2 | V1 | 0.0
    2 | V1 | 0
    1 | V1 |
    """)


def test_a_header_is_left_out_beside_lines_of_its_page_only():
    by_subject = Versions.model_validate({"log": {"position": "POS"}})
    assert reasons(HEADERS, by_subject) == [HEADER, "", HEADER, "", "", ""]
    by_folder = Versions.model_validate({"log": {"position": "POS", "page": "FOLDER"}})
    assert reasons(HEADERS, by_folder) == [HEADER, "", "", "", "", ""]


def test_without_a_statement_nothing_is_left_out():
    assert reasons(HEADERS, Versions()) == [""] * 6


def test_pages_that_cannot_be_reported_apart_are_refused():
    with pytest.raises(ValueError, match="expected the subject's field, or `page`"):
        valid_records(HEADERS, Versions.model_validate({"log": {"position": "POS"}}))


RECORDS = st.lists(
    st.tuples(
        st.sampled_from("123"), st.sampled_from(["7", "8", ""]),
        st.sampled_from(["2024-01-01", "2024-01-02", ""]), st.sampled_from("01"), st.sampled_from("012"),
    ),
    max_size=12,
)  # fmt: skip


@given(RECORDS, st.sets(st.sampled_from("123")))
def test_a_subjects_valid_records_do_not_depend_on_others(rows: list, chosen: set[str]):
    frame = pd.DataFrame(rows, columns=["SUBJ", "ID", "WHEN", "ACTIVE", "POS"], dtype="str")
    part = frame["SUBJ"].isin(list(chosen)).to_numpy()
    whole = [reason for reason, mine in zip(reasons(frame), part, strict=True) if mine]
    assert reasons(frame[part].reset_index(drop=True)) == whole


@given(RECORDS)
def test_what_counts_counts_again(rows: list):
    frame = pd.DataFrame(rows, columns=["SUBJ", "ID", "WHEN", "ACTIVE", "POS"], dtype="str")
    keep = valid_records(frame, RULE, subject="SUBJ").keep
    assert valid_records(frame[keep].reset_index(drop=True), RULE, subject="SUBJ").keep.all()


@given(RECORDS)
def test_the_latest_version_of_a_record_is_the_one_that_a_plain_search_finds(rows: list):
    rule = Versions(record=["ID"], updated="WHEN")
    frame = pd.DataFrame(rows, columns=["SUBJ", "ID", "WHEN", "ACTIVE", "POS"], dtype="str")
    wanted = [
        not identifier
        or (when, row) == max((r[2], i) for i, r in enumerate(rows) if r[:2] == (subject, identifier))
        for row, (subject, identifier, when, *_) in enumerate(rows)
    ]
    assert list(valid_records(frame, rule, subject="SUBJ").keep) == wanted


# rescreened persons ----

DM = table("""
    SUBJ | INIT | BIRTH | SEX | CONSENT
    01007 | ABC | 1960-05-01 | M | 2023-01-10
    01001 | abc  | 01MAY1960 | M | 2023-03-01
    01002 | DEF | 1970-01-01 | F | 2023-01-01
    01003 | GHI |  | F | 2023-01-01
    01004 | GHI |  | F | 2023-01-01
    01005 | ABC | 1960-05-01 | F | 2023-01-01
    """)
DETECT = {"form": "dm", "fields": ["INIT", "BIRTH", "SEX"]}


def persons(forms: dict[str, pd.DataFrame], **rule: Any) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    crosswalk, findings = same_person(forms, Rescreens.model_validate(rule), ["SUBJECT", "SUBJ"])
    return crosswalk, list(
        findings.frame()[["code", "severity", "row", "value", "expected"]]
        .astype({"row": "object"})
        .where(lambda frame: frame.notna(), None)
        .itertuples(index=False, name=None)
    )


def test_a_table_of_rescreens_is_applied_and_noted():
    ae = table("SUBJECT | TERM\n01001 | rash")
    crosswalk, result = persons({"ae": ae}, table={"01001": "01007", "09999": "01001"})
    assert crosswalk == {"01001": "01007", "09999": "01007"}
    assert result == [
        ("RAW_RESCREEN_UNKNOWN", "warning", None, "01007", ""),
        ("RAW_RESCREEN_UNKNOWN", "warning", None, "09999", ""),
        ("RAW_SAME_PERSON", "note", None, "01001", "01007"),
    ]


def test_a_person_with_two_numbers_is_reported_and_not_joined():
    crosswalk, result = persons({"dm": DM}, detect=DETECT)
    assert crosswalk == {}
    assert result == [("RAW_SAME_PERSON", "warning", 2, "01001", "01007")]


def test_the_finding_names_both_numbers_and_what_they_agree_in():
    _, findings = same_person(
        {"dm": DM}, Rescreens.model_validate({"detect": DETECT}), ["SUBJ"], files={"dm": "dm.csv"}
    )
    assert findings.messages() == [
        "dm.csv row 2: subject '01001' is the person of subject 01007, by INIT, BIRTH, SEX; "
        "only reported [RAW_SAME_PERSON]"
    ]


@pytest.mark.parametrize(
    ("keep", "date", "crosswalk"),
    [
        ("last", None, {"01001": "01007"}),
        ("first", None, {"01007": "01001"}),
        ("last", "CONSENT", {"01007": "01001"}),
        ("first", "CONSENT", {"01001": "01007"}),
    ],
)
def test_which_number_is_kept_is_a_policy(keep: str, date: str | None, crosswalk: dict[str, str]):
    detect = DETECT | ({"date": date} if date else {})
    assert persons({"dm": DM}, detect=detect, keep=keep, policy="apply")[0] == crosswalk


def test_a_number_with_several_dates_was_screened_on_the_first():
    dm = table("SUBJ | INIT | CONSENT\n1 | A | 2023-05-01\n2 | A | 2023-04-01\n1 | A | 2023-02-01\n2 | A |")
    detect = {"form": "dm", "fields": "INIT", "date": "CONSENT"}
    assert persons({"dm": dm}, detect=detect, policy="apply")[0] == {"1": "2"}


def test_dates_of_screenings_are_read_as_their_field_states():
    dm = table("SUBJ | BIRTH | CONSENT\n1 | 01/02/1960 | 03/01/2023\n2 | 1960-02-01 | 02/05/2023")
    detect = {"form": "dm", "fields": "BIRTH", "date": "CONSENT"}
    rule = Rescreens.model_validate({"detect": detect, "policy": "apply"})
    orders = {"BIRTH": "dmy", "CONSENT": "mdy"}
    crosswalk, _ = same_person(
        {"dm": dm}, rule, ["SUBJ"], dates=lambda form, field: DateRules(order=orders[field])
    )
    assert crosswalk == {"2": "1"}


def test_the_row_of_a_finding_is_that_of_the_whole_form():
    valid = DM.set_axis([4, 9, 11, 12, 20, 21])
    assert persons({"dm": valid}, detect=DETECT)[1] == [("RAW_SAME_PERSON", "warning", 10, "01001", "01007")]
    assert persons({"dm": valid}, detect=DETECT | {"date": "CONSENT"}, policy="apply")[0] == {
        "01007": "01001"
    }


def test_a_shorter_number_is_the_lower_one():
    dm = table("SUBJ | INIT\n1001 | A\n999 | A")
    detect = {"form": "dm", "fields": "INIT"}
    assert persons({"dm": dm}, detect=detect, policy="apply")[0] == {"999": "1001"}


def test_numbers_joined_by_the_table_are_not_detected_again_and_lead_on_to_what_is():
    dm = table("SUBJ | INIT\n1 | A\n2 | A\n3 | A\n4 | B")
    detect = {"form": "dm", "fields": "INIT"}
    assert persons({"dm": dm.head(2)}, table={"1": "2"}, detect=detect)[1] == [
        ("RAW_SAME_PERSON", "note", None, "1", "2")
    ]
    crosswalk, _ = persons({"dm": dm}, table={"1": "2"}, detect=detect, policy="apply")
    assert crosswalk == {"1": "3", "2": "3"}


@pytest.mark.parametrize(("keep", "kept"), [("last", "4"), ("first", "1")])
def test_numbers_that_agree_pair_by_pair_are_all_one_person(keep: str, kept: str):
    dm = table("SUBJ | INIT\n1 | A\n3 | A\n3 | B\n2 | B\n2 | C\n4 | C\n5 | D")
    crosswalk, _ = persons({"dm": dm}, detect={"form": "dm", "fields": "INIT"}, keep=keep, policy="apply")
    assert crosswalk == {number: kept for number in "1234" if number != kept}


def test_nothing_is_detected_where_there_is_nothing():
    assert persons({"dm": DM.head(0)}, detect=DETECT, policy="apply") == ({}, [])
    assert persons({"ae": DM}, detect=DETECT, policy="apply") == ({}, [])
    blank = DM.assign(INIT="")
    assert persons({"dm": blank}, detect=DETECT, policy="apply") == ({}, [])


def test_subjects_are_replaced_by_the_number_kept():
    values = pd.Series(["01001", " 01001 ", "01002", " x ", ""], index=[3, 1, 4, 0, 9], dtype="str")
    result = canonical_subjects(values, {"01001": "01007"})
    assert result.tolist() == ["01007", "01007", "01002", " x ", ""]
    assert result.index.tolist() == values.index.tolist()
    assert result.dtype == "str"
    assert canonical_subjects(values, {}).tolist() == values.tolist()


def test_of_a_form_with_one_record_a_person_that_of_the_number_kept_is_used():
    subjects = pd.Series(["1", "2", "3", "5 "], dtype="str")
    assert kept_screening(subjects, {"1": "2", "3": "4", "9": "5"}).tolist() == [False, True, True, True]
