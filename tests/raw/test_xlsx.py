from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.raw.xlsx import read_tables, tables_in


def write(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def rewrite(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """Replace bytes in one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def as_lists(path: Path, name: str) -> dict[str, list[str]]:
    table = read_tables(path, [name])[name]
    assert all(dtype == "str" for dtype in table.frame.dtypes)
    return table.frame.to_dict("list")


def refusal(path: Path, name: str = "ae") -> list[str]:
    with pytest.raises(Refused) as refused:
        read_tables(path, [name])
    return refused.value.findings.messages()


def test_cells_are_text_as_stored(tmp_path: Path) -> None:
    rows = [
        ["TEXT", "NUMBER", "WHEN", "MIXED"],
        ["007", 250.0, date(2021, 8, 31), 1],
        [" NA ", 0.1, datetime(2021, 8, 31, 10, 30), True],
        ["1e3", 1e22, time(10, 30, 5), "1"],
        ["a\r\nb", None, timedelta(hours=30), 1.5],
        ["皮疹", 12, datetime(2021, 8, 31, 10, 30, 0, 500_000), None],
    ]
    path = write(tmp_path / "crf.xlsx", ae=rows, dm=[["A"]])
    assert tables_in(path) == ["ae", "dm"]
    frame = as_lists(path, "ae")
    assert frame["NUMBER"] == ["250", "0.1", "10000000000000000000000", "", "12"]
    assert frame["WHEN"] == [
        "2021-08-31",
        "2021-08-31T10:30:00",
        "10:30:05",
        "30:00:00",
        "2021-08-31T10:30:00.5",
    ]
    assert frame["MIXED"] == ["1", "TRUE", "1", "1.5", ""]
    assert frame["TEXT"][:3] == ["007", " NA ", "1e3"]
    assert frame["TEXT"][4] == "皮疹"
    assert as_lists(path, "dm") == {"A": []}


def test_the_first_row_that_is_not_empty_is_the_header(tmp_path: Path) -> None:
    path = write(
        tmp_path / "crf.xlsx", ae=[[], [None, "A", None, "B"], [None, "1", None, "2"], [None, None], []]
    )
    assert as_lists(path, "ae") == {"A": ["1"], "B": ["2"]}


def test_a_blank_row_between_records_and_an_unnamed_column_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "crf.xlsx", ae=[["A", "B"], ["1", "2"], [], ["3", "4"]])
    assert refusal(path) == ["crf.xlsx[ae] row 2: the record has '0' fields; expected 2 [RAW_RAGGED_ROW]"]
    path = write(tmp_path / "crf.xlsx", ae=[["A", None], ["1", "2"]])
    assert refusal(path) == [
        "crf.xlsx[ae]: column number '2' has no name; expected one in the header [RAW_UNNAMED_COLUMN]"
    ]


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "crf.xlsx", ae=[])) == [
        "crf.xlsx[ae]: the file is empty; expected a header and records [RAW_EMPTY_FILE]"
    ]


def test_formulas_merged_cells_and_error_values_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "crf.xlsx", ae=[["A", "B"], ["=1+1", "x"], ["#N/A", "y"], ["z", "=A2"]])
    book = openpyxl.load_workbook(path)
    book["ae"].merge_cells("A5:B6")
    book.save(path)
    assert refusal(path) == [
        "crf.xlsx: cell 'ae!A2' holds a formula; expected values only [RAW_FORMULA]",
        "crf.xlsx: cell 'ae!B4' holds a formula; expected values only [RAW_FORMULA]",
        "crf.xlsx: cells 'ae!A5:B6' are merged; expected one value a cell [RAW_MERGED_CELLS]",
        "crf.xlsx: cannot be read: 'error value in ae!A3'; expected a value in each cell [RAW_UNREADABLE]",
    ]


def test_every_sheet_asked_for_is_looked_at(tmp_path: Path) -> None:
    path = write(tmp_path / "crf.xlsx", ae=[["A"], ["=1"]], dm=[["B", "B"], ["1", "2"]])
    with pytest.raises(Refused) as refused:
        read_tables(path, ["ae", "dm"])
    assert refused.value.findings.frame()["code"].tolist() == ["RAW_FORMULA", "RAW_DUPLICATE_COLUMN"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_document_type_in_any_part_is_refused(tmp_path: Path, part: str) -> None:
    path = write(tmp_path / "crf.xlsx", ae=[["A"], ["1"]])
    root = b"<workbook" if "workbook" in part else b"<worksheet"
    rewrite(path, part, root, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + root)
    assert refusal(path) == [
        "crf.xlsx: the XML declares '<!DOCTYPE x'; expected no document type and no entities [RAW_XML_ENTITY]"
    ]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path / "crf.xlsx", ae=[["A"], ["1"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (100 << 20))
    (message,) = refusal(path)
    assert message.startswith("crf.xlsx: cannot be read: 'unpacks to 1048")


def test_a_cell_at_the_far_corner_is_refused_before_room_is_built(tmp_path: Path) -> None:
    path = write(tmp_path / "crf.xlsx", ae=[["A", "B"], ["1", "2"]])
    rewrite(path, "xl/worksheets/sheet1.xml", b'r="B2"', b'r="XFD1048576"')
    assert refusal(path) == [
        "crf.xlsx: cannot be read: 'sheet ae spans 17179869184 cells'; expected at most 64000000 [RAW_UNREADABLE]"
    ]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "crf.xlsx"
    path.write_bytes(b"A,B\n1,2\n")
    assert refusal(path)[0].endswith("expected a workbook (XLSX) [RAW_UNREADABLE]")
    path.write_bytes(b"")
    assert refusal(path)[0].endswith("[RAW_EMPTY_FILE]")
