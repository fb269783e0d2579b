"""The spec workbook: a document's metadata as an xlsx file, out and in; a round trip changes nothing."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from define_xml.archive import DAMAGE, ArchiveError, check_archive, sheet_parts, sheet_rows, survey
from define_xml.cells import Cell
from define_xml.from_sheets import WorkbookError, define_of
from define_xml.model import Define
from define_xml.sheets import COLUMNS, sheets

_MOST = 32_767  # characters of a cell
# The terms of all codelists of CDISC in one tab are a million cells.
_MOST_CELLS = 8_000_000
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def to_workbook(define: Define) -> bytes:
    """Give the workbook of a document; the same document gives the same bytes but for the zip's times.

    Raises
    ------
    ValueError
        The document is of version 2.0, or a text is too long for a cell.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = datetime(1960, 1, 1)
    for name, rows in sheets(define).items():
        sheet = book.create_sheet(name)
        columns = COLUMNS[name]
        for place, column in enumerate(columns, 1):
            sheet.cell(1, place, column).font = Font(bold=True)
        for number, row in enumerate(rows, 2):
            for place, column in enumerate(columns, 1):
                value = row.get(column)
                if value is None:
                    continue
                if isinstance(value, str) and len(value) > _MOST:
                    raise ValueError(
                        f"{name} row {number}, {column}: {len(value)} characters; at most {_MOST}"
                    )
                cell = sheet.cell(number, place)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # a text that begins with = is no formula
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def of_workbook(source: str | Path) -> Define:
    """Read the document of a workbook.

    Tabs and columns may be missing where they would be blank; others are not looked at.

    Raises
    ------
    WorkbookError
        It is no workbook, has no tab Variables, or a cell does not hold what its column is for.
    """
    tables = {}
    rows = _rows(Path(source))
    for name in COLUMNS:
        lines = rows.get(name, [])
        header = [str(cell).strip() for cell in lines[0]] if lines else []
        tables[name] = [
            dict(zip(header, map(_cell, line), strict=False))
            for line in lines[1:]
            if any(cell != "" for cell in line)
        ]
    return define_of(tables)


def _rows(path: Path) -> dict[str, list[list[Any]]]:
    """The rows of the tabs that are read, of a workbook that is no bomb."""
    try:
        check_archive(path, _look)
        parts = sheet_parts(path)
        if "Variables" not in parts or "Datasets" not in parts:
            raise WorkbookError(f"tabs {', '.join(parts)}; expected Datasets and Variables among them")
        names = [name for name in COLUMNS if name in parts]
        with zipfile.ZipFile(path) as archive:
            for name in names:
                with archive.open(parts[name]) as stream:
                    _, size = survey(stream)
                if size > _MOST_CELLS:
                    raise WorkbookError(f"tab {name} spans {size} cells; expected at most {_MOST_CELLS}")
        return sheet_rows(path, names, from_first=False)
    except FileNotFoundError:
        raise
    except WorkbookError:
        raise
    except DAMAGE as error:
        raise WorkbookError(f"no xlsx workbook: {error}") from error


def _look(head: bytes) -> None:
    if _DOCUMENT_TYPE.search(head.replace(b"\0", b"")):
        raise ArchiveError("its XML declares a document type")


def _cell(value: Any) -> Cell:
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
