"""How tumours shrink and grow: the model behind every diameter of the synthetic trial.

A lesion of subject *i* has at day *t* after the first dose the true size

    d(t) = d0 * ( s * exp(-k * t)  +  (1 - s) * exp(g * t) )

a sensitive share *s* that shrinks at the rate *k* and a resistant one that grows at the rate *g*.
Subjects belong to a latent class (response, stable, resistant) that sets *s* and the day of
progression; *g* follows from that day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdisc_npc.simulate.arrays import Bools, Floats, Ints, Rng
from cdisc_npc.simulate.draws import pick_codes
from cdisc_npc.simulate.settings import Settings

_MONTH = 30.4375
# A tumour of twenty times its size is beyond what a subject lives to see.
_MOST_GROWTH = 3.0

TARGET, NEW, NONTARGET = 0, 1, 2


@dataclass
class Course:
    """What will happen to each subject's tumours, before any of it is measured.

    Attributes
    ----------
    group
        Place of the latent class in the settings.
    progression
        Day after the first dose on which the disease truly progresses.
    kind
        What shows it first: `TARGET`, `NEW` or `NONTARGET`.
    complete
        All target lesions disappear.
    shrink, growth
        Rates per day of the two parts.
    sensitive
        Share of each lesion that shrinks, by subject and lesion.
    """

    group: Ints
    progression: Floats
    kind: Ints
    complete: Bools
    shrink: Floats
    growth: Floats
    sensitive: Floats


def draw_course(rng: Rng, settings: Settings, size: int, lesions: int) -> Course:
    """Draw the course of `size` subjects with up to `lesions` target lesions each."""
    own = settings["tumours"]
    classes = list(own["classes"].values())
    group = pick_codes(rng, [part["share"] for part in classes], size)
    mean, sd = np.array([part["sensitive"] for part in classes], dtype=float)[group].T
    share = np.clip(rng.normal(mean, sd), 0, 0.97)
    months, spread = np.array([part["months"] for part in classes], dtype=float)[group].T
    progression = months * _MONTH * np.exp(spread * rng.standard_normal(size))
    complete = (group == 0) & (rng.random(size) < own["complete"])
    kind = pick_codes(rng, [own["progression"][name] for name in ("target", "new", "nontarget")], size)
    kind = np.where(complete, NEW, kind)
    sensitive = np.clip(share[:, None] + own["lesion_sd"] * rng.standard_normal((size, lesions)), 0, 0.985)
    sensitive[complete] = 1.0
    median, spread_of_rate = own["shrink"]
    # Where something else shows the progression first the targets grow more slowly.
    pace = np.where(kind == TARGET, 1.0, 0.5)
    return Course(
        group=group,
        progression=progression,
        kind=kind,
        complete=complete,
        shrink=median * np.exp(spread_of_rate * rng.standard_normal(size)),
        growth=pace * np.log(own["growth"]) / progression,
        sensitive=sensitive,
    )


def true_sizes(course: Course, baseline: Floats, days: Floats) -> Floats:
    """True sizes in mm of each subject's lesions at each day.

    Parameters
    ----------
    baseline
        In mm, by subject and lesion; NaN for no lesion.
    days
        After the first dose, by subject and time point.

    Returns
    -------
    ndarray of float
        By subject, lesion and time point.
    """
    t = days[:, None, :]
    shrinking = np.exp(-course.shrink[:, None, None] * t)
    growing = np.exp(np.minimum(course.growth[:, None, None] * t, _MOST_GROWTH))
    share = course.sensitive[:, :, None]
    return baseline[:, :, None] * (share * shrinking + (1 - share) * growing)
