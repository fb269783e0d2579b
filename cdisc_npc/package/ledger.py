"""The ledger of one subject as a package keeps it, with the raw records behind it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cdisc_npc.findings import Refused
from cdisc_npc.package.layout import LEDGER, Layout, dataset_folders
from cdisc_npc.transport.xpt import read_xpt


def rows_of(package: Path, subject: str, parameter: str | None = None) -> pd.DataFrame:
    """Rows of the ledger of one subject, maybe of one parameter only.

    Raises
    ------
    Refused
        LEDGER_NONE: there is no ledger, or none of the subject or parameter.
    """
    # Of analysis datasets alone, or beside the report of a package.
    places = [Layout(package, study).report("adam") / LEDGER for study in (None, "any")]
    place = next(filter(Path.is_file, places), None)
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
    existing = ", ".join(rows["PARAMCD"].drop_duplicates())
    rows = rows[rows["PARAMCD"] == parameter]
    if rows.empty:
        raise Refused.because(
            "LEDGER_NONE", USUBJID=subject, value=f"parameter {parameter}", expected=existing
        )
    return rows


def _raw(rows: pd.DataFrame, package: Path, subject: str) -> pd.Series:
    """Form and row of the raw export behind each SDTM record, where the package keeps the lineage."""
    result = pd.Series([""] * len(rows), index=rows.index, dtype="str")
    for domain in rows["DATASET"].unique():
        lineage = Layout(package).lineage / f"{domain.lower()}.parquet"
        folders = [*dataset_folders(package, "sdtm"), package]
        file = folders[0] / f"{domain.lower()}.xpt"
        if not domain or not lineage.is_file() or not file.is_file():
            continue
        records, origin = read_xpt(file)[0], pd.read_parquet(lineage)
        own = (records["USUBJID"] == subject).to_numpy()
        text = origin["form"].astype("str") + " row " + origin["row"].astype("str")
        by_number = dict(zip(records[f"{domain}SEQ"][own], text[own], strict=True))
        at = rows["DATASET"] == domain
        result[at] = rows["RECORD"][at].map(by_number).fillna("").astype("str")
    return result
