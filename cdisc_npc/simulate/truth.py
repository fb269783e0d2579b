"""What is true of a synthetic trial: each response and sum, best responses and times to event.

Derived from the simulator's own measurements and days, less the dates that disorder takes away
(`cdisc_npc.simulate.observed`); the converter never reads it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cdisc_npc.simulate.arrays import NEVER, NONE, Bools
from cdisc_npc.simulate.draws import choose, date_text
from cdisc_npc.simulate.observed import Observed, observe
from cdisc_npc.simulate.safety import event_names
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import Trial
from cdisc_npc.simulate.true_endpoints import (
    RESPONSES,
    best_response,
    confirmed_responses,
    dated_responses,
    day_of_first,
    exposure_of,
    life_of,
    months_after,
    progression_free,
)


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
    result = trial.outcome.assessed.copy()
    result[:, 0] = False
    return result


def subject_truth(
    settings: Settings, trial: Trial, seen: Observed | None = None, cut: np.int64 = NEVER
) -> dict[str, Any]:
    """Columns of one row a treated subject, on the whole or as of a data cut.

    1. BOR, confirmation not required: the best overall response up to the first PD, in the order
       CR, PR, SD, PD, NE. SD counts from the settings' least number of days after the first dose;
       an earlier one is NE, unless PD follows. CBOR: only a confirmed CR or PR is one, else SD by its rule.
    2. ORR12M: whether the first confirmed response is within 12 months of the first dose.
    3. PFS, FDAPFS: see `progression_free`. DOR runs from the first CR or PR (RSPDATE) to the end of PFS,
       FDADOR to that of FDAPFS; both only of those with a response.
    4. OS runs to death, else to the last evidence of life. OS36M ends after 36 months.
    5. Doses and deaths: see `exposure_of` and `life_of`.

    Of who was first dosed after the cut, all but SUBJID is blank. Days are since 1970; `...DAYS` count the
    first day as 1; `NONE` stands for none.

    Parameters
    ----------
    settings, trial
        Of the simulation.
    seen
        Of `observe`; as in the clean forms where left out.
    cut
        The day of the cut, which counts; `NEVER` without one.
    """
    own, outcome, treatment = settings["truth"], trial.outcome, trial.treatment
    seen = seen or observe(trial, {}, {})
    life = life_of(trial, seen, cut)
    doses = exposure_of(settings, trial, seen, life)
    overall, day = dated_responses(trial, seen, cut)
    first, death = outcome.first, life.death
    responds = np.isin(overall, RESPONSES)
    confirmed = confirmed_responses(own, overall, day)
    response, lasting = day_of_first(responds, day), day_of_first(confirmed, day)
    therapy = np.where((outcome.later != NEVER) & (outcome.later <= cut), outcome.later, NONE)
    free = progression_free(own, overall, day, first, death, therapy)
    died = death != NONE
    survived = np.where(died, death, np.maximum(life.last_alive, first))
    horizon = months_after(first, own["survival_months"])
    changed = (treatment.changed != NONE) & (treatment.resumed <= cut)
    responded = response != NONE
    event = free["PFSEVENT"]
    columns = {
        "TRTSDATE": first,
        "TRTEDATE": doses.last,
        "ONTREATMENT": life.ongoing,
        "REDUCTIONS": (treatment.lowered & changed).sum(axis=1),
        "INTERRUPTIONS": (changed & (treatment.resumed > treatment.changed)).sum(axis=1),
        "SUSDATE": doses.su_first,
        "SUEDATE": doses.su_last,
        "SUCUMDOS": doses.su_dose,
        "SURDI": doses.su_intensity,
        "TOSDATE": doses.to_first,
        "TOEDATE": doses.to_last,
        "TOCUMDOS": doses.to_dose,
        "TORDI": doses.to_intensity,
        "BOR": best_response(own, overall, day, first, responds),
        "CBOR": best_response(own, overall, day, first, confirmed),
        "RSPDATE": response,
        "CRSPDATE": lasting,
        "ORR12M": (lasting != NONE) & (lasting <= months_after(first, own["response_months"])),
        "TTRDAYS": np.where(responded, response - first + 1, NONE),
        "DORDAYS": np.where(responded, free["PFSDATE"] - response + 1, NONE),
        "DOREVENT": event & responded,
        "FDADORDATE": np.where(responded, free["FDAPFSDATE"], NONE),
        "FDADORCNSR": np.where(responded, free["FDAPFSCNSR"], NONE),
        "PDDATE": day_of_first(overall == "PD", day),
        "PFSDATE": free["PFSDATE"],
        "PFSEVENT": event,
        "PFSDAYS": free["PFSDATE"] - first + 1,
        "FDAPFSDATE": free["FDAPFSDATE"],
        "FDAPFSCNSR": free["FDAPFSCNSR"],
        "OSDATE": survived,
        "OSEVENT": died,
        "OSDAYS": survived - first + 1,
        "OS36MDATE": np.minimum(survived, horizon),
        "OS36MEVENT": died & (death <= horizon),
        "NACTDATE": therapy,
        "DTHDATE": death,
        "DTHCAUS": choose(died, outcome.cause, ""),
        "LSTALVDATE": life.last_alive,
        "EOSREAS": choose((outcome.study_end != NONE) & (outcome.study_end <= cut), outcome.study_reason, ""),
    }  # fmt: skip
    return {"SUBJID": trial.patients.subjid[trial.who]} | {
        name: _where(life.treated, column) for name, column in columns.items()
    }


def _where(treated: Bools, column: np.ndarray) -> np.ndarray:
    """A column with nothing of those not treated."""
    if column.dtype == object:
        return choose(treated, column, "")
    left = column.copy()
    left[~treated] = {"i": NONE, "f": np.nan, "b": False}[column.dtype.kind]
    return left


def event_truth(
    settings: Settings, trial: Trial, seen: Observed | None = None, cut: np.int64 = NEVER
) -> dict[str, Any]:
    """Columns of one row an adverse event that began up to the cut.

    TRTEMFL: it began from the first dose to 30 days after the last of either drug; while treatment goes on
    there is no end. TREATMENT: its epoch, which lasts to the day of the last dose of both drugs, once the
    end of both is recorded.
    """
    seen = seen or observe(trial, {}, {})
    life = life_of(trial, seen, cut)
    last = exposure_of(settings, trial, seen, life).last
    events = trial.events.take(trial.events.start <= cut)
    subject, start = events.subject, events.start
    begun = life.treated[subject] & (start >= trial.outcome.first[subject])
    soon = start <= last[subject] + settings["truth"]["emergent_days"]
    ended = (life.ended_oral & life.ended_infusion)[subject]
    return {
        "SUBJID": trial.patients.subjid[trial.who[subject]],
        "AETERM": np.array(event_names(settings), dtype=object)[events.term],
        "AESTDATE": start,
        "TRTEMFL": begun & (life.ongoing[subject] | soon),
        "TREATMENT": begun & ~(ended & (start > last[subject])),
    }


def dated(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns as JSON has them: days as ISO 8601 dates, nothing for `NONE`."""
    return {name: _dated(name, column) for name, column in columns.items()}


def _dated(name: str, column: np.ndarray) -> Any:
    if name.endswith("DATE"):
        return date_text(column)
    if column.dtype == np.int64:
        result = column.astype(object)
        result[column == NONE] = None
        return result
    if column.dtype == np.float64:
        result = np.round(column, 10).astype(object)
        result[np.isnan(column)] = None
        return result
    return column
