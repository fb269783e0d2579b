"""The column-wise algorithms against the plain ones: every short sequence, and random histories."""

from dataclasses import replace

import numpy as np
import pytest

from cdisc_npc.adam.censoring import Horizon, Missed, NoAssessment
from cdisc_npc.adam.context import Context
from cdisc_npc.adam.event_source import Source
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.parameters import Summary
from cdisc_npc.adam.responses import (
    ResponsePolicies,
    best_response,
    clinical_benefit,
    confirmed_response,
    history,
    until_progression,
)
from cdisc_npc.adam.tte import time_to_event
from cdisc_npc.recist.overall import BEST
from cdisc_npc.study.adam_written import Parameter, Responses
from tests.adam import plain
from tests.adam.histories import day_of, frames, random, sequences

POLICIES = [
    (ResponsePolicies(), plain.Rules()),
    (ResponsePolicies(confirm_days=14, not_evaluable=0, stable_between=1), plain.Rules(confirm=14, max_ne=0, max_sd=1)),
    (ResponsePolicies(confirm_days=42, stable_days=35, not_evaluable=2), plain.Rules(confirm=42, stable=35, max_ne=2)),
]  # fmt: skip
SUBJECTS = {"sequences": lambda: sequences(), "random": lambda: random(20_000)}


