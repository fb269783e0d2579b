"""Forms of the screening: person, consent, eligibility, history and prior therapy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdisc_npc.simulate.arrays import NONE, Bools, Ints, Rng, Texts
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
from cdisc_npc.simulate.patients import Patients
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Forms
from cdisc_npc.simulate.treatment import Treatment
from cdisc_npc.simulate.tumours import Tumours

SCREENING = "Screening"
_YEAR = 365.25


@dataclass
class History:
    """What is known of all persons before the study: diagnosis, radiotherapy, diseases and eligibility."""

    diagnosis: Ints
    irradiated: Bools
    decided: Ints
    screened: Ints
    diseases: tuple[Ints, Ints, Ints, Bools]


def draw_history(rng: Rng, settings: Settings, patients: Patients) -> History:
    """Draw the history of all persons; diseases are person, kind, start and whether still there."""
    size = len(patients)
    least, most = settings["subjects"]["diagnosis_years"]
    diagnosis = patients.consent - (_YEAR * (least + (most - least) * rng.random(size) ** 1.5)).astype(
        np.int64
    )
    screened = np.minimum(patients.consent + between(rng, [1, 5], size), patients.first - 1)
    kinds = settings["medical_history"]
    has = rng.random((size, len(kinds))) < np.array([facts[0] for facts in kinds.values()], dtype=float)
    person, kind = np.nonzero(has)
    began = patients.consent[person] - between(rng, [200, 7000], len(person))
    began = np.maximum(began, patients.birth[person] + 1000)
    lasting = np.array([bool(facts[1]) for facts in kinds.values()])[kind]
    return History(
        diagnosis=diagnosis,
        irradiated=rng.random(size) < settings["prior_therapy"]["radiotherapy"],
        decided=np.maximum(patients.first - between(rng, [1, 3], size), screened),
        screened=screened,
        diseases=(person, kind, began, lasting),
    )


def add_subject_forms(
    rng: Rng,
    settings: Settings,
    forms: Forms,
    history: History,
    who: Ints,
    tumours: Tumours,
    treatment: Treatment,
) -> None:
    """Add dm, ic, ie, mh, nh, pt and rt."""
    patients = forms.patients
    every = np.arange(len(patients))
    forms.add(
        "dm", every, SCREENING, patients.consent,
        {
            "BRTHDAT": date_text(patients.birth),
            "AGE": integer_text(patients.age),
            "SEX": patients.sex,
            "RACE": repeated("Asian", len(every)),
            "ETHNICN": patients.ethnic,
            "INITIALS": patients.initials,
        },
    )  # fmt: skip
    _add_consent(settings, forms, who, treatment)
    failed = choose(patients.treated, "", pick(rng, settings["trial"]["failed_criteria"], len(every)))
    inclusion = np.array([name.startswith("INCL") for name in failed.tolist()])
    forms.add(
        "ie", every, SCREENING, history.decided,
        {
            "IEYN": choose(patients.treated, "Yes", "No"),
            "IETESTCD": failed,
            "IECAT": choose(patients.treated, "", choose(inclusion, "Inclusion", "Exclusion")),
            "IEORRES": choose(patients.treated, "", choose(inclusion, "No", "Yes")),
            "IEDAT": date_text(history.decided),
        },
    )  # fmt: skip
    person, kind, began, lasting = history.diseases
    ended = np.minimum(began + between(rng, [5, 150], len(person)), patients.consent[person] - 1)
    forms.add(
        "mh", person, SCREENING, patients.consent[person],
        {
            "MHTERM": texts(list(settings["medical_history"]))[kind],
            "MHSTDAT": date_text(began),
            "MHENDAT": date_text(np.where(lasting, NONE, ended)),
            "MHONGO": choose(lasting, "Yes", "No"),
        },
        log=True,
    )  # fmt: skip
    _add_cancer(rng, settings, forms, history, who, tumours)
    _add_prior_therapy(rng, settings, forms, history)


def _add_consent(settings: Settings, forms: Forms, who: Ints, treatment: Treatment) -> None:
    """Consent, and consent again at the first cycle after a new version of the form."""
    patients = forms.patients
    every = np.arange(len(patients))
    names, since = zip(
        *sorted(settings["trial"]["consent_versions"].items(), key=lambda item: item[1]), strict=True
    )
    version = np.searchsorted(np.array(since), patients.consent, side="right") - 1
    parts = [(every, patients.consent, np.maximum(version, 0), np.full(len(every), -1))]
    for newer in range(1, len(names)):
        later = treatment.visited & (treatment.cycle >= since[newer])
        has = later.any(axis=1) & (version[who] < newer)
        cycle = later.argmax(axis=1)[has]
        rows = np.flatnonzero(has)
        parts.append((who[rows], treatment.cycle[rows, cycle], np.full(len(rows), newer), cycle))
    person, day, number, cycle = (np.concatenate(part) for part in zip(*parts, strict=True))
    labels = texts([*(f"C{n + 1}D1" for n in range(treatment.cycle.shape[1])), SCREENING])
    forms.add(
        "ic", person, labels[cycle], day,
        {"RFICDAT": date_text(day), "ICVER": texts(names)[number], "ICRECON": choose(cycle >= 0, "Yes", "No")},
    )  # fmt: skip


def _add_cancer(
    rng: Rng, settings: Settings, forms: Forms, history: History, who: Ints, tumours: Tumours
) -> None:
    own, size = settings["subjects"], len(forms.patients)
    t, n, m = (pick(rng, own[part], size) for part in ("tstage", "nstage", "mstage"))
    # AJCC 8 for nasopharyngeal carcinoma: the highest of what T, N and M alone would give.
    stage = choose((t == "T2") | (n == "N1"), "II", "I")
    stage = choose((t == "T3") | (n == "N2"), "III", stage)
    stage = choose((t == "T4") | (n == "N3"), "IVA", stage)
    stage = choose(m == "M1", "IVB", stage)
    local, sites = _sites(rng, settings, size, who, tumours)
    # Found after most of the time since the diagnosis.
    since = forms.patients.consent - history.diagnosis
    result = history.diagnosis + (since * (0.6 + 0.3 * rng.random(size))).astype(np.int64)
    recurrent = choose(local, "Recurrent and metastatic", "Metastatic")
    forms.add(
        "nh", np.arange(size), SCREENING, history.screened,
        {
            "DIAGDAT": date_text(history.diagnosis),
            "HISTOL": pick(rng, own["histology"], size),
            "STAGE": stage,
            "TSTAGE": t,
            "NSTAGE": n,
            "MSTAGE": m,
            "RECMET": choose(sites == "", "Recurrent", recurrent),
            "RECDAT": date_text(result),
            "METSITE": sites,
            "EBVST": pick(rng, own["ebv"], size),
        },
    )  # fmt: skip


def _sites(rng: Rng, settings: Settings, size: int, who: Ints, tumours: Tumours) -> tuple[Bools, Texts]:
    """Whether there is a lesion at the primary site, and the distant sites of lesions, joined."""
    places, others = settings["tumours"]["places"], settings["tumours"]["other_places"]
    distant = settings["subjects"]["distant"]
    primary = places[0]["site"]

    def bits(listed: list[Settings]) -> np.ndarray:
        masks = [1 << distant.index(place["site"]) if place["site"] in distant else 0 for place in listed]
        return np.array([*masks, 0])

    mask = np.where(rng.random(size) < 0.5, 2, 0)  # of screen failures nothing but this is known
    of_treated = np.bitwise_or.reduce(bits(places)[tumours.places], axis=1)
    of_treated |= np.bitwise_or.reduce(bits(others)[tumours.nontargets], axis=1)
    mask[who] = of_treated
    local = rng.random(size) < 0.4
    local[who] = ((tumours.places >= 0) & (tumours.places == 0)).any(axis=1)
    assert places[0]["site"] == primary
    combined = [
        ", ".join(site for at, site in enumerate(distant) if number >> at & 1)
        for number in range(1 << len(distant))
    ]
    return local, texts(combined)[mask]


def _add_prior_therapy(rng: Rng, settings: Settings, forms: Forms, history: History) -> None:
    own, patients = settings["prior_therapy"], forms.patients
    size = len(patients)
    lines = 1 + pick_codes(rng, list(own["lines"].values()), size)
    most = len(own["lines"])
    person, line = np.nonzero(np.arange(most) < lines[:, None])
    span = (patients.consent - history.diagnosis - 30)[person] / lines[person]
    start = history.diagnosis[person] + 20 + (line * span).astype(np.int64)
    end = start + np.minimum((span * (0.3 + 0.4 * rng.random(len(person)))).astype(np.int64), 150)
    best, why = pick(rng, own["best"], len(person)), pick(rng, own["ended"], len(person))
    regimens = {regimen["name"]: regimen["weight"] for regimen in own["regimens"]}
    forms.add(
        "pt", person, SCREENING, history.screened[person],
        {
            "CMTRT": pick(rng, regimens, len(person)),
            "CMLINE": integer_text(line + 1),
            "CMSTDAT": date_text(start),
            "CMENDAT": date_text(end),
            "CMBRESP": best,
            "CMRSDISC": choose(best == "PD", "Progressive disease", why),
        },
        log=True,
    )  # fmt: skip
    radical = np.flatnonzero(history.irradiated)
    palliative = np.flatnonzero(rng.random(size) < own["palliative"])
    person = np.concatenate([radical, palliative])
    first = np.arange(len(person)) < len(radical)
    since = patients.consent[person] - history.diagnosis[person]
    start = history.diagnosis[person] + np.where(first, between(rng, [20, 45], len(person)), since * 6 // 10)
    end = start + np.where(first, between(rng, [42, 50], len(person)), 11)
    sites = pick(rng, own["palliative_site"], len(person))
    fractions = np.where(first, between(rng, own["fractions"], len(person)), 10)
    gray = np.where(first, between(rng, own["gray"], len(person)), 30)
    forms.add(
        "rt", person, SCREENING, history.screened[person],
        {
            "PRTRT": choose(first, own["radiotherapy_name"], own["palliative_name"]),
            "PRLOC": choose(first, own["radiotherapy_site"], sites),
            "PRDOSE": integer_text(gray),
            "PRFRAC": integer_text(fractions),
            "PRSTDAT": date_text(start),
            "PRENDAT": date_text(end),
        },
        log=True,
    )  # fmt: skip
