"""Workbooks (XLSX): each sheet a table, values only.

python-calamine gives the values. It cannot tell a formula from its cached result
and gives an error value (``#N/A``) as a blank, so each sheet's XML is searched
first: a formula, merged cells or an error value is refused by cell. The first
row that is not empty is the header; empty rows after the last record and
unnamed, empty columns are no data.

Text cells stay as they are. Numbers take their shortest exact form, cells with
a date or time format are ISO 8601. A date cell at midnight is a date: the file
does not tell them apart but by how they are displayed.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
import pandas as pd
import python_calamine
from lxml import etree

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.tables import RawTable, gather, header_names, number_text, place_of, text_frame
from cdisc_npc.raw.xml_stream import refuse_document_type

# A workbook unpacks to ten or twenty times its size; a bomb to a thousand times.
_LARGEST, _LARGEST_RATIO, _SMALL = 1 << 30, 200, 64 << 20
_CHUNK = 1 << 20
# Tags to look at closely, and the longest of them that a chunk's border may cut.
_SUSPECT = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[\s/>]|\st\s*=\s*[\"']e[\"']|<!DOCTYPE|<!ENTITY")
_OVERLAP = 64
_CELL = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,12})[\"']")
# A full column is a million cells; a table of 60,000 records with 30 fields two millions.
_MOST_CELLS = 64_000_000
# What Python's zipfile and lxml raise on a damaged archive (RuntimeError: a password; OSError: a bad offset).
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, etree.XMLSyntaxError,
    OSError, EOFError, LookupError, ValueError, OverflowError, RuntimeError,
)  # fmt: skip


def tables_in(path: Path) -> list[str]:
    """Names of the worksheets, hidden ones too."""
    _check_archive(path)
    return list(_sheet_parts(path))


def read_tables(path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
    """Read sheets of one workbook.

    Parameters
    ----------
    path
        An XLSX file.
    names
        Of `tables_in`.
    encoding
        Not used: the text is Unicode by definition.

    Raises
    ------
    Refused
        ``RAW_UNREADABLE`` (also for a zip bomb and for error values),
        ``RAW_XML_ENTITY``, ``RAW_FORMULA``, ``RAW_MERGED_CELLS``,
        ``RAW_EMPTY_FILE``, ``RAW_RAGGED_ROW``, ``RAW_DUPLICATE_COLUMN``.
    """
    _check_archive(path)
    parts = _sheet_parts(path)
    return gather(names, lambda name: _read_sheet(path, name, parts[name]))


def _check_archive(path: Path) -> None:
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="a workbook")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            twice = len({entry.filename for entry in entries}) < len(entries)
            total = sum(entry.file_size for entry in entries)
            bomb = total > _LARGEST or any(
                entry.file_size > max(_SMALL, _LARGEST_RATIO * entry.compress_size) for entry in entries
            )
            if twice or bomb:
                what = f"unpacks to {total} bytes" if bomb else "an archive with two parts of one name"
                raise Refused.because("RAW_UNREADABLE", file=path.name, value=what, expected="a workbook")
            for entry in entries:
                # Unpacking checks the sums, and stops at the size that was stated.
                with archive.open(entry) as part:
                    head = part.read(1 << 16)
                    while part.read(_CHUNK):
                        pass
                if entry.filename.endswith((".xml", ".rels")):
                    refuse_document_type(head, path.name)
    except _DAMAGE as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> Refused:
    return Refused.because(
        "RAW_UNREADABLE", file=path.name, value=str(error)[:200], expected="a workbook (XLSX)"
    )


def _sheet_parts(path: Path) -> dict[str, str]:
    """The part of the archive that holds each worksheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _parser())
            targets = {link.get("Id"): link for link in links if isinstance(link.tag, str)}
            book = etree.fromstring(archive.read("xl/workbook.xml"), _parser())
            parts = {}
            for sheet in book.iterfind("{*}sheets/{*}sheet"):
                relation = next(
                    (value for key, value in sheet.items() if etree.QName(key).localname == "id"), None
                )
                link = targets[relation]
                if (link.get("Type") or "").endswith("/worksheet"):
                    target = PurePosixPath("/xl") / (link.get("Target") or "")
                    parts[sheet.get("name") or ""] = str(target).lstrip("/")
            return parts
    except _DAMAGE as error:
        raise _unreadable(path, error) from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _read_sheet(path: Path, name: str, part: str) -> RawTable:
    _refuse_no_values(path, name, part)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # calamine's panics are no Exception
        raise _unreadable(path, error) from error
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    place = place_of(path, name)
    if not rows:
        raise Refused.because("RAW_EMPTY_FILE", file=place, expected="a header and records")
    top = next(top for top, row in enumerate(rows) if any(cell != "" for cell in row))
    cells = [_as_text(list(column)) for column in zip(*rows[top:], strict=True)]
    named = [column for column in cells if (column != "").any()]
    header = header_names([column[0] for column in named], place)
    size = len(rows) - top - 1
    frame = text_frame(
        {key: column.iloc[1:].reset_index(drop=True) for key, column in zip(header, named, strict=True)}, size
    )
    empty = np.flatnonzero((frame == "").all(axis=1).to_numpy())
    if empty.size and len(header) > 1:
        raise Refused.because(
            "RAW_RAGGED_ROW", file=place, form=name, row=empty + 1, value="0", expected=str(len(header))
        )
    return RawTable(name, frame, path.name)


