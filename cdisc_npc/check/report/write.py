"""The report's files."""

from __future__ import annotations

from pathlib import Path

from cdisc_npc.check.report.content import Report
from cdisc_npc.check.report.page import to_page
from cdisc_npc.check.report.program import to_json
from cdisc_npc.check.report.workbook import to_workbook


def write_checks(report: Report, folder: Path) -> None:
    """Write ``findings.html``, ``findings.xlsx`` and ``findings.json``; the same report gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "findings.html").write_bytes(to_page(report))
    (folder / "findings.xlsx").write_bytes(to_workbook(report))
    (folder / "findings.json").write_bytes(to_json(report).encode())
