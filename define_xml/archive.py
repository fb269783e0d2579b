"""XLSX workbooks before their cells are read: no zip bomb, no sheet that spans more than it holds, no damage.

python-calamine unpacks what it is given and makes room for every cell between the first
and the last; so each archive is unpacked once to be looked at, and each sheet is searched
for its outermost cells.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from lxml import etree

# A workbook unpacks to ten or twenty times its size; a bomb to a thousand times.
_LARGEST, _LARGEST_RATIO, _SMALL = 1 << 30, 200, 64 << 20
_CHUNK = 1 << 20
_HEAD = 1 << 16
# Tags to look at closely, and the longest of them that a chunk's border may cut.
_SUSPECT = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[\s/>]|\st\s*=\s*[\"']e[\"']|<!DOCTYPE|<!ENTITY")
_OVERLAP = 64
_CELL = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,12})[\"']")
# What Python's zipfile and lxml raise on a damaged archive (RuntimeError: a password; OSError: a bad offset).
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, etree.XMLSyntaxError,
    OSError, EOFError, LookupError, ValueError, OverflowError, RuntimeError,
)  # fmt: skip


class ArchiveError(ValueError):
    """The file is no workbook that can be read; the text says what was met."""


def check_archive(path: Path, look: Callable[[bytes], object]) -> None:
    """Unpack an archive once, to no more than a workbook may have.

    Parameters
    ----------
    path
        The workbook.
    look
        Given the first 64 KiB of each part of XML; it may raise what it likes, but for `DAMAGE`.

    Raises
    ------
    ArchiveError
        It is damaged, has two parts of one name, or unpacks to far more than its size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if total > _LARGEST or any(
                entry.file_size > max(_SMALL, _LARGEST_RATIO * entry.compress_size) for entry in entries
            ):
                raise ArchiveError(f"unpacks to {total} bytes")
            if len({entry.filename for entry in entries}) < len(entries):
                raise ArchiveError("an archive with two parts of one name")
            for entry in entries:
                # Unpacking checks the sums, and stops at the size that was stated.
                with archive.open(entry) as part:
                    head = part.read(_HEAD)
                    while part.read(_CHUNK):
                        pass
                if entry.filename.endswith((".xml", ".rels")):
                    look(head)
    except DAMAGE as error:
        raise ArchiveError(str(error)[:200]) from error


def sheet_parts(path: Path) -> dict[str, str]:
    """The part of the archive that holds each worksheet, by the sheet's name."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with zipfile.ZipFile(path) as archive:
            links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
            targets = {link.get("Id"): link for link in links if isinstance(link.tag, str)}
            book = etree.fromstring(archive.read("xl/workbook.xml"), parser)
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
    except DAMAGE as error:
        raise ArchiveError(str(error)[:200]) from error


def survey(stream: IO[bytes]) -> tuple[bool, int]:
    """Whether a sheet has a formula, merged cells, an error value or a document type, and how many cells it spans.

    A plain search, for parsing a large sheet takes seconds.

    Raises
    ------
    ValueError
        A sheet that is not in UTF-8.
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


def sheet_rows(path: Path, names: list[str], *, from_first: bool) -> dict[str, list[list[Any]]]:
    """Values of sheets, by row.

    Parameters
    ----------
    from_first
        Whether the rows begin with the sheet's first row and column, else with the first that is filled.

    Raises
    ------
    ArchiveError
        calamine cannot read one of them.
    """
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            return {
                name: book.get_sheet_by_name(name).to_python(skip_empty_area=not from_first) for name in names
            }
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # calamine's panics are no Exception
        raise ArchiveError(str(error)[:200]) from error