def _as_text(values: list[Any]) -> pd.Series:
    """Text of a column's cells, by the distinct ones of each type (for 1 and True are equal)."""
    keys = list(zip(map(type, values), values, strict=True))
    texts = {key: _cell_text(key[1]) for key in dict.fromkeys(keys)}
    return pd.Series(list(map(texts.__getitem__, keys)), dtype="str")


def _cell_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_text(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, date | time | datetime):
        text = value.isoformat()
        return text.rstrip("0") if "." in text else text
    return str(value)


def _duration_text(value: timedelta) -> str:
    """Hours may pass 24 in a cell that counts them."""
    sign = "-" if value < timedelta(0) else ""
    minutes, seconds = divmod(abs(value).days * 86_400 + abs(value).seconds, 60)
    fraction = f".{abs(value).microseconds:06}".rstrip("0").removesuffix(".")
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{fraction}"


def _refuse_no_values(path: Path, name: str, part: str) -> None:
    """Refuse formulas, merged cells and error values, each named by sheet and cell."""
    found: dict[str, list[str]] = {"RAW_FORMULA": [], "RAW_MERGED_CELLS": [], "RAW_UNREADABLE": []}
    try:
        with zipfile.ZipFile(path) as archive:
            with archive.open(part) as stream:
                suspect, size = _survey(stream)
            if suspect:
                with archive.open(part) as stream:
                    for code, cell in _cells_to_refuse(stream):
                        found[code].append(f"{name}!{cell}")
    except _DAMAGE as error:
        raise _unreadable(path, error) from error
    if size > _MOST_CELLS:
        raise Refused.because(
            "RAW_UNREADABLE", file=path.name, form=name, value=f"sheet {name} spans {size} cells",
            expected=f"at most {_MOST_CELLS}",
        )  # fmt: skip
    findings = Findings()
    for code, cells in found.items():
        values = cells if code != "RAW_UNREADABLE" else [f"error value in {cell}" for cell in cells]
        findings.add(code, file=path.name, form=name, value=values, expected="a value in each cell")
    findings.refuse_if_worst()


def _survey(stream: IO[bytes]) -> tuple[bool, int]:
    """Whether a sheet has anything to look at, and how many cells it spans.

    A plain search, for parsing a large sheet takes seconds. The span matters as
    calamine makes room for every cell between the first and the last.
    """
    suspect, tail = False, b""
    columns: set[bytes] = set()
    rows = 0
    while chunk := stream.read(_CHUNK):
        text = tail + chunk
        if b"\0" in chunk:
            raise ValueError("a sheet that is not in UTF-8")
        suspect = suspect or _SUSPECT.search(text) is not None
        cells = _CELL.findall(text)
        columns.update(column for column, _ in cells)
        rows = max(rows, max((int(row) for row in {row for _, row in cells}), default=0))
        tail = chunk[-_OVERLAP:]
    return suspect, rows * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - ord("A") + 1
    return number


def _cells_to_refuse(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    events = etree.iterparse(
        stream, tag=("{*}c", "{*}row", "{*}mergeCell"),
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    for _, element in events:
        match etree.QName(element).localname:
            case "mergeCell":
                yield "RAW_MERGED_CELLS", element.get("ref", "")
            case "c":
                if element.find("{*}f") is not None:
                    yield "RAW_FORMULA", element.get("r", "")
                elif element.get("t") == "e":
                    yield "RAW_UNREADABLE", element.get("r", "")
            case _:
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
