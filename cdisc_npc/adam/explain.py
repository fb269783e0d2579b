"""The ledger of one subject, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cdisc_npc.findings import Refused
from cdisc_npc.transport.xpt import read_xpt

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
    rows = rows.assign(RAW=_raw(rows, package, subject))
    if parameter is None:
        return rows
    known = ", ".join(rows["PARAMCD"].drop_duplicates())
    rows = rows[rows["PARAMCD"] == parameter]
    if rows.empty:
        raise Refused.because("LEDGER_NONE", USUBJID=subject, value=f"parameter {parameter}", expected=known)
    return rows


def _raw(rows: pd.DataFrame, package: Path, subject: str) -> pd.Series:
    """Form and row of the raw export behind each SDTM record, where the package keeps the lineage."""
    found = pd.Series([""] * len(rows), index=rows.index, dtype="str")
    for domain in rows["DATASET"].unique():
        lineage = package / "report" / "lineage" / f"{domain.lower()}.parquet"
        files = [
            *package.glob(f"m5/datasets/*/tabulations/sdtm/{domain.lower()}.xpt"),
            package / f"{domain.lower()}.xpt",
        ]
        if not domain or not lineage.is_file() or not files[0].is_file():
            continue
        records, origin = read_xpt(files[0])[0], pd.read_parquet(lineage)
        own = (records["USUBJID"] == subject).to_numpy()
        text = origin["form"].astype("str") + " row " + origin["row"].astype("str")
        by_number = dict(zip(records[f"{domain}SEQ"][own], text[own], strict=True))
        at = rows["DATASET"] == domain
        found[at] = rows["RECORD"][at].map(by_number).fillna("").astype("str")
    return found


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
