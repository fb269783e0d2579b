"""Forms of the treatment, of safety and of what follows: doses, events, medication, end and survival."""

from __future__ import annotations

import numpy as np

from cdisc_npc.simulate.arrays import NEVER, NONE, Bools, Ints, Rng, Texts
from cdisc_npc.simulate.draws import (
    between,
    choose,
    date_text,
    integer_text,
    pick,
    pick_codes,
    repeated,
    texts,
)
from cdisc_npc.simulate.forms_subject import History
from cdisc_npc.simulate.laboratory import flag
from cdisc_npc.simulate.outcome import Outcome
from cdisc_npc.simulate.safety import Events, actions, attributions, event_names
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Forms
from cdisc_npc.simulate.treatment import Treatment, accountability
from cdisc_npc.simulate.tumours import Tumours

_LATE = 23 * 60 + 40
# A contact for survival this near to the death that follows is not made.
_CONTACTS = 14


def add_dose_forms(
    rng: Rng,
    settings: Settings,
    forms: Forms,
    who: Ints,
    outcome: Outcome,
    treatment: Treatment,
    events: Events,
) -> None:
    """Add exs, ext, da and eot."""
    plan = settings["treatment"]
    subject, period = np.nonzero(treatment.start != NONE)
    ongoing = (outcome.reason[subject] == "") & (
        treatment.stop[subject, period] == treatment.last_oral[subject]
    )
    reason = choose(period > 0, "Adverse event", "")
    forms.add(
        "exs", who[subject], "", treatment.start[subject, period],
        {
            "EXSTDAT": date_text(treatment.start[subject, period]),
            "EXENDAT": date_text(np.where(ongoing, NONE, treatment.stop[subject, period])),
            "EXDOSE": integer_text(treatment.dose[subject, period]),
            "EXADJ": reason,
            "EXMISS": integer_text(treatment.missed[subject, period]),
        },
        log=True,
    )  # fmt: skip
    own = plan["toripalimab"]
    subject, cycle = np.nonzero(treatment.due)
    labels = texts([f"C{n + 1}D1" for n in range(treatment.due.shape[1])])
    day, given = treatment.cycle[subject, cycle], treatment.given[subject, cycle]
    begin = 60 * between(rng, own["hour"], len(subject)) + 5 * rng.integers(0, 12, len(subject))
    end = begin + between(rng, own["minutes"], len(subject))
    # Minutes before midnight, after which it goes on.
    night = np.where(treatment.night[subject, cycle], _LATE - begin, 0)
    begin, end = begin + night, end + night
    kinds = list(settings["adverse_events"])
    reaction = np.flatnonzero(events.term == kinds.index(plan["infusion_reaction"]))
    # An event of that kind begins on the day of its infusion.
    reacted = np.isin(subject * 100_000 + day, events.subject[reaction] * 100_000 + events.start[reaction])
    end += np.where(reacted, plan["interrupted_minutes"], 0)
    forms.add(
        "ext", who[subject], labels[cycle], day,
        {
            "ECOCCUR": flag(given),
            "ECREAS": treatment.withheld_for[subject, cycle],
            "ECSTDAT": choose(given, date_text(day), ""),
            "ECSTTIM": choose(given, clock_text(begin), ""),
            "ECENTIM": choose(given, clock_text(end), ""),
            "ECDOSE": choose(given, str(own["dose"]), ""),
            "ECINT": choose(given, flag(reacted), ""),
            "ECADJ": choose(given & reacted, plan["infusion_reaction"], ""),
        },
    )  # fmt: skip
    counted, dispensed, returned = accountability(plan, outcome, treatment)
    subject, visit = np.nonzero((dispensed != NONE) | (returned != NONE))
    labels = texts([*labels.tolist(), "EOT"])
    day = counted[subject, visit]
    forms.add(
        "da", who[subject], labels[visit], day,
        {
            "DADAT": date_text(day),
            "DISPAMT": integer_text(dispensed[subject, visit]),
            "RETAMT": integer_text(returned[subject, visit]),
        },
        log=True, page=visit,
    )  # fmt: skip
    _add_end_of_treatment(plan, forms, who, outcome, treatment)


