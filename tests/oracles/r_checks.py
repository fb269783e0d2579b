"""The published cases of the clinical checks (read with `values.cases`): what they were run on, what they said.

A module of cases states its functions and the rules that stand for them, and where we deviate and why:

    FUNCTIONS = {"check_ae_dup": ["NPC-AE-040"]}
    DEVIATIONS = [Deviation("check_ae_dup", lambda package: ..., "pass", "the reason")]
    @pytest.mark.parametrize("case", cases(*files_of(FUNCTIONS)))
    def test_case(case): assert_agrees(case, FUNCTIONS, DEVIATIONS)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest

from cdisc_npc.check.engine import run_rules
from cdisc_npc.check.package import Package, table_of
from cdisc_npc.check.rule import load_rule, rule_folders
from cdisc_npc.check.verdict import Checked
from cdisc_npc.spec.standards import load_standard
from cdisc_npc.transport.xpt_layout import Member

Verdict = Literal["pass", "fail", "cannot", "nothing"]

# The text NA is R's mark of a missing value, but an answer (not applicable) to the question of causality.
_ANSWERS_NA = "AEREL"
_WORDS: dict[str, Verdict] = {"failed": "fail", "passed": "pass"}


@dataclass(frozen=True)
class Deviation:
    """Where we say something else than the published check, and why.

    Attributes
    ----------
    looks
        Whether the data of a case look as the deviation says.
    ours
        What we say of such data.
    reason
        What the standard, or the clinical sense, says.
    """

    function: str
    looks: Callable[[Package], bool]
    ours: Verdict
    reason: str


def files_of(functions: Mapping[str, Sequence[str]]) -> list[str]:
    """Files of the cases of functions."""
    return [f"sdtmchecks/{name}" for name in functions]


def package_of(case: dict[str, Any]) -> Package:
    """The case's tables as a package: numbers where the standard has numbers, else text, NA as blank."""
    tables = {}
    for argument, given in case["args"].items():
        if "table" not in given:
            if argument.isupper() and given != {"value": None}:
                raise ValueError(f"{case['id']}: {argument} is no table: {given}")
            continue
        columns = _columns(argument, case["inputs"][given["table"]], case["_folder"])
        tables[argument] = table_of(pd.DataFrame(columns), Member(argument), Path(f"{argument.lower()}.xpt"))
    return Package(case["_folder"], tables)


def _columns(dataset: str, stored: dict[str, Any], folder: Path) -> dict[str, pd.Series]:
    if "shared" in stored:
        stored = json.loads((folder / stored["shared"]).read_text(encoding="utf-8"))
    names = [column["name"] for column in stored["columns"]]
    rows = pd.DataFrame(stored["rows"], columns=names, dtype=object)
    return {name: _column(dataset, name, rows[name]) for name in names}


def _column(dataset: str, name: str, values: pd.Series) -> pd.Series:
    fact = load_standard().variable(dataset, name) if dataset in load_standard().datasets else None
    if fact is not None and fact.type == "Num":
        return pd.to_numeric(values, errors="coerce").astype("float64")
    missing = () if name.startswith(_ANSWERS_NA) else ("NA",)
    texts = [
        "" if value is None or value in missing else f"{value:g}" if isinstance(value, float) else str(value)
        for value in values
    ]
    return pd.Series(texts, dtype="str")


def said(case: dict[str, Any]) -> Verdict:
    """What the published check said.

    ``cannot`` where it lacked a variable or records; ``nothing`` where R could not even make the data. The record of
    TS that is not there is itself the finding.
    """
    expected = case["expected"]
    if expected["kind"] == "error":
        if case["inputs"]:
            raise ValueError(f"{case['id']}: the check refused data: {expected['message']}")
        return "nothing"
    if expected["values"] == [True]:
        return "pass"
    absent = "TSPARMCD" in expected["msg"] and "missing the variable" not in expected["msg"]
    return "fail" if "data" in expected or absent else "cannot"


def records_said(case: dict[str, Any]) -> pd.DataFrame:
    """The records that the published check struck, as it shows them: text."""
    return pd.DataFrame(
        _columns("", case["expected"]["data"], case["_folder"]) if "data" in case["expected"] else {}
    )


def subjects_said(case: dict[str, Any]) -> set[str] | None:
    """The subjects that the published check struck; None where it names none."""
    column = next((values for name, values in records_said(case).items() if "USUBJID" in str(name)), None)
    return None if column is None else set(column)


def verdict(case: dict[str, Any], rules: Sequence[str]) -> tuple[Verdict, Checked]:
    """What our rules say of the case: ``fail`` where one strikes, ``pass`` where one could be judged, else ``cannot``."""
    checked = Checked()
    folders = rule_folders()
    with pytest.MonkeyPatch.context() as patch:
        # Every struck record is to be compared.
        patch.setattr("cdisc_npc.check.verdict.LISTED", 100_000)
        run_rules(package_of(case), {rule: load_rule(folders[rule]) for rule in rules}, checked)
    statuses = set(checked.verdicts()["status"])
    return next((word for status, word in _WORDS.items() if status in statuses), "cannot"), checked


def assert_agrees(
    case: dict[str, Any], functions: Mapping[str, Sequence[str]], deviations: Sequence[Deviation]
) -> None:
    """Hold a case's verdict, and the subjects struck, equal to ours, or to the one deviation that fits the data."""
    published = said(case)
    if published == "nothing":
        return
    function, package = case["function"], package_of(case)
    ours, checked = verdict(case, functions[function])
    frame = checked.findings.frame()
    subjects, theirs = set(frame["USUBJID"]), subjects_said(case)
    same = ours == published and (theirs is None or subjects == theirs)
    fitting = [one for one in deviations if one.function == function and one.looks(package)]
    shown = f"published {published} {theirs}, ours {ours}\n{frame[['rule', 'USUBJID', 'row', 'value']]}"
    if not fitting:
        assert same, shown
    else:
        assert len(fitting) == 1
        assert not same, f"no deviation is needed: {fitting[0].reason}"
        assert ours == fitting[0].ours, shown
