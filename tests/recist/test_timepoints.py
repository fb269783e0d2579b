"""Time points, baseline, evaluators, dates and columns."""

import pandas as pd
import pytest

from cdisc_npc.findings import Findings
from cdisc_npc.recist import Policies, responses
from cdisc_npc.recist.timepoints import COLUMNS
from tests.recist.tables import day, history, sums


def test_group_visit_or_date_tells_the_time_point():
    tu, tr = sums("100", "80", "60")
    whole = responses(tu, tr)
    by_visit = responses(tu, tr.drop(columns="TRLNKGRP"))
    by_date = responses(tu, tr.drop(columns=["TRLNKGRP", "VISITNUM"]))
    assert (
        whole["OVRLRESP"].tolist()
        == by_visit["OVRLRESP"].tolist()
        == by_date["OVRLRESP"].tolist()
        == ["", "SD", "PR"]
    )
    assert by_visit["VISITNUM"].tolist() == [1, 2, 3]
    assert by_date["RSDTC"].tolist() == [day(0), day(1), day(2)]


def test_a_record_without_group_joins_that_of_its_visit():
    tu, tr = sums("60+40", "50+40")
    tr.loc[tr.index[-1], "TRLNKGRP"] = ""
    assert responses(tu, tr)["SUMDIAM"].tolist() == [100, 90]


def test_one_group_may_span_visits():
    tu, tr = sums("60+40", "50+40")
    tr = tr.assign(VISITNUM=[1, 1, 2, 2.1], TRDTC=[day(0), day(0), day(1), day(1, 5)])
    table = responses(tu, tr)
    assert table["SUMDIAM"].tolist() == [100, 90]
    assert table.iloc[1][["VISITNUM", "STDTC", "ENDTC", "RSDTC"]].tolist() == [
        2,
        day(1),
        day(1, 5),
        day(1, 5),
    ]


def test_a_record_that_nothing_places_is_reported():
    findings = Findings()
    tu, tr = sums("60", "50")
    lost = tr.iloc[[1]].assign(TRLNKGRP="", VISITNUM=float("nan"), TRDTC="")
    assert len(responses(tu, pd.concat([tr, lost]), findings=findings)) == 2
    assert findings.frame()["code"].tolist() == ["RECIST_TIMEPOINT"]


def test_order_is_that_of_dates_and_of_visits_where_a_date_is_partial():
    tu, tr = sums("100", "80", "60", "50")
    late = tr.assign(VISITNUM=[1, 2, 99, 3], TRLNKGRP="")
    assert responses(tu, late)["VISITNUM"].tolist() == [1, 2, 99, 3]
    partial = tr.assign(TRDTC=[day(0), day(1), "2022", day(3)])
    table = responses(tu, partial)
    assert table["SUMDIAM"].tolist() == [100, 80, 60, 50]
    assert table["RSDTC"].tolist()[2] == "2022"


def test_baseline_is_flagged_or_first():
    tu, tr = sums("100", "80", "60")
    assert responses(tu, tr)["BASE"].tolist() == [100] * 3
    flagged = responses(tu, tr.assign(TRLOBXFL=["", "Y", ""]))
    assert flagged["BASE"].tolist() == [80, 80]
    assert flagged["VISITNUM"].tolist() == [2, 3]


def test_screening_in_two_visits_is_one_baseline():
    tu, tr = sums("60+40", "60+ND", "50+30")
    tr = tr.assign(TRLOBXFL=["", "Y", "Y", "", "", ""])
    assert responses(tu, tr)["SUMDIAM"].tolist() == [100, 80]


def test_without_baseline_nothing_is_evaluable():
    tu, tr = sums("100", "80", "60")
    table = responses(tu, tr.iloc[1:])
    assert table[["SEQ", "TRGRESP", "REASON"]].values.tolist() == [
        [1, "NE", "TARGET_NO_BASELINE"],
        [2, "NE", "TARGET_NO_BASELINE"],
    ]


