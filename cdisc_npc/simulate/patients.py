"""The persons: sites, numbers, demography, consent, first dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdisc_npc.simulate.arrays import Bools, Ints, Rng, Texts
from cdisc_npc.simulate.draws import between, choose, pick, texts
from cdisc_npc.simulate.settings import Settings

_YEAR = 365.25


@dataclass
class Patients:
    """All who gave consent, in the order of site and number; one place in each array.

    Attributes
    ----------
    subjid
        Two digits of the site and three of the subject (more at very large sites).
    site
        Number of the site, from 1.
    treated
        False for a screen failure; `first` is then no day of a dose and only marks the time.
    consent, first, birth
        Days: of consent, of the first dose, of birth.
    limit
        Last day on which anything is collected: end of follow-up, the data cut, or the day up to which
        a site has entered its data.
    """

    subjid: Texts
    site: Ints
    treated: Bools
    sex: Texts
    age: Ints
    birth: Ints
    consent: Ints
    first: Ints
    limit: Ints
    initials: Texts
    ethnic: Texts
    height: np.ndarray
    weight: np.ndarray
    ecog: Ints

    def __len__(self) -> int:
        return len(self.subjid)


def draw_patients(rng: Rng, settings: Settings, subjects: int) -> Patients:
    """Draw the persons of a trial.

    1. Screen failures come on top of the treated subjects.
    2. Sites are the square root of all persons, within the settings' bounds; sites and days of
       consent are drawn evenly, the first consent being the study's first day.
    3. At each site persons are numbered in the order of consent.
    """
    trial, own = settings["trial"], settings["subjects"]
    failures = int(np.ceil(subjects * trial["screen_failures"]))
    size = subjects + failures
    treated = np.ones(size, dtype=bool)
    treated[rng.permutation(size)[:failures]] = False
    sites = int(np.clip(round(size**0.5), trial["sites"]["least"], trial["sites"]["most"]))
    site = rng.integers(1, sites + 1, size)
    site[: min(sites, size)] = np.arange(1, min(sites, size) + 1)
    consent = trial["first_consent"] + rng.integers(0, trial["enrolment_days"] + 1, size)
    consent[int(rng.integers(size))] = trial["first_consent"]
    order = np.lexsort((consent, site))
    site, consent = site[order], consent[order]
    start = np.searchsorted(site, site, side="left")
    number = np.arange(size) - start + 1
    digits = max(trial["per_site_digits"], len(str(int(number.max()))))
    subjid = texts([f"{s:02d}{n:0{digits}d}" for s, n in zip(site.tolist(), number.tolist(), strict=True)])

    sex = choose(rng.random(size) < own["male"], "Male", "Female")
    bounds = own["age"]
    years = np.clip(
        rng.normal(bounds["mean"], bounds["sd"], size), bounds["least"] + 0.1, bounds["most"] + 0.9
    )
    birth = consent - np.floor(years * _YEAR).astype(np.int64)
    first = consent + between(rng, trial["screening_days"], size)
    men, women = own["height"]["Male"], own["height"]["Female"]
    height = np.where(sex == "Male", rng.normal(men[0], men[1], size), rng.normal(women[0], women[1], size))
    mean, spread = own["bmi"]
    weight = np.clip(rng.normal(mean, spread, size), 16, 35) * (height / 100) ** 2
    letters = texts(list(own["initials"]))
    parts = rng.integers(0, len(letters), (3, size))
    # No two persons are alike in all that tells a rescreened one.
    while (
        alike := pd.DataFrame(
            {"birth": birth, "sex": sex, 1: parts[0], 2: parts[1], 3: parts[2]}
        ).duplicated()
    ).any():
        parts[2] = (parts[2] + alike) % len(letters)
    initials = letters[parts]
    return Patients(
        subjid=subjid,
        site=site,
        treated=treated,
        sex=sex,
        age=whole_years(birth, consent),
        birth=birth,
        consent=consent,
        first=first,
        limit=np.minimum(first + settings["trial"]["follow_up_days"], trial["data_cut"]),
        initials=initials[0] + initials[1] + initials[2],
        ethnic=pick(rng, own["ethnic"], size),
        height=np.rint(height),
        weight=np.round(weight, 1),
        ecog=(rng.random(size) >= own["ecog0"]).astype(np.int64),
    )


def end_entry(rng: Rng, settings: Settings, patients: Patients) -> None:
    """Let the data of some subjects end early: their sites have entered nothing later."""
    own, size = settings["trial"]["behind"], len(patients)
    behind = patients.treated & (rng.random(size) < own["share"])
    last = patients.first + between(rng, own["days"], size)
    patients.limit = np.where(behind, np.minimum(patients.limit, last), patients.limit)


def whole_years(birth: Ints, day: Ints) -> Ints:
    """Age in completed years by the calendar, as a clinician counts it."""
    born, then = birth.astype("datetime64[D]"), day.astype("datetime64[D]")
    years = then.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    birthday = _of_year(born)
    return years - (_of_year(then) < birthday)


def _of_year(days: np.ndarray) -> Ints:
    """Month and day as one number that orders them."""
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    return month * 31 + (days - months.astype("datetime64[D]")).astype(np.int64)
