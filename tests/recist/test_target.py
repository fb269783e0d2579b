"""Target response: thresholds, nodes, missing lesions, reappearance, splits and merges."""

import pytest

from cdisc_npc.findings import Findings
from cdisc_npc.recist import Policies, responses
from tests.recist.tables import LIVER, history, sums

TWO = {"T01": "LIVER", "T02": "CERVICAL LYMPH NODE"}


def target(tables, **policies) -> list[str]:
    return responses(*tables, policies=Policies(**policies))["TRGRESP"].tolist()[1:]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (("100", "70"), "PR"), (("100", "70.1"), "SD"), (("100", "70.000001"), "SD"), (("50", "60"), "PD"),
        (("50", "59.9"), "SD"), (("20", "24"), "SD"), (("20", "25"), "PD"), (("20", "24.9"), "SD"), (("25", "30"), "PD"),
        # Smallest sum on study, not baseline; PD beats PR where both hold.
        (("100", "50", "60"), "PD"), (("100", "50", "59.9"), "PR"), (("100", "50", "48", "57"), "PR"),
        # 0.1 + 0.2 is not 0.3 in binary: 36.3 of 30.25 is +20 % exactly.
        (("30.25", "36.3"), "PD"), (("29.9+0.1", "35.9+0.1"), "PD"), (("33.3+66.7", "23.3+46.7"), "PR"),
        (("8.2 cm", "57.4"), "PR"), (("8.2 cm", "5.741 cm"), "SD"),
        # Incomplete: PD by what was measured, or NE.
        (("80+20", "40+0", "48+ND"), "PD"), (("80+20", "40+0", "30+ND"), "NE"), (("80+20", "ND+ND"), "NE"),
        (("80+20", "0+ND"), "NE"), (("80+20", "30+ND", "40+10"), "PR"),
        # A missing or incomplete sum is no nadir.
        (("80+20", "20+ND", "80+20"), "SD"),
        (("80+ND", "40+10"), "NE"), (("20", "TOO SMALL TO MEASURE"), "PR"), (("20", "4"), "PR"), (("20", "0"), "CR"),
    ],
)  # fmt: skip
def test_thresholds(sizes, expected):
    assert target(sums(*sizes))[-1] == expected


def test_too_small_to_measure_is_five_millimetres():
    table = responses(*sums("20", "TOO SMALL TO MEASURE"))
    assert table["SUMDIAM"].tolist() == [20, 5]
    assert table["PCBSD"].tolist() == [0, -75]


def test_the_numbers_that_decide():
    table = responses(*sums("60+20", "40+10", "45+15"))
    last = table.iloc[-1]
    assert last[["BASE", "NADIR", "SUMDIAM", "ACNSD", "PCNSD", "PCBSD"]].tolist() == [80, 50, 60, 10, 20, -25]
    assert last[["LSEXP", "LSASS", "REASON", "TRLNKGRP", "SEQ"]].tolist() == [
        2,
        2,
        "TARGET_INCREASE",
        "A3",
        2,
    ]


@pytest.mark.parametrize(
    ("liver", "node", "expected"),
    [("0", "9.9", "CR"), ("0", "10", "PR"), ("0.1", "9.9", "PR"), ("0", "0", "CR"), ("30", "9", "SD")],
)
def test_complete_response_needs_all_gone_and_every_node_under_ten(liver, node, expected):
    assert target(history(TWO, {"T01": "30", "T02": "20"}, {"T01": liver, "T02": node})) == [expected]


def test_a_node_is_reported_by_location_or_by_its_axis():
    by_place = history(TWO, {"T01": "30", "T02:DIAMETER": "20"}, {"T01": "0", "T02:DIAMETER": "9"})
    assert target(by_place) == ["CR"]
    tu, tr = history({"T01": ""}, {"T01:LPERP": "20"}, {"T01:LPERP": "9"})
    assert target((tu, tr)) == ["CR"]
    tu, tr = history({"T01": ""}, {"T01:LDIAM": "20"}, {"T01:LDIAM": "9"})
    assert target((tu, tr)) == ["PR"]


