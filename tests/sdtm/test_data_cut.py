from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.sdtm.data_cut import (
    apply_data_cut,
    cut_lineage,
    cut_moments,
    date_cut,
    earliest_moment,
    patient_cut,
    special_dm_cut,
)
from cdisc_npc.study.versions import DataCut


def table(text: str) -> pd.DataFrame:
    """Lines of cells between bars; --SEQ is a number."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=pd.Index(lines[0]), dtype="str")
    return frame.astype({name: "float64" for name in frame if name.endswith("SEQ")})


def cut_of(**settings: Any) -> DataCut:
    return DataCut.model_validate({"date": "2024-06-30"} | settings)


def cuts(**moments: str) -> pd.Series:
    return pd.Series(np.array(list(moments.values()), dtype="datetime64[s]"), index=list(moments))


def told(findings: Findings, *columns: str) -> list[tuple[Any, ...]]:
    frame = findings.frame()
    return list(frame[list(columns)].itertuples(index=False, name=None))


def kept(frame: pd.DataFrame, name: str = "AE", **settings: Any) -> list[str]:
    """The ids that stay of a dataset cut alone; the first column names its records."""
    return apply_data_cut({name: frame}, cut_of(**settings)).datasets[name].iloc[:, 0].tolist()


# moments and single cuts ----


@pytest.mark.parametrize(
    ("dtc", "moment"),
    [
        ("2024", "2024-01-01T00:00:00"),
        ("2024-02", "2024-02-01T00:00:00"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("2024---23T16:57", "2024-01-23T16:57:00"),
        ("2024-06--T16:57:30", "2024-06-01T16:57:30"),
        ("2024-06-23T-:57:30", "2024-06-23T00:57:30"),
        ("2024-06-23T16:-:30", "2024-06-23T16:00:30"),
        ("2024-06-23T16:57:30.999", "2024-06-23T16:57:30"),
        ("2024-06-23T16:57:30+08:00", "2024-06-23T16:57:30"),
        ("1969-12-31T23:59:59", "1969-12-31T23:59:59"),
        ("--06-23", "NaT"),
        ("", "NaT"),
    ],
)
def test_a_partial_date_is_the_earliest_moment_that_it_may_mean(dtc: str, moment: str):
    moments, problem = earliest_moment(pd.Series(["2020", dtc], dtype="str"))
    assert str(moments[1]) == moment
    assert problem.tolist() == ["", ""]


@pytest.mark.parametrize(
    "dtc", ["2024-06-23T", "2024-06-23T15:", "2024-06-01/2024-06-02", "2024-02-30", "UNK"]
)
def test_what_is_no_iso_date_is_a_problem(dtc: str):
    moments, problem = earliest_moment(pd.Series([dtc], dtype="str"))
    assert np.isnat(moments[0])
    assert problem[0]
    with pytest.raises(Refused, match=r"AE\.AESTDTC is .*\[CUT_DATE\]"):
        date_cut(table(f"USUBJID | AESTDTC\n1 | {dtc}"), "AESTDTC", cuts(a="2024-01-01"), dataset="AE")


def test_dates_are_text_and_cuts_are_moments():
    with pytest.raises(TypeError, match="float64; expected ISO 8601 text"):
        earliest_moment(pd.Series([20240101.0], name="AESTDTC"))
    with pytest.raises(TypeError, match=r"expected moments \(datetime64\)"):
        cut_moments(pd.Series(["a"]), pd.Series(["2024-01-01"], index=["a"]))
    with pytest.raises(ValueError, match="more than once in the data cut: a"):
        cut_moments(pd.Series(["a"]), pd.Series(pd.to_datetime(["2024-01-01"] * 2), index=["a", "a"]))


def test_the_date_cut_removes_what_is_after_every_subjects_own_cut_and_who_has_none():
    frame = table("""
        USUBJID | AESTDTC
        a | 2024-03-01
        a | 2024-03-02
        b | 2024-03-02
        c | 2024-01-01
        a |
        d | 2030-01-01
        """)
    moments = cuts(a="2024-03-01T23:59:59", b="2024-03-02", d="NaT")
    assert date_cut(frame, "AESTDTC", moments).tolist() == [False, True, False, True, False, False]
    assert patient_cut(frame, moments).tolist() == [False, False, False, True, False, False]


def test_a_missing_variable_is_refused():
    with pytest.raises(Refused, match=r"AE\.AESTDTC, which is not there"):
        date_cut(table("USUBJID\n1"), "AESTDTC", cuts(a="2024-01-01"), dataset="AE")
    with pytest.raises(Refused, match=r"DM\.DTHDTC, which is not there"):
        special_dm_cut(table("USUBJID\n1"), cuts(a="2024-01-01"))


def test_the_special_cut_finds_deaths_after_the_cut():
    dm = table(
        "USUBJID | DTHDTC | DTHFL\na | 2024-01-01 | Y\nb | 2024-01-02 | Y\nc | | Y\nd | 2024-01-02 |\ne | 2024 | Y"
    )
    day = "2024-01-01T23:59:59"
    remove, late = special_dm_cut(dm, cuts(a=day, b=day, c=day, d=day))
    assert remove.tolist() == [False, False, False, False, True]
    assert late.tolist() == [False, True, False, True, False]


# rules ----

AE = table("""
    AETERM | USUBJID | AESTDTC | AEENDTC | AEDTC
    before | a | 2024-06-29 | 2024-07-02 | 2024-07-01
    same day | a | 2024-06-30T23:00 | | 2024-06-30
    after | a | 2024-07-01 | | 2024-06-30
    this month | b | 2024-06 | | 2024-07
    next month | b | 2024-07 | | 2024-06-30
    undated | b | | | 2024-06-30
    """)
BEFORE = ["before", "same day", "this month"]


def test_the_cut_is_the_end_of_its_day_unless_a_time_is_stated():
    assert kept(AE) == [*BEFORE, "undated"]
    assert kept(AE, time="22:59") == ["before", "this month", "undated"]
    assert kept(AE, date="2024-06-29") == ["before", "this month", "undated"]


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ({}, [*BEFORE, "undated"]),
        ({"default": "date"}, [*BEFORE, "undated"]),
        ({"default": "none"}, AE["AETERM"].tolist()),
        ({"AE": "patient"}, AE["AETERM"].tolist()),
        ({"AE": "AEDTC"}, ["same day", "after", "next month", "undated"]),
        ({"default": "none", "AE": "AESTDTC"}, [*BEFORE, "undated"]),
    ],
)
def test_every_dataset_has_its_rule(rules: dict[str, str], wanted: list[str]):
    assert kept(AE, rules=rules) == wanted


def test_a_dataset_without_start_is_cut_by_its_date_and_without_both_by_subject_only():
    lb = table("LBTESTCD | USUBJID | LBDTC\nALT | a | 2024-06-30\nAST | a | 2024-07-01")
    assert kept(lb, "LB") == ["ALT"]
    after = apply_data_cut({"LB": lb.drop(columns="LBDTC")}, cut_of(subjects="a"))
    assert len(after.datasets["LB"]) == 2
    assert told(after.findings, "code", "dataset", "expected") == [("CUT_NO_DATE", "LB", "LBSTDTC or LBDTC")]


def test_undated_records_are_kept_or_removed_by_policy_and_counted():
    after = apply_data_cut({"AE": AE}, cut_of())
    assert ("CUT_UNDATED", "1", "kept") in told(after.findings, "code", "value", "rule")
    after = apply_data_cut({"AE": AE}, cut_of(undated="remove"))
    assert after.datasets["AE"]["AETERM"].tolist() == BEFORE
    assert ("CUT_REMOVED", "1", "without a date in AESTDTC") in told(after.findings, "code", "value", "rule")


def test_what_is_removed_is_given_back_with_its_place_and_counted_by_cause():
    after = apply_data_cut({"AE": AE}, cut_of(subjects=["b"]))
    assert after.datasets["AE"]["AETERM"].tolist() == ["this month", "undated"]
    assert after.datasets["AE"].index.tolist() == [0, 1]
    assert after.removed["AE"].index.tolist() == [0, 1, 2, 4]
    assert after.removed["AE"]["AETERM"].tolist() == ["before", "same day", "after", "next month"]
    assert [item for item in after.findings.messages() if "CUT_REMOVED" in item] == [
        "AE: the data cut 2024-06-30 removed '3' records, of subjects not in the cut [CUT_REMOVED]",
        "AE: the data cut 2024-06-30 removed '1' records, by AESTDTC [CUT_REMOVED]",
    ]


def test_dates_after_the_cut_that_stay_are_counted():
    after = apply_data_cut({"AE": AE}, cut_of())
    late = [
        item for item in told(after.findings, "code", "variable", "value") if item[0] == "CUT_LATE_VALUES"
    ]
    assert late == [("CUT_LATE_VALUES", "AEENDTC", "1"), ("CUT_LATE_VALUES", "AEDTC", "2")]


def test_datasets_without_subjects_stay_and_the_given_are_not_changed():
    ts = table("TSPARMCD | TSVAL\nDCUTDTC | 2030-01-01")
    given_ = {"TS": ts, "AE": AE}
    after = apply_data_cut(given_, cut_of(rules={"TS": "none", "DS": "DSSTDTC"}))
    assert list(after.datasets) == ["TS", "AE"]
    pd.testing.assert_frame_equal(after.datasets["TS"], ts)
    assert len(AE) == 6
    assert told(after.findings, "code", "dataset")[0] == ("CUT_NO_DATASET", "DS")


def test_all_refusals_come_at_once():
    bad = AE.assign(AESTDTC="yesterday")
    with pytest.raises(Refused) as refused:
        apply_data_cut(
            {"AE": bad, "DS": table("USUBJID\n1")}, cut_of(rules={"DS": "DSSTDTC"}, entered="RFICDTC")
        )
    frame = refused.value.findings.frame()
    assert frame[["code", "dataset", "variable"]].drop_duplicates().to_numpy().tolist() == [
        ["CUT_VARIABLE", "DM", "RFICDTC"],
        ["CUT_DATE", "AE", "AESTDTC"],
        ["CUT_VARIABLE", "DS", "DSSTDTC"],
    ]


# DM ----

DM = table("""
    USUBJID | RFSTDTC | RFENDTC | RFICDTC | RFPENDTC | DTHDTC | DTHFL
    a | 2024-01-01 | 2024-06-30 | 2023-12-01 | 2024-06-30 | 2024-06-30 | Y
    b | 2024-01-01 | 2024-07-02 | 2023-12-01 | 2024-07-05 | 2024-07-05 | Y
    c | 2024-07-01 | 2024-08-01 | 2024-06-15 | 2024-08 | |
    d | | | 2024-07-03 | 2024-07-03 | | Y
    e | | | | | |
    """)


def test_a_death_after_the_cut_is_used_out_of_dm_cell_by_cell():
    after = apply_data_cut({"DM": DM}, cut_of())
    dm = after.datasets["DM"]
    assert dm["DTHDTC"].tolist() == ["2024-06-30", "", "", "", ""]
    assert dm["DTHFL"].tolist() == ["Y", "", "", "Y", ""]
    unchanged = [name for name in DM if not name.startswith("DTH")]
    pd.testing.assert_frame_equal(dm[unchanged], DM[unchanged])
    assert [item for item in after.findings.messages() if "CUT_CHANGED" in item] == [
        "DM.DTHDTC was '2024-07-05'; the data cut 2024-06-30 made it blank [CUT_CHANGED]",
        "DM.DTHFL was 'Y'; the data cut 2024-06-30 made it blank [CUT_CHANGED]",
    ]
    assert after.findings.worst == "note"


def test_a_blank_cell_is_not_changed():
    after = apply_data_cut({"DM": table("USUBJID | DTHDTC | DTHFL\na | 2024-07-01 |")}, cut_of())
    assert told(after.findings, "code", "variable", "value") == [("CUT_CHANGED", "DTHDTC", "2024-07-01")]


def test_without_the_special_rule_a_death_stays():
    assert apply_data_cut({"DM": DM}, cut_of(rules={"DM": "patient"})).datasets["DM"]["DTHFL"][1] == "Y"


def test_reference_dates_after_the_cut_are_kept_and_reported():
    findings = apply_data_cut({"DM": DM}, cut_of()).findings
    late = [row[1:] for row in told(findings, "code", "USUBJID", "variable", "value") if row[0] == "CUT_LATE"]
    assert late == [
        ("c", "RFSTDTC", "2024-07-01"),
        ("b", "RFENDTC", "2024-07-02"),
        ("c", "RFENDTC", "2024-08-01"),
        ("d", "RFICDTC", "2024-07-03"),
        ("b", "RFPENDTC", "2024-07-05"),
        ("c", "RFPENDTC", "2024-08"),
        ("d", "RFPENDTC", "2024-07-03"),
    ]


def test_reference_dates_are_clipped_by_policy_and_what_has_not_begun_has_no_end():
    after = apply_data_cut({"DM": DM}, cut_of(reference_dates="clip"))
    dm = after.datasets["DM"]
    assert dm["RFSTDTC"].tolist() == ["2024-01-01", "2024-01-01", "", "", ""]
    assert dm["RFENDTC"].tolist() == ["2024-06-30", "2024-06-30", "", "", ""]
    assert dm["RFICDTC"].tolist() == ["2023-12-01", "2023-12-01", "2024-06-15", "", ""]
    assert dm["RFPENDTC"].tolist() == ["2024-06-30", "2024-06-30", "2024-06-30", "", ""]
    changed = [
        row[1:]
        for row in told(after.findings, "code", "USUBJID", "variable", "params")
        if row[0] == "CUT_CHANGED"
    ]
    assert ("b", "RFENDTC", "2024-06-30") in changed
    assert ("c", "RFENDTC", "blank") in changed
    assert len(changed) == 9
    assert "CUT_LATE" not in after.findings.frame()["code"].tolist()


@pytest.mark.parametrize(("undated", "wanted"), [("keep", "abce"), ("remove", "abc")])
def test_who_entered_after_the_cut_is_not_in_it(undated: str, wanted: str):
    ae = table("USUBJID | AESTDTC\nd | 2024-01-01\na | 2024-01-01")
    after = apply_data_cut({"AE": ae, "DM": DM}, cut_of(entered="RFICDTC", undated=undated))
    assert "".join(after.datasets["DM"]["USUBJID"]) == wanted
    assert after.datasets["AE"]["USUBJID"].tolist() == ["a"]


# what follows its parents ----

PARENTS = {
    "AE": table("""
        USUBJID | AESEQ | AESPID | AESTDTC
        a | 1 | x | 2024-01-01
        a | 2 | x | 2024-07-01
        a | 3 | y | 2024-07-01
        b | 1 | y | 2024-01-01
        """),
    "DM": table("USUBJID | DTHDTC\na |\nb |\nc |"),
}
SUPP = "RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM\n"


def test_qualifiers_go_with_the_last_of_their_parents():
    supp = {
        "SUPPAE": table(
            SUPP + "AE | a | AESEQ | 1 | STAYS\nAE | a | AESEQ | 2 | GOES\nAE | a | AESEQ | 3.0 | GOES2\n"
            "AE | a | AESPID | x | SHARED\nAE | a | AESPID | y | GOES3\nAE | b | AESPID | y | OTHER\nAE | a | AESEQ | 9 | LOST"
        ),
        "SUPPDM": table(SUPP + "DM | a | | | A\nDM | c | | | C"),
    }
    after = apply_data_cut(supp | PARENTS, cut_of(subjects=["a", "b"]))
    assert after.datasets["SUPPAE"]["QNAM"].tolist() == ["STAYS", "SHARED", "OTHER", "LOST"]
    assert after.removed["SUPPAE"]["QNAM"].tolist() == ["GOES", "GOES2", "GOES3"]
    assert after.datasets["SUPPDM"]["QNAM"].tolist() == ["A"]
    assert ("SUPPAE", "3", "whose parents were removed") in told(after.findings, "dataset", "value", "rule")


def test_a_relation_goes_with_its_records_and_what_is_left_alone_of_it():
    cm = table("USUBJID | CMSEQ | CMSTDTC\na | 1 | 2024-01-01\na | 2 | 2024-01-01")
    relrec = table("""
        USUBJID | RDOMAIN | IDVAR | IDVARVAL | RELTYPE | RELID
        | AE | AESPID | | ONE | WHOLE
        | CM | CMSPID | | MANY | WHOLE
        a | AE | AESEQ | 1 | | R1
        a | CM | CMSEQ | 1 | | R1
        a | AE | AESEQ | 2 | | R2
        a | CM | CMSEQ | 1 | | R2
        a | AE | AESEQ | 3 | | R3
        a | CM | CMSEQ | 1 | | R3
        a | CM | CMSEQ | 2 | | R3
        a | CM | CMSEQ | 2 | | ALONE
        """)
    after = apply_data_cut(PARENTS | {"CM": cm, "RELREC": relrec}, cut_of())
    assert after.datasets["RELREC"]["RELID"].tolist() == ["WHOLE", "WHOLE", "R1", "R1", "R3", "R3", "ALONE"]
    assert after.datasets["RELREC"]["RDOMAIN"].tolist()[4:6] == ["CM", "CM"]
    gone = apply_data_cut(PARENTS | {"CM": cm, "RELREC": relrec}, cut_of(subjects="b"))
    assert gone.datasets["RELREC"]["RELID"].tolist() == ["WHOLE", "WHOLE"]


def test_a_comment_goes_by_its_own_date_and_with_its_parent():
    co = table("""
        USUBJID | RDOMAIN | IDVAR | IDVARVAL | COVAL | CODTC
        a | AE | AESEQ | 1 | stays | 2024-01-01
        a | AE | AESEQ | 1 | later | 2024-07-01
        a | AE | AESEQ | 2 | orphan | 2024-01-01
        a | AE | | | of all AEs | 2024-01-01
        a | | | | of the subject |
        """)
    after = apply_data_cut({"CO": co} | PARENTS, cut_of())
    assert after.datasets["CO"]["COVAL"].tolist() == ["stays", "of all AEs", "of the subject"]


def test_lineage_follows_the_cut():
    ex = table("USUBJID | EXSTDTC\na | 2024-07-01\na | 2024-01-01\na | 2024-01-02")
    dm = table("USUBJID | DTHDTC\na |\nb |\nc |")
    lineage = {
        "EX": pd.DataFrame({"form": pd.Series(["ex"] * 3, dtype="str"), "row": [1, 2, 3]}),
        "DM": pd.DataFrame(
            {"form": ["dm"] * 3, "row": [4, 5, 6], "RFSTDTC from EX": pd.array([1, 3, None], dtype="Int64")}
        ),
    }
    after = apply_data_cut({"EX": ex, "DM": dm}, cut_of())
    result = cut_lineage(lineage, after.removed)
    assert result["EX"].to_numpy().tolist() == [["ex", 2], ["ex", 3]]
    assert result["DM"]["RFSTDTC from EX"].isna().tolist() == [True, False, True]
    assert result["DM"]["RFSTDTC from EX"][1] == 2
    assert result["DM"]["RFSTDTC from EX"].dtype == "Int64"
    assert lineage["DM"]["RFSTDTC from EX"].fillna(0).tolist() == [1, 3, 0]


# any set of whole subjects, and again ----

DTC = st.sampled_from(
    ["", "2024", "2024-06", "2024-06-30", "2024-06-30T12:00", "2024-07", "2024-07-01", "--07-01"]
)
SUBJECTS = st.sampled_from("abc")
STUDY = st.fixed_dictionaries(
    {
        "AE": st.lists(st.tuples(SUBJECTS, DTC), max_size=8),
        "SUPPAE": st.lists(st.tuples(SUBJECTS, st.sampled_from("1234")), max_size=6),
        "RELREC": st.lists(
            st.tuples(SUBJECTS, st.sampled_from("1234"), st.sampled_from(["R1", "R2"])), max_size=6
        ),
        "DM": st.fixed_dictionaries({subject: st.tuples(*[DTC] * 4) for subject in "abc"}),
    }
)
CUTS = st.builds(
    cut_of,
    time=st.sampled_from([None, "11:00"]), undated=st.sampled_from(["keep", "remove"]),
    entered=st.sampled_from([None, "RFICDTC"]), subjects=st.sampled_from([None, ["a", "b"]]),
    reference_dates=st.sampled_from(["keep", "clip"]),
)  # fmt: skip


def study(drawn: dict[str, Any]) -> dict[str, pd.DataFrame]:
    def frame(columns: list[str], rows: list[tuple[str, ...]]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=pd.Index(columns), dtype="str")

    ae = frame(["USUBJID", "AESTDTC"], drawn["AE"])
    ae.insert(1, "AESEQ", ae.groupby("USUBJID").cumcount().to_numpy() + 1.0)
    supp = frame(["USUBJID", "IDVARVAL"], drawn["SUPPAE"]).assign(RDOMAIN="AE", IDVAR="AESEQ", QNAM="Q")
    relrec = frame(["USUBJID", "IDVARVAL", "RELID"], drawn["RELREC"]).assign(RDOMAIN="AE", IDVAR="AESEQ")
    dm = [(subject, *dates) for subject, dates in drawn["DM"].items()]
    return {
        "AE": ae, "SUPPAE": supp, "RELREC": relrec,
        "DM": frame(["USUBJID", "RFICDTC", "RFSTDTC", "RFENDTC", "DTHDTC"], dm),
    }  # fmt: skip


def part(datasets: dict[str, pd.DataFrame], subjects: set[str]) -> dict[str, pd.DataFrame]:
    return {
        name: frame[frame["USUBJID"].isin(list(subjects))].reset_index(drop=True)
        for name, frame in datasets.items()
    }


@settings(deadline=None, max_examples=50)
@given(STUDY, CUTS, st.sets(SUBJECTS))
def test_a_subjects_records_do_not_depend_on_others(drawn: dict[str, Any], cut: DataCut, chosen: set[str]):
    datasets = study(drawn)
    whole = part(apply_data_cut(datasets, cut).datasets, chosen)
    alone = apply_data_cut(part(datasets, chosen), cut).datasets
    for name, frame in whole.items():
        pd.testing.assert_frame_equal(alone[name], frame)


@settings(deadline=None, max_examples=50)
@given(STUDY, CUTS)
def test_a_cut_built_again_changes_nothing(drawn: dict[str, Any], cut: DataCut):
    once = apply_data_cut(study(drawn), cut).datasets
    again = apply_data_cut(once, cut)
    assert again.removed == {}
    assert not again.findings.frame()["code"].isin(["CUT_REMOVED", "CUT_CHANGED"]).any()
    for name, frame in once.items():
        pd.testing.assert_frame_equal(again.datasets[name], frame)


@settings(deadline=None, max_examples=50)
@given(STUDY, CUTS)
def test_kept_and_removed_are_the_whole_and_are_counted(drawn: dict[str, Any], cut: DataCut):
    datasets = study(drawn)
    after = apply_data_cut(datasets, cut)
    counts = after.findings.frame().query("code == 'CUT_REMOVED'")
    for name, frame in datasets.items():
        gone = after.removed.get(name, frame.head(0))
        assert len(after.datasets[name]) + len(gone) == len(frame)
        assert counts.loc[counts["dataset"] == name, "value"].astype(int).sum() == len(gone)
        pd.testing.assert_frame_equal(gone, frame.loc[gone.index])
