"""What the investigator recorded in RS, set against the computed responses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import ranks
from cdisc_npc.columns.iso8601 import to_days
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.findings import Findings
from cdisc_npc.recist.course import evaluator, number, text
from cdisc_npc.recist.exact import decimal_text, nanometres, percent_text
from cdisc_npc.recist.policies import DEFAULT, Policies

TESTS = {"TRGRESP": "RECIST_TARGET", "NTRGRESP": "RECIST_NONTARGET", "OVRLRESP": "RECIST_OVERALL"}
# As older terminology and sites write them.
_SAME = {
    "NON CR/NON PD": "NON-CR/NON-PD", "NON-CR/NONPD": "NON-CR/NON-PD", "NOT EVALUABLE": "NE", "INEVALUABLE": "NE",
    "NOT APPLICABLE": "NA", "N/A": "NA",
}  # fmt: skip


def compare_responses(
    computed: pd.DataFrame, rs: pd.DataFrame, category: str = "RECIST 1.1", policies: Policies = DEFAULT
) -> Findings:
    """Set each recorded response against the computed one.

    1. RS is read where RSCAT is ``category`` or blank: TRGRESP, NTRGRESP and OVRLRESP with a result.
    2. A record belongs to the time point of the same subject and evaluator with its RSLNKGRP;
       without one, of the OVRLRESP record of the same visit and date; else to the one of its
       VISITNUM; else to the one whose scans begin and end around RSDTC.
    3. RECIST_TARGET, RECIST_NONTARGET, RECIST_OVERALL: the results differ. A non-target or target
       response of NA is the same as none recorded.
    4. RECIST_UNASSESSED: a time point of RS without one in TR, or a response at baseline.
       RECIST_UNRECORDED: a time point after baseline in TR without OVRLRESP.
    5. RECIST_SUM: SUMDIAM in TR is not the sum of what TR has measured.

    Parameters
    ----------
    computed
        From `timepoints.responses`.
    rs
        SDTM RS of the same subjects.
    category
        RSCAT of the responses to compare.
    policies
        For ``blank_evaluator``.

    Returns
    -------
    Findings
        ``keys`` is the time point, ``value`` what was recorded, ``expected`` what was computed,
        ``params`` the numbers that decide (mm and percent; percents are cut, never rounded, so
        that one under a threshold never reads as the threshold).
    """
    findings = Findings()
    recorded = _read(rs, category, policies)
    point = _match(recorded, computed)
    numbers, keys = _numbers(computed), _keys(computed)
    for test, code in TESTS.items():
        own = np.flatnonzero((recorded["test"] == test).to_numpy() & (point >= 0))
        at = point[own]
        ours = computed[test].to_numpy(dtype=object)[at]
        theirs = recorded["value"].to_numpy(dtype=object)[own]
        differs = (ours != theirs) & (ours != "")
        _add(findings, code, test, computed, at[differs], theirs[differs], ours[differs], keys, numbers)
    _unassessed(findings, recorded, computed, point)
    seen = np.zeros(len(computed), dtype=bool)
    seen[point[(recorded["test"] == "OVRLRESP").to_numpy() & (point >= 0)]] = True
    missing = np.flatnonzero(~seen & (computed["SEQ"] > 0).to_numpy())
    overall = computed["OVRLRESP"].to_numpy(dtype=object)
    _add(findings, "RECIST_UNRECORDED", "OVRLRESP", computed, missing, "", overall[missing], keys, numbers)
    site, total = nanometres(computed["SITESUM"]), nanometres(computed["SUMDIAM"])
    wrong = np.flatnonzero((site >= 0) & (site != total))
    typed, summed = decimal_text(site[wrong]), _length(total[wrong])
    _add(findings, "RECIST_SUM", "SUMDIAM", computed, wrong, typed, summed, keys, numbers)
    return findings


def _read(rs: pd.DataFrame, category: str, policies: Policies) -> pd.DataFrame:
    who, name = evaluator(rs, "RS", policies.blank_evaluator)
    value = text(rs, "RSSTRESC").str.upper()
    value = value.mask(value == "", text(rs, "RSORRES").str.upper()).replace(_SAME)
    date = text(rs, "RSDTC")
    table = pd.DataFrame(
        {
            "USUBJID": text(rs, "USUBJID"), "TREVAL": who, "TREVALID": name, "group": text(rs, "RSLNKGRP"),
            "visit": number(rs, "VISITNUM"), "date": date, "test": text(rs, "RSTESTCD"), "value": value,
            "day": np.where(to_days(date)[1], to_days(date)[0], np.nan),
        }
    )  # fmt: skip
    own = table["test"].isin(TESTS) & text(rs, "RSCAT").isin([category, ""]) & (value != "")
    return table[own].reset_index(drop=True)


def _match(recorded: pd.DataFrame, computed: pd.DataFrame) -> np.ndarray:
    """Position of the computed time point of each recorded response, -1 without."""
    names = ["USUBJID", "TREVAL", "TREVALID"]
    both = pd.concat([recorded[names], computed[names]], ignore_index=True)
    reader = group_codes(both, names)
    mine, theirs = reader[: len(recorded)], reader[len(recorded) :]
    group = _group(recorded, mine)
    point = _lookup(mine, group, theirs, computed["TRLNKGRP"].to_numpy(dtype=object))
    by_visit = _lookup(mine, recorded["visit"].to_numpy(), theirs, computed["VISITNUM"].to_numpy())
    point = np.where(point < 0, by_visit, point)
    rest = np.flatnonzero((point < 0) & recorded["day"].notna().to_numpy())
    if len(rest):
        begin, end = (to_days(computed[name]) for name in ("STDTC", "ENDTC"))
        spans = pd.DataFrame(
            {"reader": theirs, "begin": begin[0], "end": end[0], "at": np.arange(len(computed))}
        )
        spans = spans[begin[1] & end[1]]
        days = pd.DataFrame({"reader": mine[rest], "day": recorded["day"].to_numpy()[rest], "row": rest})
        pairs = days.merge(spans, on="reader")
        pairs = pairs[(pairs["begin"] <= pairs["day"]) & (pairs["day"] <= pairs["end"])].drop_duplicates(
            "row"
        )
        point[pairs["row"].to_numpy()] = pairs["at"].to_numpy()
    return point


def _group(recorded: pd.DataFrame, reader: np.ndarray) -> np.ndarray:
    """RSLNKGRP; where blank, that of the reader's OVRLRESP of the same visit and date, if it is one."""
    own = recorded[["visit", "date", "group"]].assign(reader=reader, visit=recorded["visit"].fillna(-1))
    by = ["reader", "visit", "date"]
    existing = own[own["group"] != ""].drop_duplicates()
    single = existing.drop_duplicates(by, keep=False)
    filled = own[by].merge(single, on=by, how="left")["group"].fillna("")
    return np.where(own["group"] != "", own["group"], filled)


