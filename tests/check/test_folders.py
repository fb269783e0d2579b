"""What is missing, surplus or misnamed in a package's folders is found by its rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.check.folders import check_folders
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, read_package, table_of
from cdisc_npc.transport.xpt import Member, Variable, write_xpt
from tests.check.planted import SDTM, copied, found

# The example has neither trial design nor documents.
KNOWN = {
    ("NPC-PKG-006", "STUDY", ""),
    ("NPC-PKG-007", "STUDY", ""),
    ("NPC-PKG-010", "TS", ""),
    *(("NPC-PKG-011", name, "") for name in ("TA", "TE", "TI", "TV")),
}
STUDY = SDTM.removesuffix("/tabulations/sdtm")


def checked_folders(folder: Path) -> Checked:
    checked = Checked()
    check_folders(read_package(folder, npc.load_study("cdiscpilot")), checked)
    return checked


def values(checked: Checked, rule: str) -> list[str]:
    frame = checked.findings.frame()
    return frame.loc[frame["rule"] == rule, "value"].tolist()


def test_a_good_package_lacks_what_is_not_built(pilot_package):
    checked = checked_folders(pilot_package)
    assert found(checked) == KNOWN
    verdicts = checked.verdicts()
    assert verdicts["rule"].nunique() == 17
    assert set(verdicts.loc[verdicts["status"] == "not evaluated", "rule"]) == {
        "NPC-PKG-008",
        "NPC-PKG-009",
        "NPC-PKG-012",
    }


FAULTS: dict[str, tuple[Callable[[Path], object], str, list[str]]] = {
    "datasets elsewhere": (
        lambda sdtm: sdtm.rename(sdtm.parent / "data"),
        "NPC-PKG-001",
        [f"{STUDY}/tabulations/data/{name}.xpt" for name in ("ae", "dm", "ds", "ex", "suppae", "suppdm")],
    ),
    "another form": (lambda sdtm: (sdtm / "dm.csv").write_text("STUDYID\n1\n"), "NPC-PKG-002", [f"{SDTM}/dm.csv"]),
    "a copy": (
        lambda sdtm: (sdtm / "dm2.xpt").write_bytes((sdtm / "dm.xpt").read_bytes()),
        "NPC-PKG-003",
        [f"{SDTM}/dm2.xpt"],
    ),
    "no define.xml": (lambda sdtm: (sdtm / "define.xml").unlink(), "NPC-PKG-004", [f"no define.xml in {SDTM}"]),
    "no stylesheet": (
        lambda sdtm: (sdtm / "define2-1.xsl").unlink(),
        "NPC-PKG-005",
        [f"no define2-1.xsl in {SDTM}"],
    ),
    "no DM": (lambda sdtm: (sdtm / "dm.xpt").unlink(), "NPC-PKG-010", ["no dataset DM", "no dataset TS"]),
    "no EX": (lambda sdtm: (sdtm / "ex.xpt").unlink(), "NPC-PKG-011", [
        f"no dataset {name}" for name in ("EX", "TA", "TE", "TI", "TV")
    ]),
    "a note": (lambda sdtm: (sdtm / "notes.txt").write_text("x"), "NPC-PKG-013", [f"{SDTM}/notes.txt"]),
    "a hidden file": (lambda sdtm: (sdtm / ".ds_store").write_text("x"), "NPC-PKG-014", [f"{SDTM}/.ds_store"]),
    "a lock": (lambda sdtm: (sdtm / "~$acrf.docx").write_text("x"), "NPC-PKG-014", [f"{SDTM}/~$acrf.docx"]),
    "a blank in a name": (
        lambda sdtm: (sdtm / "read me.pdf").write_text("x"),
        "NPC-PKG-015",
        [f"{SDTM}/read me.pdf"],
    ),
    "a folder in upper case": (
        lambda sdtm: sdtm.parents[1].rename(sdtm.parents[2] / "CDISCPILOT01"),
        "NPC-PKG-015",
        ["m5/datasets/CDISCPILOT01"],
    ),
    "an empty folder": (lambda sdtm: (sdtm.parent / "send").mkdir(), "NPC-PKG-016", [f"{STUDY}/tabulations/send"]),
    "an empty file": (lambda sdtm: (sdtm / "acrf.pdf").touch(), "NPC-PKG-016", [f"{SDTM}/acrf.pdf"]),
    "a changed file": (
        lambda sdtm: (sdtm / "define.html").write_text("x"),
        "NPC-PKG-017",
        [f"{SDTM}/define.html"],
    ),
    "a file gone": (lambda sdtm: (sdtm / "ex.xpt").unlink(), "NPC-PKG-017", [f"{SDTM}/ex.xpt"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_rule(pilot_package, tmp_path, fault):
    plant, rule, expected = FAULTS[fault]
    plant(copied(pilot_package, tmp_path))
    checked = checked_folders(tmp_path / "package")
    assert values(checked, rule) == expected
    # A file more or less is no longer what the manifest lists; some faults break more than one rule.
    more = {name for name, _, _ in found(checked) - KNOWN} - {rule, "NPC-PKG-017"}
    assert more <= {"NPC-PKG-003", "NPC-PKG-011", "NPC-PKG-013"}


def test_documents_that_are_there_are_no_fault(pilot_package, tmp_path):
    sdtm = copied(pilot_package, tmp_path)
    for name in ("acrf.pdf", "csdrg.pdf"):
        (sdtm / name).write_text("x")
    rules = {rule for rule, _, _ in found(checked_folders(tmp_path / "package"))}
    assert not {"NPC-PKG-006", "NPC-PKG-007", "NPC-PKG-013"} & rules


def test_a_manifest_of_others_lists_nothing(pilot_package, tmp_path):
    copied(pilot_package, tmp_path)
    for content in ("no json", json.dumps(["a"]), json.dumps({"files": 3})):
        (tmp_path / "package" / "manifest.json").write_text(content)
        verdicts = checked_folders(tmp_path / "package").verdicts().set_index("rule")
        assert verdicts.loc["NPC-PKG-017", "status"] == "not evaluated"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (["2021-08-31"], []),
        (["2021-08"], ["2021-08"]),
        ([""], ["blank"]),
        (None, ["no record of SSTDTC"]),
    ],
)
def test_the_start_of_the_study_is_a_date(tmp_path, stated, expected):
    codes = ["TITLE", *(["SSTDTC"] if stated else [])]
    frame = pd.DataFrame({"TSPARMCD": codes, "TSVAL": ["A trial", *(stated or [])]}, dtype="str")
    variables = (Variable("TSPARMCD", "Short Name"), Variable("TSVAL", "Value"))
    write_xpt(frame, tmp_path / "ts.xpt", Member("TS", "Trial Summary", variables))
    assert values(checked_folders(tmp_path), "NPC-PKG-012") == expected


def test_an_analysis_needs_adsl_its_guide_and_its_programs(tmp_path):
    place = tmp_path / "m5/datasets/s1/analysis/adam/datasets"
    place.mkdir(parents=True)
    frame = pd.DataFrame({"USUBJID": ["1"]}, dtype="str")
    write_xpt(frame, place / "adae.xpt", Member("ADAE", "Adverse Events", (Variable("USUBJID", "Subject"),)))
    rules = {rule for rule, _, _ in found(checked_folders(tmp_path))}
    assert rules == {"NPC-PKG-004", "NPC-PKG-008", "NPC-PKG-009", "NPC-PKG-010"}
    programs = place.parent / "programs"
    programs.mkdir()
    (programs / "adae.py").write_text("x")
    (place / "adrg.pdf").write_text("x")
    rules = {rule for rule, _, _ in found(checked_folders(tmp_path))}
    assert rules == {"NPC-PKG-004", "NPC-PKG-010"}


def test_a_folder_of_datasets_is_not_judged_by_its_layout(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["1"]}, dtype="str")
    write_xpt(frame, tmp_path / "dm.xpt", Member("DM", "Demographics", (Variable("USUBJID", "Subject"),)))
    (tmp_path / "READ ME.txt").write_text("x")
    verdicts = checked_folders(tmp_path).verdicts()
    skipped = set(verdicts.loc[verdicts["status"] == "not evaluated", "rule"])
    assert {"NPC-PKG-001", "NPC-PKG-014", "NPC-PKG-015", "NPC-PKG-017"} <= skipped


def test_of_a_package_in_memory_only_the_datasets_are_judged():
    table = table_of(pd.DataFrame({"USUBJID": ["1"]}), Member("DM"), Path("dm.xpt"))
    checked = Checked()
    check_folders(Package(Path("nowhere"), {"DM": table}), checked)
    assert {rule for rule, _, _ in found(checked)} == {"NPC-PKG-010", "NPC-PKG-011"}
