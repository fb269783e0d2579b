"""Non-target response and new lesions."""

import pandas as pd
import pytest

from cdisc_npc.recist import Policies, responses
from tests.recist.tables import day, history

TWO = {"NT01": "BONE", "NT02": "LYMPH NODE"}
ONE = {"T01": "LIVER"}
PRESENT = dict.fromkeys(TWO, "PRESENT")


def nontarget(*visits, **policies) -> list[str]:
    return responses(*history(TWO, PRESENT, *visits), policies=Policies(**policies))["NTRGRESP"].tolist()[1:]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("ABSENT", "ABSENT", "CR"), ("ABSENT", "PRESENT", "NON-CR/NON-PD"), ("PRESENT", "PRESENT", "NON-CR/NON-PD"),
        ("UNEQUIVOCAL PROGRESSION", "ABSENT", "PD"), ("UNEQUIVOCAL PROGRESSION", "ND", "PD"), ("UNEQUIVOCAL", "ABSENT", "PD"),
        ("ABSENT", "NE", "NE"), ("ABSENT", "ND", "NE"), ("NE", "NE", "NE"),
        ("ABSENT", "8", "CR"), ("ABSENT", "9.9", "CR"), ("ABSENT", "10", "NON-CR/NON-PD"), ("0", "ABSENT", "CR"),
        ("2", "ABSENT", "NON-CR/NON-PD"), ("ABSENT", "NON-PATHOLOGICAL", "CR"), ("ABSENT", "PATHOLOGICAL", "NON-CR/NON-PD"),
        ("PRESENT", "ND", "NE"),
    ],
)  # fmt: skip
def test_states(first, second, expected):
    assert nontarget({"NT01": first, "NT02": second}) == [expected]


def test_one_present_of_several_may_be_enough_by_policy():
    policy = {"nontarget_incomplete": "NON-CR/NON-PD"}
    assert nontarget({"NT01": "PRESENT", "NT02": "ND"}, **policy) == ["NON-CR/NON-PD"]
    assert nontarget({"NT01": "ABSENT", "NT02": "ND"}, **policy) == ["NE"]


def test_subjects_without_target_or_without_non_target_lesions():
    only_other = responses(*history(TWO, PRESENT, dict.fromkeys(TWO, "ABSENT"), PRESENT)).iloc[1:]
    assert only_other[["TRGRESP", "OVRLRESP"]].values.tolist() == [["NA", "CR"], ["NA", "NON-CR/NON-PD"]]
    only_target = responses(*history(ONE, {"T01": "20"}, {"T01": "0"})).iloc[1]
    assert only_target[["NTRGRESP", "OVRLRESP"]].tolist() == ["NA", "CR"]


def test_a_target_cr_with_others_left_is_pr_for_that_reason():
    table = responses(*history({**ONE, **TWO}, {"T01": "20", **PRESENT}, {"T01": "0", **PRESENT}))
    assert table.iloc[1][["TRGRESP", "OVRLRESP", "REASON"]].tolist() == ["CR", "PR", "NONTARGET_REMAINS"]


def new(*states: str, tr: bool = True, **policies) -> list[list[str]]:
    visits = [{"T01": "20", **({"NEW01": state} if state and tr else {})} for state in ("", *states)]
    seen = next(number for number, state in enumerate(states) if state) + 1
    tables = history(ONE, *visits, events=[(seen, "TUMIDENT", "NEW01", "")])
    table = responses(*tables, policies=Policies(**policies))
    return table[["NEWLIND", "NEWLPROG", "OVRLRESP"]].to_numpy().tolist()[1:]


NONE, MAYBE, SURE = ["N", "", "SD"], ["N", "EQUIVOCAL", "SD"], ["Y", "UNEQUIVOCAL", "PD"]


@pytest.mark.parametrize(
    ("states", "policies", "expected"),
    [
        (("", "UNEQUIVOCAL"), {}, [NONE, SURE]),
        (("EQUIVOCAL", "EQUIVOCAL"), {}, [MAYBE, MAYBE]),
        (("EQUIVOCAL", "UNEQUIVOCAL", ""), {}, [MAYBE, SURE, SURE]),
        (("EQUIVOCAL", "UNEQUIVOCAL"), {"equivocal_new": "dates back"}, [SURE, SURE]),
        (("EQUIVOCAL", "ABSENT"), {"equivocal_new": "dates back"}, [MAYBE, NONE]),
        (("UNEQUIVOCAL", "", "UNEQUIVOCAL"), {"new_persists": "no"}, [SURE, NONE, SURE]),
        (("12", ""), {}, [SURE, SURE]),
        (("PRESENT",), {}, [SURE]),
        (("NE", "UNEQUIVOCAL"), {}, [NONE, SURE]),
    ],
)
def test_new_lesions(states, policies, expected):
    assert new(*states, **policies) == expected


def test_a_new_lesion_that_only_tu_has_is_not_lost():
    assert new("", "UNEQUIVOCAL", tr=False) == [NONE, SURE]
    assert new("", "UNEQUIVOCAL", tr=False, new_without_state="EQUIVOCAL") == [NONE, MAYBE]


def test_a_new_lesion_at_a_visit_without_other_records_makes_its_time_point():
    tu, tr = history(ONE, {"T01": "20"}, {"T01": "20"}, events=[(4, "TUMIDENT", "NEW01", "")])
    table = responses(tu, tr)
    assert table[["VISITNUM", "OVRLRESP", "RSDTC", "REASON"]].values.tolist()[-1] == [
        5,
        "PD",
        day(4),
        "NEW_LESION",
    ]


def test_of_several_states_of_a_lesion_the_worst_counts():
    tu, tr = history(TWO, PRESENT, dict.fromkeys(TWO, "ABSENT"))
    again = tr.iloc[[2]].assign(TRSTRESC="UNEQUIVOCAL PROGRESSION")
    for both in ([tr, again], [again, tr]):
        assert responses(tu, pd.concat(both))["NTRGRESP"].tolist() == ["", "PD"]


def test_the_size_of_an_equivocal_lesion_does_not_make_it_certain():
    visits = [{"T01": "20"}, {"T01": "20", "NEW01": "EQUIVOCAL", "NEW01:LDIAM": "6"}]
    table = responses(*history(ONE, *visits, events=[(1, "TUMIDENT", "NEW01", "")]))
    assert table[["NEWLPROG", "OVRLRESP"]].values.tolist()[1] == ["EQUIVOCAL", "SD"]
