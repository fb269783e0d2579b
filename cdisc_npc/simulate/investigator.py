"""The investigator's RECIST 1.1 responses, as they follow from the simulator's own measurements.

Written apart from `cdisc_npc.recist`, so that each can be tested against the other. Diameters
are whole tenths of a millimetre, so that 30 % and 20 % are decided exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdisc_npc.simulate.arrays import NONE, Bools, Ints, Texts
from cdisc_npc.simulate.draws import choose

# States of a target lesion at a time point; GONE: its number is no longer (or not yet) in use.
MEASURED, ABSENT, TOO_SMALL, NOT_EVALUABLE, NOT_DONE, GONE = range(6)
TOO_SMALL_TENTHS = 50
_NODE_NORMAL = 100
_LEAST_RISE = 50


@dataclass
class Responses:
    """By subject and time point; the first time point is the baseline, which has no response.

    Attributes
    ----------
    total
        Sum of the diameters that could be assessed, in tenths of mm.
    whole
        Every target lesion could be assessed.
    nadir
        Smallest whole sum before this time point, baseline included.
    target, nontarget, overall
        Responses; blank at baseline, and non-target where there never was one.
    """

    total: Ints
    whole: Bools
    nadir: Ints
    target: Texts
    nontarget: Texts
    overall: Texts


def respond(tenths: Ints, state: Ints, nodal: Bools, seen: Bools, nontarget: Texts, new: Bools) -> Responses:
    """Derive the responses.

    1. A lesion that is absent counts 0, one too small to measure 5 mm. One that is not evaluable
       or not done counts nothing, and the sum is then not whole.
    2. Target PD: the sum is at least 20 % and 5 mm above the nadir, also when it is not whole.
       Else CR: all non-nodal lesions 0 and all nodes below 10 mm; PR: at least 30 % below the
       baseline; SD; each only of a whole sum, else NE. CR is looked at before PD, as small nodes
       that vary are no progression.
    3. Overall PD by a new lesion or a PD of either part. Else CR of both parts (or of the target
       part where there is no other) is CR, CR with a lesser non-target response PR, and any other
       target response stands.

    Parameters
    ----------
    tenths, state
        Of each target lesion, by subject, lesion and time point.
    nodal
        By subject and lesion.
    seen
        Whether the time point was assessed at all; the others change no nadir.
    nontarget
        Non-target response by subject and time point, blank for none at baseline.
    new
        Whether an unequivocal new lesion is seen.
    """
    counted = np.select(
        [state == MEASURED, state == TOO_SMALL], [tenths, np.full_like(tenths, TOO_SMALL_TENTHS)], 0
    )
    missing = ((state == NOT_EVALUABLE) | (state == NOT_DONE)).any(axis=1)
    total = counted.sum(axis=1)
    in_use = (state != GONE) & (state != NOT_EVALUABLE) & (state != NOT_DONE)
    small = np.where(nodal[:, :, None], counted < _NODE_NORMAL, counted == 0)
    cleared = (small | ~in_use).all(axis=1) & ~missing
    points = total.shape[1]
    nadir = np.empty_like(total)
    lowest = total[:, 0].copy()
    for point in range(points):
        nadir[:, point] = lowest
        lowest = np.where(seen[:, point] & ~missing[:, point], np.minimum(lowest, total[:, point]), lowest)
    progressed = (5 * total >= 6 * nadir) & (total - nadir >= _LEAST_RISE) & ~cleared
    smaller = 10 * total <= 7 * total[:, :1]
    target = choose(smaller, "PR", "SD")
    target = choose(missing, "NE", target)
    target = choose(cleared, "CR", target)
    target = choose(progressed, "PD", target)
    overall = choose((target == "CR") & (nontarget != "CR") & (nontarget != ""), "PR", target)
    overall = choose(new | (nontarget == "PD"), "PD", overall)
    blank = ~seen
    blank[:, 0] = True
    return Responses(
        total=total,
        whole=~missing,
        nadir=nadir,
        target=choose(blank, "", target),
        nontarget=choose(blank, "", nontarget),
        overall=choose(blank, "", overall),
    )


def first_point(which: Bools) -> Ints:
    """Place of the first time point for which something holds; `NONE` for none."""
    return np.where(which.any(axis=1), which.argmax(axis=1), NONE)