def test_the_axis_of_a_node_is_the_short_one():
    both = {"T01": "30", "T02:LDIAM": "44", "T02:LPERP": "20"}
    assert responses(*history(TWO, both, both))["SUMDIAM"].tolist() == [50, 50]
    only_long = {"T01": "30", "T02:LDIAM": "44"}
    assert responses(*history(TWO, both, only_long))["LSASS"].tolist() == [2, 1]


def test_diameter_beside_the_pair_is_a_policy():
    tables = history(LIVER, {"T01:LDIAM": "30", "T01:DIAMETER": "28"}, {"T01:LDIAM": "30"})
    assert responses(*tables)["SUMDIAM"].tolist() == [30, 30]
    assert responses(*tables, policies=Policies(diameter="first"))["SUMDIAM"].tolist() == [28, 30]


@pytest.mark.parametrize(
    ("policy", "expected"), [("non-nodal", "PD"), ("any", "PD"), ("nadir zero", "PD"), ("none", "PR")]
)
def test_a_lesion_that_reappears_after_complete_response(policy, expected):
    assert target(sums("30", "0", "4"), reappearance=policy) == ["CR", expected]


def test_a_lesion_that_reappears_without_complete_response_is_only_measured():
    assert target(sums("30+30", "0+20", "4+20")) == ["PR", "PR"]


@pytest.mark.parametrize(("policy", "expected"), [("non-nodal", "PR"), ("any", "PD"), ("nadir zero", "PR")])
def test_a_node_that_grows_to_ten_after_complete_response(policy, expected):
    visits = [{"T01": "30", "T02": "20"}, {"T01": "0", "T02": "9"}, {"T01": "0", "T02": "10"}]
    assert target(history(TWO, *visits), reappearance=policy) == ["CR", expected]


@pytest.mark.parametrize(("policy", "expected"), [("CR", "CR"), ("PD", "PD")])
def test_nodes_that_grow_and_stay_normal(policy, expected):
    visits = [{"T02": "20"}, {"T02": "3"}, {"T02": "9"}]
    assert target(history({"T02": "LYMPH NODE"}, *visits), normal_nodes=policy) == ["CR", expected]


def test_a_missing_lesion_may_forbid_progression_by_policy():
    assert target(sums("80+20", "40+0", "48+ND"), missing_lesion="NE") == ["PR", "NE"]


def test_the_parts_of_a_split_lesion_replace_it():
    events = [(2, "TUSPLIT", "T01.1", "T01"), (2, "TUSPLIT", "T01.2", "T01")]
    visits = [{"T01": "50"}, {"T01": "40"}, {"T01.1": "25", "T01.2": "23"}, {"T01.1": "25", "T01.2": "ND"}]
    table = responses(*history(LIVER, *visits, events=events))
    assert table["SUMDIAM"].tolist() == [50, 40, 48, 25]
    assert table["LSEXP"].tolist() == [1, 1, 2, 2]
    assert table["TRGRESP"].tolist() == ["", "SD", "PD", "NE"]


def test_a_part_of_a_node_is_a_node():
    events = [(1, "TUSPLIT", "T01.1", "T01"), (1, "TUSPLIT", "T01.2", "T01")]
    visits = [{"T01": "20"}, {"T01.1:LPERP": "8", "T01.2:LPERP": "9", "T01.1:LDIAM": "12"}]
    assert target(history({"T01": "LYMPH NODE"}, *visits, events=events)) == ["CR"]


