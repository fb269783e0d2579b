"""Target lesions: sum of diameters, baseline, nadir and the response they decide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.recist.course import MEASURES, Course
from cdisc_npc.recist.exact import PER_MM, decimal_text, millimetres
from cdisc_npc.recist.lesions import Lesions
from cdisc_npc.recist.policies import Policies

NORMAL_NODE = 10 * PER_MM
LEAST_RISE = 5 * PER_MM
_NONE = np.iinfo(np.int64).max // 64  # no sum reaches it, and it can be multiplied


def rises(total: np.ndarray, nadir: np.ndarray) -> np.ndarray:
    """Whether a sum is at least 20 % and 5 mm above the nadir (RECIST 1.1, 4.3.1); nanometres."""
    rise = total - nadir
    return (5 * rise >= nadir) & (rise >= LEAST_RISE)


def falls(total: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    """Whether a sum is at least 30 % below baseline (RECIST 1.1, 4.3.1); nanometres."""
    return 10 * (baseline - total) >= 3 * baseline


def target_response(course: Course, lesions: Lesions, policies: Policies, findings: Findings) -> pd.DataFrame:
    """Target response of each time point.

    1. A lesion's size is its LDIAM, of a node its LPERP; DIAMETER where that is not there (policy
       ``diameter``). Of several at one time point the last counts (at baseline: the last before treatment).
    2. SUMDIAM is the sum of the sizes of the lesions to be assessed (`lesions.lesions`); it is
       complete where LSASS, how many have a size, is LSEXP, how many are to be assessed.
    3. BASE is the sum of baseline, where complete; NADIR the least complete sum of all earlier
       time points, baseline included.
    4. No target lesions: NA. Without BASE: NE.
    5. CR: complete, every non-nodal lesion 0 mm and every node under 10 mm.
    6. PD: SUMDIAM, complete or not, is at least 20 % and at least 5 mm above NADIR; or, after an
       earlier CR, a lesion is there again (policies ``reappearance``, ``missing_lesion``).
    7. Not complete: NE.
    8. PR: SUMDIAM is at least 30 % below BASE. Else SD.
       CR comes before PD by the sum (policy ``normal_nodes``), PD before PR.

    Returns
    -------
    DataFrame
        One row per time point: TRGRESP, TRGREAS (the rule that decided), BASE, NADIR, SUMDIAM
        (nanometres, -1 without), LSEXP, LSASS, ``scan`` (rank of the earliest date that shows
        PD, 0 without).
    """
    points = course.points
    size = len(points)
    reader = points["reader"].to_numpy()
    sizes = _sizes(course, lesions, policies, findings)
    at = sizes["point"].to_numpy()
    value, nodal = sizes["value"].to_numpy(), sizes["nodal"].to_numpy()
    own = sizes.drop_duplicates(["point", "lesion"])  # sorted: the greatest of merged ones
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, own["point"].to_numpy(), own["value"].to_numpy())
    assessed = np.bincount(own["point"], minlength=size)
    expected = lesions.expected(course, "TARGET")
    complete = (assessed == expected) & (expected > 0)

    there = np.where(nodal, value >= NORMAL_NODE, value > 0)
    remains = np.bincount(at, weights=there, minlength=size) > 0
    gone = complete & ~remains
    is_baseline = (points["seq"] == 0).to_numpy()
    base = np.full(len(course.readers), -1, dtype=np.int64)
    base[reader[is_baseline & complete]] = total[is_baseline & complete]
    base = base[reader]
    sums = pd.Series(np.where(complete, total, _NONE))
    nadir = sums.groupby(reader).cummin().groupby(reader).shift(1, fill_value=_NONE).to_numpy()

    after_cr = (
        pd.Series(gone & ~is_baseline)
        .groupby(reader)
        .cummax()
        .groupby(reader)
        .shift(1, fill_value=False)
        .to_numpy()
    )
    again = _reappears(policies, sizes, after_cr, gone, nadir, size)
    risen = rises(total, nadir)
    if policies.missing_lesion == "NE":
        risen, again = risen & complete, again & complete
    calm = gone & (policies.normal_nodes == "CR")
    rules = [
        (is_baseline, "", "BASELINE"),
        (expected == 0, "NA", "NO_TARGET"),
        (base < 0, "NE", "TARGET_NO_BASELINE"),
        (calm, "CR", "TARGET_GONE"),
        (risen & complete, "PD", "TARGET_INCREASE"),
        (risen, "PD", "TARGET_INCREASE_OF_MEASURED"),
        (again, "PD", "TARGET_REAPPEARED"),
        (gone, "CR", "TARGET_GONE"),
        (~complete, "NE", "TARGET_MISSING"),
        (falls(total, base), "PR", "TARGET_DECREASE"),
    ]
    conditions = [rule[0] for rule in rules]
    response = np.select(conditions, [rule[1] for rule in rules], "SD").astype(object)
    table = pd.DataFrame(
        {
            "TRGRESP": response, "TRGREAS": np.select(conditions, [rule[2] for rule in rules], "TARGET_STABLE").astype(object),
            "BASE": base, "NADIR": np.where(nadir >= _NONE, -1, nadir), "SUMDIAM": np.where(assessed > 0, total, -1),
            "LSEXP": expected, "LSASS": assessed,
        }
    )  # fmt: skip
    table["scan"] = np.where(response == "PD", _first_shown(own, sizes, nadir, risen, again, policies), 0)
    return table


def _sizes(course: Course, lesions: Lesions, policies: Policies, findings: Findings) -> pd.DataFrame:
    """The measured target lesions of each time point; of merged ones the greatest first."""
    tr, table = course.tr, lesions.table
    kind, nodal = table["kind"].to_numpy(), table["nodal"].to_numpy()
    measured = tr["test"].isin(MEASURES).to_numpy() & (lesions.recorded >= 0)
    target = measured & (kind[lesions.of_record] == "TARGET")
    _report_unread(course, target, policies, findings)
    use = measured & lesions.active & (tr["value"] >= 0).to_numpy() & (kind[lesions.of_record] == "TARGET")
    chosen = chosen_sizes(course, lesions, use, policies)
    _report_repeated(course, lesions, use, findings)
    sizes = tr.loc[chosen, ["point", "value", "date"]].assign(
        lesion=lesions.of_record[chosen], nodal=nodal[lesions.recorded[chosen]]
    )
    return sizes.sort_values(["point", "lesion", "value"], ascending=[True, True, False], ignore_index=True)


def chosen_sizes(course: Course, lesions: Lesions, use: np.ndarray, policies: Policies) -> np.ndarray:
    """Rows of ``course.tr``, of those in use, that give a lesion's size at its time point."""
    rows = np.flatnonzero(use)
    tr, own = course.tr.take(rows), lesions.recorded[rows]
    nodal = lesions.table["nodal"].to_numpy()[own]
    axis = np.where(nodal, tr["test"] == "LPERP", tr["test"] == "LDIAM")
    fits = axis | (tr["test"] == "DIAMETER").to_numpy()
    rows, own, axis = rows[fits], own[fits], axis[fits]
    tr = tr[fits]
    if policies.diameter == "first":
        axis = ~axis
    # The last of a lesion and time point is the one that counts: the preferred test, then the latest.
    order = np.lexsort((np.arange(len(rows)), tr["date"], axis, own, tr["point"]))
    point, own = tr["point"].to_numpy()[order], own[order]
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = (point[1:] != point[:-1]) | (own[1:] != own[:-1])
    return rows[order][last]


