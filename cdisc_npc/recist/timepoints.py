"""RECIST 1.1 responses of every time point, from TU and TR alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.recist.course import Course, course
from cdisc_npc.recist.exact import millimetres
from cdisc_npc.recist.lesions import lesions
from cdisc_npc.recist.nontarget import new_lesions, nontarget_response
from cdisc_npc.recist.overall import overall_response
from cdisc_npc.recist.policies import DEFAULT, Policies
from cdisc_npc.recist.target import as_millimetres, target_response

COLUMNS = (
    "USUBJID", "TREVAL", "TREVALID", "TRLNKGRP", "VISITNUM", "VISIT", "SEQ", "RSDTC",
    "TRGRESP", "NTRGRESP", "NEWLIND", "NEWLPROG", "OVRLRESP", "REASON", "TRGREAS", "NTRGREAS",
    "BASE", "NADIR", "SUMDIAM", "PCBSD", "PCNSD", "ACNSD", "LSEXP", "LSASS", "NLEXP", "NLASS",
    "SITESUM", "STDTC", "ENDTC",
)  # fmt: skip
# Those of them that hold numbers; the others hold text.
NUMBERS = (
    "VISITNUM", "SEQ", "BASE", "NADIR", "SUMDIAM", "PCBSD", "PCNSD", "ACNSD", "LSEXP", "LSASS", "NLEXP", "NLASS",
    "SITESUM",
)  # fmt: skip


def responses(
    tu: pd.DataFrame, tr: pd.DataFrame, policies: Policies = DEFAULT, findings: Findings | None = None
) -> pd.DataFrame:
    """Compute target, non-target and overall response of each time point.

    The steps are those of `course.course` (evaluators, time points, baseline), `lesions.lesions`
    (identified, split and merged), `target.target_response`, `nontarget.nontarget_response`,
    `nontarget.new_lesions` and the table of `overall.overall_response`. Then the date: of PD the
    earliest that shows it (policy ``pd_date``), else the latest scan of the time point.

    Parameters
    ----------
    tu, tr
        SDTM TU and TR, of any set of whole subjects; the result for a subject does not depend on
        the others. Columns that are not there are blank. Expected: USUBJID, TULNKID, TUTESTCD,
        TUSTRESC, TUGRPID, TULOC, TUEVAL, TUEVALID, VISITNUM, TUDTC; USUBJID, TRLNKID, TRGRPID,
        TRLNKGRP, TRTESTCD, TRSTRESC, TRSTRESU, TRSTAT, TREVAL, TREVALID, TRLOBXFL, VISITNUM, TRDTC.
    policies
        What RECIST leaves open.
    findings
        Takes what in TU and TR cannot be used: RECIST_LESION, RECIST_VALUE, RECIST_REPEATED,
        RECIST_TIMEPOINT.

    Returns
    -------
    DataFrame
        One row per subject, evaluator and time point, in that order: `COLUMNS`.

        - SEQ 0 is baseline, whose responses are blank.
        - RSDTC is the date of the response; STDTC and ENDTC first and last scan.
        - TRGRESP, NTRGRESP (NA without such lesions at baseline), NEWLIND, NEWLPROG, OVRLRESP.
        - REASON is what decided the overall response; of a PD all that show it, joined with '+'.
        - BASE, NADIR, SUMDIAM, ACNSD in mm; PCBSD, PCNSD in percent, NaN of a zero; SITESUM: the
          sum that TR has, in mm.
        - LSEXP and LSASS: target lesions to be assessed, and assessed; NLEXP and NLASS: non-target.

    Sources: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247), SDTMIG 3.4 TU, TR, RS.
    """
    findings = Findings() if findings is None else findings
    if "USUBJID" not in tr or "USUBJID" not in tu:
        raise KeyError("USUBJID is missing; expected it in TU and TR")
    read = course(tu, tr, policies, findings)
    existing = lesions(read, policies, findings)
    target = target_response(read, existing, policies, findings)
    nontarget = nontarget_response(read, existing, policies)
    new = new_lesions(read, existing, policies)
    assessed = (read.points["seq"] > 0).to_numpy()
    table = pd.concat(
        [_who_and_when(read), as_millimetres(target).drop(columns="scan"), nontarget.drop(columns="scan"),
         new.drop(columns="scan")], axis=1,
    )  # fmt: skip
    overall = np.full(len(table), "", dtype=object)
    is_new = (table["NEWLIND"] == "Y").to_numpy()
    overall[assessed] = overall_response(
        table["TRGRESP"][assessed], table["NTRGRESP"][assessed], is_new[assessed]
    )
    shown = np.column_stack(
        [np.where(part, rank, 0) for part, rank in (
            (target["TRGRESP"] == "PD", target["scan"]), (nontarget["NTRGRESP"] == "PD", nontarget["scan"]),
            (is_new, new["scan"]))]
    )  # fmt: skip
    latest = read.points["scan"].to_numpy()
    earliest = np.where(shown > 0, shown, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    shows = (overall == "PD") & (shown > 0).any(axis=1) & (policies.pd_date == "earliest")
    table["OVRLRESP"], table["REASON"] = overall, _reason(table, overall, is_new)
    table["RSDTC"] = read.dates[np.where(shows, earliest, latest).astype(np.int64)]
    table["SITESUM"] = _site_sum(read)
    table["STDTC"], table["ENDTC"] = _span(read)
    text = [name for name in COLUMNS if table[name].dtype == object]
    return table.astype(dict.fromkeys(text, "str"))[list(COLUMNS)]


def _who_and_when(read: Course) -> pd.DataFrame:
    names = ["USUBJID", "TREVAL", "TREVALID"]
    who = read.readers[names].take(read.points["reader"].to_numpy()).reset_index(drop=True)
    return who.assign(
        TRLNKGRP=read.points["TRLNKGRP"],
        VISITNUM=read.points["VISITNUM"],
        VISIT=read.points["VISIT"],
        SEQ=read.points["seq"],
    )


def _reason(table: pd.DataFrame, overall: np.ndarray, is_new: np.ndarray) -> np.ndarray:
    """What decided: all parts that are PD; a non-target rest that keeps a CR from being one; or the target."""
    target, nontarget = table["TRGREAS"].to_numpy(dtype=object), table["NTRGREAS"].to_numpy(dtype=object)
    parts = [
        np.where(table["TRGRESP"] == "PD", target + "+", ""),
        np.where(table["NTRGRESP"] == "PD", nontarget + "+", ""),
        np.where(is_new, "NEW_LESION+", ""),
    ]
    progressed = (
        pd.Series(parts[0] + parts[1] + parts[2], dtype="str").str.removesuffix("+").to_numpy(dtype=object)
    )
    by_rest = (table["TRGRESP"] == "NA") | ((table["TRGRESP"] == "CR") & (overall == "PR"))
    none = (table["TRGRESP"] == "NA") & (table["NTRGRESP"] == "NA")
    rest = np.where(none, "NO_LESIONS", np.where(by_rest, nontarget, target))
    return np.where(overall == "PD", progressed, rest)


def _site_sum(read: Course) -> np.ndarray:
    """The SUMDIAM that TR has for each time point, mm."""
    typed = read.tr[(read.tr["test"] == "SUMDIAM") & (read.tr["value"] >= 0)]
    result = np.full(len(read.points), -1, dtype=np.int64)
    result[typed["point"].to_numpy()] = typed["value"].to_numpy()  # of several the last
    return millimetres(result)


def _span(read: Course) -> tuple[np.ndarray, np.ndarray]:
    dated = read.tr[read.tr["date"] > 0].groupby("point")["date"]
    ends = (dated.min(), dated.max())
    first, last = (
        end.reindex(range(len(read.points)), fill_value=0).to_numpy(dtype=np.int64) for end in ends
    )
    return read.dates[first], read.dates[last]