def _add_end_of_treatment(
    plan: Settings, forms: Forms, who: Ints, outcome: Outcome, treatment: Treatment
) -> None:
    """Two records a subject: last dose of each drug, why it was the last, and when that was decided."""
    ended = outcome.reason != ""
    parts = []
    for drug, stopped, last in (
        ("surufatinib", outcome.stop_surufatinib, treatment.last_oral),
        ("toripalimab", outcome.stop_toripalimab, treatment.last_infusion),
    ):
        rows = np.flatnonzero(ended | (stopped != NEVER))
        reason = choose(stopped[rows] != NEVER, "Adverse event", outcome.reason[rows])
        # A treatment that death ends, ends on that day; a dose is not taken any more after the decision.
        decided = np.where(stopped[rows] != NEVER, stopped[rows], outcome.end[rows])
        decided = np.where(reason == "Death", outcome.death[rows], np.maximum(decided, last[rows]))
        parts.append((rows, repeated(plan[drug]["name"], len(rows)), last[rows], decided, reason))
    subject, drug_name, last_day, decided, reason = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    order = np.lexsort((drug_name.astype(str), subject))
    subject, drug_name, reason = subject[order], drug_name[order], reason[order]
    last_day, decided = last_day[order], decided[order]
    forms.add(
        "eot", who[subject], "EOT", np.minimum(outcome.end, outcome.last)[subject],
        {"EOTDRUG": drug_name, "DSSTDAT": date_text(decided), "EOTDAT": date_text(last_day), "EOTREAS": reason},
        log=True,
    )  # fmt: skip


def clock_text(minutes: Ints) -> Texts:
    """Times of the day, HH:MM; those after midnight as of the next day."""
    table = texts([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)])
    return table[minutes % len(table)]


def add_safety_forms(
    rng: Rng, settings: Settings, forms: Forms, who: Ints, history: History, outcome: Outcome,
    treatment: Treatment, tumours: Tumours, events: Events,
) -> None:  # fmt: skip
    """Add ae, cm and dv."""
    own, size = settings["safety"], len(events)
    names = texts(event_names(settings))
    fatal, ended = events.grade == 5, events.end != NEVER
    serious = fatal | np.isin(events.grade, [3, 4]) & (
        rng.random(size) < np.array([0, 0, 0, own["serious"]["3"], own["serious"]["4"], 1])[events.grade]
    )
    threat = serious & (events.grade == 4)
    hospital = serious & (rng.random(size) < own["in_hospital"])
    other = serious & ~fatal & ~threat & ~hospital
    oral, infused = attributions(rng, settings, events)
    first_action, second_action = actions(events, treatment, outcome)
    immune = np.array([event.get("immune") == "yes" for event in settings["adverse_events"].values()])
    immune = np.r_[immune, np.zeros(len(settings["fatal_events"]), dtype=bool)][events.term] & infused
    reaction = events.term == list(settings["adverse_events"]).index(
        settings["treatment"]["infusion_reaction"]
    )
    medicated = _add_medication(rng, settings, forms, who, history, events)
    besides = choose(hospital, "Hospitalisation", "None")
    result = choose(ended, pick(rng, own["resolved"], size), pick(rng, own["ongoing"], size))
    forms.add(
        "ae", who[events.subject], "", events.start,
        {
            "AETERM": names[events.term],
            "AESTDAT": date_text(events.start),
            "AEENDAT": date_text(np.where(ended, events.end, NONE)),
            "AEONGO": flag(~ended),
            "AETOXGR": integer_text(events.grade),
            "AESER": flag(serious),
            "AESER_STD": choose(serious, "Y", "N"),
            "AESDTH": flag(fatal),
            "AESLIFE": flag(threat),
            "AESHOSP": flag(hospital),
            "AESDISAB": repeated("No", size),
            "AESCONG": repeated("No", size),
            "AESMIE": flag(other),
            "AEREL_SURU": choose(oral, "Related", "Not related"),
            "AEREL_TORI": choose(infused, "Related", "Not related"),
            "AEACN_SURU": first_action,
            "AEACN_TORI": second_action,
            "AEACNOTH": choose(medicated, "Concomitant medication", besides),
            "AEOUT": choose(fatal, "Fatal", result),
            "AEIRAE": flag(immune),
            "AEINFRX": flag(reaction),
        },
        log=True,
    )  # fmt: skip
    _add_deviations(rng, settings, forms, who, outcome, tumours)


def _add_medication(
    rng: Rng, settings: Settings, forms: Forms, who: Ints, history: History, events: Events
) -> Bools:
    """Medication of adverse events, which ends with them, and of diseases from before; tells the events."""
    table = settings["concomitant"]
    existing = [*event_names(settings), *settings["medical_history"]]
    drug = np.array([list(table).index(name) if name in table else -1 for name in existing])
    person, kind, began, lasting = history.diseases
    before = len(event_names(settings)) + kind
    subject = np.concatenate([person, who[events.subject]])
    term = np.concatenate([before, events.term])
    start = np.concatenate([began + 30, events.start])
    end = np.concatenate([np.where(lasting, NEVER, began), events.end])
    share = np.array([facts[0] for facts in table.values()], dtype=float)
    has = (drug[term] >= 0) & (rng.random(len(term)) < share[drug[term]]) & ((end == NEVER) | (end >= start))
    rows = np.flatnonzero(has)
    rows = rows[np.argsort(subject[rows], kind="stable")]
    start = np.minimum(
        start, np.where(np.arange(len(term)) < len(person), forms.patients.consent[subject], start)
    )
    which = drug[term[rows]]

    def fact(place: int) -> Texts:
        return texts([str(facts[place]) for facts in table.values()])[which]

    forms.add(
        "cm", subject[rows], "", start[rows],
        {
            "CMTRT": fact(1),
            "CMINDC": texts(existing)[term[rows]],
            "CMDOSE": fact(2),
            "CMDOSU": fact(3),
            "CMROUTE": fact(4),
            "CMDOSFRQ": fact(5),
            "CMSTDAT": date_text(start[rows]),
            "CMENDAT": date_text(np.where(end[rows] == NEVER, NONE, end[rows])),
            "CMONGO": flag(end[rows] == NEVER),
        },
        log=True,
    )  # fmt: skip
    return has[len(person) :]


