"""The report as a workbook, in the tabs that users of Pinnacle 21 know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cdisc_npc.check.report.content import RULES, SEVERITIES, Report
from cdisc_npc.check.report.program import rows_of
from cdisc_npc.transport.cells import cell_text

_ROWS = 1_048_576  # of a worksheet
_CUT = " … (cut; whole in findings.json)"
_TIME = (1980, 1, 1, 0, 0, 0)  # no zip is older
_END = b"</sheetData>"

_ISSUES = (
    "Source", "Rule ID", "Publisher / Basis", "Variables", "Message", "Category", "Severity", "Found",
    "Explained", "Likely cause",
)  # fmt: skip
_DETAILS = (
    "Source", "Record", "Count", "Variables", "Values", "Rule ID", "Publisher / Basis", "Message", "Category",
    "Severity", "USUBJID", "Keys", "Explanation",
)  # fmt: skip
_RULES = (
    "Rule ID", "Publisher / Basis", "Message", "Category", "Severity", "Status", "Datasets", "Records",
    "Found", "Not evaluated because",
)  # fmt: skip
_EXPLANATIONS = ("Rule ID", "Kind", "Datasets", "Of findings with", "Explanation", "Found", "State")
_WIDTHS = {
    "Message": 60, "Publisher / Basis": 34, "Likely cause": 50, "Explanation": 50, "Values": 34, "Keys": 26,
    "USUBJID": 26, "Rule ID": 20, "Not evaluated because": 50, "Of findings with": 34, "Variables": 14,
    "Fact": 34, "Category": 16,
}  # fmt: skip


def to_workbook(report: Report) -> bytes:
    """Give the report as an XLSX file; the same report gives the same bytes.

    Text stays text, also where it begins as a formula does. What a cell cannot hold is told: control characters
    become U+FFFD, a longer text says that it was cut, and rows beyond the worksheet's are counted in its last.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    rules = report.rules[["rule", "basis", "title", *RULES[3:]]]
    why = report.explanations[["rule", "kind", "datasets", "content", "reason", "findings", "state"]]
    rows = [
        _sheet(book, "Validation Summary", ("Fact", "Value"), _summary(report)),
        _sheet(book, "Issue Summary", _ISSUES, _issues(report)),
        _sheet(book, "Details", _DETAILS, _details(report)),
        _sheet(book, "Rules", _RULES, rows_of(rules)),
        _sheet(book, "Explanations", _EXPLANATIONS, rows_of(why)),
    ]
    book.properties.created = book.properties.modified = datetime(1960, 1, 1)
    stream = BytesIO()
    with _Timeless(stream, rows) as archive:
        ExcelWriter(book, archive).save()
    return stream.getvalue()


class _Timeless(ZipFile):
    """A zip without the clock, with which the library stamps its parts; and with the rows of the sheets.

    Parameters
    ----------
    rows
        Of each sheet below its head, as XML. The library makes them cell by cell, which takes ten times as long.
    """

    def __init__(self, stream: BytesIO, rows: list[str]) -> None:
        super().__init__(stream, "w", ZIP_DEFLATED)
        self._sheets = {f"xl/worksheets/sheet{number}.xml": item for number, item in enumerate(rows, 1)}

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        entry = ZipInfo(name, _TIME)
        entry.compress_type = ZIP_DEFLATED
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        content = Path(filename).read_bytes()
        rows = self._sheets.get(str(arcname).lstrip("/"), "").encode()
        self.writestr(arcname or filename, content.replace(_END, rows + _END, 1))


def _sheet(book: Any, title: str, head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    """Make a sheet with its head; gives its rows as XML."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    letters = [get_column_letter(place) for place in range(1, len(head) + 1)]
    for letter, name in zip(letters, head, strict=True):
        sheet.column_dimensions[letter].width = _WIDTHS.get(name, 12)
    cells = []
    for name in head:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    given = list(rows)
    room = _ROWS - 2
    shown = given[:room]
    if len(given) > room:
        shown.append(
            (f"{len(given) - room} more rows, for which a worksheet has no room: see findings.json",)
        )
    sheet.auto_filter.ref = f"A1:{letters[-1]}{min(len(given), room) + 1}"
    text = cache(lambda value: escape(cell_text(value, _CUT), {"\r": "&#13;"}))
    return "".join(
        f'<row r="{number}">{"".join(_cells(number, letters, row, text))}</row>'
        for number, row in enumerate(shown, 2)
    )


def _cells(
    number: int, letters: list[str], row: tuple[Any, ...], text: Callable[[str], str]
) -> Iterator[str]:
    for letter, value in zip(letters, row, strict=False):
        if isinstance(value, str):
            if value:
                kept = f'<t xml:space="preserve">{text(value)}</t>'
                yield f'<c r="{letter}{number}" t="inlineStr"><is>{kept}</is></c>'
        elif value is not None:
            yield f'<c r="{letter}{number}" t="n"><v>{value}</v></c>'


def _summary(report: Report) -> Iterator[tuple[Any, ...]]:
    names = {
        "package": "Package", "study": "Study", "standard": "Standard", "terminology": "Terminology",
        "data_cut": "Data cut", "tool": "Made by",
    }  # fmt: skip
    for name, label in names.items():
        yield label, report.head[name] or "none"
    counts = report.counts()
    for severity in SEVERITIES:
        of = counts[severity]
        yield f"Findings of severity {severity}", of["findings"]
        yield f"of them explained ({severity})", of["explained"]
    for status, number in report.statuses.items():
        yield f"Rules {status}", number
    stale = report.explanations[report.explanations["state"] == "stale"]
    yield "Explanations that match nothing", len(stale)


def _issues(report: Report) -> Iterator[tuple[Any, ...]]:
    causes = report.issues["cause"] + report.issues["shared"].where(
        report.issues["cause"] == "", "; " + report.issues["shared"]
    ).where(report.issues["shared"] != "", "")
    stated = report.issues.assign(cause=causes)
    return iter(
        rows_of(
            stated[
                [
                    "dataset",
                    "rule",
                    "basis",
                    "variable",
                    "title",
                    "category",
                    "severity",
                    "findings",
                    "explained",
                    "cause",
                ]
            ]
        )
    )


def _details(report: Report) -> Iterator[tuple[Any, ...]]:
    """Each record listed; after those of an issue one row for the rest, where there are more."""
    reasons = [*report.explanations["reason"], ""]
    issues = report.issues.to_dict("records")
    by_issue: dict[int, list[tuple[Any, ...]]] = {}
    for record in rows_of(report.records):
        by_issue.setdefault(record[0], []).append(record)
    for number, issue in enumerate(issues):
        facts = (issue["rule"], issue["basis"])
        for _, row, subject, keys, value, message, _, explanation in by_issue.get(number, []):
            yield (
                issue["dataset"], row, 1, issue["variable"], value, *facts, message or issue["title"],
                issue["category"], issue["severity"], subject, keys, reasons[explanation],
            )  # fmt: skip
        rest = issue["findings"] - issue["listed"]
        if rest:
            yield (
                issue["dataset"], None, rest, issue["variable"], f"{rest} more that are not listed", *facts,
                issue["title"], issue["category"], issue["severity"], None, None, None,
            )  # fmt: skip
