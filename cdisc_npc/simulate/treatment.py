"""The doses: surufatinib's periods of constant dose, toripalimab's infusions, capsules handed out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdisc_npc.simulate.arrays import NONE, Bools, Ints, Rng, Texts
from cdisc_npc.simulate.draws import between, choose, pick_codes, repeated
from cdisc_npc.simulate.outcome import NEVER, Outcome
from cdisc_npc.simulate.settings import Settings

# A period shorter than this is no period of its own.
_SHORTEST = 3
MODIFICATIONS = 2


@dataclass
class Treatment:
    """By treated subject; periods and modifications on the second axis, cycles likewise.

    Attributes
    ----------
    cycle
        Day of each cycle's visit; `visited` where it took place.
    start, stop, dose
        Of surufatinib's periods, `NONE` where there is none; both days are dosed. mg a day.
    missed
        Days missed within a period, one after the other from its middle.
    changed
        Day of each reduction or interruption, `NONE` where there is none; `resumed` the first day
        at the dose that follows.
    lowered
        Whether the dose that follows is lower.
    given
        By cycle: toripalimab was infused. `due`: it was on the plan, given or withheld. `night`: the
        infusion ended on the day after.
    withheld_for
        Why not, by cycle; blank where given.
    last_oral, last_infusion
        Last day of each drug.
    closing, safety
        Days of the visits at the end of treatment and 30 days after the last dose; `NONE` where
        there is none.
    """

    cycle: Ints
    visited: Bools
    start: Ints
    stop: Ints
    dose: Ints
    missed: Ints
    changed: Ints
    resumed: Ints
    lowered: Bools
    given: Bools
    due: Bools
    night: Bools
    withheld_for: Texts
    last_oral: Ints
    last_infusion: Ints
    closing: Ints
    safety: Ints


def draw_treatment(rng: Rng, settings: Settings, outcome: Outcome) -> Treatment:
    """Draw the doses up to the end of treatment."""
    plan, size = settings["treatment"], len(outcome.first)
    cycle = _cycles(rng, plan, outcome.first)
    visited = cycle < outcome.end[:, None]
    last_oral = np.maximum(np.minimum(outcome.end, outcome.stop_surufatinib) - 1, outcome.first)
    changed, resumed, lowered = _modifications(rng, plan, outcome.first, last_oral)
    happens = changed != NONE
    # Periods: from the first dose and from each resumption, up to the day before the next change.
    start = np.column_stack([outcome.first, np.where(happens, resumed, NONE)])
    following = np.column_stack([changed, np.full(size, NONE)])
    stop = np.where(following != NONE, following - 1, last_oral[:, None])
    # With the second modification left out, the period before it lasts to the end.
    stop = np.where(start == NONE, NONE, stop)
    doses = np.array(plan["surufatinib"]["doses"])
    steps = np.column_stack([np.zeros(size, dtype=np.int64), np.cumsum(lowered, axis=1)])
    length = np.where(start == NONE, 0, stop - start + 1)
    missed = np.minimum(
        rng.poisson(plan["missed_days"] * np.maximum(length, 0)), np.maximum(length - 1, 0) // 4
    )

    due = visited & (cycle < outcome.stop_toripalimab[:, None])
    later_cycle = due.copy()
    later_cycle[:, 0] = False
    chosen = later_cycle & (rng.random(cycle.shape) < plan["withheld"])
    # No more than one of a subject, and never the last one due: what follows shows it was resumed.
    last = due & (np.cumsum(due, axis=1) == due.sum(axis=1, keepdims=True))
    chosen &= (np.cumsum(chosen, axis=1) == 1) & ~last
    why = choose(rng.random(size) < plan["withheld_for_event"], "Adverse event", "Subject decision")
    given = due & ~chosen
    last_infusion = np.where(given, cycle, NONE).max(axis=1)
    comes = (outcome.reason != "") & (outcome.reason != "Death") & (outcome.reason != "Lost to follow-up")
    closing = outcome.end + between(rng, [0, 6], size)
    closing = np.where(outcome.reason == "Withdrawal by subject", outcome.end, closing)
    closing = np.where(comes & (closing <= outcome.last) & (closing < outcome.death), closing, NONE)
    safety = np.maximum(last_oral, last_infusion) + plan["safety_days"] + between(rng, plan["jitter"], size)
    comes = (outcome.reason != "") & (safety <= outcome.last) & (safety < outcome.death)
    safety = np.where(comes, np.maximum(safety, closing + 1), NONE)
    night = given & (rng.random(cycle.shape) < plan["toripalimab"]["night"])
    night &= cycle < outcome.last[:, None]
    return Treatment(
        cycle=cycle,
        visited=visited,
        start=start,
        stop=stop,
        dose=np.where(start == NONE, 0, doses[np.minimum(steps, len(doses) - 1)]),
        missed=missed.astype(np.int64),
        changed=changed,
        resumed=resumed,
        lowered=lowered,
        given=given,
        due=due,
        night=night,
        withheld_for=choose(chosen, np.broadcast_to(why[:, None], chosen.shape), repeated("", 1)),
        last_oral=last_oral,
        last_infusion=last_infusion,
        closing=closing,
        safety=safety,
    )


def _cycles(rng: Rng, plan: Settings, first: Ints) -> Ints:
    """Days of the cycles' visits: 21 days apart, with delays that last and a jitter that does not."""
    shape = (len(first), plan["cycles"])
    late = (rng.random(shape) < plan["delay"]["rate"]) * between(rng, plan["delay"]["days"], shape)
    apart = plan["cycle_days"] + late
    apart[:, 0] = 0
    jitter = between(rng, plan["jitter"], shape)
    jitter[:, 0] = 0
    return first[:, None] + np.cumsum(apart, axis=1) + jitter


