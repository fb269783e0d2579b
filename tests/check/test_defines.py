"""What the validator of Define-XML notices becomes findings of rules of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cdisc_npc as npc
from cdisc_npc.check.defines import check_defines, define_rules
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import read_package
from define_xml.issues import CODES
from tests.check.planted import copied, described, found, patched


def checked_defines(folder: Path) -> Checked:
    checked = Checked()
    check_defines(read_package(folder, npc.load_study("cdiscpilot")), checked)
    return checked


def test_every_code_is_a_rule_with_a_text():
    rules = define_rules()
    assert len(rules) == len(CODES)
    assert rules["DEFINE-DATA_LABEL"].category == "Cross-reference"
    assert rules["DEFINE-STANDARD_UNUSED"].severity == "warning"
    assert not any("{" in rule.title for rule in rules.values())


def test_a_good_document_passes_all(pilot_package):
    checked = checked_defines(pilot_package)
    assert found(checked) == set()
    verdicts = checked.verdicts()
    assert set(verdicts["status"]) == {"passed"}
    assert set(verdicts["rule"]) == {*define_rules(), "NPC-DEF-001"}
    assert set(verdicts["dataset"]) == {"define.xml (SDTM)"}


def _label(sdtm: Path) -> None:
    described(sdtm / "dm.xpt", "AGE", label="Age in Years")


def _length(sdtm: Path) -> None:
    described(sdtm / "ae.xpt", "AETERM", length=150)


def _extra(sdtm: Path) -> None:
    (sdtm / "co.xpt").write_bytes((sdtm / "ds.xpt").read_bytes())
    patched(sdtm / "co.xpt", b"SAS     DS      ", b"SAS     CO      ")


def _gone(sdtm: Path) -> None:
    (sdtm / "ex.xpt").unlink()


def _variable(sdtm: Path) -> None:
    patched(sdtm / "dm.xpt", b"ARMNRS  ", b"ARMNOT  ")


def _no_class(sdtm: Path) -> None:
    path = sdtm / "define.xml"
    text = path.read_text(encoding="utf-8")
    start = text.index("<def:Class")
    end = text.index("/>", start) + 2
    path.write_text(text[:start] + text[end:], encoding="utf-8")


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (_label, {("DEFINE-DATA_LABEL", "DM", "AGE")}),
        (_length, {("DEFINE-DATA_LENGTH", "AE", "AETERM")}),
        (_extra, {("DEFINE-DATA_FILE_EXTRA", "CO", "")}),
        (_gone, {("DEFINE-DATA_FILE_MISSING", "EX", ""), ("DEFINE-LEAF_FILE_MISSING", "define.xml (SDTM)", "")}),
        (_variable, {("DEFINE-DATA_VARIABLE_MISSING", "DM", "ARMNRS"), ("DEFINE-DATA_VARIABLE_EXTRA", "DM", "ARMNOT")}),
        (_no_class, {("DEFINE-DATASET_CLASS_MISSING", "DM", "")}),
    ],
)  # fmt: skip
def test_a_fault_is_reported_with_its_dataset_and_variable(pilot_package, tmp_path, plant, expected):
    plant(copied(pilot_package, tmp_path))
    assert found(checked_defines(tmp_path / "package")) == expected


def test_a_finding_says_the_line_and_the_element(pilot_package, tmp_path):
    _label(copied(pilot_package, tmp_path))
    (record,) = checked_defines(tmp_path / "package").findings.frame().to_dict("records")
    assert record["value"] == "Age in Years"
    assert record["expected"].startswith("line ") and "the document has Age" in record["expected"]


def test_a_document_that_cannot_be_read(pilot_package, tmp_path):
    sdtm = copied(pilot_package, tmp_path)
    (sdtm / "define.xml").write_text("<ODM>")
    checked = checked_defines(tmp_path / "package")
    assert found(checked) == {("NPC-DEF-001", "define.xml (SDTM)", "")}


def test_without_a_document_nothing_is_evaluated(pilot_package, tmp_path):
    (copied(pilot_package, tmp_path) / "define.xml").unlink()
    verdicts = checked_defines(tmp_path / "package").verdicts()
    assert np.array_equal(verdicts[["rule", "status"]].to_numpy(), [["NPC-DEF-001", "not evaluated"]])
