"""The define.xml of the trial: findings, tumours, trial design, qualifiers, relations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdisc_npc.run.build import build_sdtm
from cdisc_npc.simulate import simulate
from cdisc_npc.study import load_study
from define_xml import read, read_tables, validate


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("npc")
    simulate(folder / "raw", subjects=3, seed=1, clean=True)
    spec = load_study("npc")
    build_sdtm(folder / "raw", folder / "out", spec, package=True)
    return folder / "out" / "m5/datasets" / spec.study.study.lower() / "tabulations/sdtm"


@pytest.mark.slow
def test_define_of_the_trial(package: Path, odmlib_root: Callable[[Path], Any]) -> None:
    assert [issue.message for issue in validate(package / "define.xml", read_tables(package))] == []
    odmlib_root(package / "define.xml")
    define = read(package / "define.xml")
    names = [group.name for group in define.metadata.item_groups]
    assert names[:6] == ["TA", "TD", "TE", "TI", "TS", "TV"] and names[-1] == "RELREC"
    assert {
        group.name: group.is_reference_data
        for group in define.metadata.item_groups
        if group.class_ == "TRIAL DESIGN"
    } == dict.fromkeys(names[:6], "Yes")
    response = define.index.codelist_of(define.index.items["IT.RS.RSORRES.OVRLRESP"])
    assert response and set(response.terms) <= {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"}
    assert define.index.item_groups["IG.SUPPAE"].leaf.href == "suppae.xpt"  # type: ignore[union-attr]
