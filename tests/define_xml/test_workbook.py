from __future__ import annotations

import os
from pathlib import Path

import pytest
from openpyxl import load_workbook

from define_xml import Define, WorkbookError, of_workbook, read, to_bytes, to_workbook
from define_xml.common import Description, TranslatedText, describe
from define_xml.model import Origin
from define_xml.sheets import COLUMNS
from tests.define_xml.documents import document

SAMPLE = (
    Path(os.environ.get("CDISC_NPC_SHARED") or Path(__file__).parents[3] / "shared")
    / "define/defineV21-SDTM.xml"
)
TABS = [
    "Study", "Standards", "Datasets", "Variables", "ValueLevel", "WhereClauses", "Codelists", "Dictionaries",
    "Methods", "Comments", "Documents", "Analysis Displays", "Analysis Results",
]  # fmt: skip


def there_and_back(define: Define, folder: Path) -> Define:
    path = folder / "spec.xlsx"
    path.write_bytes(to_workbook(define))
    return of_workbook(path)


def test_tabs_are_those_that_users_know(tmp_path: Path) -> None:
    assert list(COLUMNS) == TABS
    (tmp_path / "spec.xlsx").write_bytes(to_workbook(document(results=True)))
    book = load_workbook(tmp_path / "spec.xlsx")
    assert book.sheetnames == TABS
    rows = list(book["ValueLevel"].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["Dataset"], first["Variable"], first["Where Clause"]) == ("LB", "LBORRES", "WC.GLUC.BLOOD")
    where = list(book["WhereClauses"].iter_rows(values_only=True))[1:3]
    assert [row[:5] for row in where] == [
        ("WC.GLUC.BLOOD", "LB", "LBTESTCD", "EQ", "GLUC"), ("WC.GLUC.BLOOD", "LB", "LBSPEC", "EQ", "BLOOD")
    ]  # fmt: skip


def test_round_trip_changes_nothing(tmp_path: Path) -> None:
    define = document(results=True)
    again = there_and_back(define, tmp_path)
    assert again == define
    assert to_bytes(again) == to_bytes(define)


def test_round_trip_of_what_has_no_plain_cell(tmp_path: Path) -> None:
    define = document()
    metadata = define.metadata
    metadata.methods[0].description = describe("=SUM(A1)\nand [brackets], {braces}")
    metadata.methods[1].description = describe("[1] first")
    metadata.items[3].description = Description([TranslatedText("en", "Age"), TranslatedText("zh", "年龄")])
    metadata.items[4].origins.append(Origin("Assigned", "Sponsor"))
    metadata.where_clauses[0].range_checks[0].check_values = ["A, B", " C"]
    metadata.where_clauses[0].range_checks[0].comparator = "IN"
    assert there_and_back(define, tmp_path) == define


def test_round_trip_of_the_official_sample(tmp_path: Path) -> None:
    """Definitions come in the order of the tabs; apart from that nothing changes."""
    if not SAMPLE.is_file():
        pytest.skip(f"no official sample at {SAMPLE}")

    def sorted_(define: Define) -> Define:
        for name in ("items", "codelists"):
            getattr(define.metadata, name).sort(key=lambda item: item.oid)
        return define

    assert sorted_(there_and_back(read(SAMPLE), tmp_path)) == sorted_(read(SAMPLE))


def test_workbook_of_another_tool_needs_no_columns_of_ours(tmp_path: Path) -> None:
    define = document()
    (tmp_path / "spec.xlsx").write_bytes(to_workbook(define))
    book = load_workbook(tmp_path / "spec.xlsx")
    for sheet, columns in (
        ("Variables", ("OID", "SAS Name")),
        ("Datasets", ("OID", "Leaf")),
        ("WhereClauses", ("Item", "Soft/Hard")),
    ):
        header = [cell.value for cell in book[sheet][1]]
        for column in columns:
            book[sheet].delete_cols(header.index(column) + 1)
            header.remove(column)
    book.save(tmp_path / "theirs.xlsx")
    again = of_workbook(tmp_path / "theirs.xlsx")
    assert again.metadata.item_groups == define.metadata.item_groups
    assert again.metadata.where_clauses == define.metadata.where_clauses
    assert [item.oid for item in again.metadata.items] == [item.oid for item in define.metadata.items]


def test_cell_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "spec.xlsx").write_bytes(to_workbook(document()))
    book = load_workbook(tmp_path / "spec.xlsx")
    book["Variables"]["B3"] = "XX"
    book.save(tmp_path / "bad.xlsx")
    with pytest.raises(WorkbookError, match="Variables row 3: XX is no dataset of the tab Datasets"):
        of_workbook(tmp_path / "bad.xlsx")
    book["Variables"]["B3"] = None
    book.save(tmp_path / "bad.xlsx")
    with pytest.raises(WorkbookError, match="Variables row 3: column 'Dataset' is missing or blank"):
        of_workbook(tmp_path / "bad.xlsx")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.xlsx"
    path.write_bytes(b"no zip")
    with pytest.raises(WorkbookError, match="no xlsx workbook"):
        of_workbook(path)


def test_version_2_0_has_no_workbook() -> None:
    define = document()
    define.metadata.define_version = "2.0.0"
    with pytest.raises(ValueError, match=r"2\.0"):
        to_workbook(define)


def test_text_too_long_for_a_cell_is_refused() -> None:
    define = document()
    define.metadata.methods[0].description = describe("x" * 40_000)
    with pytest.raises(ValueError, match="Methods row 2, Description: 40000 characters"):
        to_workbook(define)
