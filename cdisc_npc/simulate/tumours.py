"""Lesions as the investigator records them: which there are, and what each time point shows of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdisc_npc.simulate.arrays import Bools, Floats, Ints, Rng, Texts
from cdisc_npc.simulate.draws import between, choose, pick_codes, rare, repeated
from cdisc_npc.simulate.growth import NEW, NONTARGET, TARGET, Course, draw_course, true_sizes
from cdisc_npc.simulate.investigator import (
    ABSENT,
    GONE,
    MEASURED,
    NOT_DONE,
    NOT_EVALUABLE,
    TOO_SMALL,
    TOO_SMALL_TENTHS,
    Responses,
    first_point,
    respond,
)
from cdisc_npc.simulate.patients import Patients
from cdisc_npc.simulate.settings import Settings

MOST_TARGETS, MOST_NONTARGETS = 5, 4
# After the targets: the two parts of a split lesion, and a lesion merged of two.
PARTS, MERGED = (5, 6), 7
SLOTS = 8
# Of a node once all targets were gone: below what could make two of them a progression.
_AFTER_CR_RISE = 19
_MERGED_SHARE = 0.9
_PART_SHARES = (0.55, 0.5)
_NODE_CR = 100


@dataclass
class Tumours:
    """Everything seen of the tumours of the treated subjects, baseline being time point 0.

    Attributes
    ----------
    labels
        Visit of each time point.
    day
        Day of assessment, by subject and time point; magnetic resonance may be `earlier` days before.
    seen
        The assessment was made (baseline always).
    places
        Place of each target in the settings' list, by subject and slot; -1 for none.
    tenths, state
        Of each target slot and time point.
    parent
        Slot of the split lesion, -1 for none; `pair`: the two slots that merge.
    nontargets
        Places of the non-targets in the settings' list of others, -1 for none.
    nontarget_state
        By subject, lesion and time point.
    new_place
        Place of new lesions: the equivocal one, then up to two unequivocal ones.
    new_state
        State of those by time point, blank where not recorded.
    """

    labels: list[str]
    day: Ints
    earlier: Ints
    seen: Bools
    course: Course
    places: Ints
    which: Ints
    previously: Bools
    tenths: Ints
    state: Ints
    nodal: Bools
    parent: Ints
    pair: Ints
    nontargets: Ints
    nontarget_which: Ints
    nontarget_state: Texts
    new_place: Ints
    new_which: Ints
    new_state: Texts
    responses: Responses


def draw_tumours(rng: Rng, settings: Settings, patients: Patients, who: Ints) -> Tumours:
    """Draw the lesions of the treated subjects and all that could be seen of them up to the last visit."""
    own, size = settings["tumours"], len(who)
    course = draw_course(rng, settings, size, MOST_TARGETS)
    places, baseline = _draw_targets(rng, own, size)
    visits = [visit for visit in settings["visits"] if visit["label"].startswith("Week ")]
    planned = np.array([visit["day"] - 1 for visit in visits])
    offset = planned + between(rng, own["window"], (size, len(visits)))
    first = patients.first[who]
    screened = np.minimum(patients.consent[who] + between(rng, [1, 5], size), first - 1)
    day = np.column_stack([screened, first[:, None] + offset])
    seen = np.column_stack([np.ones(size, dtype=bool), rng.random(offset.shape) >= own["missed"]])

    irradiated_site = np.array([place["site"] in own["irradiated_sites"] for place in own["places"]])
    previously = irradiated_site[places] & (rng.random(places.shape) < own["irradiated"])
    nodal_place = np.array([place["nodal"] == "yes" for place in own["places"]])
    nodal = np.zeros((size, SLOTS), dtype=bool)
    nodal[:, :MOST_TARGETS] = nodal_place[places] & (places >= 0)
    fine = rng.random(100)[patients.site[who] % 100] < own["decimals"]
    tenths, state = _measure(rng, own, course, baseline, nodal, fine, offset.astype(float))
    _settle_after_cr(course, tenths, state, nodal)
    parent = _split(rng, own, tenths, state, nodal)
    pair = _merge(rng, own, tenths, state, places, parent)
    nontargets = _draw_others(rng, own, own["nontargets"], size, MOST_NONTARGETS)
    _settle_kind(course, tenths, state, nodal, nontargets, offset)
    gone = (course.group == 0) & (rng.random(size) < own["nontarget_gone"])
    gone &= course.kind != NONTARGET
    nontarget_state, nontarget = _follow_nontargets(
        rng, own, course, nontargets, gone | course.complete, seen, offset
    )
    new_state = _follow_new(rng, own, course, seen, offset)
    new_place = _draw_others(rng, own, {"3": 1.0}, size, 3)
    return Tumours(
        labels=["Screening", *(visit["label"] for visit in visits)],
        day=day,
        earlier=(rng.random(day.shape) < 0.15).astype(np.int64),
        seen=seen,
        course=course,
        places=places,
        which=rng.integers(0, 1 << 20, places.shape),
        previously=previously,
        tenths=tenths,
        state=state,
        nodal=nodal,
        parent=parent,
        pair=pair,
        nontargets=nontargets,
        nontarget_which=rng.integers(0, 1 << 20, nontargets.shape),
        nontarget_state=nontarget_state,
        new_place=new_place,
        new_which=rng.integers(0, 1 << 20, new_place.shape),
        new_state=new_state,
        responses=respond(tenths, state, nodal, seen, nontarget, (new_state == "UNEQUIVOCAL").any(axis=1)),
    )


def _draw_targets(rng: Rng, own: Settings, size: int) -> tuple[Ints, Floats]:
    """Places of up to five targets, drawn without replacement by weight, and their baseline in mm."""
    places = own["places"]
    organs = [place["organ"] for place in places]
    # Exponential times: the first k to ring are a weighted draw without replacement.
    times = rng.standard_exponential((size, len(places))) / np.array([place["weight"] for place in places])
    order = np.argsort(times, axis=1)
    rank = np.argsort(order, axis=1)
    allowed = np.ones((size, len(places)), dtype=bool)
    for at, organ in enumerate(organs):
        kin = [other for other in range(len(organs)) if organs[other] == organ]
        allowed[:, at] = (rank[:, kin] < rank[:, [at]]).sum(axis=1) < 2
    times[~allowed] = np.inf
    count = 1 + pick_codes(rng, list(own["targets"].values()), size)
    chosen = np.argsort(times, axis=1)[:, :MOST_TARGETS]
    chosen[np.arange(MOST_TARGETS) >= count[:, None]] = -1
    median = np.array([place["size"][0] for place in places], dtype=float)[chosen]
    spread = np.array([place["size"][1] for place in places], dtype=float)[chosen]
    least = np.array([own["least"]["nodal" if place["nodal"] == "yes" else "other"] for place in places])[
        chosen
    ]
    baseline = median * np.exp(spread * rng.standard_normal(chosen.shape))
    baseline = np.clip(baseline, least + 0.5, own["least"]["most"])
    return chosen, np.where(chosen >= 0, baseline, np.nan)


def _measure(
    rng: Rng, own: Settings, course: Course, baseline: Floats, nodal: Bools, fine: Bools, days: Floats
) -> tuple[Ints, Ints]:
    """Tenths of mm and states of the target slots, with the error of measurement."""
    size, points = days.shape
    sizes = np.concatenate([baseline[:, :, None], true_sizes(course, baseline, days)], axis=2)
    node = nodal[:, :MOST_TARGETS, None]
    sizes = np.where(node, np.maximum(sizes, own["node_floor"]), sizes)
    shape = sizes.shape
    noise = own["noise"]
    measured = sizes * (1 + noise["relative"] * rng.standard_normal(shape))
    measured += noise["absolute"] * rng.standard_normal(shape)
    measured[:, :, 0] = baseline
    lowest = np.where(node, own["node_floor"], 2.0)
    measured = np.maximum(np.nan_to_num(measured), lowest)
    tenths = np.where(fine[:, None, None], np.rint(measured * 10), np.rint(measured) * 10).astype(np.int64)
    absent = ~node & (sizes < own["absent_below"])
    absent = np.maximum.accumulate(absent, axis=2)  # what is not seen any more does not come back
    too_small = ~node & (sizes < own["too_small_below"]) & (rng.random(shape) < own["too_small_share"])
    lost = rng.random(shape)
    state = np.select(
        [
            np.isnan(sizes),
            np.broadcast_to(np.arange(points + 1) == 0, shape),
            lost < own["not_evaluable"],
            lost < own["not_evaluable"] + own["not_done"],
            absent,
            too_small,
        ],
        [GONE, MEASURED, NOT_EVALUABLE, NOT_DONE, ABSENT, TOO_SMALL],
        MEASURED,
    ).astype(np.int64)
    whole_tenths = np.zeros((size, SLOTS, points + 1), dtype=np.int64)
    whole_state = np.full((size, SLOTS, points + 1), GONE, dtype=np.int64)
    whole_tenths[:, :MOST_TARGETS] = tenths
    whole_state[:, :MOST_TARGETS] = state
    return whole_tenths, whole_state


def _settle_after_cr(course: Course, tenths: Ints, state: Ints, nodal: Bools) -> None:
    """Keep nodes normal once all targets were gone: progression then comes with a new lesion.

    RECIST 1.1 does not say what a response after CR is when a normal node is enlarged again but
    nothing else grows; the simulated trial does not put that question.
    """
    cleared = np.zeros(len(tenths), dtype=bool)
    lowest = np.full(tenths.shape[:2], _NODE_CR, dtype=np.int64)
    for point in range(1, tenths.shape[2]):
        now, here = tenths[:, :, point], state[:, :, point]
        capped = nodal & cleared[:, None] & (here == MEASURED)
        tenths[:, :, point] = np.where(
            capped, np.minimum(now, np.minimum(lowest + _AFTER_CR_RISE, _NODE_CR - 5)), now
        )
        gone = np.where(nodal, tenths[:, :, point] < _NODE_CR, here == ABSENT) | (here == GONE)
        cleared |= gone.all(axis=1)
        lowest = np.where(nodal & cleared[:, None], np.minimum(lowest, tenths[:, :, point]), lowest)


def _split(rng: Rng, own: Settings, tenths: Ints, state: Ints, nodal: Bools) -> Ints:
    """Split a large lesion of some subjects into two parts from one time point on; its slot, else -1."""
    size, _, points = tenths.shape
    large = (tenths[:, :MOST_TARGETS, 0] >= 250) & (state[:, :MOST_TARGETS, 0] == MEASURED)
    large &= ~nodal[:, :MOST_TARGETS]
    chosen = rare(rng, large.any(axis=1), own["split"])
    slot = large.argmax(axis=1)
    point = between(rng, [2, 3], size)
    at = np.flatnonzero(chosen)
    rows, slots = at[:, None], slot[at][:, None]
    after = np.arange(points)[None, :] >= point[at][:, None]
    every = np.arange(points)[None, :]
    for part, share in zip(PARTS, _PART_SHARES, strict=True):
        whole = np.maximum(np.rint(tenths[rows, slots, every] * share / 10) * 10, 20).astype(np.int64)
        tenths[rows, part, every] = np.where(after, whole, 0)
        state[rows, part, every] = np.where(after, state[rows, slots, every], GONE)
    state[rows, slots, every] = np.where(after, GONE, state[rows, slots, every])
    return np.where(chosen, slot, -1)


def _merge(rng: Rng, own: Settings, tenths: Ints, state: Ints, places: Ints, parent: Ints) -> Ints:
    """Merge two non-nodal targets of one organ in some subjects; their slots, else -1."""
    size, _, points = tenths.shape
    organ = np.array([_organ(place, own["places"]) for place in own["places"]])[places]
    organ = np.where(places >= 0, organ, -1)
    pair = np.full((size, 2), -1, dtype=np.int64)
    for low in range(MOST_TARGETS):
        for high in range(low + 1, MOST_TARGETS):
            same = (organ[:, low] == organ[:, high]) & (organ[:, low] >= 0) & (pair[:, 0] < 0)
            pair[same] = (low, high)
    chosen = rare(rng, (pair[:, 0] >= 0) & (parent < 0), own["merge"])
    point = between(rng, [2, 3], size)
    at = np.flatnonzero(chosen)
    every, rows = np.arange(points)[None, :], at[:, None]
    after = every >= point[at][:, None]
    one, two = pair[at, :1], pair[at, 1:]
    states = np.stack([state[rows, one, every], state[rows, two, every]])
    values = np.stack([tenths[rows, one, every], tenths[rows, two, every]])
    values = np.where(states == MEASURED, values, np.where(states == TOO_SMALL, TOO_SMALL_TENTHS, 0))
    merged = np.select(
        [
            (states == NOT_EVALUABLE).any(axis=0) | (states == NOT_DONE).any(axis=0),
            (states == ABSENT).all(axis=0),
        ],
        [NOT_EVALUABLE, ABSENT],
        MEASURED,
    )
    longest = np.maximum(np.rint(values.sum(axis=0) * _MERGED_SHARE / 10) * 10, 20).astype(np.int64)
    tenths[rows, MERGED, every] = np.where(after, longest, 0)
    state[rows, MERGED, every] = np.where(after, merged, GONE)
    for slot in (one, two):
        state[rows, slot, every] = np.where(after, GONE, state[rows, slot, every])
    return np.where(chosen[:, None], pair, -1)


def _organ(place: Settings, places: list[Settings]) -> int:
    """Number of a place's organ, -1 for nodes, which do not merge here."""
    organs = [other["organ"] for other in places]
    return -1 if place["nodal"] == "yes" else organs.index(place["organ"])


