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

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
from lxml import etree

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.xml_stream import refuse_document_type
from cdisc_npc.transport.raw_tables import RawTable, gather, header_names, number_text, place_of, text_frame
from define_xml.archive import DAMAGE, ArchiveError, check_archive, sheet_parts, sheet_rows, survey

# A full column is a million cells; a table of 60,000 records with 30 fields two millions.
_MOST_CELLS = 64_000_000


def tables_in(path: Path) -> list[str]:
    """Names of the worksheets, hidden ones too."""
    _check_archive(path)
    return list(_parts(path))


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
    parts = _parts(path)
    return gather(names, lambda name: _read_sheet(path, name, parts[name]))


def _check_archive(path: Path) -> None:
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="a workbook")
    try:
        check_archive(path, lambda head: refuse_document_type(head, path.name))
    except ArchiveError as error:
        raise _unreadable(path, error) from error


def _parts(path: Path) -> dict[str, str]:
    try:
        return sheet_parts(path)
    except ArchiveError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> Refused:
    return Refused.because(
        "RAW_UNREADABLE", file=path.name, value=str(error)[:200], expected="a workbook (XLSX)"
    )


def _read_sheet(path: Path, name: str, part: str) -> RawTable:
    _refuse_no_values(path, name, part)
    try:
        rows = sheet_rows(path, [name], from_first=True)[name]
    except ArchiveError as error:
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
    result: dict[str, list[str]] = {"RAW_FORMULA": [], "RAW_MERGED_CELLS": [], "RAW_UNREADABLE": []}
    try:
        with zipfile.ZipFile(path) as archive:
            with archive.open(part) as stream:
                suspect, size = survey(stream)
            if suspect:
                with archive.open(part) as stream:
                    for code, cell in _cells_to_refuse(stream):
                        result[code].append(f"{name}!{cell}")
    except DAMAGE as error:
        raise _unreadable(path, error) from error
    if size > _MOST_CELLS:
        raise Refused.because(
            "RAW_UNREADABLE", file=path.name, form=name, value=f"sheet {name} spans {size} cells",
            expected=f"at most {_MOST_CELLS}",
        )  # fmt: skip
    findings = Findings()
    for code, cells in result.items():
        values = cells if code != "RAW_UNREADABLE" else [f"error value in {cell}" for cell in cells]
        findings.add(code, file=path.name, form=name, value=values, expected="a value in each cell")
    findings.refuse_if_worst()


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
