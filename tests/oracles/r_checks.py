"""The published cases of the clinical checks (read with `values.cases`): what they were run on, what they said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from cdisc_npc.check.engine import run_rules
from cdisc_npc.check.package import Package, table_of
from cdisc_npc.check.rule import load_rule, rule_folders
from cdisc_npc.check.verdict import Checked
from cdisc_npc.spec.standards import load_standard
from cdisc_npc.transport.xpt_layout import Member


def package_of(case: dict[str, Any]) -> Package:
    """The case's tables as a package: numbers where the standard has numbers, else text, NA as blank."""
    tables = {}
    for argument, given in case["args"].items():
        if "table" not in given:
            continue
        stored = case["inputs"][given["table"]]
        if "shared" in stored:
            stored = json.loads((case["_folder"] / stored["shared"]).read_text(encoding="utf-8"))
        columns = [column["name"] for column in stored["columns"]]
        rows = pd.DataFrame(stored["rows"], columns=columns, dtype=object)
        frame = pd.DataFrame({name: _column(argument, name, rows[name]) for name in columns})
        tables[argument] = table_of(frame, Member(argument), Path(f"{argument.lower()}.xpt"))
    return Package(case["_folder"], tables)


def _column(dataset: str, name: str, values: pd.Series) -> pd.Series:
    fact = load_standard().variable(dataset, name) if dataset in load_standard().datasets else None
    if fact is not None and fact.type == "Num":
        return pd.to_numeric(values, errors="coerce").astype("float64")
    texts = [
        "" if value is None else f"{value:g}" if isinstance(value, float) else str(value) for value in values
    ]
    return pd.Series(texts, dtype="str")


def said(case: dict[str, Any]) -> str:
    """What the published check said: ``pass``, ``fail``, or ``cannot`` where it lacked a variable or records."""
    expected = case["expected"]
    if expected["kind"] == "error":
        return "error"
    if expected["values"] == [True]:
        return "pass"
    return "fail" if "data" in expected else "cannot"


def verdict(case: dict[str, Any], rules: list[str]) -> tuple[str, Checked]:
    """What our rules say of the case: ``fail`` where one strikes, ``pass`` where one could be judged, else ``cannot``."""
    checked = Checked()
    folders = rule_folders()
    run_rules(package_of(case), {rule: load_rule(folders[rule]) for rule in rules}, checked)
    statuses = set(checked.verdicts()["status"])
    return next((word for status, word in _WORDS.items() if status in statuses), "cannot"), checked


_WORDS = {"failed": "fail", "passed": "pass"}
