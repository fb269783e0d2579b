"""Packages made in a test: datasets of a few records, with the labels and order of the standard."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, Table, table_of
from cdisc_npc.standards.adamig import analysis_variable
from cdisc_npc.standards.sdtmig import load_standard
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.xpt_layout import Member, Variable


def dataset(
    name: str, study: Specification | None = None, labels: dict[str, str] | None = None, **columns
) -> Table:
    """A dataset of XPT: lists of texts and of numbers."""
    frame = pd.DataFrame(
        {
            key: pd.Series(values, dtype="str" if isinstance(values[0], str) else "float64")
            for key, values in columns.items()
        }
    )
    standard = load_standard()
    stated = {}
    for key in frame:
        fact = standard.variable(name, key) if name in standard.datasets else analysis_variable("BDS", key)
        stated[key] = fact.label if fact else ""
    stated |= labels or {}
    variables = tuple(
        Variable(key, stated[key], "Num" if frame[key].dtype.kind == "f" else "Char") for key in frame
    )
    return table_of(frame, Member(name, "", variables), Path(f"{name.lower()}.xpt"), study)


def package(*tables: Table, study: Specification | None = None, **more) -> Package:
    return Package(Path(), {table.name: table for table in tables}, study=study, **more)


def found(checked: Checked) -> list[tuple[str, str, str, str]]:
    """Rule, dataset, variable and row of each finding; the row blank where it is of no record."""
    frame = checked.findings.frame()
    rows = frame["row"].astype("object").map(lambda row: "" if pd.isna(row) else str(row))
    return sorted(zip(frame["rule"], frame["dataset"], frame["variable"], rows, strict=True))


def judged(checked: Checked, rule: str) -> bool:
    """Whether a rule was tried on any dataset."""
    verdicts = checked.verdicts()
    return bool(verdicts.loc[verdicts["rule"] == rule, "status"].isin(["passed", "failed"]).any())
