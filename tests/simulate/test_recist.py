"""The responses of the clean forms, derived once more by a slow and plain reading of RECIST 1.1."""

# Columns have names in capitals, which SIM300 takes for constants.
# ruff: noqa: SIM300

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pandas as pd
import pytest

from cdisc_npc.findings import Findings, joined
from cdisc_npc.pipeline.stages import compare_responses, compute_responses
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.mapper import to_sdtm
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import simulate_trial
from cdisc_npc.simulate.truth import time_points
from cdisc_npc.simulate.write import frame_of, in_contract_order
from cdisc_npc.study.packaged import load_study
from cdisc_npc.transport.raw_tables import RawTable


def lesion(row: pd.Series) -> Decimal | None:
    if row.LESSTAT in ("NOT EVALUABLE", "NOT DONE"):
        return None
    if row.LESSTAT == "TOO SMALL TO MEASURE":
        return Decimal(5)
    return Decimal(row.DIAM)


def responses(
    tl: pd.DataFrame, ntl: pd.DataFrame, nl: pd.DataFrame, visits: list[str]
) -> dict[str, tuple[str, str, str, str]]:
    baseline = tl[tl.FOLDER == "Screening"]
    base = sum(map(Decimal, baseline.DIAM), Decimal(0))
    nadir, result = base, {}
    for visit in visits:
        rows = [row for _, row in tl[tl.FOLDER == visit].iterrows()]
        sizes = [(lesion(row), row.NODAL == "Yes") for row in rows]
        existing = [size for size, _ in sizes if size is not None]
        total = sum(existing, Decimal(0))
        whole = len(existing) == len(sizes)
        if whole and all(size < 10 if node else size == 0 for size, node in sizes):
            target = "CR"
        elif total >= nadir * Decimal("1.2") and total - nadir >= 5:
            target = "PD"
        elif not whole:
            target = "NE"
        else:
            target = "PR" if total <= base * Decimal("0.7") else "SD"
        states = set(ntl[ntl.FOLDER == visit].LESSTAT)
        if not states:
            other = ""
        elif "UNEQUIVOCAL PROGRESSION" in states:
            other = "PD"
        elif "NOT EVALUABLE" in states:
            other = "NE"
        else:
            other = "CR" if states == {"ABSENT"} else "NON-CR/NON-PD"
        new = (nl[nl.FOLDER == visit].LESSTAT == "UNEQUIVOCAL").any()
        if new or "PD" in (target, other):
            overall = "PD"
        elif target == "CR" and other not in ("", "CR"):
            overall = "PR"
        else:
            overall = target
        result[visit] = (target, other, overall, f"{total.normalize():f}" if whole or target == "PD" else "")
        if whole:
            nadir = min(nadir, total)
    return result


@pytest.mark.slow
def test_responses_follow_from_the_measurements(settings: Settings) -> None:
    forms = {name: frame_of(table) for name, table in simulate_trial(settings, 120, 1).tables.items()}
    by_subject = {
        name: defaultdict(lambda form=forms[name]: form.iloc[:0], dict(list(forms[name].groupby("SUBJID"))))
        for name in ("tl", "ntl", "nl", "rs")
    }
    compared = 0
    for subject, recorded in by_subject["rs"].items():
        ordered = recorded.sort_values("RSDAT")
        derived = responses(
            *(by_subject[form][subject] for form in ("tl", "ntl", "nl")), list(ordered.FOLDER)
        )
        stated = {
            row.FOLDER: (row.TRGRESP, row.NTRGRESP, row.OVRLRESP, row.SUMDIAM)
            for _, row in ordered.iterrows()
        }
        assert stated == derived, subject
        compared += len(stated)
    assert compared > 400


def test_every_special_case_occurs(settings: Settings) -> None:
    forms = {name: frame_of(table) for name, table in simulate_trial(settings, 400, 1).tables.items()}
    tl, ntl, nl, rs = forms["tl"], forms["ntl"], forms["nl"], forms["rs"]
    assert set(tl.LESSTAT) == {"", "ABSENT", "TOO SMALL TO MEASURE", "NOT EVALUABLE", "NOT DONE"}
    assert set(ntl.LESSTAT) == {"PRESENT", "ABSENT", "NOT EVALUABLE", "UNEQUIVOCAL PROGRESSION"}
    assert set(nl.LESSTAT) == {"EQUIVOCAL", "UNEQUIVOCAL", "ABSENT"}
    assert set(rs.TRGRESP) == {"CR", "PR", "SD", "PD", "NE"}
    assert set(rs.NTRGRESP) == {"", "CR", "NON-CR/NON-PD", "PD", "NE"}
    assert tl.LESNO.str.fullmatch(r"T0\d\.[12]").any() and tl.LESNO.str.fullmatch(r"T0\d/T0\d").any()


