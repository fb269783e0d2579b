"""The ledger of one subject, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def explanation(rows: pd.DataFrame) -> list[str]:
    """Lines of text: a heading for each endpoint, a line for each candidate, the outcome last."""
    lines: list[str] = []
    for (subject, code), group in rows.groupby(["USUBJID", "PARAMCD"], sort=False):
        lines += ["", f"{subject}  {code}"] if lines else [f"{subject}  {code}"]
        lines += [_line(row) for row in group.to_dict("records")]
    return lines


def _line(row: Mapping[Any, Any]) -> str:
    where = f" ({row['DATASET']}" if row["DATASET"] else ""
    if where:
        number = row["RECORD"]
        where += f" {number:g}" if isinstance(number, float) and number == number else ""
        where += f", from {row['RAW']})" if row["RAW"] else ")"
    text = " ".join(str(part) for part in (row["DATE"], row["VALUE"]) if part)
    reason = f": {row['REASON']}" if row["REASON"] else ""
    if row["ROLE"] == "outcome":
        return f"  => {text} [{row['NAME']}]{where}"
    if row["ROLE"] == "rule":
        return f"  rule {row['NAME']}: {row['REASON']}; censored with CNSR {row['VALUE']} at {row['DATE']}{where}"
    return f"  {row['ROLE']} {row['NAME']} {text}{where}: {row['DECISION']}{reason}"
