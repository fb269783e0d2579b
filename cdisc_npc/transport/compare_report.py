"""Reports of a comparison: text, JSON, HTML and XLSX; the summary first, then the details."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.transport.cells import CONTROL, cell_text
from cdisc_npc.transport.compare import SIDES, Comparison
from cdisc_npc.transport.compare_files import FolderComparison, summary_rows
from cdisc_npc.transport.replace import replacing

# The summary's headings, for a line of text.
_SHORT = {
    "records base": "base", "records compare": "compare", "only in base": "only base",
    "only in compare": "only comp.", "duplicate keys": "dup. keys", "variables on one side": "one-sided vars",
    "attributes": "attrs", "variables with differences": "diff. vars", "differing values": "diff. values",
    "differing records": "diff. records",
}  # fmt: skip

_STYLE = """body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#222}table{border-collapse:collapse;margin:.5em 0 1.5em}
td,th{border:1px solid #ccc;padding:2px 8px;text-align:left;vertical-align:top;white-space:pre-wrap}th{background:#eee}
.different{color:#a00}.equal{color:#060}caption{text-align:left;font-weight:bold;padding:4px 0}"""


def _tables(one: Comparison) -> Iterator[tuple[str, pd.DataFrame, int]]:
    """Give the tables of a dataset's details that have a row: title, table, and how many rows it would have."""
    counts = one.counts
    tables = (
        ("Variables on one side only", one.variables_only, len(one.variables_only)),
        ("Attributes that differ", one.attributes, len(one.attributes)),
        ("Variables at another position", one.order, len(one.order)),
        ("Variables not compared", one.not_compared, len(one.not_compared)),
        ("Keys that stand more than once", one.duplicates, sum(one.duplicate_keys.values())),
        ("Records on one side only", one.records_only, counts["only_base"] + counts["only_compare"]),
        ("Variables with differing values", one.variables, len(one.variables)),
        ("Differing values", one.values, int(one.variables["different"].sum()) if len(one.variables) else 0),
    )
    for title, table, total in tables:
        if len(table):
            yield title, table, total


def _title(title: str, table: pd.DataFrame, total: int) -> str:
    return (
        f"{title}: {total}" if len(table) == total else f"{title}: {total}, of which {len(table)} are shown"
    )


def cell(value: Any) -> str:
    """Give a value as text: numbers in their shortest exact form, missing ones as in SAS."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return "."
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return repr(float(value)).removesuffix(".0")
    return str(value)


def _verdict(made: FolderComparison) -> str:
    return "The datasets are equal." if made.equal else "The datasets differ."


def _settings(one: Comparison) -> str:
    keys = f"by {', '.join(one.keys)}" if one.keys else "by position"
    return f"matched {keys}; tolerance {cell(float(one.tolerance))} ({one.method})"


def as_text(made: FolderComparison) -> str:
    """Report as plain text."""
    out = io.StringIO()
    print(f"Base:    {made.base}\nCompare: {made.compare}\n{_verdict(made)}\n", file=out)
    rows = summary_rows(made)
    if rows:
        print(_grid(pd.DataFrame(rows).rename(columns=_SHORT)), file=out)
    for side in SIDES:
        if made.only[side]:
            print(f"Datasets only in {side}: {', '.join(made.only[side])}", file=out)
    for name, one in made.datasets.items():
        parts = list(_tables(one))
        if parts:
            print(f"\n{name}: {_settings(one)}", file=out)
        for title, table, total in parts:
            print(f"\n  {_title(title, table, total)}", file=out)
            print("\n".join(f"    {line}".rstrip() for line in _grid(table).splitlines()), file=out)
    return out.getvalue()


def _grid(table: pd.DataFrame) -> str:
    """Set a table in columns; a value that would break a line is escaped."""
    rows = [list(map(str, table.columns))]
    rows += [[_one_line(cell(value)) for value in row] for row in table.itertuples(index=False, name=None)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _one_line(text: str) -> str:
    return "".join(item if item.isprintable() else repr(item)[1:-1] for item in text)


def as_json(made: FolderComparison) -> dict[str, Any]:
    """Report as plain lists and dictionaries; a missing number is null."""
    return {
        "equal": made.equal,
        "base": made.base,
        "compare": made.compare,
        "only_base": made.only["base"],
        "only_compare": made.only["compare"],
        "datasets": {name: _dataset_json(one) for name, one in made.datasets.items()},
    }


def _dataset_json(one: Comparison) -> dict[str, Any]:
    return {
        "equal": one.equal,
        "keys": list(one.keys),
        "tolerance": float(one.tolerance),
        "method": one.method,
        "limit": one.limit,
        "counts": one.counts,
        "duplicate_keys": one.duplicate_keys,
        **{
            name: _records(getattr(one, name))
            for name in (
                "variables_only", "attributes", "order", "not_compared", "duplicates", "records_only",
                "variables", "values",
            )
        },
    }  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in zip(table.columns, row, strict=True)}
        for row in table.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def write_html(made: FolderComparison, path: str | Path) -> None:
    """Report as one HTML file, without scripts; every value is escaped."""
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Comparison</title>',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Comparison of datasets</h1><p>Base: {_escape(made.base)}<br>Compare: {_escape(made.compare)}</p>",
        f'<p class="{"equal" if made.equal else "different"}">{_verdict(made)}</p>',
    ]
    rows = summary_rows(made)
    if rows:
        parts.append(_html_table("Summary", pd.DataFrame(rows)))
    parts += [
        f"<p>Datasets only in {side}: {_escape(', '.join(made.only[side]))}</p>"
        for side in SIDES
        if made.only[side]
    ]
    for name, one in made.datasets.items():
        details = list(_tables(one))
        if details:
            parts.append(f"<h2>{_escape(name)}</h2><p>{_escape(_settings(one))}</p>")
        parts += [_html_table(_title(*detail), detail[1]) for detail in details]
    with replacing(path, inputs=[made.base, made.compare]) as new:
        new.write_text("\n".join([*parts, "</body></html>\n"]), encoding="utf-8", newline="\n")


def _escape(text: str) -> str:
    return html.escape(CONTROL.sub(lambda result: f"\\x{ord(result[0]):02x}", text))


def _html_table(title: str, table: pd.DataFrame) -> str:
    head = "".join(f"<th>{_escape(str(name))}</th>" for name in table.columns)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{_escape(cell(value))}</td>" for value in row) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return f"<table><caption>{_escape(title)}</caption>\n<tr>{head}</tr>\n{rows}\n</table>"


def write_xlsx(made: FolderComparison, path: str | Path) -> None:
    """Report as a workbook: a sheet Summary, then one for each kind of difference, over all datasets."""
    from datetime import datetime

    import openpyxl

    book = openpyxl.Workbook()
    # The same comparison gives the same workbook.
    book.properties.created = book.properties.modified = datetime(1960, 1, 1)
    sheet = book.active
    assert sheet is not None
    sheet.title = "Summary"
    _append(sheet, ["Base", made.base])
    _append(sheet, ["Compare", made.compare])
    _append(sheet, ["Result", _verdict(made)])
    for side in SIDES:
        _append(sheet, [f"Datasets only in {side}", ", ".join(made.only[side])])
    rows = summary_rows(made)
    if rows:
        _append(sheet, [])
        _append(sheet, list(rows[0]))
        for row in rows:
            _append(sheet, list(row.values()))
    sheets: dict[str, Any] = {}
    for name, one in made.datasets.items():
        for title, table, total in _tables(one):
            place = sheets.get(title)
            if place is None:
                place = sheets[title] = book.create_sheet(title[:31])
            _append(place, [name, _title(title, table, total), _settings(one)])
            _append(place, ["dataset", *map(str, table.columns)])
            for cells in zip(*(table[column] for column in table.columns), strict=True):
                _append(place, [name, *cells])
            _append(place, [])
    with replacing(path, inputs=[made.base, made.compare]) as new, new.open("wb") as file:
        book.save(file)


def _append(sheet: Any, values: list[Any]) -> None:
    """Add a row; text stays text, also where it begins as a formula does."""
    number = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    if not values:
        # An empty row would not count as one.
        values = [" "]
    for place, value in enumerate(values, start=1):
        plain = _plain(value)
        if plain is None:
            continue
        target = sheet.cell(number, place)
        if isinstance(plain, str):
            target.value = cell_text(plain)
            target.data_type = "s"
        else:
            target.value = plain
