"""odmlib, another implementation, reads what is written, and finds nothing against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from define_xml import write
from tests.define_xml.documents import document

pytest.importorskip("odmlib")


def test_odmlib_loads_and_finds_nothing(tmp_path: Path, odmlib_root: Callable[[Path], Any]) -> None:
    write(document(), tmp_path / "define.xml")
    metadata = odmlib_root(tmp_path / "define.xml").Study.MetaDataVersion
    assert [group.Name for group in metadata.ItemGroupDef] == ["DM", "LB", "SUPPDM"]
    assert metadata.WhereClauseDef[0].RangeCheck[1].CheckValue[0]._content == "BLOOD"


def test_odmlib_loads_analysis_results(tmp_path: Path) -> None:
    from odmlib import arm_loader, loader

    write(document(results=True), tmp_path / "define.xml")
    reader = loader.ODMLoader(arm_loader.XMLArmLoader(model_package="arm_1_0"))
    reader.open_odm_document(str(tmp_path / "define.xml"))
    display = reader.root().Study.MetaDataVersion.AnalysisResultDisplays.ResultDisplay[0]
    result = display.AnalysisResult[0]
    assert (display.OID, display.Name, result.AnalysisReason) == ("RD.1", "Table 14.1", "SPECIFIED IN SAP")
    datasets = result.AnalysisDatasets.AnalysisDataset
    assert [item.ItemGroupOID for item in datasets] == ["IG.LB", "IG.DM"]
    assert datasets[0].WhereClauseRef.WhereClauseOID == "WC.GLUC.BLOOD"
    assert result.ProgrammingCode.Code._content == "frame.groupby('SEX').mean()\n"
