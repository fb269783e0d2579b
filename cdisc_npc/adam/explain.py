"""The ledger of one subject, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cdisc_npc.findings import Refused

LEDGER = "ledger.parquet"
# Where a package keeps it: of analysis datasets alone, or beside the report of the tabulations.
_PLACES = ("report", "report/adam")


def rows_of(package: Path, subject: str, parameter: str | None = None) -> pd.DataFrame:
    """Rows of the ledger of one subject, maybe of one parameter only.

    Raises
    ------
    Refused
        LEDGER_NONE: there is no ledger, or none of the subject or parameter.
    """
    place = next((package / part / LEDGER for part in _PLACES if (package / part / LEDGER).is_file()), None)
    if place is None:
        raise Refused.because(
            "LEDGER_NONE", file=str(package), value="no ledger", expected=f"report/{LEDGER}"
        )
    rows = pd.read_parquet(place, filters=[("USUBJID", "==", subject)])
    if rows.empty:
        raise Refused.because(
            "LEDGER_NONE", USUBJID=subject, value=f"subject {subject}", expected="one of the study"
        )
    if parameter is None:
        return rows
    known = ", ".join(rows["PARAMCD"].drop_duplicates())
    rows = rows[rows["PARAMCD"] == parameter]
    if rows.empty:
        raise Refused.because("LEDGER_NONE", USUBJID=subject, value=f"parameter {parameter}", expected=known)
    return rows


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
        where += f" {number:g})" if isinstance(number, float) and number == number else ")"
    text = " ".join(str(part) for part in (row["DATE"], row["VALUE"]) if part)
    reason = f": {row['REASON']}" if row["REASON"] else ""
    if row["ROLE"] == "outcome":
        return f"  => {text} [{row['NAME']}]"
    if row["ROLE"] == "rule":
        return f"  rule {row['NAME']}: {row['REASON']}; censored with CNSR {row['VALUE']} at {row['DATE']}"
    return f"  {row['ROLE']} {row['NAME']} {text}{where}: {row['DECISION']}{reason}"