def _reappears(
    policies: Policies,
    sizes: pd.DataFrame,
    after_cr: np.ndarray,
    gone: np.ndarray,
    nadir: np.ndarray,
    size: int,
) -> np.ndarray:
    if policies.reappearance == "none":
        return np.zeros(size, dtype=bool)
    if policies.reappearance == "nadir zero":
        assessed = np.bincount(sizes["point"], minlength=size) > 0
        return (nadir == 0) & ~gone & assessed
    back = _is_back(sizes, policies)
    return after_cr & (np.bincount(sizes["point"], weights=back, minlength=size) > 0)


def _is_back(sizes: pd.DataFrame, policies: Policies) -> np.ndarray:
    value, nodal = sizes["value"].to_numpy(), sizes["nodal"].to_numpy()
    node = (value >= NORMAL_NODE) & (policies.reappearance == "any")
    return np.where(nodal, node, value > 0)


def _first_shown(
    own: pd.DataFrame,
    sizes: pd.DataFrame,
    nadir: np.ndarray,
    risen: np.ndarray,
    again: np.ndarray,
    policies: Policies,
) -> np.ndarray:
    """Rank of the date by whose scans PD shows: as a sum of sizes grows by each, in date order."""
    first = np.full(len(nadir), _NONE)
    by_date = own.sort_values(["point", "date"], kind="stable")
    point = by_date["point"].to_numpy()
    growing = by_date.groupby("point")["value"].cumsum().to_numpy()
    shows = risen[point] & rises(growing, nadir[point])
    np.minimum.at(first, point[shows], by_date["date"].to_numpy()[shows])
    back = again[sizes["point"].to_numpy()] & (
        _is_back(sizes, policies) | (policies.reappearance == "nadir zero")
    )
    np.minimum.at(first, sizes["point"].to_numpy()[back], sizes["date"].to_numpy()[back])
    return np.where(first == _NONE, 0, first)


