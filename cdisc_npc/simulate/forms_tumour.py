"""Forms of the tumour assessments: target, non-target and new lesions, and the responses."""

from __future__ import annotations

import numpy as np

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.simulate.arrays import Bools, Ints, Texts
from cdisc_npc.simulate.draws import choose, date_text, repeated, texts
from cdisc_npc.simulate.investigator import ABSENT, GONE, MEASURED, NOT_DONE, NOT_EVALUABLE, TOO_SMALL
from cdisc_npc.simulate.laboratory import flag
from cdisc_npc.simulate.outcome import Outcome
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Forms
from cdisc_npc.simulate.tumours import MERGED, MOST_TARGETS, PARTS, Tumours

STATES = {
    MEASURED: "", ABSENT: "ABSENT", TOO_SMALL: "TOO SMALL TO MEASURE", NOT_EVALUABLE: "NOT EVALUABLE",
    NOT_DONE: "NOT DONE",
}  # fmt: skip


def diameter_text(tenths: Ints) -> Texts:
    """Millimetres of whole tenths, without a zero after the point."""
    codes, uniques = distinct(tenths)
    written = [str(n // 10) if n % 10 == 0 else f"{n // 10}.{n % 10}" for n in uniques.tolist()]
    return texts(written)[codes]


def add_tumour_forms(settings: Settings, forms: Forms, who: Ints, tumours: Tumours, outcome: Outcome) -> None:
    """Add tl, ntl, nl and rs."""
    labels = texts(tumours.labels)
    _add_targets(settings, forms, who, tumours, outcome.assessed, labels)
    others = settings["tumours"]["other_places"]
    for name, prefix, places, which, states in (
        ("ntl", "NT", tumours.nontargets, tumours.nontarget_which, tumours.nontarget_state),
        ("nl", "NEW", tumours.new_place, tumours.new_which, tumours.new_state),
    ):
        shown = outcome.assessed[:, None, :] & (states != "")
        subject, point, lesion = np.nonzero(shown.transpose(0, 2, 1))
        number = lesion + 1
        if prefix == "NEW":
            # Numbered in the order in which they are seen; the equivocal one may not exist.
            number = np.cumsum(shown.any(axis=2), axis=1)[subject, lesion]
        kind = places[subject, lesion]
        numbers = texts([f"{prefix}{n:02d}" for n in range(1 + int(number.max(initial=0)))])
        forms.add(
            name, who[subject], labels[point], tumours.day[subject, point],
            {"LESNO": numbers[number]}
            | _described(others, kind, which[subject, lesion])
            | _scanned(others, kind, tumours, subject, point)
            | {"LESSTAT": states[subject, lesion, point]},
            log=True, page=point,
        )  # fmt: skip
    _add_responses(forms, who, tumours, outcome.assessed, labels)


def _described(places: list[Settings], kind: Ints, which: Ints) -> dict[str, Texts]:
    described = repeated("", len(kind))
    for at, place in enumerate(places):
        rows = np.flatnonzero(kind == at)
        words = texts(place["desc"])
        described[rows] = words[which[rows] % len(words)]
    return {"LESSITE": texts([place["site"] for place in places])[kind], "LESDESC": described}


def _scanned(
    places: list[Settings], kind: Ints, tumours: Tumours, subject: Ints, point: Ints
) -> dict[str, Texts]:
    """Method and date; magnetic resonance may be made a day before the computed tomography."""
    method = texts([place["method"] for place in places])[kind]
    day = tumours.day[subject, point] - np.where(method == "MRI", tumours.earlier[subject, point], 0)
    return {"METHOD": method, "SCANDAT": date_text(day)}


def _add_targets(
    settings: Settings, forms: Forms, who: Ints, tumours: Tumours, assessed: Bools, labels: Texts
) -> None:
    shown = assessed[:, None, :] & (tumours.state != GONE)
    subject, point, slot = np.nonzero(shown.transpose(0, 2, 1))
    # A part, and a merged lesion, lies where the lesion was that it came of.
    origin = np.where(np.isin(slot, PARTS), tumours.parent[subject], slot)
    origin = np.where(slot == MERGED, tumours.pair[subject, 0], origin)
    plain = [f"T{n + 1:02d}" for n in range(MOST_TARGETS)]
    parts = [f"{plain[n]}.{part + 1}" for part in range(len(PARTS)) for n in range(MOST_TARGETS)]
    pairs = [f"{one}/{two}" for one in plain for two in plain]
    pair = MOST_TARGETS * tumours.pair[subject, 0] + tumours.pair[subject, 1]
    code = np.where(np.isin(slot, PARTS), MOST_TARGETS * (1 + slot - PARTS[0]) + origin, slot)
    code = np.where(slot == MERGED, MOST_TARGETS * (1 + len(PARTS)) + pair, code)
    names = texts([*plain, *parts, *pairs])
    parent = choose(np.isin(slot, PARTS), texts(plain)[origin], "")
    parent = choose(slot == MERGED, names[code], parent)
    places = settings["tumours"]["places"]
    kind = tumours.places[subject, origin]
    state = tumours.state[subject, slot, point]
    diameter = diameter_text(np.where(state == MEASURED, tumours.tenths[subject, slot, point], 0))
    written = (state == MEASURED) | (state == ABSENT)
    words = texts([STATES.get(number, "") for number in range(GONE)])
    forms.add(
        "tl", who[subject], labels[point], tumours.day[subject, point],
        {"LESNO": names[code]}
        | _described(places, kind, tumours.which[subject, origin])
        | {
            "NODAL": texts([flag_word(place["nodal"]) for place in places])[kind],
            "PREVIR": flag(tumours.previously[subject, origin]),
        }
        | _scanned(places, kind, tumours, subject, point)
        | {
            "DIAM": choose(written, diameter, ""),
            "DIAMU": choose(written, "mm", ""),
            "LESSTAT": words[state],
            "PARENT": parent,
        },
        log=True, page=point,
    )  # fmt: skip


def flag_word(answer: str) -> str:
    """The settings' yes and no as the form writes them."""
    return answer.capitalize()


def _add_responses(forms: Forms, who: Ints, tumours: Tumours, assessed: Bools, labels: Texts) -> None:
    shown = assessed.copy()
    shown[:, 0] = False
    subject, point = np.nonzero(shown)
    given = tumours.responses
    # A sum that leaves out a lesion is no sum; it is stated only where it is a progression all the same.
    stated = given.whole[subject, point] | (given.target[subject, point] == "PD")
    new = (tumours.new_state == "UNEQUIVOCAL").any(axis=1)[subject, point]
    doubtful = (tumours.new_state == "EQUIVOCAL").any(axis=1)[subject, point]
    forms.add(
        "rs", who[subject], labels[point], tumours.day[subject, point],
        {
            "RSDAT": date_text(tumours.day[subject, point]),
            "SUMDIAM": choose(stated, diameter_text(given.total[subject, point]), ""),
            "TRGRESP": given.target[subject, point],
            "NTRGRESP": given.nontarget[subject, point],
            "NEWLES": choose(new, "Yes", choose(doubtful, "Equivocal", "No")),
            "OVRLRESP": given.overall[subject, point],
        },
    )  # fmt: skip
