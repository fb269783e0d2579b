"""A workbook of text cells, written as the few XML parts that it needs.

openpyxl stamps the files inside a workbook with the clock, so that no two are alike; and it takes
minutes where this takes seconds.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.simulate.arrays import Texts

_MOST_ROWS = 1_048_576
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# A zip's time cannot be before 1980.
_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK = 50_000
# What XML cannot hold as such, and what Excel would take for such an escape.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_workbook(path: Path, sheets: dict[str, dict[str, Texts]]) -> None:
    """Write text columns, one sheet for each form.

    Raises
    ------
    ValueError
        A form has more records than a sheet has rows.
    """
    for name, columns in sheets.items():
        rows = len(next(iter(columns.values())))
        if rows >= _MOST_ROWS:
            raise ValueError(f"{rows} records of {name}; a worksheet has room for {_MOST_ROWS - 1}")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part, text in _frame_parts(list(sheets)).items():
            archive.writestr(_entry(part), _HEAD + text)
        for number, columns in enumerate(sheets.values(), 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as file:
                file.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                file.write(_rows([[name] for name in columns], 1).encode())
                size = len(next(iter(columns.values())))
                for start in range(0, size, _CHUNK):
                    cells = [column[start : start + _CHUNK] for column in columns.values()]
                    file.write(_rows(cells, start + 2).encode())
                file.write(b"</sheetData></worksheet>")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry


def _frame_parts(names: list[str]) -> dict[str, str]:
    numbers = range(1, len(names) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
        for n in numbers
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    rels = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    book = f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{rels}{xml}{book}{parts}</Types>',
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    }


def _rows(columns: list[list[str]] | list[Texts], first: int) -> str:
    """Rows of inline text; a blank has no cell."""
    result = []
    for at, column in enumerate(columns):
        codes, uniques = distinct(np.asarray(column, dtype=object))
        letter = _letter(at)
        ends = [
            f'" t="inlineStr"><is><t xml:space="preserve">{_cell(text)}</t></is></c>'
            for text in uniques.tolist()
        ]
        starts = [text != "" for text in uniques.tolist()]
        result.append((f'<c r="{letter}', ends, starts, codes.tolist()))
    size = len(columns[0])
    rows = []
    for row in range(size):
        number = first + row
        cells = [
            f"{head}{number}{ends[codes[row]]}" for head, ends, starts, codes in result if starts[codes[row]]
        ]
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(rows)


def _cell(text: str) -> str:
    return escape(_ESCAPED.sub(lambda result: f"_x{ord(result[0]):04X}_", text))


def _letter(at: int) -> str:
    text, number = "", at + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