def test_splits_and_merges_name_their_lesions(settings: Settings) -> None:
    tl = frame_of(simulate_trial(settings, 400, 2).tables["tl"])
    split = tl[tl.LESNO.str.contains(".", regex=False)]
    assert (split.PARENT == split.LESNO.str[:3]).all()
    merged = tl[tl.LESNO.str.contains("/", regex=False)]
    assert (merged.PARENT == merged.LESNO).all()
    assert (tl[~tl.LESNO.str.contains(r"[./]")].PARENT == "").all()
    # A lesion that was split or merged is not measured under its own number any more.
    for _, row in pd.concat([split, merged]).iterrows():
        page = tl[(tl.SUBJID == row.SUBJID) & (tl.FOLDER == row.FOLDER)]
        assert not set(row.PARENT.split("/")) & set(page.LESNO)


def test_targets_are_measurable(settings: Settings) -> None:
    tl = frame_of(simulate_trial(settings, 400, 3).tables["tl"])
    base = tl[tl.FOLDER == "Screening"]
    size = base.DIAM.astype(float)
    assert (size[base.NODAL == "Yes"] >= 15).all() and (size[base.NODAL == "No"] >= 10).all()
    assert base.groupby("SUBJID").size().between(1, 5).all()
    organ = base.LESSITE.where(base.NODAL == "No", "node")
    assert (base.groupby(["SUBJID", organ]).size() <= 2).all()


@pytest.mark.slow
@pytest.mark.parametrize("subjects", [400, pytest.param(2000, marks=pytest.mark.long)])
def test_responses_computed_from_sdtm_are_the_truth(settings: Settings, subjects: int) -> None:
    """By the mapping of the trial and its computation of RECIST 1.1."""
    study = load_study("npc")
    trial = simulate_trial(settings, subjects, 1)
    tables = in_contract_order(trial.tables, study.contract)
    # Of the forms that have no part in it the header is enough.
    needed = {"dm", "ic", "exs", "ext", "tl", "ntl", "nl", "rs"}
    forms = {name: frame_of(table).iloc[: None if name in needed else 0] for name, table in tables.items()}
    raw = RawData(forms, {name: RawTable(name, frame, name) for name, frame in forms.items()}, Findings())
    sdtm = to_sdtm(raw, study)
    computed, noticed = compute_responses(sdtm.datasets, study.study.recist)
    assert computed is not None
    differ = compare_responses(computed, sdtm.datasets, study.study.recist)
    assert not joined(sdtm.findings, noticed, differ).frame().code.str.startswith("RECIST").any()

    computed = computed[computed.SEQ > 0].sort_values(["USUBJID", "RSDTC"])
    stated = pd.DataFrame(time_points(trial)).sort_values(["SUBJID", "RSDATE"])
    assert len(computed) == len(stated) > 4 * subjects
    assert (computed.USUBJID.str[-6:].str.replace("-", "") == stated.SUBJID.to_numpy()).all()
    for name in ("TRGRESP", "OVRLRESP"):
        assert computed[name].tolist() == stated[name].tolist()
    assert computed.NTRGRESP.replace("NA", "").tolist() == stated.NTRGRESP.tolist()
    assert (computed.NEWLIND == "Y").tolist() == stated.NEWLES.tolist()
    for name in ("BASE", "NADIR"):
        tenths = (computed[name] * 10).round().astype(int)
        assert (
            tenths.tolist() == stated[f"{name}LINE_TENTHS" if name == "BASE" else f"{name}_TENTHS"].tolist()
        )
    whole = stated.COMPLETE.to_numpy()
    assert (computed.SUMDIAM[whole] * 10).round().astype(int).tolist() == stated.SUM_TENTHS[whole].tolist()
