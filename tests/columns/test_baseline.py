from __future__ import annotations

import pandas as pd
import pytest

from cdisc_npc.columns.baseline import baseline_flag, derive_baseline_flag


def findings(*rows: tuple, columns: str = "VSDTC VSORRES") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns.split())
    for name, value in (("USUBJID", "1"), ("VSTESTCD", "PULSE")):
        if name not in frame:
            frame[name] = value
    return frame.astype({name: "str" for name in frame if name != "VSSEQ"})


def flags(frame: pd.DataFrame, reference: str = "2021-03-15T10:30", **policy) -> str:
    aligned = pd.Series([reference] * len(frame), index=frame.index, dtype="str")
    return "".join(flag or "." for flag in baseline_flag(frame, domain="VS", reference=aligned, **policy))


def test_last_result_before_the_reference():
    assert flags(findings(("2021-03-01", "70"), ("2021-03-14", "71"), ("2021-03-16", "72"))) == ".Y."


def test_a_record_without_a_result_does_not_count():
    frame = findings(
        ("2021-03-01", "70", ""), ("2021-03-02", "", "NOT DONE"),
        ("2021-03-03", "x", "NOT DONE"), ("2021-03-04", " ", ""),
        columns="VSDTC VSORRES VSSTAT",
    )  # fmt: skip
    assert flags(frame) == "Y..."


def test_results_that_mean_none_are_stated():
    frame = findings(("2021-03-01", "70"), ("2021-03-02", "ND"))
    assert flags(frame) == ".Y"
    assert flags(frame, not_done=("ND",)) == "Y."


def test_times_are_compared_where_both_are_known():
    frame = findings(("2021-03-15T10:00", "70"), ("2021-03-15T10:29:59", "71"), ("2021-03-15T10:31", "72"))
    assert flags(frame) == ".Y."
    assert flags(frame, same_day="exclude") == ".Y."


@pytest.mark.parametrize(
    ("dtc", "reference"),
    [
        ("2021-03-15", "2021-03-15T10:30"),
        ("2021-03-15T11:00", "2021-03-15"),
        ("2021-03-15", "2021-03-15"),
        ("2021-03-15T10:30", "2021-03-15T10:30"),
        ("2021-03-15T10", "2021-03-15T10:30"),
    ],
)
def test_same_day_that_cannot_be_placed_is_a_policy(dtc, reference):
    frame = findings(("2021-03-01", "70"), (dtc, "71"))
    assert flags(frame, reference) == ".Y"
    assert flags(frame, reference, same_day="exclude") == "Y."


def test_same_day_by_visit_and_timepoint():
    frame = findings(
        ("2021-03-01", "70", "SCREENING", ""),
        ("2021-03-15", "71", "C1D1", "PRE-DOSE"),
        ("2021-03-15", "72", "C1D1", "POST-DOSE"),
        ("2021-03-15", "73", "UNSCHEDULED", "PRE-DOSE"),
        columns="VSDTC VSORRES VISIT VSTPT",
    )
    assert flags(frame, same_day_visits=["C1D1"], same_day_timepoints=["PRE-DOSE"]) == ".Y.."
    assert flags(frame, same_day_visits=["C1D1"]) == "..Y."
    assert flags(frame, same_day_timepoints=["PRE-DOSE"]) == "...Y"
    assert flags(frame, same_day_visits=["C2D1"]) == "Y..."


def test_partial_dates_count_only_when_certainly_before():
    assert (
        flags(
            findings(("2021-01-20", "70"), ("2021-02", "71"), ("2021-03", "72"), ("2021", "73"), ("", "74"))
        )
        == ".Y..."
    )


def test_no_reference_no_flag():
    assert flags(findings(("2021-03-01", "70")), "") == "."
    assert flags(findings(("2021-03-01", "70")), "2021-03") == "."
    assert flags(findings(("2021-02-01", "70")), "2021-03") == "Y"


def test_ties_go_to_the_last_in_sequence():
    frame = findings(("2021-03-01", "70", 2), ("2021-03-01", "71", 1), columns="VSDTC VSORRES VSSEQ")
    assert flags(frame) == "Y."
    assert flags(frame.drop(columns="VSSEQ")) == ".Y"


def test_every_group_has_its_own():
    frame = findings(
        ("1", "PULSE", "2021-03-01", "70", "ARM"), ("1", "PULSE", "2021-03-02", "70", "LEG"),
        ("2", "PULSE", "2021-03-01", "70", "ARM"), ("1", "TEMP", "2021-03-01", "36", "ARM"),
        ("1", "PULSE", "2021-03-02", "71", "ARM"),
        columns="USUBJID VSTESTCD VSDTC VSORRES VSLOC",
    )  # fmt: skip
    assert flags(frame, by=["VSLOC"]) == ".YYYY"
    assert flags(frame) == "..YYY"
    # The same for a subject, whoever else is in the frame, and for any index.
    assert flags(frame[frame["USUBJID"] == "1"], by=["VSLOC"]) == ".YYY"


def test_zones_are_compared_where_both_are_known():
    frame = findings(("2021-03-15T10:00+08:00", "70"))
    assert flags(frame, "2021-03-15T03:00Z") == "Y"
    assert flags(frame, "2021-03-15T01:00Z") == "."
    assert flags(frame, "2021-03-15T10:01") == "Y"


def test_dates_before_1970():
    assert flags(findings(("1965-03-14", "70"), ("1965-03-15", "71")), "1965-03-15") == ".Y"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"drop": "VSORRES"}, "VS has no variable VSORRES"),
        ({"by": ["VSLOC"]}, "VSLOC"),
        ({"same_day_visits": ["C1D1"]}, "VISIT"),
        ({"same_day": "maybe"}, "include or exclude"),
        ({"reference": "15MAR2021"}, "the reference date is '15MAR2021'"),
        ({"dtc": "soon"}, "VSDTC is 'soon'"),
    ],
)
def test_what_cannot_be_decided_is_refused(change, message):
    frame = findings((change.pop("dtc", "2021-03-01"), "70"))
    frame = frame.drop(columns=change.pop("drop", []))
    with pytest.raises(ValueError, match=message):
        flags(frame, **change)


def test_dataset_gets_its_flag():
    frame = findings(("2021-03-01", "70"), ("2021-03-16", "71")).assign(DOMAIN="VS")
    dm = pd.DataFrame({"USUBJID": ["1"], "RFXSTDTC": ["2021-03-15"]}, dtype="str")
    result = derive_baseline_flag(frame, dm, variable="VSLOBXFL")
    assert result["VSLOBXFL"].tolist() == ["Y", ""]
    assert str(result["VSLOBXFL"].dtype) == "str"
    with pytest.raises(ValueError, match="VSLOBXFL or VSBLFL"):
        derive_baseline_flag(frame, dm, variable="LBLOBXFL")
    with pytest.raises(ValueError, match="RFSTDTC in DM"):
        derive_baseline_flag(frame, dm, variable="VSBLFL", reference="RFSTDTC")
    with pytest.raises(ValueError, match="DOMAIN"):
        derive_baseline_flag(frame.assign(DOMAIN=["VS", "LB"]), dm, variable="VSBLFL")


def test_empty_frame():
    assert flags(findings()) == ""
