"""The define.xml of the trial: findings, tumours, trial design, qualifiers, relations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdisc_npc.study.packaged import load_study
from define_xml import read, read_tables, validate


@pytest.fixture(scope="module")
def package(clean_package: Path) -> Path:
    return clean_package / "m5/datasets" / load_study("npc").study.study.lower() / "tabulations/sdtm"


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


@pytest.mark.slow
def test_define_of_the_analysis_datasets(package: Path, odmlib_root: Callable[[Path], Any]) -> None:
    folder = package.parents[1] / "analysis/adam/datasets"
    assert [issue.message for issue in validate(folder / "define.xml", read_tables(folder))] == []
    assert {"define.html", "define2-1.xsl"} <= {path.name for path in folder.iterdir()}
    odmlib_root(folder / "define.xml")
    define = read(folder / "define.xml")
    groups = {group.name: group for group in define.metadata.item_groups}
    assert next(iter(groups)) == "ADSL" and groups["ADSL"].class_ == "SUBJECT LEVEL ANALYSIS DATASET"
    sub_class = groups["ADTTE"].class_2_1.sub_classes[0].name  # type: ignore[union-attr]
    assert (groups["ADTTE"].class_, sub_class) == ("BASIC DATA STRUCTURE", "TIME-TO-EVENT")
    age = define.index.items["IT.ADSL.AGE"].origins[0]
    assert (age.type, age.description.text) == ("Predecessor", "DM.AGE")  # type: ignore[union-attr]
    start = define.index.items["IT.ADSL.TRTSDT"]
    assert (start.data_type, start.display_format) == ("integer", "DATE9.")
    values = define.index.value_lists["VL.ADTTE.AVAL"].item_refs
    assert {ref.item_oid for ref in values} >= {"IT.ADTTE.AVAL.OS", "IT.ADTTE.AVAL.PFS"}
    pfs = next(ref for ref in values if ref.item_oid == "IT.ADTTE.AVAL.PFS")
    text = define.index.methods[pfs.method_oid or ""].description.text  # type: ignore[union-attr]
    assert text.startswith(
        "PFS: from TRTSDT to the earliest of progression, death; without an event censored by start"
    )
    codes = define.index.codelist_of(define.index.items["IT.ADTTE.PARAMCD"])
    assert codes and "Progression Free Survival (Days)" in {
        item.decode.text for item in codes.codelist_items if item.decode
    }
