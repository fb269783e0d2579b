"""The data cut of finished datasets: what happened after a moment, or to others than the subjects in it.

In a conversion the records are cut before anything is derived from them (`cdisc_npc.sdtm.as_of_cut`);
here is what a date of the whole dataset decides, and what follows its parents.

The processes and their names follow datacutr: a patient cut, a date cut and a special
cut of DM. A partial date counts as the earliest moment that it may mean, so that a
record is only removed where it is certain that it began after the cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import iso_components, possible_days
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.sdtm.cut_parents import orphans, unrelated
from cdisc_npc.standards.sdtmig import is_supplemental
from cdisc_npc.study.versions import DataCut

# Reference periods of DM: the start of each, and its end.
_PERIODS = {"RFSTDTC": "RFENDTC", "RFXSTDTC": "RFXENDTC", "RFCSTDTC": "RFCENDTC", "RFICDTC": "RFPENDTC"}
_NO_CUT = np.datetime64("NaT", "s")


class AfterCut(NamedTuple):
    """The outcome of a data cut.

    Attributes
    ----------
    datasets : dict of DataFrame
        As given, in their order, without the records removed.
    findings : Findings
    removed : dict of DataFrame
        The records removed, where there are any; the index is their position (from 0) in
        the dataset as given.
    """

    datasets: dict[str, pd.DataFrame]
    findings: Findings
    removed: dict[str, pd.DataFrame]


def earliest_moment(dtc: pd.Series | Column) -> tuple[np.ndarray, np.ndarray]:
    """Take the first second that each --DTC may mean.

    Parts not known are the first of their kind: 2022 is 2022-01-01T00:00:00, and
    2022---23T16 is 2022-01-23T16:00:00. Fractions of a second are dropped. A time zone is
    not applied: a cut is a time of the clock at the site.

    Parameters
    ----------
    dtc
        ISO 8601 text, '' where blank.

    Returns
    -------
    moments : ndarray of datetime64[s]
        NaT where blank, where the year is not known, and where there is a problem.
    problem : ndarray of object
        '' or what was expected.

    Raises
    ------
    TypeError
        The values are no text.
    """
    if (
        isinstance(dtc, pd.Series)
        and len(dtc)
        and not dtc.isna().all()
        and not pd.api.types.is_string_dtype(dtc.dtype)
    ):
        raise TypeError(f"{dtc.name} is of type {dtc.dtype}; expected ISO 8601 text")
    codes, parts = iso_components(dtc)
    days, _, existing = possible_days(parts)
    seconds = days * 86400
    for part, size in ((parts.hour, 3600), (parts.minute, 60), (parts.second, 1)):
        seconds += np.maximum(part, 0).astype(np.int64) * size
    moments = seconds.astype("datetime64[s]")
    moments[~existing] = _NO_CUT
    return moments[codes], parts.problem[codes]


def after_cut(moments: np.ndarray, cut: np.ndarray | np.datetime64) -> np.ndarray:
    """Whether each moment is later than its cut; False where either is not known."""
    return moments > cut


def cut_moments(usubjid: pd.Series, cuts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Look up each record's cut by its subject.

    Parameters
    ----------
    usubjid
        Of each record.
    cuts
        The cut of each subject in it: datetime64, NaT for no cut, by USUBJID as the index.

    Returns
    -------
    cut : ndarray of datetime64[s]
        NaT where the subject has none.
    listed : ndarray of bool
        Whether the subject is in the cut.

    Raises
    ------
    TypeError
        The cuts are no moments.
    ValueError
        A subject is there twice.
    """
    if not pd.api.types.is_datetime64_dtype(cuts.dtype):
        raise TypeError(f"the cuts are of type {cuts.dtype}; expected moments (datetime64)")
    if not cuts.index.is_unique:
        twice = ", ".join(map(str, cuts.index[cuts.index.duplicated()].unique()[:5]))
        raise ValueError(f"subjects are more than once in the data cut: {twice}")
    position = cuts.index.get_indexer(pd.Index(usubjid))
    moments = np.append(cuts.to_numpy(dtype="datetime64[s]"), _NO_CUT)
    return moments[position], position >= 0


def patient_cut(frame: pd.DataFrame, cuts: pd.Series, *, dataset: str = "") -> np.ndarray:
    """Records to be removed: those of subjects not in the cut. Parameters as of `date_cut`."""
    return ~cut_moments(_column(frame, "USUBJID", dataset), cuts)[1]


def date_cut(frame: pd.DataFrame, variable: str, cuts: pd.Series, *, dataset: str = "") -> np.ndarray:
    """Tell which records are to be removed: of subjects not in the cut, or after it.

    Parameters
    ----------
    frame
        A dataset with USUBJID.
    variable
        Its --STDTC or --DTC. A record without a date is not after the cut.
    cuts
        As of `cut_moments`.
    dataset
        Its name, for findings.

    Returns
    -------
    ndarray of bool

    Raises
    ------
    Refused
        A variable is missing (CUT_VARIABLE), or is no ISO 8601 date (CUT_DATE).
    """
    cut, listed = cut_moments(_column(frame, "USUBJID", dataset), cuts)
    return ~listed | after_cut(_dated(frame, variable, dataset), cut)