@pytest.fixture(scope="module", params=SUBJECTS)
def example(request):
    subjects = SUBJECTS[request.param]()
    adsl, adrs = frames(subjects)
    reference = adsl["TRTSDT"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return subjects, adsl, adrs, reference


def dates(adrs, row):
    column = np.append(adrs["ADT"].to_numpy(), np.datetime64("NaT"))
    return day_of(column[row])


@pytest.mark.parametrize(("policies", "rules"), POLICIES, ids=["default", "strict", "late"])
def test_responses(example, policies, rules):
    subjects, adsl, adrs, reference = example
    past = until_progression(history(adrs, adsl))
    for confirmed in (False, True):
        value, row = best_response(past, reference, policies, confirmed=confirmed)
        result = list(zip([BEST[code] for code in value], dates(adrs, row), strict=True))
        assert result == [plain.best(subject, rules, confirmed) for subject in subjects]
        result = dates(adrs, clinical_benefit(past, reference, policies, confirmed=confirmed))
        assert result == [plain.benefit(subject, rules, confirmed) for subject in subjects]
    result = dates(adrs, confirmed_response(past, policies))
    assert result == [plain.first_confirmed(subject, rules) for subject in subjects]


@pytest.mark.parametrize("months", [1, 6, 12])
def test_a_confirmed_response_within_so_many_months(example, months):
    subjects, adsl, adrs, _ = example
    model = Responses.model_validate({"where": {"AVALC": "present"}, "reference": "TRTSDT"})
    summary = Summary(adrs, adsl, model, Context("ADRS", {"ADSL": adsl}), Ledger())
    one = Parameter.model_validate({"label": "x", "response": "confirmed", "horizon": str(months)})
    result = dates(adrs, summary.parameter("ORR12M", one).row)
    assert result == [plain.confirmed_within(subject, plain.Rules(), months) for subject in subjects]


def endpoints(adsl, adrs, has_baseline, start, months=None, no_assessment=True, ledger=None):
    adequate = ~adrs["AVALC"].isin(["NE", "ND"]).to_numpy()
    seen = Source("last_adequate", adrs, "ADT", adequate, after_start=True)
    rules = [Missed(seen, "TRTSDT", 42, 7, from_day=336, later=84)]
    if no_assessment:
        rules.insert(0, NoAssessment(seen, has_baseline, ["death"], 98))
    if months:
        rules.append(Horizon(months))
    return time_to_event(
        adsl, start,
        [Source("progression", adrs, "ADT", (adrs["AVALC"] == "PD").to_numpy()), Source("death", adsl, "DTHDT")],
        [Source("start", adsl, start, censor=1),
         seen],
        ends=[Source("new_therapy", adsl, "NACTDT", values={"EVNTDESC": "New therapy"}, censor=2)],
        rules=rules, by=["USUBJID"], values={"PARAMCD": "PFS"}, ledger=ledger,
    )  # fmt: skip


@pytest.mark.parametrize("months", [None, 12])
def test_progression_free_survival(example, months):
    subjects, adsl, adrs, _ = example
    baseline = np.array([subject.baseline for subject in subjects])
    result = endpoints(adsl, adrs, baseline, "TRTSDT", months)
    assert len(result) == len(subjects)
    shown = list(zip(day_of(result["ADT"].to_numpy()), result["CNSR"].astype(int), strict=True))
    rules = plain.Rules(months=months)
    assert shown == [plain.progression_free(subject, rules) for subject in subjects]


def test_duration_of_response_and_time_to_response(example):
    # A response after new therapy is none: observation has ended.
    subjects = [
        replace(s, assessments=[a for a in s.assessments if s.new_therapy is None or a[0] <= s.new_therapy])
        for s in example[0]
    ]
    adsl, adrs = frames(subjects)
    past = until_progression(history(adrs, adsl))
    row = confirmed_response(past, ResponsePolicies())
    rules, day = plain.Rules(), dates(adrs, row)
    assert day == [plain.first_confirmed(subject, rules) for subject in subjects]
    column = np.append(adrs["ADT"].to_numpy(), np.datetime64("NaT"))
    adsl = adsl.assign(RSPDT=column[row])
    responders = adsl[adsl["RSPDT"].notna()].reset_index(drop=True)
    result = endpoints(responders, adrs, np.ones(len(responders), dtype=bool), "RSPDT", no_assessment=False)
    shown = list(zip(day_of(result["ADT"].to_numpy()), result["CNSR"].astype(int), strict=True))
    wanted = [
        plain.progression_free(s, rules, d) for s, d in zip(subjects, day, strict=True) if d is not None
    ]
    assert shown == wanted
    # From the response on they end with progression-free survival: same day, same code.
    whole = [plain.progression_free(s, rules) for s in subjects]
    both = [(w, d, end) for w, d, end in zip(wanted, day_of(result["STARTDT"]), _of(whole, day), strict=True)]
    assert all(duration == end for duration, begin, end in both if end[0] >= begin)
    assert len(both) > 100 or len(subjects) < 10_000

    adequate = ~adrs["AVALC"].isin(["NE", "ND"]).to_numpy()
    begin = adsl.set_index("USUBJID")["TRTSDT"].reindex(adrs["USUBJID"]).to_numpy()
    result = time_to_event(
        adsl, "TRTSDT", [Source("response", adsl, "RSPDT")],
        [Source("start", adsl, "TRTSDT"), Source("last", adrs, "ADT", adequate & (adrs["ADT"].to_numpy() > begin))],
        by=["USUBJID"],
    )  # fmt: skip
    shown = list(zip(day_of(result["ADT"].to_numpy()), result["CNSR"].astype(int), strict=True))
    assert shown == [plain.time_to_response(s, d) for s, d in zip(subjects, day, strict=True)]


def _of(outcomes, day):
    return [outcome for outcome, response in zip(outcomes, day, strict=True) if response is not None]


def test_a_subject_alone_is_as_among_others(example):
    subjects, adsl, adrs, _ = example
    some = np.arange(0, len(subjects), 97)
    part = adsl.iloc[some].reset_index(drop=True)
    own = adrs[adrs["USUBJID"].isin(part["USUBJID"])].reset_index(drop=True)
    baseline = np.array([subject.baseline for subject in subjects])
    whole = endpoints(adsl, adrs, baseline, "TRTSDT")
    alone = endpoints(part, own, baseline[some], "TRTSDT")
    assert alone.equals(whole[whole["USUBJID"].isin(part["USUBJID"])].reset_index(drop=True))


def test_the_ledger_tells_every_outcome(example):
    subjects, adsl, adrs, _ = example
    ledger = Ledger()
    result = endpoints(adsl, adrs, np.array([s.baseline for s in subjects]), "TRTSDT", ledger=ledger)
    rows = ledger.frame()
    outcome = rows[rows["ROLE"] == "outcome"]
    assert outcome["USUBJID"].tolist() == result["USUBJID"].tolist()
    assert outcome["DATE"].tolist() == result["ADT"].dt.strftime("%Y-%m-%d").tolist()
    assert ((outcome["VALUE"] == "event").to_numpy() == (result["CNSR"] == 0).to_numpy()).all()
    changed = rows[rows["ROLE"] == "rule"].groupby("NAME")["USUBJID"].nunique()
    assert changed.sum() > 0
