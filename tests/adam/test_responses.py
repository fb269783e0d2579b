import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.responses import (
    ResponsePolicies,
    best_response,
    confirmations,
    history,
    last_record,
    partial_after_complete,
    until_progression,
)
from cdisc_npc.findings import Refused
from cdisc_npc.recist.overall import BEST
from cdisc_npc.verbs.worst_of_day import worst_of_day

ADSL = pd.DataFrame({"USUBJID": pd.Series(["A"], dtype="str")})
START = np.array(["2024-01-01"], dtype="datetime64[D]").astype(np.int64)


def past(*visits):
    dates = np.array([visit[0] for visit in visits], dtype="datetime64[us]")
    values = pd.Series([visit[1] for visit in visits], dtype="str")
    frame = pd.DataFrame(
        {"USUBJID": pd.Series(["A"] * len(visits), dtype="str"), "ADT": dates, "AVALC": values}
    )
    frame.attrs["name"] = "RS"
    return history(frame, ADSL)


def best(patient, **policies):
    value, row = best_response(
        until_progression(patient), START, ResponsePolicies(**policies), confirmed=True
    )
    return BEST[value[0]], int(row[0])


def test_a_response_is_confirmed_four_weeks_later():
    assert best(past(("2024-02-12", "PR"), ("2024-03-11", "PR"))) == ("PR", 0)
    assert best(past(("2024-02-12", "PR"), ("2024-03-10", "PR"))) == ("SD", 0)
    assert best(past(("2024-02-12", "PR"), ("2024-03-10", "PR")), confirm_days=21) == ("PR", 0)


def test_one_not_evaluable_assessment_may_lie_between():
    stated = past(("2024-02-12", "CR"), ("2024-03-01", "NE"), ("2024-03-20", "CR"))
    assert best(stated) == ("CR", 0)
    assert best(stated, not_evaluable=0) == ("SD", 0)


def test_stable_disease_between_a_response_and_its_confirmation_is_a_policy():
    stated = past(("2024-02-12", "PR"), ("2024-03-01", "SD"), ("2024-03-20", "PR"))
    assert best(stated) == ("SD", 0) and best(stated, stable_between=1) == ("PR", 0)
    confirmed, reason = confirmations(stated, ResponsePolicies())
    assert not confirmed.any() and reason[0] == "more than 0 SD in between"
    assert reason[2] == "no CR or PR 28 days later or more"


def test_a_partial_response_after_a_complete_one():
    stated = past(("2024-02-12", "PR"), ("2024-02-20", "CR"), ("2024-03-30", "PR"))
    assert partial_after_complete(stated).all()
    assert best(stated) == ("SD", 0) and best(stated, partial_after_complete=True) == ("PR", 0)


def test_early_stable_disease_is_not_evaluable_and_progression_beats_it():
    assert best(past(("2024-01-20", "SD"))) == ("NE", 0)
    assert best(past(("2024-01-20", "SD"), ("2024-01-30", "PD"))) == ("PD", 1)


def test_what_follows_the_first_progression_does_not_count():
    stated = past(("2024-02-12", "PD"), ("2024-03-11", "CR"), ("2024-05-11", "CR"))
    assert best(stated) == ("PD", 0) and last_record(until_progression(stated)).tolist() == [0]


def test_nobody_is_without_a_best_response():
    assert best(past()) == ("MISSING", -1)
    assert best(past(), no_assessment="NE") == ("NE", -1)


def test_an_unknown_response_is_refused_by_name():
    with pytest.raises(Refused, match=r"RS\.AVALC is 'iCR'; expected CR, PR"):
        past(("2024-02-12", "iCR"))


def test_two_responses_of_one_day_are_refused_and_the_worst_can_be_chosen():
    with pytest.raises(Refused, match=r"several records of one USUBJID, ADT: 'A 2024-02-12'"):
        past(("2024-02-12", "PR"), ("2024-02-12", "SD"))
    days = np.array(["2024-02-12"] * 3, dtype="datetime64[us]")
    frame = pd.DataFrame({"USUBJID": "A", "ADT": days, "AVALC": ["PR", "SD", "SD"]})
    assert worst_of_day(frame, ["USUBJID"]).tolist() == [False, True, False]


@pytest.mark.parametrize("policy", [{"no_assessment": "PD"}, {"benefit": ("CR", "OK")}])
def test_a_policy_that_is_none(policy):
    with pytest.raises(ValueError, match="expected"):
        ResponsePolicies(**policy)