def _report_unread(course: Course, target: np.ndarray, policies: Policies, findings: Findings) -> None:
    tr = course.tr
    texts = tr["text"]
    # Blank and 'NE' are missing measurements, which LSASS tells; a text that should be a length is not.
    unread = (
        target & tr["done"].to_numpy(dtype=bool) & (tr["value"] < 0).to_numpy() & (texts != "").to_numpy()
    )
    unread &= ~texts.isin(policies.unread).to_numpy()
    _add(course, unread, "RECIST_VALUE", texts[unread], "a length in mm or cm", findings)


def _report_repeated(course: Course, lesions: Lesions, use: np.ndarray, findings: Findings) -> None:
    tr = course.tr
    rows = np.flatnonzero(use & (tr["seq"] > 0).to_numpy())
    keys = pd.DataFrame({"point": tr["point"].to_numpy()[rows], "own": lesions.recorded[rows],
                         "test": tr["test"].to_numpy(dtype=object)[rows], "value": tr["value"].to_numpy()[rows]})  # fmt: skip
    differing = keys.drop_duplicates()
    second = differing.index[differing.duplicated(["point", "own", "test"])].to_numpy()
    failing = np.zeros(len(tr), dtype=bool)
    failing[rows[second]] = True
    _add(
        course,
        failing,
        "RECIST_REPEATED",
        decimal_text(tr["value"].to_numpy()[failing]),
        "one size at a time point",
        findings,
    )


def _add(
    course: Course, struck: np.ndarray, code: str, value: pd.Series, expected: str, findings: Findings
) -> None:
    tr = course.tr[struck]
    subject = course.readers["USUBJID"].to_numpy(dtype=object)[tr["reader"]]
    group = course.points["TRLNKGRP"].to_numpy(dtype=object)[tr["point"]]
    visit = course.points["VISITNUM"].to_numpy()[tr["point"]]
    keys = [f"TRLNKID={link} TRLNKGRP={name} VISITNUM={number:g}"
            for link, name, number in zip(tr["link"], group, visit, strict=True)]  # fmt: skip
    findings.add(
        code, dataset="TR", variable="TRSTRESC", USUBJID=subject, keys=keys, value=value, expected=expected
    )


def as_millimetres(table: pd.DataFrame) -> pd.DataFrame:
    """The lengths of `target_response` in mm, with change and percent change.

    ACNSD and PCNSD are from NADIR, PCBSD from BASE (codelist TRTESTCD); of an incomplete sum they
    are those of the measured lesions.
    """
    base, nadir, total = (table[name].to_numpy() for name in ("BASE", "NADIR", "SUMDIAM"))
    with np.errstate(divide="ignore", invalid="ignore"):
        from_nadir = np.where((total < 0) | (nadir < 0), np.nan, 100 * (total - nadir) / nadir)
        from_base = np.where((total < 0) | (base < 0), np.nan, 100 * (total - base) / base)
    change = np.where((total < 0) | (nadir < 0), np.nan, (total - nadir) / PER_MM)
    return table.assign(
        BASE=millimetres(base), NADIR=millimetres(nadir), SUMDIAM=millimetres(total), ACNSD=change,
        PCNSD=np.where(nadir > 0, from_nadir, np.nan), PCBSD=np.where(base > 0, from_base, np.nan),
    )  # fmt: skip