def _lookup(
    reader: np.ndarray, value: np.ndarray, known_reader: np.ndarray, known_value: np.ndarray
) -> np.ndarray:
    """Where reader and value stand among the known ones; -1 where nowhere, twice, or blank."""
    existing = pd.DataFrame(
        {"reader": known_reader, "value": known_value, "at": np.arange(len(known_reader))}
    )
    existing = existing[existing["value"].notna() & (existing["value"] != "")].drop_duplicates(
        ["reader", "value"], keep=False
    )
    wanted = pd.DataFrame({"reader": reader, "value": value})
    result = wanted.merge(existing, on=["reader", "value"], how="left")["at"]
    return result.fillna(-1).to_numpy(dtype=np.int64)


def _keys(computed: pd.DataFrame) -> pd.Series:
    """Time point and evaluator, as 'TRLNKGRP=A2 VISITNUM=3 TREVAL=INVESTIGATOR'."""
    parts = {
        "TRLNKGRP": computed["TRLNKGRP"], "VISITNUM": _plain(computed["VISITNUM"]), "RSDTC": computed["RSDTC"],
        "TREVAL": computed["TREVAL"], "TREVALID": computed["TREVALID"],
    }  # fmt: skip
    return _together(parts, " ")


def _numbers(computed: pd.DataFrame) -> pd.Series:
    """The numbers that decide, as 'REASON=TARGET_INCREASE; SUMDIAM=60 mm; ...'; blanks left out."""
    base, nadir, total = (nanometres(computed[name]) for name in ("BASE", "NADIR", "SUMDIAM"))
    has = total >= 0
    fall, rise = np.where(has & (base >= 0), total - base, 0), np.where(has & (nadir >= 0), total - nadir, 0)
    pcbsd = percent_text(fall, base).where(pd.Series(has), "")
    pcnsd = percent_text(rise, nadir).where(pd.Series(has), "")
    acnsd = decimal_text(rise).where(pd.Series(has & (nadir >= 0)), "")
    count = {name: computed[name].astype("str") for name in ("LSASS", "LSEXP", "NLASS", "NLEXP")}
    parts = {
        "REASON": computed["REASON"], "SUMDIAM": _unit(_length(total), " mm"), "BASE": _unit(_length(base), " mm"),
        "PCBSD": _unit(pcbsd, " %"), "NADIR": _unit(_length(nadir), " mm"), "PCNSD": _unit(pcnsd, " %"),
        "ACNSD": _unit(acnsd, " mm"), "target lesions": count["LSASS"] + " of " + count["LSEXP"],
        "non-target lesions": count["NLASS"] + " of " + count["NLEXP"], "new lesion": computed["NEWLPROG"],
    }  # fmt: skip
    return _together(parts, "; ")


