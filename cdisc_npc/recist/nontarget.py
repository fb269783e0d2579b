"""Non-target and new lesions: their states and the responses these decide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.recist.course import MEASURES, NEVER, Course
from cdisc_npc.recist.lesions import Lesions
from cdisc_npc.recist.policies import Policies
from cdisc_npc.recist.target import NORMAL_NODE, chosen_sizes

NOT_ASSESSED, ABSENT, PRESENT, PROGRESSED = range(4)
_STATES = ("TUMSTATE", "LNSTATE")


def nontarget_response(course: Course, lesions: Lesions, policies: Policies) -> pd.DataFrame:
    """Non-target response of each time point.

    1. A lesion's state is that of TUMSTATE or LNSTATE; or of its size: a node under 10 mm and
       another lesion of 0 mm are absent, else present. Of several the worst counts.
    2. No non-target lesions at baseline: NA.
    3. PD: one has progressed unequivocally.
    4. NE: one is not assessed (policy ``nontarget_incomplete``).
    5. CR: all are absent, nodes under 10 mm. Else NON-CR/NON-PD.
       Tumour markers, which RECIST 1.1, 4.3.3 also asks of CR, are not in TU and TR.

    Returns
    -------
    DataFrame
        One row per time point: NTRGRESP, NTRGREAS, NLEXP and NLASS (lesions to be assessed, and
        assessed), ``scan`` (rank of the earliest date that shows PD, 0 without).
    """
    tr, size = course.tr, len(course.points)
    kind = lesions.table["kind"].to_numpy()
    own = lesions.active & (kind[lesions.of_record] == "NON-TARGET")
    state = np.where(own, _stated(tr, policies), NOT_ASSESSED)
    measured = own & tr["test"].isin(MEASURES).to_numpy() & (tr["value"] >= 0).to_numpy()
    sized = chosen_sizes(course, lesions, measured, policies)
    nodal = lesions.table["nodal"].to_numpy()[lesions.recorded[sized]]
    value = tr["value"].to_numpy()[sized]
    state[sized] = np.where(np.where(nodal, value < NORMAL_NODE, value == 0), ABSENT, PRESENT)

    used = state > NOT_ASSESSED
    item = pd.DataFrame(
        {"point": tr["point"].to_numpy()[used], "lesion": lesions.of_record[used], "state": state[used]}
    )
    worst = item.groupby(["point", "lesion"])["state"].max().reset_index()
    expected = lesions.expected(course, "NON-TARGET")
    assessed = np.bincount(worst["point"], minlength=size)
    greatest = np.zeros(size, dtype=np.int64)
    np.maximum.at(greatest, worst["point"].to_numpy(), worst["state"].to_numpy())
    missing = assessed < expected
    if policies.nontarget_incomplete == "NON-CR/NON-PD":
        missing &= greatest < PRESENT
    rules = [
        ((course.points["seq"] == 0).to_numpy(), "", "BASELINE"),
        (expected == 0, "NA", "NO_NONTARGET"),
        (greatest == PROGRESSED, "PD", "NONTARGET_PROGRESSION"),
        (missing, "NE", "NONTARGET_MISSING"),
        (greatest == ABSENT, "CR", "NONTARGET_GONE"),
    ]
    conditions = [rule[0] for rule in rules]
    return pd.DataFrame(
        {
            "NTRGRESP": np.select(conditions, [rule[1] for rule in rules], "NON-CR/NON-PD").astype(object),
            "NTRGREAS": np.select(conditions, [rule[2] for rule in rules], "NONTARGET_REMAINS").astype(object),
            "NLEXP": expected, "NLASS": assessed, "scan": _earliest(course, state == PROGRESSED),
        }
    )  # fmt: skip


def new_lesions(course: Course, lesions: Lesions, policies: Policies) -> pd.DataFrame:
    """New lesions of each time point.

    1. A new lesion (TUSTRESC NEW, else TRGRPID NEW) is equivocal where its TUMSTATE says so, and
       unequivocal where it has another state or a size; absent, not evaluable or not done, it is
       nothing. Without any record in TR: policy ``new_without_state``, at its visit in TU.
    2. An equivocal one is none (policy ``equivocal_new``).
    3. An unequivocal one remains (policy ``new_persists``).

    Returns
    -------
    DataFrame
        One row per time point: NEWLIND (Y or N), NEWLPROG (UNEQUIVOCAL, EQUIVOCAL or blank),
        ``scan`` (rank of the earliest date at this time point that shows it, 0 without).
    """
    tr, size = course.tr, len(course.points)
    reader = course.points["reader"].to_numpy()
    kind = lesions.table["kind"].to_numpy()
    own = (lesions.recorded >= 0) & (kind[lesions.recorded] == "NEW") & (tr["seq"] > 0).to_numpy()
    stated = own & tr["test"].isin(_STATES).to_numpy() & ~tr["state"].isin(("", *policies.unread)).to_numpy()
    doubtful = stated & tr["state"].isin(policies.equivocal).to_numpy()
    certain = stated & ~doubtful & ~tr["state"].isin(policies.absent).to_numpy()
    # A size counts only where no state is given: it may be that of an equivocal lesion.
    joint = tr["point"].to_numpy() * len(kind) + lesions.recorded
    sized = own & tr["test"].isin(MEASURES).to_numpy() & (tr["value"] > 0).to_numpy()
    certain |= sized & ~np.isin(joint, joint[stated])
    if policies.equivocal_new == "dates back":
        sure_from = np.full(len(kind), NEVER)
        np.minimum.at(sure_from, lesions.recorded[certain], tr["seq"].to_numpy()[certain])
        certain |= doubtful & (sure_from[lesions.recorded] < NEVER)
    here = np.bincount(tr["point"], weights=certain, minlength=size) > 0
    ever = pd.Series(here).groupby(reader).cummax().to_numpy() if policies.new_persists == "yes" else here
    maybe = np.bincount(tr["point"], weights=doubtful, minlength=size) > 0
    scan = _earliest(course, certain)
    # Where a lesion only persists, nothing at this time point dates it but the scans themselves.
    scan = np.where(ever & (scan == 0), _earliest(course, tr["done"].to_numpy(dtype=bool)), scan)
    return pd.DataFrame(
        {
            "NEWLIND": np.where(ever, "Y", "N").astype(object),
            "NEWLPROG": np.select([ever, maybe], ["UNEQUIVOCAL", "EQUIVOCAL"], "").astype(object),
            "scan": scan,
        }
    )  # fmt: skip


def _stated(tr: pd.DataFrame, policies: Policies) -> np.ndarray:
    states = tr["state"].where(tr["test"].isin(_STATES), "")
    codes, values = distinct(states)
    meaning = {
        **dict.fromkeys(policies.present, PRESENT),
        **dict.fromkeys(policies.absent, ABSENT),
        **dict.fromkeys(policies.progressed, PROGRESSED),
    }
    existing = np.array([meaning.get(value, NOT_ASSESSED) for value in values], dtype=np.int64)
    return existing[codes] if len(values) else np.zeros(len(tr), dtype=np.int64)


def _earliest(course: Course, use: np.ndarray) -> np.ndarray:
    """Rank of the earliest date of the records in use, of each time point; 0 without."""
    tr = course.tr
    rows = np.flatnonzero(use & (tr["date"] > 0).to_numpy())
    first = np.full(len(course.points), NEVER)
    np.minimum.at(first, tr["point"].to_numpy()[rows], tr["date"].to_numpy()[rows])
    return np.where(first == NEVER, 0, first)