def special_dm_cut(dm: pd.DataFrame, cuts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Tell which records of DM are to be removed, and whose death is after the cut.

    Returns
    -------
    remove, late_death : ndarray of bool
        A death without a date is not after the cut.
    """
    cut, listed = cut_moments(_column(dm, "USUBJID", "DM"), cuts)
    return ~listed, after_cut(_dated(dm, "DTHDTC", "DM"), cut)


def apply_data_cut(datasets: Mapping[str, pd.DataFrame], cut: DataCut) -> AfterCut:
    """Cut finished SDTM datasets.

    1. The subjects in the cut are found: those listed, and who did not enter after it.
    2. Each dataset is cut by its rule (`DataCut`); --SEQ is not numbered again.
    3. Records of CO, SUPP-- and RELREC go with the last of their parents, and what is
       left alone of a RELID goes too.
    4. In DM a death after the cut is made blank (DTHDTC, DTHFL); reference dates after
       the cut are clipped if the study says so.

    Parameters
    ----------
    datasets
        By name, as `Sdtm.datasets`. They are not changed.
    cut
        As the study states it.

    Returns
    -------
    AfterCut
        Findings: CUT_REMOVED for each dataset and cause, with the count; CUT_CHANGED for
        each cell of DM; what is kept and yet not before the cut (CUT_UNDATED, CUT_LATE,
        CUT_LATE_VALUES); and rules that meet nothing (CUT_NO_DATE, CUT_NO_DATASET).

    Raises
    ------
    Refused
        A variable that a rule names is missing, or is no ISO 8601 date; all of them at once.
    """
    findings = Findings()
    findings.add("CUT_NO_DATASET", dataset=[name for name in cut.rules if name not in {"default", *datasets}])
    cuts = _subjects(datasets, cut, findings)
    stay: dict[str, np.ndarray] = {}
    for name, frame in datasets.items():
        try:
            stay[name] = _cut_dataset(name, frame, cut, cuts, findings)
        except Refused as refused:
            findings.extend(refused.findings)
    findings.refuse_if_worst()
    for name in sorted(datasets, key=_follows):
        if _follows(name):
            lost = unrelated(datasets, stay) if name == "RELREC" else orphans(datasets[name], datasets, stay)
            lost &= stay[name]
            _count(findings, name, cut, int(lost.sum()), "whose parents were removed")
            stay[name] = stay[name] & ~lost
    kept = {name: frame[stay[name]].reset_index(drop=True) for name, frame in datasets.items()}
    removed = {
        name: frame.reset_index(drop=True)[~stay[name]]
        for name, frame in datasets.items()
        if not stay[name].all()
    }
    if "DM" in kept and cut.rule("DM", kept["DM"].columns) == "special":
        kept["DM"] = _cut_dm(kept["DM"], cut, cuts, findings)
    for name, frame in kept.items():
        if not _follows(name) and cut.rule(name, frame.columns) != "none":
            _report_late(name, frame, cut, findings)
    return AfterCut(kept, findings, removed)


def cut_lineage(
    lineage: Mapping[str, pd.DataFrame], removed: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Lineage of the records that a cut kept; records of other datasets are counted anew.

    Parameters
    ----------
    lineage
        As `Sdtm.lineage`, of the datasets before the cut.
    removed
        As `AfterCut.removed`.

    Returns
    -------
    dict of DataFrame
        Aligned to `AfterCut.datasets`; a record that was looked up and then removed is missing.
    """
    places = {}
    for name, frame in lineage.items():
        kept = np.ones(len(frame), dtype=bool)
        kept[removed[name].index if name in removed else []] = False
        places[name] = np.r_[0, np.where(kept, np.cumsum(kept), 0)]
    result = {}
    for name, frame in lineage.items():
        own = frame[places[name][1:] > 0].reset_index(drop=True)
        for column in own.columns:
            dataset = str(column).rpartition(" from ")[2]
            if column not in ("form", "row") and dataset in places:
                position = own[column].fillna(0).to_numpy(dtype=np.int64)
                place = places[dataset][position]
                own[column] = pd.Series(place, dtype="Int64").mask(place == 0)
        result[name] = own
    return result


def _follows(name: str) -> int:
    """Order in which datasets follow their parents; 0 for those that are parents only."""
    return {"CO": 1, "RELREC": 3}.get(name, 2 if is_supplemental(name) else 0)


def _subjects(datasets: Mapping[str, pd.DataFrame], cut: DataCut, findings: Findings) -> pd.Series:
    """The cut of each subject in it, by USUBJID."""
    every = [frame["USUBJID"] for frame in datasets.values() if "USUBJID" in frame.columns]
    names = pd.Index(pd.concat(every).unique() if every else [], dtype="str")
    if cut.subjects is not None:
        names = names[names.isin(cut.subjects)]
    if cut.entered is not None:
        dm = datasets.get("DM", pd.DataFrame())
        try:
            entered = _dated(dm, cut.entered, "DM")
            late = after_cut(entered, cut.moment())
            if cut.undated == "remove":
                late |= np.isnat(entered)
            names = names[~names.isin(dm["USUBJID"][late])]
        except Refused as refused:
            findings.extend(refused.findings)
    return pd.Series(np.full(len(names), cut.moment()), index=names)


def _cut_dataset(
    name: str, frame: pd.DataFrame, cut: DataCut, cuts: pd.Series, findings: Findings
) -> np.ndarray:
    """The records that stay by the dataset's own rule."""
    rule = cut.rule(name, frame.columns)
    if rule == "none" or not len(frame):
        return np.ones(len(frame), dtype=bool)
    foreign = patient_cut(frame, cuts, dataset=name)
    if name == "RELREC":
        foreign &= ~is_blank(frame["USUBJID"])  # a relation between datasets has no subject
    _count(findings, name, cut, int(foreign.sum()), "of subjects not in the cut")
    if rule in ("patient", "special"):
        return ~foreign
    if rule == "date":
        findings.add("CUT_NO_DATE", dataset=name, expected=f"{name[:2]}STDTC or {name[:2]}DTC")
        return ~foreign
    variable = rule
    late = date_cut(frame, variable, cuts, dataset=name) & ~foreign
    _count(findings, name, cut, int(late.sum()), f"by {variable}")
    undated = np.isnat(_dated(frame, variable, name)) & ~foreign
    if undated.any():
        word = "kept" if cut.undated == "keep" else "removed"
        findings.add("CUT_UNDATED", dataset=name, variable=variable, value=int(undated.sum()), rule=word)
    if cut.undated == "remove":
        _count(findings, name, cut, int(undated.sum()), f"without a date in {variable}")
        late |= undated
    return ~foreign & ~late


def _count(findings: Findings, dataset: str, cut: DataCut, records: int, cause: str) -> None:
    if records:
        findings.add("CUT_REMOVED", dataset=dataset, value=records, expected=cut.text(), rule=cause)


def _cut_dm(dm: pd.DataFrame, cut: DataCut, cuts: pd.Series, findings: Findings) -> pd.DataFrame:
    """DM without deaths, and if the study says so reference dates, after the cut."""
    dm = dm.copy()
    if "DTHDTC" in dm.columns:
        dead = special_dm_cut(dm, cuts)[1]
        for variable in ("DTHDTC", "DTHFL"):
            if variable in dm.columns:
                _change(dm, variable, dead, "", cut, findings)
    if cut.reference_dates == "clip":
        for start, end in _PERIODS.items():
            begun_later = np.zeros(len(dm), dtype=bool)
            if start in dm.columns:
                begun_later = after_cut(_dated(dm, start, "DM"), cut.moment())
            if end in dm.columns:
                late = after_cut(_dated(dm, end, "DM"), cut.moment())
                # What began after the cut has not begun, so it has no end either.
                _change(dm, end, begun_later, "", cut, findings)
                _change(dm, end, late & ~begun_later, cut.text(), cut, findings)
            if start in dm.columns:
                _change(dm, start, begun_later, "", cut, findings)
    return dm


def _change(
    dm: pd.DataFrame, variable: str, which: np.ndarray, text: str, cut: DataCut, findings: Findings
) -> None:
    failing = which & ~is_blank(dm[variable])
    findings.add(
        "CUT_CHANGED", dataset="DM", variable=variable, USUBJID=dm["USUBJID"][failing], value=dm[variable][failing],
        expected=cut.text(), params=text or "blank",
    )  # fmt: skip
    dm[variable] = dm[variable].mask(failing, text)


def _report_late(name: str, frame: pd.DataFrame, cut: DataCut, findings: Findings) -> None:
    """Dates after the cut in the records kept: an end, a follow-up, the reference dates of DM."""
    for variable in [str(item) for item in frame.columns if str(item).endswith("DTC")]:
        late = after_cut(earliest_moment(frame[variable])[0], cut.moment())
        if name == "DM":
            findings.add(
                "CUT_LATE", dataset=name, variable=variable, USUBJID=frame["USUBJID"][late],
                value=frame[variable][late], expected=cut.text(),
            )  # fmt: skip
        elif late.any():
            findings.add(
                "CUT_LATE_VALUES", dataset=name, variable=variable, value=int(late.sum()), expected=cut.text()
            )


def _column(frame: pd.DataFrame, variable: str, dataset: str) -> pd.Series:
    if variable not in frame.columns:
        raise Refused.because("CUT_VARIABLE", dataset=dataset, variable=variable)
    return frame[variable]


def _dated(frame: pd.DataFrame, variable: str, dataset: str) -> np.ndarray:
    """Earliest moments of a variable; `Refused` where one is no date."""
    column = _column(frame, variable, dataset)
    moments, problem = earliest_moment(column)
    wrong = problem != ""
    if wrong.any():
        who = frame["USUBJID"][wrong] if "USUBJID" in frame.columns else ""
        raise Refused.because(
            "CUT_DATE", dataset=dataset, variable=variable, USUBJID=who, value=column[wrong], expected=problem[wrong],
        )  # fmt: skip
    return moments
