"""What is true of each treated subject, on the whole or as of a data cut: treatment, life and endpoints.

Written from the definitions in docs/simulator.md, apart from `cdisc_npc.sdtm`, `cdisc_npc.adam` and
`cdisc_npc.recist`, so that each can be tested against the other. Days are int64 since 1970-01-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cdisc_npc.simulate.arrays import NEVER, NONE, Bools, Floats, Ints, Texts
from cdisc_npc.simulate.draws import choose
from cdisc_npc.simulate.investigator import first_point
from cdisc_npc.simulate.observed import Observed
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import Trial

RESPONSES = ("CR", "PR")


@dataclass
class Life:
    """Who is treated, alive, on treatment as of the cut; the first attributes of `Exposure` follow from it.

    Attributes
    ----------
    cut
        `NEVER` without a data cut.
    treated
        The first dose is not after the cut.
    death
        As derived, `NONE` where there is none as of the cut.
    last_alive
        Last evidence of life up to the cut.
    ended_oral, ended_infusion
        The end of the drug is recorded, as of the cut.
    ongoing
        Treatment with either drug goes on.
    """

    cut: np.int64
    treated: Bools
    death: Ints
    last_alive: Ints
    ended_oral: Bools
    ended_infusion: Bools
    ongoing: Bools


def life_of(trial: Trial, seen: Observed, cut: np.int64 = NEVER) -> Life:
    """Find who lives and who is treated as of a cut.

    1. A death whose day is not known is dated on the first day that it may be, or on that of the last
       evidence of life where this is later, all of the data counted: nobody seen after the cut is dead at it.
    2. The end of a drug is recorded from the day of its decision on.
    3. Treatment goes on while the end of one drug is not recorded, of who lives and is in the study.
    """
    outcome = trial.outcome
    size = len(outcome.first)
    whole = np.full(size, NEVER)
    death = np.where(seen.partial, np.maximum(seen.death, seen.last_alive(whole)), seen.death)
    death = np.where(death <= cut, death, NONE)
    ended_oral, ended_infusion = ((day != NEVER) & (day <= cut) for day in decisions(trial))
    left = (outcome.study_end != NONE) & (outcome.study_end <= cut)
    ongoing = ~(ended_oral & ended_infusion) & (death == NONE) & ~left
    last_alive = seen.last_alive(np.where(death == NONE, cut, np.minimum(death, cut)))
    treated = outcome.first <= cut
    return Life(cut, treated, death, last_alive, ended_oral, ended_infusion, ongoing & treated)


def decisions(trial: Trial) -> tuple[Ints, Ints]:
    """Days on which surufatinib and toripalimab were ended; `NEVER` while a drug goes on."""
    outcome, treatment = trial.outcome, trial.treatment
    result = []
    for stopped, last in (
        (outcome.stop_surufatinib, treatment.last_oral),
        (outcome.stop_toripalimab, treatment.last_infusion),
    ):
        day = np.where(stopped != NEVER, stopped, np.where(outcome.reason != "", outcome.end, NEVER))
        # What is decided before the last dose, or by death, is of that day.
        day = np.where(day == NEVER, NEVER, np.maximum(day, last))
        died = (outcome.reason == "Death") & (stopped == NEVER)
        result.append(np.where(died, outcome.death, day))
    return result[0], result[1]


@dataclass
class Exposure:
    """First and last day, mg and relative intensity of each drug; `NONE` and NaN for none."""

    su_first: Ints
    su_last: Ints
    su_dose: Ints
    su_days: Ints
    su_intensity: Floats
    to_first: Ints
    to_last: Ints
    to_dose: Ints
    to_days: Ints
    to_intensity: Floats
    last: Ints


def exposure_of(settings: Settings, trial: Trial, seen: Observed, life: Life) -> Exposure:
    """Add up the doses as of a cut.

    1. An interval of surufatinib whose end is not known as of the cut ends with the last dose that the
       end of treatment states, else with the cut or death, without a cut with the last evidence of life.
    2. Its days less the days missed, times its dose; never less than none.
    3. Each infusion counts once. One without a date counts by the day of its visit, and gives no first or
       last day; one that ends after the cut is of the day of its start.
    """
    plan, treatment, cut = settings["treatment"], trial.treatment, life.cut
    start, stop = treatment.start, treatment.stop
    there = (start != NONE) & (start <= cut)
    final = np.zeros(start.shape, dtype=bool)
    count = (start != NONE).sum(axis=1)
    final[np.arange(len(start)), count - 1] = True
    open_at_end = seen.open_line | (trial.outcome.reason == "") & (trial.outcome.stop_surufatinib == NEVER)
    existing = (stop <= cut) & ~(final & open_at_end[:, None])
    until = life.last_alive if cut == NEVER else np.where(life.death == NONE, cut, life.death)
    until = np.where(life.ended_oral, treatment.last_oral, until)
    stop = np.where(existing, stop, np.maximum(until[:, None], start))
    days = np.where(there, np.maximum(stop - start + 1 - treatment.missed, 0), 0)
    su_dose = (days * treatment.dose).sum(axis=1)
    su_first = np.where(there[:, 0], start[:, 0], NONE)
    su_last = np.where(there, stop, NONE).max(axis=1)
    su_days = np.where(su_first == NONE, NONE, su_last - su_first + 1)

    own = plan["toripalimab"]
    given = treatment.given & (treatment.cycle <= cut)
    dated = given & seen.dated
    to_dose = own["dose"] * given.sum(axis=1)
    to_first = np.where(dated, treatment.cycle, NEVER).min(axis=1)
    to_first = np.where(to_first == NEVER, NONE, to_first)
    ends = treatment.cycle + (treatment.night & (treatment.cycle < cut))
    to_last = np.where(dated, ends, NONE).max(axis=1)
    to_days = np.where(to_first == NONE, NONE, to_last - to_first + plan["cycle_days"])
    return Exposure(
        su_first, su_last, su_dose, su_days,
        _percent(su_dose, plan["surufatinib"]["doses"][0] * su_days, su_days != NONE),
        to_first, to_last, to_dose, to_days,
        _percent(to_dose * plan["cycle_days"], own["dose"] * to_days, to_days != NONE),
        np.maximum(su_last, to_last),
    )  # fmt: skip


def _percent(part: Ints, whole: Ints, known: Bools) -> Floats:
    return np.where(known, 100 * part / np.where(known, whole, 1), np.nan)


def dated_responses(trial: Trial, seen: Observed, cut: np.int64) -> tuple[Texts, Ints]:
    """Overall responses after baseline as of a cut, blank for none, and their days.

    One without its whole date is there when the first day that it may mean, and its visit, are not after
    the cut. Its day is that of the first scan of a progression, of any other response that of the last.
    """
    first, last = seen.scanned
    overall, day = trial.tumours.responses.overall, trial.tumours.day
    begun = np.where(
        seen.full, day, np.maximum(seen.stated, np.where(first == NONE, day, np.minimum(first, day)))
    )
    there = trial.outcome.assessed & (begun <= cut)
    there[:, 0] = False
    scanned = np.where(overall == "PD", first, np.where(last <= cut, last, first))
    moved = np.where(seen.full | (first == NONE), day, scanned)
    return choose(there, overall, ""), np.where(there, moved, NONE)


def confirmed_responses(own: Settings, overall: Texts, day: Ints) -> Bools:
    """Whether each CR or PR is confirmed: by a response no less, so many days on, with little between.

    CR is confirmed by CR alone; between the two there is nothing but NE, and not more often than the
    settings say; of a PR nothing worse than PR, and no PR after a CR.
    """
    points = overall.shape[1]
    result = np.zeros(overall.shape, dtype=bool)
    for at in range(points):
        for kind in RESPONSES:
            looking = overall[:, at] == kind
            unread = np.zeros(len(overall), dtype=np.int64)
            complete = np.zeros(len(overall), dtype=bool)
            for later in range(at + 1, points):
                now = overall[:, later]
                shown = now != ""
                allowed = (now == "CR") | (now == "NE") | ((now == "PR") & (kind == "PR") & ~complete)
                looking = looking & (~shown | allowed)
                unread += now == "NE"
                looking = looking & (unread <= own["not_evaluable"])
                fits = (now == "CR") | ((now == "PR") & (kind == "PR"))
                result[:, at] |= looking & fits & (day[:, later] - day[:, at] >= own["confirm_days"])
                complete |= now == "CR"
    return result


def best_response(own: Settings, overall: Texts, day: Ints, first: Ints, counts: Bools) -> Texts:
    """Best overall response, where a CR or PR is one only if it `counts`.

    CR, PR, SD, PD, NE in this order. SD counts from the settings' least number of days after the first
    dose, and so does a response that does not count. MISSING: no assessment.
    """
    late = day - first[:, None] + 1 >= own["stable_days"]
    responds = np.isin(overall, RESPONSES)
    stable = ((overall == "SD") | responds) & late
    best = choose(np.asarray((overall != "").any(axis=1)), "NE", "MISSING")
    best = choose((overall == "PD").any(axis=1), "PD", best)
    best = choose(stable.any(axis=1), "SD", best)
    best = choose(((overall == "PR") & counts).any(axis=1), "PR", best)
    return choose(((overall == "CR") & counts).any(axis=1), "CR", best)


def day_of_first(which: Bools, day: Ints) -> Ints:
    """Day of the first time point for which something holds, `NONE` for none."""
    point = first_point(which)
    return np.where(point >= 0, day[np.arange(len(day)), np.maximum(point, 0)], NONE)


def months_after(day: Ints, months: int) -> Ints:
    """The same day of the calendar so many months on, or the last of the month where it has none."""
    start = day.astype("datetime64[D]")
    month = start.astype("datetime64[M]")
    then = month + months
    length = (then + 1).astype("datetime64[D]") - then.astype("datetime64[D]")
    into = np.minimum(start - month.astype("datetime64[D]"), length - np.timedelta64(1, "D"))
    return (then.astype("datetime64[D]") + into).astype(np.int64)


def progression_free(
    own: Settings, overall: Texts, day: Ints, first: Ints, death: Ints, therapy: Ints
) -> dict[str, Any]:
    """PFS twice: with every progression and death, and as FDA's rules censor it.

    1. PFS: the first PD or death; else the last assessment that was not NE, else the first dose.
    2. FDAPFS (its CNSR: 0 event, 1 none, 2 later therapy, 3 assessments missed, 4 no assessment): what is
       after a later therapy does not count. Without any assessment but NE after the first dose it is
       censored there, unless death came within the settings' days. An event later after the last
       such assessment before it than so many intervals with their windows is censored at that assessment;
       the interval becomes longer from a day on.
    """
    adequate = (overall != "") & (overall != "NE") & (day > first[:, None])
    progressed = np.where(overall == "PD", day, NEVER).min(axis=1)
    died = np.where(death == NONE, NEVER, death)
    event = (progressed != NEVER) | (died != NEVER)
    last = np.maximum(np.where(adequate, day, NONE).max(axis=1), first)
    result: dict[str, Any] = {
        "PFSDATE": np.where(event, np.minimum(progressed, died), last), "PFSEVENT": event,
    }  # fmt: skip

    until = np.where(therapy == NONE, NEVER, therapy)
    progressed, died = (np.where(item <= until, item, NEVER) for item in (progressed, died))
    happens = np.minimum(progressed, died)
    event = happens != NEVER
    last = np.maximum(np.where(adequate & (day <= until[:, None]), day, NONE).max(axis=1), first)
    before = np.where(adequate & (day < happens[:, None]), day, NONE).max(axis=1)
    before = np.maximum(before, first)
    start, longer = own["later"]
    interval = np.where(before - first >= start - own["window"], longer, own["interval"])
    missed = event & (happens - before > own["missed"] * (interval + own["window"]))
    unseen = ~adequate.any(axis=1)
    soon = event & (died < progressed) & (happens - first < own["death_within"])
    unseen &= ~soon
    end = np.where(event, np.where(missed, before, happens), last)
    code = np.where(event, np.where(missed, 3, 0), np.where(therapy == NONE, 1, 2))
    result["FDAPFSDATE"] = np.where(unseen, first, end)
    result["FDAPFSCNSR"] = np.where(unseen, 4, code)
    return result
