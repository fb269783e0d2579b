"""The published cases of the clinical checks (read with `values.cases`): what they were run on, what they said.

A module of cases states its functions and the rules that stand for them, and where we deviate and why:

    FUNCTIONS = {"check_ae_dup": ["NPC-AE-040"]}
    DEVIATIONS = [Deviation("check_ae_dup", lambda package: ..., "pass", "the reason")]
    @pytest.mark.parametrize("case", cases(*files_of(FUNCTIONS)))
    def test_case(case): assert_agrees(case, FUNCTIONS, DEVIATIONS)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest

from cdisc_npc.check.engine import run_rules
from cdisc_npc.check.rule import RecordRule, load_rule, rule_folders
from cdisc_npc.check.verdict import Checked
from cdisc_npc.package.read import Package, table_of
from cdisc_npc.standards.sdtmig import load_standard
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
        Whether the data of a case look as the deviation says; or the subjects whose data do, of whom alone we may
        say something else.
    ours
        What we say of such data as a whole; None of subjects.
    reason
        What the standard, or the clinical sense, says.
    """

    function: str
    looks: Callable[[Package], bool | set[str]]
    ours: Verdict | None
    reason: str


@cache
def rule_of(name: str) -> RecordRule:
    """A rule by its id."""
    return load_rule(rule_folders()[name])


def files_of(functions: Mapping[str, Sequence[str]]) -> list[str]:
    """Files of the cases of functions."""
    return [f"sdtmchecks/{name}" for name in functions]


def package_of(case: dict[str, Any]) -> Package:
    """The case's tables as a package: numbers where the standard has numbers, else text, NA as blank.

    A check of one drug is of the exposure to it; other settings must be known not to matter.
    """
    tables = {}
    drug = next(iter(case["args"].get("drug", {}).get("values", [])), None)
    for argument, given in case["args"].items():
        if argument not in ("drug", "preproc") and "table" not in given and given != {"value": None}:
            raise ValueError(f"{case['id']}: what is {argument}: {given}?")
        if "table" in given:
            columns = _columns(argument, case["inputs"][given["table"]], case["_folder"])
            frame = pd.DataFrame(columns)
            if drug is not None and "EXTRT" in frame:
                frame = frame[frame["EXTRT"] == drug].reset_index(drop=True)
            tables[argument] = table_of(frame, Member(argument), Path(f"{argument.lower()}.xpt"))
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

    ``cannot`` where it lacked a variable or records; ``nothing`` where R could not even make the data, or the drug
    asked for is not in them. The record of TS that is not there is itself the finding.
    """
    expected = case["expected"]
    if expected["kind"] == "error":
        if case["inputs"]:
            raise ValueError(f"{case['id']}: the check refused data: {expected['message']}")
        return "nothing"
    if "Drug name not found" in (expected.get("msg") or ""):
        return "nothing"
    if expected["values"] == [True]:
        return "pass"
    absent = "TSPARMCD" in expected["msg"] and "missing the variable" not in expected["msg"]
    return "fail" if "data" in expected or absent else "cannot"


def records_said(case: dict[str, Any]) -> pd.DataFrame:
    """The records that the published check reports, as it shows them: text."""
    return pd.DataFrame(
        _columns("", case["expected"]["data"], case["_folder"]) if "data" in case["expected"] else {}
    )


def subjects_said(case: dict[str, Any]) -> set[str] | None:
    """The subjects that the published check reports; None where it names none."""
    column = next((values for name, values in records_said(case).items() if "USUBJID" in str(name)), None)
    return None if column is None else set(column)


def variables_lacked(case: dict[str, Any]) -> set[str]:
    """Variables without which the published check did not run."""
    lists = re.findall(r"missing the variables?: ([^.]*)", case["expected"].get("msg") or "")
    return {name.strip() for one in lists for name in one.split(",")}


def variables_asked(rule: RecordRule, dataset: str) -> set[str]:
    """Variables without which a rule is not evaluated."""
    conditions = [rule.where, rule.finding, *(value.where for value in rule.values.values())]
    names = {name for condition in conditions if condition for name in condition.reads()}
    for value in rule.values.values():
        operands = getattr(value, value.operator)
        names |= {*value.by, *value.by.values(), *value.before} if value.looks_up else set()
        names |= (
            {operands} if isinstance(operands, str) else set(operands if isinstance(operands, list) else ())
        )
    names |= {"USUBJID"} if any("." in name for name in names) else set()
    names = {name.rpartition(".")[2].replace("--", dataset) for name in names}
    return names - set(rule.optional) - set(rule.values)


def verdict(case: dict[str, Any], rules: Sequence[str]) -> tuple[Verdict, Checked]:
    """What our rules say of the case: ``fail`` where one strikes, ``pass`` where one could be judged, else ``cannot``."""
    checked = Checked()
    with pytest.MonkeyPatch.context() as patch:
        # Every reported record is to be compared.
        patch.setattr("cdisc_npc.check.verdict.LISTED", 100_000)
        run_rules(package_of(case), {rule: rule_of(rule) for rule in rules}, checked)
    statuses = set(checked.verdicts()["status"])
    return next((word for status, word in _WORDS.items() if status in statuses), "cannot"), checked


def assert_agrees(
    case: dict[str, Any], functions: Mapping[str, Sequence[str]], deviations: Sequence[Deviation]
) -> None:
    """Hold our verdict and the subjects reported equal to the published ones, but for a deviation that fits the data."""
    published = said(case)
    if published == "nothing":
        return
    function = case["function"]
    ours, checked = verdict(case, functions[function])
    frame = checked.findings.frame()
    subjects, theirs = set(frame["USUBJID"]), subjects_said(case)
    if ours == published and theirs in (None, subjects):
        return
    shown = f"published {published} {theirs}, ours {ours}\n{frame[['rule', 'USUBJID', 'row', 'value']]}"
    lacked = variables_lacked(case)
    if published == "cannot" and lacked:
        # A rule asks only for what it looks at: those that look at what is lacking must stay silent, others need not.
        judged = set(checked.verdicts().query("status != 'not evaluated'")["rule"])
        dataset = function.split("_")[1].upper()
        silent = {name for name in functions[function] if variables_asked(rule_of(name), dataset) & lacked}
        if not silent & judged:
            return
    package = package_of(case)
    fitting = [
        (one, looks) for one in deviations if one.function == function and (looks := one.looks(package))
    ]
    assert len(fitting) == 1, shown
    deviation, looks = fitting[0]
    if isinstance(looks, set):
        assert subjects ^ (theirs or set()) <= looks, shown
    else:
        assert ours == deviation.ours, shown
