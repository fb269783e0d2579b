"""The report's files."""

from __future__ import annotations

from pathlib import Path

from cdisc_npc.check.report.content import Report
from cdisc_npc.check.report.page import to_page
from cdisc_npc.check.report.program import to_json
from cdisc_npc.check.report.workbook import to_workbook
from cdisc_npc.side_by_side import side_by_side


def write_checks(report: Report, folder: Path) -> None:
    """Write ``findings.html``, ``findings.xlsx`` and ``findings.json``; the same report gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    # To load the workbook's library takes longer than to make the other two.
    with side_by_side(lambda: to_workbook(report)) as workbook:
        (folder / "findings.html").write_bytes(to_page(report))
        (folder / "findings.json").write_bytes(to_json(report).encode())
        (folder / "findings.xlsx").write_bytes(workbook())
