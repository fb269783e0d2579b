"""What ends treatment, follow-up and life, and when: one timeline for each treated subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdisc_npc.simulate.arrays import NEVER, NONE, Bools, Ints, Rng, Texts
from cdisc_npc.simulate.draws import between, choose, pick, pick_codes, texts
from cdisc_npc.simulate.investigator import first_point
from cdisc_npc.simulate.patients import Patients
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.tumours import Tumours

_YEAR = 365.25
_REASONS = texts(
    [
        "Progressive disease", "Death", "Withdrawal by subject", "Lost to follow-up", "Adverse event",
        "Physician decision", "Completed", "",
    ]
)  # fmt: skip
_PROGRESSED, _DIED, _WITHDREW, _LOST, _EVENT, _PHYSICIAN, _COMPLETED, _ONGOING = range(8)


@dataclass
class Outcome:
    """Days by treated subject; `NEVER` for what does not happen.

    Attributes
    ----------
    first
        First dose of both drugs.
    end
        Treatment is decided to end; the last dose is before it. `reason` says why, blank while
        treatment lasts at the data cut.
    stop_surufatinib, stop_toripalimab
        Permanently stopped for an adverse event of this day; `stops_both` where both were.
    death, cause
        Of those whose death became known; `fatal` where an adverse event was it. `news` is the day on
        which it did, the death's or later.
    leaves
        Last day of contact of those withdrawn or lost.
    last
        Last day on which anything of the subject is collected.
    later
        First day of a later anticancer therapy.
    assessed
        By time point of the tumours: an assessment that was made and recorded.
    progression
        Day of the first recorded overall response PD.
    leaves_reason
        Why the study ended for the subject, blank while it lasts.
    """

    first: Ints
    end: Ints
    reason: Texts
    stop_surufatinib: Ints
    stop_toripalimab: Ints
    stops_both: Bools
    death: Ints
    cause: Texts
    fatal: Bools
    news: Ints
    leaves: Ints
    last: Ints
    later: Ints
    later_name: Texts
    assessed: Bools
    progression: Ints
    study_end: Ints
    study_reason: Texts


def draw_outcome(rng: Rng, settings: Settings, patients: Patients, who: Ints, tumours: Tumours) -> Outcome:
    """Draw what ends each subject's treatment and study.

    1. Progression is the first assessment with PD; death follows it by a Weibull time, or comes
       without it at a constant rate; withdrawal and loss come at constant rates.
    2. Treatment ends with the first of progression (decided some days after the scan), death,
       withdrawal, loss, an adverse event that stops both drugs, the physician's decision and the
       longest duration.
    3. One drug may be stopped alone for an adverse event, if that comes well before the end.
    4. A later therapy begins after treatment; tumour assessments go on until it, progression,
       death, loss or the end of follow-up.
    """
    own, plan, size = settings["survival"], settings["treatment"], len(who)
    first, limit = patients.first[who], patients.limit[who]
    point = first_point(tumours.responses.overall == "PD")
    scanned = np.where(point >= 0, tumours.day[np.arange(size), np.maximum(point, 0)], NEVER)
    progressed = np.where(
        point >= 0, scanned, first + np.maximum(tumours.course.progression.astype(np.int64), 1200)
    )
    group = tumours.course.group
    scale = np.array([own["after_progression"][name] for name in settings["tumours"]["classes"]], dtype=float)
    survived = 5 + (scale[group] * rng.weibull(own["after_progression"]["shape"], size)).astype(np.int64)

    def at_rate(rate: float) -> Ints:
        return first + 10 + (rng.exponential(_YEAR / rate, size)).astype(np.int64)

    early = at_rate(own["without_progression"])
    without = early < progressed
    death = np.where(without, early, progressed + survived)
    withdrawal, lost = at_rate(own["withdrawal"]), at_rate(own["lost"])
    leaves = np.minimum(withdrawal, lost)
    leaves = np.where(leaves < np.minimum(death, limit), leaves, NEVER)
    death = np.where((death <= limit) & (death < leaves), death, NEVER)

    stop_both, stop_one = _stops(rng, plan, first)
    physician = first + np.where(rng.random(size) < plan["physician"], between(rng, [30, 400], size), NEVER)
    candidates = np.column_stack(
        [
            np.where(point >= 0, scanned + between(rng, [1, 5], size), NEVER),
            death,
            np.where(withdrawal <= lost, leaves, NEVER),
            np.where(lost < withdrawal, leaves, NEVER),
            stop_both,
            physician,
            first + plan["longest"],
            limit + 1,
        ]
    )
    code = candidates.argmin(axis=1)
    end = candidates.min(axis=1)
    alone = (stop_one > first) & (stop_one < end - plan["cycle_days"])
    oral = rng.random(size) < plan["stop_surufatinib"]
    both = code == _EVENT
    stop_surufatinib = np.where(both, end, np.where(alone & oral, stop_one, NEVER))
    stop_toripalimab = np.where(both, end, np.where(alone & ~oral, stop_one, NEVER))

    last = np.minimum(np.minimum(death, leaves), limit)
    eligible = (
        (last > end + own["later_delay"][0])
        & (rng.random(size) < own["later_therapy"])
        & (code != _COMPLETED)
    )
    later = end + between(rng, own["later_delay"], size)
    later = np.where(eligible & (later < last), later, NEVER)
    until = np.minimum(np.minimum(later, death), np.minimum(leaves + 1, limit + 1))
    points = np.arange(tumours.day.shape[1])
    assessed = tumours.seen & (tumours.day < until[:, None])
    assessed &= (point[:, None] < 0) | (points[None, :] <= point[:, None])
    recorded = (point >= 0) & assessed[np.arange(size), np.maximum(point, 0)]

    existing = death != NEVER
    near = without & (death <= end + 25)
    cause = choose(without, pick(rng, own["causes_without"], size), pick(rng, own["causes"], size))
    cause = choose((cause == "Adverse event") & ~near, "Other", cause)
    cause = choose(existing, cause, "")
    completed = first + settings["trial"]["follow_up_days"]
    finished = ~existing & (leaves == NEVER) & (completed <= limit)
    left = choose(withdrawal <= lost, "Withdrawal by subject", "Lost to follow-up")
    study_reason = choose(finished, "Completed", "")
    study_reason = choose(leaves != NEVER, left, study_reason)
    later_name = pick(rng, own["later"], size)
    late = np.where(rng.random(size) < own["news"]["late"], between(rng, own["news"]["days"], size), 0)
    # What is heard of after the end of collection is heard of at its end, so that no death is lost.
    news = np.where(existing, np.minimum(death + late, limit), NEVER)
    study_end = np.select([existing, leaves != NEVER, finished], [news, leaves, completed], NONE)
    return Outcome(
        first=first,
        end=end,
        reason=_REASONS[code],
        stop_surufatinib=stop_surufatinib,
        stop_toripalimab=stop_toripalimab,
        stops_both=both,
        death=death,
        cause=cause,
        fatal=cause == "Adverse event",
        news=news,
        leaves=leaves,
        last=last,
        later=later,
        later_name=later_name,
        assessed=assessed,
        progression=np.where(recorded, scanned, NEVER),
        study_end=study_end,
        study_reason=choose(existing, "Death", study_reason),
    )


def _stops(rng: Rng, plan: Settings, first: Ints) -> tuple[Ints, Ints]:
    """Days on which an adverse event stops both drugs, and on which it stops one."""
    size = len(first)
    code = pick_codes(
        rng, [plan["stop_both"], plan["stop_one"], 1 - plan["stop_both"] - plan["stop_one"]], size
    )
    day = first + between(rng, plan["stop_day"], size)
    return np.where(code == 0, day, NEVER), np.where(code == 1, day, NEVER)
