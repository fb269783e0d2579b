"""define.xml of a package: what the validator of Define-XML notices, in it and against the data.

Each code of `define_xml.issues` is a rule, ``DEFINE-`` and the code, with the code's text as its title.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cdisc_npc.check.files import encoding_of
from cdisc_npc.check.rule import STUDY, Category, Rule, Severity, coded_rules
from cdisc_npc.check.verdict import Checked, Failing
from cdisc_npc.define.tables import table_of
from cdisc_npc.package.layout import Kind
from cdisc_npc.package.read import Package, Table
from define_xml.issues import CODES, Issue
from define_xml.model import Define
from define_xml.read import DefineUnreadableError
from define_xml.validate import validate

_MODELS: dict[Kind, str] = {"sdtm": "SDTM", "adam": "ADaM"}
# Codes of the document alone start otherwise.
_AGAINST_DATA = "DATA_"


@cache
def define_rules() -> dict[str, Rule]:
    """A rule for each thing that the validator knows, by id."""
    return {f"DEFINE-{code}": _rule(code) for code in CODES}


def _rule(code: str) -> Rule:
    meaning = CODES[code]
    category: Category = "Metadata"
    if code.startswith("XSD_"):
        category = "Structure"
    elif code.startswith(_AGAINST_DATA):
        category = "Cross-reference"
    severity: Severity = "error" if meaning.severity == "error" else "warning"
    text = meaning.text.format(value="…", expected="…")
    return Rule(
        title=f"No fault of define.xml: {text}", basis="Define-XML 2.1", severity=severity, category=category
    )


def check_defines(package: Package, checked: Checked) -> None:
    """Validate each define.xml of a package, against its schema, its rules, its folder and the data.

    Parameters
    ----------
    checked
        Takes what is found; findings are of the dataset and variable that an issue is about, else of the
        document, ``define.xml (SDTM)``.
    """
    readable = "NPC-DEF-001"
    for model, name in _MODELS.items():
        tables = [table for table in package.tables.values() if table.model == model]
        path, document = package.defines.get(model), f"define.xml ({name})"
        if path is None or not path.is_file():
            if tables:
                reason = f"there is no define.xml of the {name} datasets"
                checked.skip(readable, coded_rules()[readable], STUDY, reason)
            continue
        described = package.described(model)
        try:
            issues = _issues(path, tables, encoding_of(package), described)
        except DefineUnreadableError as error:
            checked.judge_parts(readable, coded_rules()[readable], document, [Failing(str(error))])
            continue
        checked.judge_parts(readable, coded_rules()[readable], document, [])
        for rule_id, rule in define_rules().items():
            checked.judge(rule_id, rule, document, [])
        if issues and described is not None:
            _judge(issues, described, document, checked)


def _issues(path: Path, tables: list[Table], encoding: str, described: Define | None) -> list[Issue]:
    datasets = [table_of(table.member, table.columns, encoding) for table in tables]
    return validate(path, datasets, define=described)


def _judge(issues: list[Issue], define: Define, document: str, checked: Checked) -> None:
    result: dict[tuple[str, str], list[Failing]] = {}
    for issue in issues:
        dataset, variable = _place(issue, define)
        line = f"line {issue.line}: " if issue.line else ""
        element = f"{issue.element} {issue.oid}".strip()
        failing = Failing(issue.value, f"{line}{element}: {issue.text}", variable)
        result.setdefault((f"DEFINE-{issue.code}", dataset or document), []).append(failing)
    for (rule_id, dataset), struck_ones in result.items():
        checked.judge_parts(rule_id, define_rules()[rule_id], dataset, struck_ones)


def _place(issue: Issue, define: Define) -> tuple[str, str]:
    """The dataset and the variable that an issue is about; blank where it is about neither."""
    index = define.index
    if issue.code == "DATA_FILE_EXTRA":
        return issue.value, ""
    if issue.oid in index.item_groups:
        variable = issue.value if issue.code == "DATA_VARIABLE_EXTRA" else ""
        return index.item_groups[issue.oid].name, variable
    if issue.oid in index.dataset_of:
        item = index.items.get(issue.oid)
        return index.dataset_of[issue.oid].name, item.name if item else ""
    return "", ""
