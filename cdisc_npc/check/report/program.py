"""The report for programs, and as the page holds it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from cdisc_npc.check.report.content import Report

_PARTS = ("issues", "records", "rules", "verdicts", "explanations")


def to_json(report: Report, **outcome: Any) -> str:
    """Give the report, and what else is to be said of the run, as JSON: every record of a part on a line."""
    head = {"head": report.head, "counts": report.counts(), "statuses": report.statuses} | outcome
    parts = [f'"{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in head.items()]
    for name in _PARTS:
        table = getattr(report, name)
        names = list(table.columns)
        lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows_of(table)]
        parts.append(f'"{name}": [\n  ' + ",\n  ".join(lines) + "\n ]" if lines else f'"{name}": []')
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def compact(report: Report, most: int) -> dict[str, Any]:
    """Give the report as columns and rows; of every issue so many records that there are at most `most`, or one."""
    records, limit = report.records, most
    place = records.groupby("issue", sort=False).cumcount()
    while limit > 1 and int((place < limit).sum()) > most:
        limit //= 2
    tables = {name: getattr(report, name) for name in _PARTS}
    tables["records"] = records[place < limit]
    return {
        name: {"columns": list(table.columns), "rows": list(rows_of(table))} for name, table in tables.items()
    }


def rows_of(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as JSON can hold them."""
    columns = [
        column.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[call-overload]
        for _, column in table.items()
    ]
    return list(zip(*columns, strict=True))
