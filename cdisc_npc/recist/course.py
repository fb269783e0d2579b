"""The course of a subject as each evaluator read it: TR records at their time points.

A reader is a subject with one --EVAL and --EVALID: an evaluator never sees another's lesions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import by_distinct, constant, distinct, numbers, ranks, text_column
from cdisc_npc.columns.iso8601 import earliest_possible, latest_possible, to_days
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.findings import Findings
from cdisc_npc.recist.exact import lengths
from cdisc_npc.recist.policies import Policies

NEVER = 1 << 30  # a place in the order of time points that no reader reaches
MEASURES = ("LDIAM", "LPERP", "DIAMETER")


@dataclass
class Course:
    """TU and TR with their readers and time points in place.

    Attributes
    ----------
    readers
        USUBJID, TREVAL, TREVALID, in the order of their text; and ``first``, ``size``: where
        the reader's time points stand; ``start``: the ``seq`` of the first of them.
    points
        One row per time point by reader and time: ``reader``, ``seq`` (0 is baseline), TRLNKGRP,
        VISITNUM, VISIT, ``first_day``, ``last_day``, ``scan`` (rank of the latest scan date).
    tr
        One row per TR record, and per new lesion that only TU has: ``reader``, ``point``,
        ``seq``, ``link``, ``group``, ``test``, ``state``, ``value`` (nanometres, -1 without),
        ``text``, ``date`` (rank of the date text, 0 if blank), ``day``, ``visit``, ``done``.
    tu
        One row per TU record: ``reader``, ``link``, ``group``, ``test``, ``kind``, ``nodal``,
        ``visit``, ``day``, ``place`` (seq of its visit or date, NEVER if there is none).
    dates
        Text of each date rank.
    """

    readers: pd.DataFrame
    points: pd.DataFrame
    tr: pd.DataFrame
    tu: pd.DataFrame
    dates: np.ndarray


def course(tu: pd.DataFrame, tr: pd.DataFrame, policies: Policies, findings: Findings) -> Course:
    """Read TU and TR.

    1. Evaluators: blank --EVAL and --EVALID are the policy's.
    2. Time points: records with one TRLNKGRP; else those of one VISITNUM (which join the group of
       that visit's other records, where it has one); else those of one date. In the order of
       their first scan date; where it is not complete, in the order of VISITNUM.
    3. Baseline is the last time point flagged by TRLOBXFL or TRBLFL; without flags the first.
       Earlier ones are one with it. Where TU identified the lesions at an earlier visit than the
       first in TR, and no flag says otherwise, there is none.
    """
    identified, result = _read_tu(tu, policies), _read_tr(tr, policies)
    readers = _readers(result, identified)
    result = pd.concat([result, _only_in_tu(identified, result, policies)], ignore_index=True)
    dtc: pd.Series = result.pop("dtc")
    result["date"] = np.where(dtc == "", 0, ranks(dtc))
    order = np.unique(result["date"].to_numpy(), return_index=True)
    dates = np.full(int(result["date"].max()) + 1 if len(result) else 1, "", dtype=object)
    dates[order[0]] = dtc.to_numpy(dtype=object)[order[1]]
    result["day"], result["dated"] = to_days(dtc)
    result["low"], result["known"] = earliest_possible(dtc)
    result["high"] = latest_possible(dtc)[0]
    result["key"] = _point_keys(result)
    nowhere = result["key"] < 0
    if nowhere.any():
        lost = result[nowhere]
        subjects = readers["USUBJID"].to_numpy(dtype=object)[lost["reader"]]
        findings.add("RECIST_TIMEPOINT", dataset="TR", USUBJID=subjects, value=lost["link"])
        result = result[~nowhere].reset_index(drop=True)
    points = _points(result)
    readers["first"] = np.searchsorted(points["reader"], np.arange(len(readers)))
    readers["size"] = np.bincount(points["reader"], minlength=len(readers))
    points, result = _from_baseline(readers, points, result, identified)
    scanned = result["date"].where(result["done"], 0).groupby(result["point"]).max()
    any_date = result.groupby("point")["date"].max()
    points["scan"] = scanned.where(scanned > 0, any_date).reindex(range(len(points))).to_numpy()
    identified["place"] = _places(identified, points, result)
    return Course(readers, points, result, identified, dates)


def text(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as text without nulls and outer blanks; blank where there is no such column."""
    if name not in frame:
        return pd.Series("", index=range(len(frame)), dtype="str")
    return frame[name].astype("str").fillna("").str.strip().reset_index(drop=True)


def number(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as floats, NaN where there is no such column."""
    return numbers(frame[name].reset_index(drop=True)) if name in frame else np.full(len(frame), np.nan)


def evaluator(frame: pd.DataFrame, prefix: str, blank: str) -> tuple[pd.Series, pd.Series]:
    """--EVAL and --EVALID; where both are blank, --EVAL is ``blank``."""
    who, name = text(frame, f"{prefix}EVAL"), text(frame, f"{prefix}EVALID")
    return who.mask((who == "") & (name == ""), blank), name


def kinds(texts: pd.Series) -> pd.Series:
    """TARGET, NON-TARGET or NEW of texts that begin so ('TARGET NODAL', 'NEW TARGET'), else blank."""

    def kind(distinct: np.ndarray) -> np.ndarray:
        texts, result = text_column(distinct), constant("", len(distinct))
        for name, start in (("NEW", "NEW"), ("NON-TARGET", r"NON-?\s?TARGET"), ("TARGET", "TARGET")):
            result = result.mask(texts.str.match(start), name)
        return result.to_numpy(dtype=object)

    return by_distinct(texts, kind)


def _read_tu(tu: pd.DataFrame, policies: Policies) -> pd.DataFrame:
    result = text(tu, "TUSTRESC").str.upper()
    result = result.mask(result == "", text(tu, "TUORRES").str.upper())
    kind = kinds(result)
    location = text(tu, "TULOC").str.upper()
    nodal = location.str.contains(policies.nodal_location, regex=False)
    nodal |= result.str.endswith(" NODAL") & ~result.str.endswith("EXTRA NODAL")
    who, name = evaluator(tu, "TU", policies.blank_evaluator)
    dtc = text(tu, "TUDTC")
    return pd.DataFrame(
        {
            "USUBJID": text(tu, "USUBJID"), "TREVAL": who, "TREVALID": name, "link": text(tu, "TULNKID"),
            "group": text(tu, "TUGRPID"), "test": text(tu, "TUTESTCD"), "kind": kind, "nodal": nodal,
            "located": location != "", "visit": number(tu, "VISITNUM"), "dtc": dtc,
            "day": np.where(to_days(dtc)[1], to_days(dtc)[0], np.nan), "label": text(tu, "VISIT"),
        }
    )  # fmt: skip


def _read_tr(tr: pd.DataFrame, policies: Policies) -> pd.DataFrame:
    test = text(tr, "TRTESTCD")
    standard, collected = text(tr, "TRSTRESC").str.upper(), text(tr, "TRORRES").str.upper()
    unit = text(tr, "TRSTRESU")
    unit = unit.mask(unit == "", text(tr, "TRORRESU"))
    blank = policies.blank_unit if policies.blank_unit == "mm" else "?"
    value = lengths(standard, unit, blank)
    if "TRSTRESN" in tr:
        value = np.where(value < 0, lengths(text(tr, "TRSTRESN"), unit, blank), value)
    value = np.where(value < 0, lengths(collected, text(tr, "TRORRESU"), blank), value)
    small = standard.isin(policies.too_small) | collected.isin(policies.too_small)
    value = np.where((value < 0) & small, policies.too_small_mm * 1_000_000, value)
    done = (text(tr, "TRSTAT") != "NOT DONE").to_numpy()
    sized = (test.isin(MEASURES) | (test == "SUMDIAM")).to_numpy()
    result = standard.mask(standard == "", collected)
    who, name = evaluator(tr, "TR", policies.blank_evaluator)
    return pd.DataFrame(
        {
            "USUBJID": text(tr, "USUBJID"), "TREVAL": who, "TREVALID": name, "link": text(tr, "TRLNKID"),
            "group": text(tr, "TRGRPID").str.upper(), "test": test, "text": result,
            "state": result.where(pd.Series(done & ~sized), ""), "value": np.where(done & sized, value, -1),
            "points": text(tr, "TRLNKGRP"), "visit": number(tr, "VISITNUM"), "label": text(tr, "VISIT"),
            "dtc": text(tr, "TRDTC"), "done": done,
            "flag": ((text(tr, "TRLOBXFL") == "Y") | (text(tr, "TRBLFL") == "Y")).to_numpy(),
        }
    )  # fmt: skip


def _readers(found: pd.DataFrame, identified: pd.DataFrame) -> pd.DataFrame:
    """The distinct readers; both tables get their number in place of the three texts."""
    names = ["USUBJID", "TREVAL", "TREVALID"]
    both = pd.concat([found[names], identified[names]], ignore_index=True)
    codes = group_codes(both, names)
    readers = both.take(np.unique(codes, return_index=True)[1])
    order = np.lexsort([ranks(readers[name]) for name in reversed(names)])
    readers = readers.take(order).reset_index(drop=True)
    codes = np.argsort(order)[codes]
    found["reader"], identified["reader"] = codes[: len(found)], codes[len(found) :]
    for table in (found, identified):
        for name in names:
            del table[name]
    return readers


def _only_in_tu(identified: pd.DataFrame, found: pd.DataFrame, policies: Policies) -> pd.DataFrame:
    """New lesions that TR does not follow, as records: their progression must not be lost."""
    new = identified[(identified["kind"] == "NEW") & (identified["link"] != "")]
    theirs = found.loc[found["reader"].isin(new["reader"]), ["reader", "link"]].drop_duplicates()
    new = new[~pd.MultiIndex.from_frame(new[["reader", "link"]]).isin(pd.MultiIndex.from_frame(theirs))]
    result = new[["reader", "link", "visit", "label", "dtc"]].assign(
        group="NEW", test="TUMSTATE", value=-1, done=True
    )
    return result.assign(
        state=policies.new_without_state, text=policies.new_without_state, points="", flag=False
    )


def _point_keys(found: pd.DataFrame) -> np.ndarray:
    """A number for the time point of each record within its reader; -1 where nothing tells it."""
    groups, _ = distinct(found["points"].mask(found["points"] == ""))
    visits, _ = distinct(found["visit"])
    day = found["date"].to_numpy() - 1
    keys = groups.astype(np.int64)
    offset = int(groups.max(initial=-1)) + 1
    for codes in (visits, day):
        keys = _adopt(keys, codes, found["reader"].to_numpy())
        keys = np.where((keys < 0) & (codes >= 0), offset + codes, keys)
        offset += int(codes.max(initial=-1)) + 1
    return keys


def _adopt(keys: np.ndarray, codes: np.ndarray, reader: np.ndarray) -> np.ndarray:
    """Give records without a key the key of their reader's records of the same code, if it is one."""
    lone = (keys < 0) & (codes >= 0)
    if not lone.any():
        return keys
    joint = reader * (int(codes.max()) + 2) + codes
    existing = pd.DataFrame({"joint": joint, "key": keys})[(keys >= 0) & (codes >= 0)]
    span = existing.groupby("joint")["key"].agg(["min", "max"])
    single = span.loc[span["min"] == span["max"], "min"]
    chosen = pd.Series(joint[lone]).map(single).fillna(-1).to_numpy(dtype=np.int64)
    keys = keys.copy()
    keys[lone] = chosen
    return keys


def _points(found: pd.DataFrame) -> pd.DataFrame:
    """The time points in order; ``found`` gets the position of each record's."""
    joint = (
        found["reader"].to_numpy() * (int(found["key"].max()) + 1 if len(found) else 1)
        + found["key"].to_numpy()
    )
    uniques, point = np.unique(joint, return_inverse=True)
    by = found.assign(
        day=found["day"].where(found["dated"]), low=found["low"].where(found["known"]),
        high=found["high"].where(found["known"]),
    ).groupby(point)  # fmt: skip
    points = by.agg(
        reader=("reader", "first"), VISITNUM=("visit", "min"),
        first_day=("day", "min"), last_day=("day", "max"), low=("low", "min"), high=("high", "max"), flag=("flag", "max"),
    )  # fmt: skip
    at_visit = found["visit"].to_numpy() == points["VISITNUM"].to_numpy()[point]
    points["TRLNKGRP"] = _first_text(found["points"], point, len(points))
    points["VISIT"] = _first_text(found["label"].where(pd.Series(at_visit), ""), point, len(points))
    # A date that is not complete cannot order; the visit before it, within what the date allows, can.
    by_visit = points.sort_values(["reader", "VISITNUM", "low"], kind="stable")
    day = by_visit.groupby("reader")["first_day"].ffill()
    day = day.where(day >= by_visit["low"], by_visit["low"]).where(by_visit["low"].notna(), day)
    points["day"] = day.where(~(day > by_visit["high"]), by_visit["high"]).reindex(points.index)
    points["day"] = points["first_day"].where(points["first_day"].notna(), points["day"]).fillna(-np.inf)
    order = np.lexsort(
        (ranks(points["TRLNKGRP"]), points["VISITNUM"].fillna(np.inf), points["day"], points["reader"])
    )
    position = np.empty(len(uniques), dtype=np.int64)
    position[order] = np.arange(len(uniques))
    found["point"] = position[point]
    return points.take(order).reset_index(drop=True)


def _first_text(texts: pd.Series, point: np.ndarray, size: int) -> pd.Series:
    """The first text of each point that is not blank."""
    filled = np.flatnonzero((texts != "").to_numpy())
    points, first = np.unique(point[filled], return_index=True)
    result = np.full(size, "", dtype=object)
    result[points] = texts.take(filled[first]).to_numpy(dtype=object)
    return pd.Series(result, dtype="str")


def _from_baseline(
    readers: pd.DataFrame, points: pd.DataFrame, found: pd.DataFrame, identified: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make baseline the first time point of its reader, one with all before it."""
    reader = points["reader"].to_numpy()
    seq = np.arange(len(points)) - readers["first"].to_numpy()[reader]
    flagged = (
        pd.Series(np.where(points["flag"], seq, -1))
        .groupby(reader)
        .max()
        .reindex(range(len(readers)), fill_value=-1)
    )
    visit = identified["visit"].where(
        identified["kind"].isin(["TARGET", "NON-TARGET"]) & (identified["test"] != "TUSPLIT")
    )
    chosen = visit.groupby(identified["reader"]).min().reindex(range(len(readers))).to_numpy()
    begins = points["VISITNUM"].groupby(reader).first().reindex(range(len(readers))).to_numpy()
    missed = (flagged < 0).to_numpy() & (chosen < begins)
    base = np.where(missed, -1, np.maximum(flagged, 0))
    readers["start"] = np.where(missed, 1, 0)
    seq = seq - base[reader]
    keep = seq >= 0
    moved = np.cumsum(keep) - 1
    baseline = readers["first"].to_numpy()[reader] + np.maximum(base[reader], 0)
    position = np.where(keep, moved, moved[baseline])
    found["point"] = position[found["point"]]
    found["seq"] = np.maximum(seq, 0)[keep][found["point"]]
    points = points.assign(seq=seq)[keep].reset_index(drop=True)
    readers["first"] = np.searchsorted(points["reader"], np.arange(len(readers)))
    readers["size"] = np.bincount(points["reader"], minlength=len(readers))
    return points, found


def _places(identified: pd.DataFrame, points: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """Time point of each TU record: that of its visit; else of its date; else baseline if not after it."""
    place = np.full(len(identified), np.inf)
    for name in ("visit", "day"):
        existing = found[found["dated"]] if name == "day" else found[found["visit"].notna()]
        first = existing.groupby(["reader", name])["seq"].min()
        keys = pd.MultiIndex.from_frame(identified[["reader", name]])
        at = first.reindex(keys).to_numpy(dtype=float)
        place = np.where(np.isinf(place) & ~np.isnan(at), at, place)
    baseline = (
        points[points["seq"] == 0].set_index("reader")["VISITNUM"].reindex(identified["reader"]).to_numpy()
    )
    place = np.where(np.isinf(place) & (identified["visit"].to_numpy() <= baseline), 0, place)
    return np.where(np.isinf(place), NEVER, place).astype(np.int64)