def _together(parts: dict[str, pd.Series], between: str) -> pd.Series:
    first = next(iter(parts.values()))
    joined = pd.Series("", index=range(len(first)), dtype="str")
    for name, values in parts.items():
        plain = values.reset_index(drop=True)
        joined = joined + (between + name + "=" + plain).where(plain != "", "")
    return joined.str.slice(len(between))


def _unit(texts: pd.Series, unit: str) -> pd.Series:
    return (texts + unit).where(texts != "", "")


def _length(values: np.ndarray) -> pd.Series:
    return decimal_text(values).where(pd.Series(values >= 0), "")


def _plain(values: pd.Series) -> pd.Series:
    return values.astype("str").fillna("").replace("nan", "").str.replace(r"\.0$", "", regex=True)


def _add(
    findings: Findings, code: str, test: str, computed: pd.DataFrame, at: np.ndarray, value: object, expected: object,
    keys: pd.Series, numbers: pd.Series,
) -> None:  # fmt: skip
    findings.add(
        code, dataset="TR" if code == "RECIST_SUM" else "RS", variable="TRSTRESC" if code == "RECIST_SUM" else "RSSTRESC",
        USUBJID=computed["USUBJID"].take(at), keys=(keys.take(at) + " TESTCD=" + test), value=value, expected=expected,
        params=numbers.take(at),
    )  # fmt: skip


def _unassessed(
    findings: Findings, recorded: pd.DataFrame, computed: pd.DataFrame, point: np.ndarray
) -> None:
    """One finding for each time point of RS: that of OVRLRESP where it has one."""
    at_baseline = np.append(computed["SEQ"].to_numpy() == 0, False)[point] & (point >= 0)
    for failing, expected in ((point < 0, "a time point in TR"), (at_baseline, "none at baseline")):
        own = recorded[failing]
        own = own.take(
            np.lexsort((ranks(own["test"]) * (own["test"] != "OVRLRESP"), np.arange(len(own)) * 0))
        )
        own = own.drop_duplicates(["USUBJID", "TREVAL", "TREVALID", "visit", "date"]).sort_index()
        parts = {
            "RSLNKGRP": own["group"], "VISITNUM": _plain(own["visit"]), "RSDTC": own["date"], "RSEVAL": own["TREVAL"],
            "RSEVALID": own["TREVALID"],
        }  # fmt: skip
        findings.add("RECIST_UNASSESSED", dataset="RS", variable="RSSTRESC", USUBJID=own["USUBJID"],
                     keys=_together(parts, " "), value=own["value"], expected=expected)  # fmt: skip
