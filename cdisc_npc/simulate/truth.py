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
    """Columns of one row a recorded time point after baseline: responses, and the tenths of mm behind them.

    SUM_TENTHS is the sum of the target lesions that could be assessed, COMPLETE tells whether all
    could; NADIR_TENTHS is the smallest complete sum before the time point, the baseline's included.
    """
    subject, point = np.nonzero(_after_baseline(trial))
    given = trial.tumours.responses
    new = (trial.tumours.new_state == "UNEQUIVOCAL").any(axis=1)
    return {
        "SUBJID": trial.patients.subjid[trial.who[subject]],
        "FOLDER": np.array(trial.tumours.labels, dtype=object)[point],
        "RSDATE": trial.tumours.day[subject, point],
        "SUM_TENTHS": given.total[subject, point],
        "BASELINE_TENTHS": given.total[subject, 0],
        "NADIR_TENTHS": given.nadir[subject, point],
        "COMPLETE": given.whole[subject, point],
        "TRGRESP": given.target[subject, point],
        "NTRGRESP": given.nontarget[subject, point],
        "NEWLES": new[subject, point],
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
    3. PFS runs from the first dose to PD or death, else to the last assessment that was not NE,
       without one to the first dose. Later therapy censors nothing here: no assessment is made after
       it, and a death after it counts.
    4. OS runs to death, else to the last day of contact.
    5. TTR runs from the first dose to the first CR or PR (RSPDATE), DOR from there to the end of PFS;
       both only of those with a response.
    6. TRTSDATE and TRTEDATE are the first and the last dose of either drug, LSTALVDATE the last day
       on which the subject was known to live, NACTDATE the first day of a later anticancer therapy.

    Days are since 1970; `...DAYS` count the first day as 1; `NONE` stands for none.
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
    # Of those still followed the data end before the data cut does.
    known = np.where(outcome.study_reason == "", _last_contact(trial), outcome.last)
    os_end = np.where(died, outcome.death, known)
    response = np.where(point >= 0, day[np.arange(len(day)), np.maximum(point, 0)], NONE)
    treatment = trial.treatment
    return {
        "SUBJID": trial.patients.subjid[trial.who],
        "TRTSDATE": first,
        "TRTEDATE": np.maximum(treatment.last_oral, treatment.last_infusion),
        "ONTREATMENT": outcome.reason == "",
        "REDUCTIONS": treatment.lowered.sum(axis=1),
        "INTERRUPTIONS": (treatment.resumed > treatment.changed).sum(axis=1),
        "BOR": best((overall == "CR").any(axis=1), responds.any(axis=1)),
        "CBOR": best(confirmed_cr, confirmed),
        "RSPDATE": response,
        "TTRDAYS": np.where(point >= 0, response - first + 1, NONE),
        "DORDAYS": np.where(point >= 0, end - response + 1, NONE),
        "DOREVENT": event & (point >= 0),
        "PDDATE": np.where(outcome.progression == NEVER, NONE, outcome.progression),
        "PFSDATE": end,
        "PFSEVENT": event,
        "PFSDAYS": end - first + 1,
        "OSDATE": os_end,
        "OSEVENT": died,
        "OSDAYS": os_end - first + 1,
        "NACTDATE": np.where(outcome.later == NEVER, NONE, outcome.later),
        "DTHDATE": np.where(died, outcome.death, NONE),
        "DTHCAUS": outcome.cause,
        "LSTALVDATE": known,
        "EOSREAS": outcome.study_reason,
    }


def _last_contact(trial: Trial) -> Ints:
    """Last day that a visit, a dose or a follow-up has in the forms, by treated subject."""
    last = np.full(len(trial.patients.subjid), NONE)
    for name, table in trial.tables.items():
        dates = [column for column in table.columns if column.endswith("DAT")]
        for column in dates:
            texts = table.columns[column]
            met = (texts != "") & ((table.columns["FOLDER"] != "") | (name in ("exs", "eos")))
            days = texts[met].astype("datetime64[D]").astype(np.int64)
            np.maximum.at(last, table.subject[met], days)
    return last[trial.who]


def _confirmed(shown: Bools, confirming: Bools, day: Ints, apart: int) -> Bools:
    """Whether what a time point shows is shown again at least so many days later."""
    last = np.where(confirming, day, NONE).max(axis=1)
    first = np.where(shown, day, NEVER).min(axis=1)
    return (first != NEVER) & (last >= first + apart)


def dated(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns as JSON has them: days as ISO 8601 dates, nothing for `NONE`."""
    return {name: _dated(name, column) for name, column in columns.items()}


def _dated(name: str, column: np.ndarray) -> Any:
    if name.endswith("DATE"):
        return date_text(column)
    if column.dtype == np.int64:
        found = column.astype(object)
        found[column == NONE] = None
        return found
    return column
