"""Adverse events: those that come by their rates, those that changed a dose, and the fatal ones."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from cdisc_npc.simulate.arrays import NEVER, NONE, Bools, Ints, Rng, Texts
from cdisc_npc.simulate.draws import choose, pick, pick_codes, repeated, texts
from cdisc_npc.simulate.outcome import Outcome
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.treatment import MODIFICATIONS, Treatment

_UNCHANGED, _REDUCED, _INTERRUPTED, _WITHDRAWN = (
    "Dose not changed", "Dose reduced", "Drug interrupted", "Drug withdrawn",
)  # fmt: skip
_NOT_APPLICABLE = "Not applicable"
# Onset is early rather than late: the power of a uniform number, over no more than this many days.
_ONSET_POWER, _ONSET_DAYS = 1.6, 250


@dataclass
class Events:
    """One place an event, in the order of subject, start and term.

    Attributes
    ----------
    subject
        Place among the treated.
    term
        Place in the settings' adverse events, then in the fatal ones.
    start, end
        Days; `NEVER` for an end that is not reached while events are collected.
    surufatinib, toripalimab
        Whether a dose change of the drug was made for it: the action, blank for none.
    planned
        Drawn with a dose change, not by its rate; it has an unscheduled visit of its own.
    """

    subject: Ints
    term: Ints
    grade: Ints
    start: Ints
    end: Ints
    surufatinib: Texts
    toripalimab: Texts
    planned: Bools

    def take(self, which: np.ndarray) -> Events:
        """The events at these places."""
        return Events(*(getattr(self, field.name)[which] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.subject)


def event_names(settings: Settings) -> list[str]:
    """Terms of the adverse events, then of the fatal ones: what `Events.term` counts."""
    return [*settings["adverse_events"], *settings["fatal_events"]]


def visit_days(treatment: Treatment) -> Ints:
    """Days of the visits with laboratory tests after the first dose, ascending; `NEVER` fills up."""
    days = np.column_stack(
        [np.where(treatment.visited, treatment.cycle, NEVER), treatment.closing, treatment.safety]
    )
    days[:, 0] = NEVER  # the first cycle's sample is taken before the first dose
    return np.sort(np.where(days == NONE, NEVER, days), axis=1)


def draw_events(rng: Rng, settings: Settings, outcome: Outcome, treatment: Treatment) -> Events:
    """Draw all adverse events.

    1. Each dose change has its event: it begins up to two days before the change, of a kind that
       leads to such a change, and is the reason that the logs give.
    2. Every other kind comes to a subject by its rate, begins early rather than late and lasts a
       log-normal time; some come back. What the laboratory shows begins and ends at its samples.
    3. Events are collected up to 30 days after the last dose. What has not ended by then, or by
       death, is ongoing.
    4. A death by adverse event has an event of grade 5 that ends with it.
    """
    until = np.maximum(treatment.last_oral, treatment.last_infusion) + settings["treatment"]["safety_days"]
    until = np.minimum(until, outcome.last)
    visits = visit_days(treatment)
    parts = [_for_changes(rng, settings, outcome, treatment)]
    # The worst grade of each kind that a subject has with a dose change.
    worst = np.zeros((len(outcome.first), len(settings["adverse_events"])), dtype=np.int64)
    np.maximum.at(worst, (parts[0].subject, parts[0].term), parts[0].grade)
    for at, event in enumerate(settings["adverse_events"].values()):
        parts += _by_rate(rng, settings["safety"], at, event, outcome, until, visits, worst[:, at])
    for part in parts:
        _set_end(part, settings, until, visits)
    parts.append(_fatal(rng, settings, outcome))
    whole = Events(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Events))
    )
    order = np.lexsort((whole.term, whole.start, whole.subject))
    return whole.take(order)


def _events(
    subject: Ints, term: Ints, grade: Ints, start: Ints, end: Ints, **actions: Texts | Bools
) -> Events:
    size = len(subject)
    return Events(
        subject=subject,
        term=term.astype(np.int64),
        grade=grade.astype(np.int64),
        start=start,
        end=end,
        surufatinib=np.asarray(actions.get("surufatinib", repeated("", size)), dtype=object),
        toripalimab=np.asarray(actions.get("toripalimab", repeated("", size)), dtype=object),
        planned=np.asarray(actions.get("planned", np.zeros(size, dtype=bool))),
    )


def _lasts(rng: Rng, median: np.ndarray) -> Ints:
    return np.where(
        median > 0, np.maximum(np.rint(median * np.exp(0.6 * rng.standard_normal(len(median)))), 1), 0
    ).astype(np.int64)


def _for_changes(rng: Rng, settings: Settings, outcome: Outcome, treatment: Treatment) -> Events:
    """The event behind each reduction, interruption and stop of a drug, and each withheld infusion."""
    plan, kinds = settings["treatment"], list(settings["adverse_events"])
    medians = np.array([float(event["days"]) for event in settings["adverse_events"].values()])
    oral, infused = plan["causes_surufatinib"], plan["causes_toripalimab"]
    own = settings["safety"]["grades_of_changes"]
    parts = []

    def add(
        where: Bools,
        day: Ints,
        causes: dict[str, float],
        grades: dict[str, float],
        action: str,
        both: str = "",
    ) -> None:
        rows = np.flatnonzero(where)
        term = np.array([kinds.index(name) for name in causes])[
            pick_codes(rng, list(causes.values()), len(rows))
        ]
        grade = pick(rng, grades, len(rows)).astype(np.int64)
        start = np.maximum(day[rows] - rng.integers(0, 3, len(rows)), outcome.first[rows])
        drugs = {"surufatinib": action, "toripalimab": both} if causes is oral else {"toripalimab": action}
        parts.append(
            _events(
                rows, term, grade, start, start + _lasts(rng, medians[term]), planned=np.ones(len(rows), dtype=bool),
                **{drug: repeated(done, len(rows)) for drug, done in drugs.items()},
            )
        )  # fmt: skip

    for number in range(MODIFICATIONS):
        happens = treatment.changed[:, number] != NONE
        lower = treatment.lowered[:, number]
        day = treatment.changed[:, number]
        add(happens & lower, day, oral, own["reduced"], _REDUCED)
        add(happens & ~lower, day, oral, own["interrupted"], _INTERRUPTED)
    both, severe = outcome.stops_both, own["withdrawn"]
    add(both, outcome.end, oral, severe, _WITHDRAWN, _WITHDRAWN)
    add((outcome.stop_surufatinib != NEVER) & ~both, outcome.stop_surufatinib, oral, severe, _WITHDRAWN)
    add((outcome.stop_toripalimab != NEVER) & ~both, outcome.stop_toripalimab, infused, severe, _WITHDRAWN)
    withheld = treatment.withheld_for == "Adverse event"
    day = np.where(withheld, treatment.cycle, NONE).max(axis=1)
    add(withheld.any(axis=1), day, infused, own["interrupted"], _INTERRUPTED)
    return Events(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Events))
    )


def _by_rate(
    rng: Rng,
    own: Settings,
    at: int,
    event: Settings,
    outcome: Outcome,
    until: Ints,
    visits: Ints,
    worst: Ints,
) -> list[Events]:
    """Events of one kind, and their second episodes."""
    size = len(until)
    # Those whose dose was changed for it have it already; what they have is part of the rate and of the severe ones.
    had, had_severe = (worst > 0).mean(), (worst >= 3).mean()
    rate = max(event["rate"] - had, 0) / max(1 - had, 0.01)
    severe = max(event["rate"] * event["severe"] - had_severe, 0) / max(event["rate"] - had, 0.01)
    occurs = (rng.random(size) < rate) & (worst == 0)
    window = np.minimum(until - outcome.first, _ONSET_DAYS)
    start = (
        outcome.first + 1 + (np.maximum(window - 1, 0) * rng.random(size) ** _ONSET_POWER).astype(np.int64)
    )
    grade = _grades(rng, own, event, severe, size)
    lasts = _lasts(rng, np.full(size, float(event["days"])))
    again = rng.random(size) < own["again"]
    apart = rng.integers(20, 90, size)
    result = []
    for episode in range(2):
        if "lab" in event or "sign" in event:
            start = _sampled(visits, start)
        if event["days"] == 0:
            # A reaction comes with an infusion; the first is the likeliest.
            start = outcome.first.copy()
        rows = np.flatnonzero(occurs & (start <= until) & (start < outcome.death))
        result.append(_events(rows, np.full(len(rows), at), grade[rows], start[rows], (start + lasts)[rows]))
        occurs = occurs & again & (event["days"] > 0) & (episode == 0)
        end = start + lasts
        start = np.where(start < NEVER, end + apart, NEVER)
        if "lab" in event or "sign" in event:
            # The first episode ends at a sample, which must come before the second begins.
            start = np.maximum(start, np.where(start < NEVER, _sampled(visits, end) + 1, NEVER))
    return result


def _grades(rng: Rng, own: Settings, event: Settings, share: float, size: int) -> Ints:
    severe = rng.random(size) < share
    low = 1 + (rng.random(size) < own["grade2"]).astype(np.int64)
    high = 3 + (rng.random(size) < own["grade4"]).astype(np.int64)
    if "lab" in event or "sign" in event:
        high = np.minimum(high, 3)
    return np.where(severe, high, low)


def _sampled(visits: Ints, day: Ints) -> Ints:
    """First visit with samples on or after a day; `NEVER` when there is none."""
    before = (visits < day[:, None]).sum(axis=1)
    return np.where(
        before < visits.shape[1], visits[np.arange(len(day)), np.minimum(before, visits.shape[1] - 1)], NEVER
    )


def _set_end(part: Events, settings: Settings, until: Ints, visits: Ints) -> None:
    """End what the laboratory shows at a sample; leave open what ends after collection does."""
    shown = np.array(["lab" in event or "sign" in event for event in settings["adverse_events"].values()])
    if len(part):
        sampled = _sampled(visits[part.subject], np.maximum(part.end, part.start + 1))
        part.end = np.where(shown[part.term], sampled, part.end)
        part.end = np.where(part.end > until[part.subject], NEVER, part.end)


def _fatal(rng: Rng, settings: Settings, outcome: Outcome) -> Events:
    rows = np.flatnonzero(outcome.fatal)
    weights = [event["weight"] for event in settings["fatal_events"].values()]
    term = len(settings["adverse_events"]) + pick_codes(rng, weights, len(rows))
    death = outcome.death[rows]
    start = np.maximum(death - rng.integers(0, 8, len(rows)), outcome.first[rows] + 1)
    return _events(rows, term, np.full(len(rows), 5), start, death)


def actions(events: Events, treatment: Treatment, outcome: Outcome) -> tuple[Texts, Texts]:
    """Action with each drug: what was done, unchanged, or not applicable once the drug has ended."""
    done = []
    for action, last in (
        (events.surufatinib, treatment.last_oral),
        (events.toripalimab, treatment.last_infusion),
    ):
        over = (events.start > last[events.subject]) | (events.grade == 5)
        plain = choose(over, _NOT_APPLICABLE, _UNCHANGED)
        done.append(choose(action == "", plain, action))
    return done[0], done[1]


def attributions(rng: Rng, settings: Settings, events: Events) -> tuple[Bools, Bools]:
    """Whether the investigator relates each event to surufatinib and to toripalimab."""
    to = texts(
        [event["to"] for event in [*settings["adverse_events"].values(), *settings["fatal_events"].values()]]
    )
    drug, share = to[events.term], settings["safety"]["related"]
    oral = ((drug == "surufatinib") | (drug == "both")) & (rng.random(len(events)) < share)
    infused = ((drug == "toripalimab") | (drug == "both")) & (rng.random(len(events)) < share)
    # A drug is changed only for what is related to it.
    return oral | (events.surufatinib != ""), infused | (events.toripalimab != "")
