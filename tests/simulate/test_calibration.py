"""5,000 subjects against the published numbers that the settings aim at."""

from __future__ import annotations

import numpy as np
import pytest

from cdisc_npc.simulate.arrays import NEVER, NONE
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import Trial, simulate_trial
from cdisc_npc.simulate.truth import subject_truth

pytestmark = pytest.mark.slow
_MONTH = 30.4375
SUBJECTS = 5000


@pytest.fixture(scope="module")
def large(settings: Settings) -> Trial:
    return simulate_trial(settings, SUBJECTS, 1)


def median_months(days: np.ndarray, event: np.ndarray) -> float:
    """Kaplan-Meier, one subject at a time."""
    share, at_risk = 1.0, len(days)
    for at in np.argsort(days, kind="stable"):
        if event[at]:
            share *= 1 - 1 / at_risk
            if share <= 0.5:
                return float(days[at] / _MONTH)
        at_risk -= 1
    return float("inf")


def test_efficacy(large: Trial, settings: Settings) -> None:
    truth = subject_truth(settings, large)
    response = np.isin(truth["BOR"], ["CR", "PR"])
    control = response | (truth["BOR"] == "SD")
    aims = settings["targets_to_meet"]
    assert aims["orr"][0] <= response.mean() <= aims["orr"][1]
    assert abs(control.mean() - aims["dcr"]) < 0.03
    assert abs(median_months(truth["PFSDAYS"], truth["PFSEVENT"]) - aims["pfs_months"]) < 0.5
    assert abs(median_months(truth["OSDAYS"], truth["OSEVENT"]) - aims["os_months"]) < 1.5
    duration = median_months(truth["DORDAYS"][response], truth["DOREVENT"][response])
    assert abs(duration - aims["dor_months"]) < 1.2


def test_dose_changes(large: Trial, settings: Settings) -> None:
    aims = settings["targets_to_meet"]
    modified = (large.treatment.changed != NONE).any(axis=1).mean()
    assert aims["modified"][0] <= modified <= aims["modified"][1]
    one = (large.outcome.stop_surufatinib != NEVER) ^ (large.outcome.stop_toripalimab != NEVER)
    assert aims["stopped_one"][0] <= one.mean() <= aims["stopped_one"][1]
    ongoing = large.outcome.reason == ""
    assert 0.01 < ongoing.mean() < 0.04
    # One drug was stopped, and the other goes on.
    assert (ongoing & one).sum() > 5


def test_rates_of_adverse_events(large: Trial, settings: Settings) -> None:
    events = large.events
    for at, (name, facts) in enumerate(settings["adverse_events"].items()):
        mine = events.term == at
        having = len(np.unique(events.subject[mine]))
        assert abs(having / SUBJECTS - facts["rate"]) < 0.03, name
        severe = len(np.unique(events.subject[mine & (events.grade >= 3)])) / having
        # The standard error of a share of few is large.
        assert abs(severe - facts["severe"]) < 0.04 + 3 * (0.25 / having) ** 0.5 * (facts["severe"] > 0), name


def test_persons(large: Trial) -> None:
    people = large.patients
    assert abs(people.age.mean() - 48) < 1 and abs(people.age.std() - 9.6) < 0.8
    assert abs((people.sex == "Male").mean() - 0.79) < 0.03
    assert 0.10 <= (~people.treated).sum() / SUBJECTS <= 0.15
