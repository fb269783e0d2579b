"""The report as a workbook, in the tabs that users of Pinnacle 21 know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cdisc_npc.check.report.content import SEVERITIES, Report
from cdisc_npc.check.report.program import rows_of
from cdisc_npc.transport.cells import cell_text

_ROWS = 1_048_576  # of a worksheet
_CUT = " … (cut; whole in findings.json)"
_TIME = (1980, 1, 1, 0, 0, 0)  # no zip is older

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
    _sheet(book, "Validation Summary", ("Fact", "Value"), _summary(report))
    _sheet(book, "Issue Summary", _ISSUES, _issues(report))
    _sheet(book, "Details", _DETAILS, _details(report))
    rules = report.rules[
        [
            "rule",
            "basis",
            "title",
            "category",
            "severity",
            "status",
            "datasets",
            "records",
            "findings",
            "reason",
        ]
    ]
    _sheet(book, "Rules", _RULES, rows_of(rules))
    why = report.explanations[["rule", "kind", "datasets", "content", "reason", "findings", "state"]]
    _sheet(book, "Explanations", _EXPLANATIONS, rows_of(why))
    book.properties.created = book.properties.modified = datetime(1960, 1, 1)
    stream = BytesIO()
    with _Timeless(stream, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return stream.getvalue()


class _Timeless(ZipFile):
    """A zip without the clock: the library stamps its parts with it."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        entry = ZipInfo(name, _TIME)
        entry.compress_type = ZIP_DEFLATED
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        with open(filename, "rb") as file:  # noqa: PTH123 - the library gives a text
            self.writestr(arcname or filename, file.read())


def _sheet(book: Any, title: str, head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, name in enumerate(head, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, 12)
    cells = []
    for name in head:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    given = list(rows)
    room = _ROWS - 2
    for row in given[:room]:
        sheet.append([_cell(sheet, value) for value in row])
    if len(given) > room:
        sheet.append([f"{len(given) - room} more rows, for which a worksheet has no room: see findings.json"])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{min(len(given), room) + 1}"


def _cell(sheet: Any, value: Any) -> Any:
    """A cell; a plain text goes as it is, which is several times as fast."""
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return value
    text = cell_text(value, _CUT)
    if not text.startswith(("=", "#")):
        return text or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


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
    told = report.issues.assign(cause=causes)
    return iter(
        rows_of(
            told[
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