def test_without_baseline_a_lesion_seen_late_is_still_missing_before():
    tu, tr = sums("60+40", "60+ND", "60+40")
    table = responses(tu, tr[(tr["VISITNUM"] > 1) & (tr["TRSTAT"] == "")])
    assert table[["LSASS", "LSEXP"]].values.tolist() == [[1, 2], [2, 2]]


def test_evaluators_are_apart_and_a_blank_one_is_the_investigator():
    mine = sums("100", "60")
    theirs = history({"T01": "LIVER"}, {"T01": "100"}, {"T01": "130"}, evaluator="INDEPENDENT ASSESSOR")
    tu, tr = (pd.concat(pair, ignore_index=True) for pair in zip(mine, theirs, strict=True))
    tr["TREVALID"] = (tr["TREVAL"] != "INVESTIGATOR").map({True: "RADIOLOGIST 1", False: ""})
    tu["TUEVALID"] = (tu["TUEVAL"] != "INVESTIGATOR").map({True: "RADIOLOGIST 1", False: ""})
    table = responses(tu, tr)
    assert table[["TREVAL", "TREVALID", "OVRLRESP"]].values.tolist()[1::2] == [
        ["INDEPENDENT ASSESSOR", "RADIOLOGIST 1", "PD"], ["INVESTIGATOR", "", "PR"],
    ]  # fmt: skip
    blank = responses(mine[0].assign(TUEVAL=""), mine[1].assign(TREVAL=""))
    assert blank["TREVAL"].unique().tolist() == ["INVESTIGATOR"]


@pytest.mark.parametrize(("policy", "expected"), [("earliest", day(1, 2)), ("latest", day(1, 6))])
def test_progression_is_dated_by_the_first_scans_that_show_it(policy, expected):
    tu, tr = sums("20+20+20", "20+40+20")
    tr["TRDTC"] = [day(0)] * 3 + [day(1), day(1, 2), day(1, 6)]
    # 20 mm, then 60 mm, then 80 mm of a nadir of 60 mm: only the last scan shows it...
    assert responses(tu, tr)["RSDTC"].tolist()[1] == day(1, 6)
    tr.loc[4, "TRSTRESC"] = "90"  # ...and here the second does.
    assert responses(tu, tr, policies=Policies(pd_date=policy))["RSDTC"].tolist()[1] == expected


def test_other_responses_are_dated_by_the_last_scan_that_was_built():
    tu, tr = sums("60+40", "30+ND")
    tr["TRDTC"] = [day(0)] * 2 + [day(1), day(1, 9)]
    assert responses(tu, tr)[["OVRLRESP", "RSDTC"]].values.tolist()[1] == ["NE", day(1)]


def test_a_visit_where_nothing_was_done_is_not_evaluable():
    tu, tr = sums("60", "50")
    row = tr.iloc[1].to_dict() | {"TRLNKID": "", "TRTESTCD": "TRALL", "TRSTRESC": "", "TRSTAT": "NOT DONE"}
    table = responses(tu, pd.concat([tr.iloc[[0]], pd.DataFrame([row])]))
    assert table["OVRLRESP"].tolist() == ["", "NE"]


def test_no_records_give_no_time_points():
    tu, tr = sums("60", "50")
    table = responses(tu.iloc[:0], tr.iloc[:0])
    assert len(table) == 0 and tuple(table.columns) == COLUMNS
    assert len(responses(tu, tr.iloc[:0])) == 0


def test_text_is_never_null():
    table = responses(*sums("60", "50"))
    text = table.select_dtypes("str")
    assert not text.isna().any().any() and "OVRLRESP" in text


def test_a_policy_that_is_none_is_refused():
    with pytest.raises(ValueError, match="reappearance"):
        Policies(reappearance="sometimes")
    with pytest.raises(KeyError, match="USUBJID"):
        responses(pd.DataFrame(), pd.DataFrame())