def _modifications(rng: Rng, plan: Settings, first: Ints, last: Ints) -> tuple[Ints, Ints, Bools]:
    """Days of up to two reductions or interruptions, of resumption, and whether the dose is then lower."""
    size = len(first)
    changed = np.full((size, MODIFICATIONS), NONE)
    resumed = np.full((size, MODIFICATIONS), NONE)
    lowered = np.zeros((size, MODIFICATIONS), dtype=bool)
    wanted = rng.random(size) < plan["modified"]
    earliest = first + plan["first_after"][0]
    for number in range(MODIFICATIONS):
        kind = pick_codes(rng, list(plan["kinds"].values()), size)
        pause = np.where(kind == 0, 0, between(rng, plan["interruption"], size))
        room = np.maximum(last - earliest - pause - _SHORTEST, 0)
        day = earliest + (room * plan["first_after"][1] * rng.random(size)).astype(np.int64)
        fits = wanted & (day + pause + _SHORTEST <= last)
        changed[:, number] = np.where(fits, day, NONE)
        resumed[:, number] = np.where(fits, day + pause, NONE)
        lowered[:, number] = fits & (kind != 1)
        earliest = day + pause + plan["first_after"][0]
        wanted = fits & (rng.random(size) < plan["second"])
    return changed, resumed, lowered


def dosed_days(treatment: Treatment, start: Ints, stop: Ints) -> Ints:
    """Milligrams of surufatinib taken from one day to before another, by subject and interval.

    Parameters
    ----------
    start, stop
        By subject and interval.
    """
    total = np.zeros(start.shape, dtype=np.int64)
    for period in range(treatment.start.shape[1]):
        begin, end = treatment.start[:, [period]], treatment.stop[:, [period]] + 1
        there = begin != NONE
        # Missed days lie in the middle of the period, one after the other.
        middle = begin + (end - begin) // 2
        skipped_to = middle + treatment.missed[:, [period]]
        days = _overlap(begin, end, start, stop) - _overlap(middle, skipped_to, start, stop)
        total += np.where(there, days * treatment.dose[:, [period]], 0)
    return total


def _overlap(begin: Ints, end: Ints, start: Ints, stop: Ints) -> Ints:
    return np.maximum(np.minimum(end, stop) - np.maximum(begin, start), 0)


def accountability(plan: Settings, outcome: Outcome, treatment: Treatment) -> tuple[Ints, Ints, Ints]:
    """Capsules handed out and brought back at each visit.

    Returns
    -------
    day, dispensed, returned : ndarray
        By subject, and by cycle with the end of treatment as the last one; `NONE` where nothing is
        counted. What is dispensed less what is returned is what was taken, to the capsule.
    """
    own = plan["surufatinib"]
    oral = treatment.visited & (treatment.cycle <= treatment.last_oral[:, None])
    size = len(outcome.first)
    ended = np.where(outcome.reason != "", treatment.last_oral + 1, NONE)
    day = np.column_stack([np.where(oral, treatment.cycle, NONE), ended])
    count = oral.sum(axis=1)
    column = np.arange(day.shape[1])[None, :]
    opening = np.where(column < count[:, None], day, NEVER)
    closing = np.where(
        column + 1 < count[:, None], np.roll(day, -1, axis=1), treatment.last_oral[:, None] + 1
    )
    chosen = dosed_days(treatment, opening, np.maximum(closing, opening)) // own["capsule"]
    usual = own["cover"] * own["doses"][0] // own["capsule"]
    dispensed = -(-np.maximum(chosen, usual) // own["pack"]) * own["pack"]
    dispensed = np.where(column < count[:, None], dispensed, NONE)
    left = np.where(column < count[:, None], dispensed - chosen, NONE)
    returned = np.column_stack([np.full(size, NONE), left[:, :-1]])
    # What the last dispensing left comes back at the end of treatment.
    final = np.where(ended != NONE, left[np.arange(size), count - 1], NONE)
    returned = np.where(column < count[:, None], returned, NONE)
    returned[:, -1] = final
    full = count == day.shape[1]
    assert not full.any()  # the end of treatment has a column of its own
    return day, dispensed, returned
