"""What is true of a synthetic trial: each response and sum, best responses and times to event.

Derived from the simulator's own measurements, before any disorder; the converter never reads it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cdisc_npc.simulate.draws import NEVER, NONE, Bools, Ints, Texts, choose, date_text
from cdisc_npc.simulate.responses import first_point
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import Trial


def time_points(trial: Trial) -> dict[str, Any]:
    """Columns of one row a recorded time point after baseline: responses, and the tenths of mm behind them."""
    subject, point = np.nonzero(_after_baseline(trial))
    given = trial.tumours.responses
    return {
        "SUBJID": trial.patients.subjid[trial.who[subject]],
        "FOLDER": np.array(trial.tumours.labels, dtype=object)[point],
        "RSDAT": date_text(trial.tumours.day[subject, point]),
        "SUM_TENTHS": given.total[subject, point],
        "BASELINE_TENTHS": given.total[subject, 0],
        "NADIR_TENTHS": given.nadir[subject, point],
        "COMPLETE": given.whole[subject, point],
        "TRGRESP": given.target[subject, point],
        "NTRGRESP": given.nontarget[subject, point],
        "NEWLES": (trial.tumours.new_state == "UNEQUIVOCAL").any(axis=1)[subject, point],
        "OVRLRESP": given.overall[subject, point],
    }


def _after_baseline(trial: Trial) -> Bools:
    made = trial.outcome.assessed.copy()
    made[:, 0] = False
    return made


def subject_truth(settings: Settings, trial: Trial) -> dict[str, Any]:
    """Columns of one row a treated subject.

    1. BOR, confirmation not required: the best overall response up to the first PD, in the order
       CR, PR, SD, PD, NE. SD counts from the settings' least number of days after the first dose;
       an earlier one is NE, unless PD follows.
    2. CBOR, confirmed: a CR or PR counts when a later time point, at least the settings' number of
       days after it, is CR or PR (CR for CR) too. A CR that only a PR could confirm is not looked for
       further; without confirmation a response counts as SD under the rule of SD.
    3. RSPDATE is the day of the first CR or PR. PFS runs from the first dose to PD or death, else to
       the last assessment that was not NE, without one to the first dose. Later therapy censors
       nothing here: no assessment is made after it.
    4. OS runs to death, else to the last day of contact.

    Days are since 1970; `..._DAYS` count the first day as 1.
    """
    own, outcome = settings["truth"], trial.outcome
    made, day = _after_baseline(trial), trial.tumours.day
    overall = choose(made, trial.tumours.responses.overall, "")
    first = outcome.first
    elapsed = day - first[:, None] + 1
    late = elapsed >= own["stable_days"]
    responds = (overall == "CR") | (overall == "PR")
    stable = ((overall == "SD") | responds) & late
    progresses = (overall == "PD").any(axis=1)
    confirmed_cr = _confirmed(overall == "CR", overall == "CR", day, own["confirm_days"])
    confirmed = _confirmed(responds, responds, day, own["confirm_days"])
    any_made: Bools = np.asarray(made.any(axis=1))

    def best(complete: Bools, partial: Bools) -> Texts:
        found = choose(any_made, "NE", "MISSING")
        found = choose(progresses, "PD", found)
        found = choose(stable.any(axis=1), "SD", found)
        found = choose(partial, "PR", found)
        return choose(complete, "CR", found)

    point = first_point(responds)
    assessed = (overall != "") & (overall != "NE")
    last = np.where(assessed, day, NONE).max(axis=1)
    died = outcome.death != NEVER
    event = (outcome.progression != NEVER) | died
    end = np.where(event, np.minimum(outcome.progression, outcome.death), np.maximum(last, first))
    os_end = np.where(died, outcome.death, outcome.last)
    return {
        "SUBJID": trial.patients.subjid[trial.who],
        "BOR": best((overall == "CR").any(axis=1), responds.any(axis=1)),
        "CBOR": best(confirmed_cr, confirmed),
        "RSPDATE": np.where(point >= 0, day[np.arange(len(day)), np.maximum(point, 0)], NONE),
        "PFSDATE": end,
        "PFSEVENT": event,
        "PFSDAYS": end - first + 1,
        "OSDATE": os_end,
        "OSEVENT": died,
        "OSDAYS": os_end - first + 1,
    }


def _confirmed(shown: Bools, confirming: Bools, day: Ints, apart: int) -> Bools:
    """Whether what a time point shows is shown again at least so many days later."""
    last = np.where(confirming, day, NONE).max(axis=1)
    first = np.where(shown, day, NEVER).min(axis=1)
    return (first != NEVER) & (last >= first + apart)


def dated(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns with days as ISO 8601 dates."""
    return {name: date_text(column) if name.endswith("DATE") else column for name, column in columns.items()}
