"""Rules stated as data, tried on the datasets of a package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from cdisc_npc.check.rule import STUDY, RecordRule, Value
from cdisc_npc.check.verdict import Checked
from cdisc_npc.check.view import NotEvaluatedError, View
from cdisc_npc.columns.patterns import groups_of
from cdisc_npc.package.read import Package, Table


def run_rules(package: Package, rules: Mapping[str, RecordRule], checked: Checked) -> None:
    """Try rules on a package.

    Parameters
    ----------
    rules
        By id.
    checked
        Takes what is found, and which rules could not be judged.
    """
    for rule_id, rule in rules.items():
        for table in _tables_of(package, rule, rule_id, checked):
            for one in _each(rule, package, table):
                _try(package, rule_id, one, table, checked)
        if rule_id not in checked.rules:
            wanted = ", ".join(rule.classes or rule.structures or rule.dataset)
            checked.skip(
                rule_id, rule, wanted, f"the package has no dataset or variable of {wanted} that it is of"
            )


def _tables_of(package: Package, rule: RecordRule, rule_id: str, checked: Checked) -> Iterator[Table | None]:
    if rule.dataset == [STUDY]:
        yield None
    elif rule.dataset:
        for name in rule.dataset:
            tables = package.parts(name)
            if not tables:
                checked.skip(rule_id, rule, name, f"the package has no dataset {name}")
            yield from tables
    else:
        wanted = rule.classes or rule.structures
        for table in package.tables.values():
            if table.name in rule.but or table.prefix in rule.but:
                continue
            if table.class_ in wanted or (table.model == "adam" and "ADAM" in wanted):
                yield table


def _try(package: Package, rule_id: str, rule: RecordRule, table: Table | None, checked: Checked) -> None:
    view = View(package, table, rule.values, rule.optional)
    try:
        looked = view.holding(rule.where) if rule.where else np.ones(view.size, dtype=bool)
        failing = np.flatnonzero(looked & view.holding(rule.finding)) if view.size else np.zeros(0, dtype=int)
        shown = {name: view.coded(name).series(failing) for name in rule.shows} if len(failing) else {}
    except NotEvaluatedError as reason:
        checked.skip(rule_id, rule, table.name if table else STUDY, str(reason))
        return
    checked.judge(
        rule_id,
        rule,
        table or STUDY,
        failing,
        rule.shows[0],
        shown,
        expected=rule.title,
        records=int(looked.sum()),
    )


def _each(rule: RecordRule, package: Package, table: Table | None) -> Iterator[RecordRule]:
    """The rule with its names made those of the dataset: ``--`` the domain, ``@`` each variable or word."""
    if table is not None and rule.classes:
        rule = _renamed(rule, {"--": table.prefix})
    if rule.each is not None and rule.each.words:
        yield from (_renamed(rule, {"@": word}) for word in rule.each.words)
        return
    if table is None or rule.each is None:
        yield rule
        return
    shared = package.tables.get(rule.each.shared_with) if rule.each.shared_with else None
    for name, result in groups_of(rule.each.matching, tuple(table.columns)).items():
        if name in rule.each.but:
            continue
        if rule.each.shared_with and (shared is None or name not in shared.columns):
            continue
        groups = {f"@{number}": text for number, text in enumerate(result, 1)}
        yield _renamed(rule, groups | {"@": name})


def _renamed(rule: RecordRule, names: Mapping[str, str]) -> RecordRule:
    """A copy of the rule in which each placeholder of its texts is replaced."""

    def replaced(value: Any) -> Any:
        kind = type(value)
        if kind is str:
            for mark, name in names.items():
                if mark in value:
                    value = value.replace(mark, name)
            return value
        if kind is tuple or kind is list:
            return kind(map(replaced, value))
        if kind is dict:
            return {replaced(key): replaced(item) for key, item in value.items()}
        if kind is Value:
            return value.model_copy(
                update={key: replaced(getattr(value, key)) for key in value.model_fields_set}
            )
        if is_dataclass(value):
            return kind(*[replaced(getattr(value, key)) for key in kind.__match_args__])
        return value

    parts = ("where", "values", "finding", "shows", "optional", "title")
    return rule.model_copy(update={part: replaced(getattr(rule, part)) for part in parts})
