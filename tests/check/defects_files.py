"""Defects of files: what they are called, where they stand, how they describe their datasets."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.check.defects import Defect, defect, describe, files, write

STUDY = "m5/datasets/nct04955886"
SDTM, ADAM = f"{STUDY}/tabulations/sdtm", f"{STUDY}/analysis/adam/datasets"


def _renamed(path: str, name: str):
    return files(lambda folder: (folder / path).rename((folder / path).with_name(name)) and None)


def _removed(path: str):
    return files(lambda folder: (folder / path).unlink())


def _put(path: str, content: bytes = b"text"):
    return files(lambda folder: write(folder / path, content))


def _moved(folder: Path) -> None:
    (folder / STUDY / "tabulations/data").mkdir()
    (folder / SDTM / "vs.xpt").rename(folder / STUDY / "tabulations/data/vs.xpt")


def _empty_folder(folder: Path) -> None:
    (folder / STUDY / "misc").mkdir()


def _twice(folder: Path) -> None:
    shutil.copyfile(folder / SDTM / "vs.xpt", folder / SDTM / "vs2.xpt")


def _cut(folder: Path) -> None:
    path = folder / SDTM / "vs.xpt"
    write(path, path.read_bytes()[:-80])


DEFECTS: list[Defect] = [
    defect("a dataset's file that is missing", _removed(f"{SDTM}/pr.xpt"), "DEFINE-DATA_FILE_MISSING PR", "NPC-SUPP-001 SUPPPR IDVARVAL"),
    defect("no demographics", _removed(f"{SDTM}/dm.xpt"), "NPC-PKG-010 DM", "DEFINE-DATA_FILE_MISSING DM", "NPC-SUPP-001 SUPPDM IDVARVAL"),
    defect("no trial summary", _removed(f"{SDTM}/ts.xpt"), "NPC-PKG-010 TS", "DEFINE-DATA_FILE_MISSING TS"),
    defect("no planned visits", _removed(f"{SDTM}/tv.xpt"), "NPC-PKG-011 TV", "DEFINE-DATA_FILE_MISSING TV"),
    defect("no subject-level analysis dataset", _removed(f"{ADAM}/adsl.xpt"), "NPC-PKG-010 ADSL", "DEFINE-DATA_FILE_MISSING ADSL", "NPC-TTE-022 ADTTE ADT"),
    defect("a file in capitals", _renamed(f"{SDTM}/pr.xpt", "PR.XPT"), "NPC-XPT-004 PR", "NPC-PKG-015 STUDY"),
    defect("a file under another dataset's name", _renamed(f"{SDTM}/pr.xpt", "procs.xpt"), "NPC-XPT-003 PR"),
    defect("a dataset in two files", files(_twice), "NPC-PKG-003 STUDY"),
    defect("a file that was cut off", files(_cut), "NPC-PKG-017 STUDY", "DEFINE-DATA_FILE_MISSING VS"),
    defect("datasets in a folder of their own", files(_moved), "NPC-PKG-001 STUDY", "NPC-PKG-004 STUDY", "NPC-XPT-012 VS VISIT"),
    defect("a spreadsheet among the datasets", _put(f"{SDTM}/vs.csv", b"STUDYID\nX\n"), "NPC-PKG-002 STUDY", "NPC-PKG-003 STUDY"),
    defect("no define.xml", _removed(f"{SDTM}/define.xml"), "NPC-PKG-004 STUDY"),
    defect("no stylesheet", _removed(f"{SDTM}/define2-1.xsl"), "NPC-PKG-005 STUDY"),
    defect("notes beside the datasets", _put(f"{SDTM}/notes.txt"), "NPC-PKG-013 STUDY"),
    defect("a hidden file", _put(f"{SDTM}/.ds_store"), "NPC-PKG-014 STUDY"),
    defect("a backup file", _put(f"{SDTM}/ae.xpt.bak"), "NPC-PKG-014 STUDY"),
    defect("a file with a blank in its name", _put(f"{SDTM}/my notes.txt"), "NPC-PKG-015 STUDY"),
    defect("an empty file", _put(f"{SDTM}/readme.txt", b""), "NPC-PKG-016 STUDY"),
    defect("an empty folder", files(_empty_folder), "NPC-PKG-016 STUDY"),
    defect("a dataset's name of nine characters", describe("PR", name="PROCEDURE"), "NPC-XPT-005 PR", "DEFINE-DATA_FILE_EXTRA PROCEDURE"),
    defect("a dataset without a label", describe("PR", label=""), "NPC-XPT-007 PR", "DEFINE-DATA_DATASET_LABEL PR"),
    defect("a variable without a label", describe("PR", "PRTRT", label=""), "NPC-XPT-007 PR PRTRT", "DEFINE-DATA_LABEL PR PRTRT"),
    defect("a label of 41 characters", describe("PR", "PRTRT", label="Reported Name of Procedure as the Site...."), "NPC-XPT-008 PR PRTRT", "DEFINE-DATA_LABEL PR PRTRT", "NPC-SCH-006 PR PRTRT"),
    defect("a label that is not ASCII", describe("PR", "PRTRT", label="Proc\u00e9dure"), "NPC-XPT-009 PR PRTRT", "DEFINE-DATA_LABEL PR PRTRT", "NPC-SCH-006 PR PRTRT"),
    defect("a label with half a bracket", describe("PR", "PRTRT", label="Reported Name of Procedure (site"), "NPC-XPT-010 PR PRTRT", "DEFINE-DATA_LABEL PR PRTRT", "NPC-SCH-006 PR PRTRT"),
    defect("a label other than the standard's", describe("PR", "PRTRT", label="Procedure"), "NPC-SCH-006 PR PRTRT", "DEFINE-DATA_LABEL PR PRTRT"),
    defect("a text of 201 bytes", describe("PR", "PRTRT", length=201), "NPC-XPT-011 PR PRTRT", "DEFINE-DATA_LENGTH PR PRTRT", "NPC-XPT-012 PR PRTRT"),
    defect("a variable longer than its values", describe("PR", "PRTRT", length=150), "NPC-XPT-012 PR PRTRT", "DEFINE-DATA_LENGTH PR PRTRT"),
    defect("a variable of two lengths", describe("PR", "USUBJID", length=30), "NPC-XPT-013 AE USUBJID", "NPC-XPT-012 PR USUBJID", "DEFINE-DATA_LENGTH PR USUBJID"),
    defect("a variable of two types", describe("PR", "STUDYID", type="Num", length=8), "NPC-XPT-014 PR STUDYID", "DEFINE-DATA_TYPE PR STUDYID"),
    defect("a number in four bytes", describe("PR", "PRSEQ", length=4), "NPC-XPT-021 PR PRSEQ"),
    defect("an analysis date without a format", describe("ADSL", "TRTSDT", format=""), "NPC-XPT-022 ADSL TRTSDT"),
]  # fmt: skip
