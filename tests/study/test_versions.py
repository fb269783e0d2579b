from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

from cdisc_npc.study.versions import DataCut, Rescreens, Versions, versions_of

DEFAULT = Versions.model_validate(
    {
        "record": "RecordId",
        "updated": "MaxUpdated",
        "inactive": {"Active": ["0", "N"], "Deleted": "Y"},
        "log": {"position": "RecordPosition"},
    }
)
RAVE = ["SUBJ", "RecordId", "MaxUpdated", "Active", "RecordPosition", "FolderOID"]


def stated(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)  # every scalar stays text, as in the studies


def test_versions_as_a_study_states_them():
    rule = Versions.model_validate(
        stated(
            "{record: [RecordId], updated: MaxUpdated, inactive: {Active: ['0', N]}, log: {position: Pos}}"
        )
    )
    assert rule.record == ["RecordId"]
    assert rule.inactive == {"Active": ["0", "N"]}
    assert rule.log is not None
    assert (rule.log.position, rule.log.page) == ("Pos", [])
    assert rule.reads() == ["RecordId", "MaxUpdated", "Active", "Pos"]


def test_the_default_speaks_for_forms_that_have_its_fields():
    rule = versions_of(DEFAULT, None, RAVE, None)
    assert rule is not None
    assert rule.reads() == ["RecordId", "MaxUpdated", "Active", "RecordPosition"]
    assert versions_of(DEFAULT, None, ["SUBJ", "MaxUpdated"], None) is None
    assert versions_of(None, None, RAVE, ["SUBJ"]) is None


def test_without_record_the_forms_key_tells_records_apart():
    rule = versions_of(DEFAULT, None, ["SUBJ", "MaxUpdated"], ["SUBJ", "VISIT"])
    assert rule is not None
    assert (rule.record, rule.updated, rule.log) == (["SUBJ", "VISIT"], "MaxUpdated", None)


def test_a_form_states_parts_in_place_of_the_default():
    own = Versions.model_validate(stated("{record: [SUBJ, FolderOID], inactive: {}}"))
    rule = versions_of(DEFAULT, own, RAVE, None)
    assert rule is not None
    assert (rule.record, rule.updated, rule.inactive) == (["SUBJ", "FolderOID"], "MaxUpdated", {})


@pytest.mark.parametrize(
    ("default", "own", "text"),
    [
        (None, {"updated": "When"}, "versions read When, no field of the form"),
        (None, {"record": "RecordId"}, "expected `updated` beside `record`"),
        (Versions(record=["RecordId"]), None, "expected `updated` beside `record`"),
        (None, {"updated": "MaxUpdated"}, "expected `record`, or the form's key"),
    ],
)
def test_versions_that_cannot_be_reported_are_refused(default: Versions | None, own: Any, text: str):
    with pytest.raises(ValueError, match=text):
        versions_of(default, own and Versions.model_validate(own), RAVE, None)


def test_rescreens_as_a_study_states_them():
    rule = Rescreens.model_validate(
        stated('{table: {"01001": "01007"}, detect: {fields: [INITIALS, SEX], form: dm}, once: dm}')
    )
    assert (rule.keep, rule.policy, rule.once) == ("last", "report", ["dm"])
    assert rule.crosswalk() == {"01001": "01007"}


def test_a_chain_of_rescreens_ends_at_its_last_number_and_a_circle_is_refused():
    assert Rescreens(table={"1": "2", "2": "3"}).crosswalk() == {"1": "3", "2": "3"}
    with pytest.raises(ValidationError, match="lead in a circle: 1 -> 2 -> 1"):
        Rescreens(table={"1": "2", "2": "1"})
    with pytest.raises(ValidationError, match="lead in a circle: 1 -> 1"):
        Rescreens(table={"1": "1"})


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        (None, "2024-06-30T23:59:59"),
        ("12", "2024-06-30T12:59:59"),
        ("12:00", "2024-06-30T12:00:59"),
        ("12:00:01", "2024-06-30T12:00:01"),
    ],
)
def test_what_the_time_of_a_cut_leaves_open_is_as_late_as_it_may_be(time: str | None, moment: str):
    cut = DataCut(date="2024-06-30", time=time)
    assert cut.moment() == np.datetime64(moment, "s")
    assert cut.text() == (f"2024-06-30T{time}" if time else "2024-06-30")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("{date: 2024-06}", "a complete date such as 2024-06-30, not '2024-06'"),
        ("{date: 2023-02-29}", "a complete date"),
        ("{date: 20240630}", "a complete date"),
        ("{date: 2024-06-30, time: '24:00'}", "a time such as 12:00"),
        ("{date: 2024-06-30, rules: {ae: AESTDTC}}", "a dataset or default, not 'ae'"),
        ("{date: 2024-06-30, rules: {AE: special}}", "special is for DM, not for AE"),
        ("{date: 2024-06-30, rules: {SUPPAE: none}}", "SUPPAE has no rule of its own"),
        ("{date: 2024-06-30, rules: {RELREC: none}}", "RELREC has no rule of its own"),
        ("{date: 2024-06-30, rules: {default: AESTDTC}}", "date, patient or none for default"),
        ("{date: 2024-06-30, rules: {AE: aestdtc}}", "a date variable, date, patient, special or none"),
        ("{date: 2024-06-30, undated: drop}", "'keep' or 'remove'"),
        ("{rules: {}}", "date"),
    ],
)
def test_a_cut_that_is_not_clear_is_refused(settings: str, text: str):
    with pytest.raises(ValidationError, match=text):
        DataCut.model_validate(stated(settings))