def _add_deviations(
    rng: Rng, settings: Settings, forms: Forms, who: Ints, outcome: Outcome, tumours: Tumours
) -> None:
    own = settings["deviations"]
    span = np.maximum(np.minimum(outcome.end, outcome.last) - outcome.first, 1)
    parts: list[tuple[Ints, Ints, Texts, Texts]] = []
    for term, (rate, category) in own["kinds"].items():
        rows = np.flatnonzero(rng.random(len(who)) < rate)
        day = outcome.first[rows] + (span[rows] * rng.random(len(rows))).astype(np.int64)
        parts.append((rows, day, repeated(term, len(rows)), repeated(category, len(rows))))
    # An assessment was missed when a later one was made, or none for long before the last contact.
    later = np.flip(np.cumsum(np.flip(outcome.assessed, axis=1), axis=1), axis=1) > 0
    rows, point = np.nonzero(~tumours.seen & later)
    size = len(rows)
    parts.append(
        (
            rows,
            tumours.day[rows, point],
            repeated(own["missed_assessment"], size),
            repeated(own["missed_category"], size),
        )
    )
    subject, day, term, category = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((day, subject))
    forms.add(
        "dv", who[subject[order]], "", day[order],
        {"DVTERM": term[order], "DVCAT": category[order], "DVSTDAT": date_text(day[order])}, log=True,
    )  # fmt: skip


def add_follow_up_forms(
    rng: Rng,
    settings: Settings,
    forms: Forms,
    who: Ints,
    history: History,
    outcome: Outcome,
    treatment: Treatment,
) -> None:
    """Add pat, eos, ss and dd."""
    patients = forms.patients
    rows = np.flatnonzero(outcome.later != NEVER)
    forms.add(
        "pat", who[rows], "", outcome.later[rows],
        {"CMTRT": outcome.later_name[rows], "CMSTDAT": date_text(outcome.later[rows])}, log=True,
    )  # fmt: skip
    day, reason = np.full(len(patients), NONE), repeated("", len(patients))
    day[who], reason[who] = outcome.study_end, outcome.study_reason
    failed = ~patients.treated
    day[failed], reason[failed] = history.decided[failed], "Screen failure"
    ended = np.flatnonzero(reason != "")
    forms.add("eos", ended, "", day[ended], {"EOSDAT": date_text(day[ended]), "EOSREAS": reason[ended]})

    interval = settings["survival"]["interval"]
    number = 1 + np.arange(_CONTACTS)
    contact = outcome.end[:, None] + interval * number + between(rng, [-7, 7], (len(who), _CONTACTS))
    contact = np.maximum(contact, treatment.safety[:, None] + 1)
    alive = (
        (outcome.reason != "")[:, None]
        & (contact < outcome.death[:, None])
        & (contact <= outcome.last[:, None])
    )
    alive &= contact <= outcome.leaves[:, None]
    alive = np.cumprod(alive, axis=1).astype(bool)
    result = alive.sum(axis=1)
    # A death after treatment is learned at a contact, on its day or later.
    died = (outcome.death != NEVER) & (outcome.reason != "Death") & (result < _CONTACTS)
    dead: Bools = died[:, None] & (np.arange(_CONTACTS) == result[:, None])
    contact = np.where(dead, outcome.news[:, None], contact)
    subject, place = np.nonzero(alive | dead)
    labels = texts([f"Survival FU {n}" for n in number.tolist()])
    kinds = settings["survival"]["contact"]
    way = texts(list(kinds))[pick_codes(rng, list(kinds.values()), len(subject))]
    forms.add(
        "ss", who[subject], labels[place], contact[subject, place],
        {
            "SSDAT": date_text(contact[subject, place]),
            "SSSTAT": choose(dead[subject, place], "Dead", "Alive"),
            "SSCONT": way,
        },
    )  # fmt: skip
    rows = np.flatnonzero(outcome.death != NEVER)
    forms.add(
        "dd", who[rows], "", outcome.news[rows],
        {"DTHDAT": date_text(outcome.death[rows]), "DTHCAUS": outcome.cause[rows]},
    )  # fmt: skip