def _draw_others(rng: Rng, own: Settings, counts: dict[str, float], size: int, most: int) -> Ints:
    """Places in the list of other lesions; -1 beyond each subject's number of them."""
    count = np.array([int(key) for key in counts])[pick_codes(rng, list(counts.values()), size)]
    weights = [place["weight"] for place in own["other_places"]]
    drawn = pick_codes(rng, weights, size * most).reshape(size, most)
    return np.where(np.arange(most) < count[:, None], drawn, -1)


def _settle_kind(
    course: Course, tenths: Ints, state: Ints, nodal: Bools, nontargets: Ints, offset: Ints
) -> None:
    """Let what can show the progression do so: without non-targets, or with all targets gone, a new lesion."""
    gone = np.where(nodal[:, :, None], tenths < _NODE_CR, state == ABSENT) | (state == GONE)
    cleared = gone[:, :, 1:].all(axis=1) & (offset < course.progression[:, None])
    none = (course.kind == NONTARGET) & (nontargets < 0).all(axis=1)
    course.kind = np.where(none | ((course.kind == TARGET) & cleared.any(axis=1)), NEW, course.kind)


def _follow_nontargets(
    rng: Rng, own: Settings, course: Course, nontargets: Ints, gone: Bools, seen: Bools, offset: Ints
) -> tuple[Texts, Texts]:
    """States of the non-targets, and the non-target response, by time point.

    When one of them cannot be evaluated none can: then it is plain that the response is NE.
    """
    size, points = seen.shape
    has: Bools = nontargets.max(axis=1) >= 0
    progressed = np.zeros((size, points), dtype=bool)
    progressed[:, 1:] = (course.kind == NONTARGET)[:, None] & (offset >= course.progression[:, None])
    absent = np.zeros((size, points), dtype=bool)
    absent[:, 2:] = gone[:, None]
    lost = rng.random((size, points)) < own["nontarget_not_evaluable"]
    lost[:, 0] = False
    lost &= ~progressed
    common = choose(absent, "ABSENT", "PRESENT")
    common = choose(lost, "NOT EVALUABLE", common)
    state = repeated("", size * nontargets.shape[1] * points).reshape(size, -1, points)
    for at in range(nontargets.shape[1]):
        # The first of them shows the progression.
        now = choose(progressed, "UNEQUIVOCAL PROGRESSION", common) if at == 0 else common
        state[:, at] = choose((nontargets[:, at] >= 0)[:, None] & seen, now, "")
    response = choose(absent, "CR", "NON-CR/NON-PD")
    response = choose(lost, "NE", response)
    response = choose(progressed, "PD", response)
    return state, choose(has[:, None], response, "")


def _follow_new(rng: Rng, own: Settings, course: Course, seen: Bools, offset: Ints) -> Texts:
    """States of new lesions: an equivocal one that comes to nothing, and one or two that are progression."""
    size, points = seen.shape
    after = np.zeros((size, points), dtype=bool)
    after[:, 1:] = offset >= course.progression[:, None]
    appears = (course.kind == NEW)[:, None] & after & seen
    first = first_point(appears)
    state = repeated("", size * 3 * points).reshape(size, 3, points)
    second = rng.random(size) < 0.3
    rows = np.flatnonzero(first >= 0)
    state[rows, 1, first[rows]] = "UNEQUIVOCAL"
    rows = np.flatnonzero((first >= 0) & second)
    state[rows, 2, first[rows]] = "UNEQUIVOCAL"
    doubt = between(rng, [1, 2], size)
    early = (first < 0) | (doubt + 1 < first)
    early &= seen[np.arange(size), doubt] & seen[np.arange(size), doubt + 1]
    rows = np.flatnonzero(rare(rng, early, own["equivocal"]))
    state[rows, 0, doubt[rows]] = "EQUIVOCAL"
    state[rows, 0, doubt[rows] + 1] = "ABSENT"
    return state