@pytest.mark.parametrize(
    ("link", "group", "second"),
    [
        ("T01/T02", "", {"T01/T02": "45"}),
        ("T01", "T02", {"T01": "45"}),
        ("T01", "T01/T02", {"T01": "45", "T02": "0"}),
        ("T06", "T01/T02", {"T06": "45"}),
        ("T02", "T01", {"T01": "45", "T02": "45"}),
    ],
)
def test_merged_lesions_are_one_and_none_is_missing(link, group, second):
    visits = [{"T01": "20", "T02": "20", "T03": "10"}, {**second, "T03": "10"}]
    tables = history(
        dict.fromkeys(("T01", "T02", "T03"), "LIVER"), *visits, events=[(1, "TUMERGE", link, group)]
    )
    table = responses(*tables)
    assert table[["SUMDIAM", "LSEXP", "LSASS"]].values.tolist() == [[50, 3, 3], [55, 2, 2]]
    assert table["TRGRESP"].tolist() == ["", "SD"]


def test_merged_by_one_record_for_each_of_them():
    lesions = dict.fromkeys(("T01", "T02", "T03"), "LIVER")
    events = [(1, "TUMERGE", "T01", "M1"), (1, "TUMERGE", "T02", "M1")]
    table = responses(
        *history(lesions, dict.fromkeys(lesions, "20"), {"T01": "45", "T03": "20"}, events=events)
    )
    assert table[["SUMDIAM", "LSEXP", "LSASS"]].values.tolist() == [[60, 3, 3], [65, 2, 2]]


def test_merges_of_merges_and_a_split_after():
    lesions = dict.fromkeys(("T01", "T02", "T03"), "LIVER")
    events = [(1, "TUMERGE", "T02/T03", ""), (2, "TUMERGE", "T01", "T03"), (3, "TUSPLIT", "T01.1", "T01"),
              (3, "TUSPLIT", "T01.2", "T01")]  # fmt: skip
    visits = [
        dict.fromkeys(lesions, "20"),
        {"T01": "20", "T02/T03": "41"},
        {"T01": "62"},
        {"T01.1": "30", "T01.2": "32"},
    ]
    table = responses(*history(lesions, *visits, events=events))
    assert table["SUMDIAM"].tolist() == [60, 61, 62, 62]
    assert table["LSEXP"].tolist() == table["LSASS"].tolist() == [3, 2, 1, 2]


def test_a_target_lesion_identified_after_baseline_is_in_no_sum():
    findings = Findings()
    tables = history(LIVER, {"T01": "30"}, {"T01": "30", "T02": "12"}, events=[(1, "TUMIDENT", "T02", "")])
    table = responses(*tables, findings=findings)
    assert table["SUMDIAM"].tolist() == [30, 30]
    assert findings.messages() == [
        "S1: TU.TULNKID is 'T02'; expected a target lesion identified at baseline [RECIST_LESION]"
    ]


def test_a_lesion_that_tu_does_not_know_is_used_from_tr_and_reported():
    findings = Findings()
    tu, tr = sums("20+30", "20+30")
    table = responses(tu[tu["TULNKID"] == "T01"], tr, findings=findings)
    assert table["SUMDIAM"].tolist() == [50, 50]
    assert findings.frame()[["code", "value"]].values.tolist() == [["RECIST_LESION", "T02"]]


def test_what_is_no_length_is_reported_and_missing():
    findings = Findings()
    tu, tr = sums("20", "20")
    table = responses(tu, tr.assign(TRSTRESC=["20", "about 18"]), findings=findings)
    assert table["TRGRESP"].tolist() == ["", "NE"]
    assert "ABOUT 18" in findings.messages()[0] and findings.frame()["code"].tolist() == ["RECIST_VALUE"]


def test_a_second_size_at_a_time_point_is_reported_and_the_last_counts():
    findings = Findings()
    tu, tr = sums("20", "20")
    again = tr.iloc[[1]].assign(TRSTRESC="18", TRDTC="2022-02-20")
    import pandas as pd

    table = responses(tu, pd.concat([again, tr]), findings=findings)
    assert table["SUMDIAM"].tolist() == [20, 18]
    assert findings.frame()["code"].tolist() == ["RECIST_REPEATED"]
