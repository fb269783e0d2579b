"""Rules stated as data, tried on the datasets of a package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.check import values as operators
from cdisc_npc.check.package import Package, Table
from cdisc_npc.check.rule import STUDY, THIS, RecordRule, Value
from cdisc_npc.check.verdict import Checked
from cdisc_npc.sdtm.conditions import satisfied
from cdisc_npc.spec.conditions import ConditionParts, parse_condition

# Sequence numbers: of a domain, of an analysis dataset.
_SEQUENCE = re.compile(r"(A|[A-Z]{2})SEQ")
_STUDY_TABLE = pd.DataFrame(index=pd.RangeIndex(1))


class NotEvaluatedError(Exception):
    """The package lacks what the rule looks at."""


class View:
    """A dataset as a rule sees it: its variables, the qualifiers of its SUPP--, what the rule brings.

    Parameters
    ----------
    table
        None: the package as a whole, one record without variables.
    values
        Operators by name, for those that the dataset does not have.
    optional
        Variables and datasets that may be absent.
    """

    def __init__(
        self,
        package: Package,
        table: Table | None,
        values: Mapping[str, Value] | None = None,
        optional: Iterable[str] = (),
    ) -> None:
        self.package = package
        self.table = table
        self.frame = table.frame if table else _STUDY_TABLE
        self.size = len(self.frame)
        self._values = values or {}
        self._optional = set(optional)
        self._made: dict[str, pd.Series] = {}

    def column(self, name: str) -> pd.Series:
        """The column of a name: text without nulls, or float64.

        Raises
        ------
        NotEvaluatedError
            There is none.
        """
        if name in self._made:
            return self._made[name]
        known: dict[tuple[str, str], pd.Series] = {}
        place = (self.table.name if self.table else STUDY, name)
        if "." in name and name not in self._values and self._optional.isdisjoint(name.split(".")):
            known = self.package.looked_up  # the same for every rule
        if place not in known:
            known[place] = self._make(name).reset_index(drop=True)
        self._made[name] = known[place]
        return self._made[name]

    def has(self, name: str) -> bool:
        """Whether the dataset, or its supplemental qualifiers, have the variable."""
        return name in self.frame.columns or self._qualifier(name) is not None

    def struck(self, condition: ConditionParts) -> np.ndarray:
        """Records for which a condition holds; a name with ``*`` is any of the variables it fits."""
        return satisfied(self._spread(condition), self.column, self.size)

    def _make(self, name: str) -> pd.Series:
        if name in self._values:
            return self._value(self._values[name])
        if name in self.frame.columns:
            return self.frame[name]
        if "." in name:
            dataset, _, variable = name.partition(".")
            return self._looked_up(Value(only=name), dataset, variable)
        found = self._qualifier(name)
        if found is not None:
            return found
        if name in self._optional:
            return pd.Series([""] * self.size, dtype="str")
        raise NotEvaluatedError(f"{self.table.name if self.table else 'the package'} has no variable {name}")

    def _value(self, value: Value) -> pd.Series:
        if value.looks_up:
            dataset, _, variable = getattr(value, value.operator).partition(".")
            return self._looked_up(value, dataset, variable)
        if value.flag is not None:
            return pd.Series(np.where(self.struck(value.flag), "Y", ""), dtype="str")
        if value.referenced is not None:
            return (
                self._sequenced(*value.referenced)
                if len(value.referenced) == 2
                else self._referenced(*value.referenced)
            )
        return operators.of_record(value, self.column, self.size)

    def _looked_up(self, value: Value, dataset: str, variable: str) -> pd.Series:
        """A value of other records: those of the domain's table, or of the parts it was split into."""
        if value.before:
            return self._before(value, variable)
        own = self.table is not None and dataset in (self.table.name, THIS)
        tables = [self.table] if own and self.table else self.package.parts(dataset)
        if not tables:
            if dataset not in self._optional:
                raise NotEvaluatedError(f"the package has no dataset {dataset}")
            nothing = value.operator in ("count", "distinct", "sum", "least", "greatest")
            blank: Any = [0.0 if value.operator in ("count", "distinct") else np.nan] if nothing else [""]
            return pd.Series(blank * self.size, dtype="float64" if nothing else "str")
        by = {
            name: other
            for name, other in (value.by if self.table is not None else {}).items()
            # Blank in every record of both tells nothing apart.
            if name not in self._optional
            or self.has(name)
            or any(View(self.package, table).has(other) for table in tables)
        }
        mine = [self.column(name) for name in by]
        theirs: list[list[pd.Series]] = []
        wanted: list[pd.Series] = []
        for table in tables:
            view = self if own else View(self.package, table, optional=self._optional)
            rows = np.flatnonzero(view.struck(value.where)) if value.where else np.arange(view.size)
            if value.order:
                ranks = [pd.factorize(view.column(name).take(rows), sort=True)[0] for name in value.order]
                rows = rows[np.lexsort(ranks[::-1])]
            theirs.append([view.column(name).take(rows) for name in by.values()])
            wanted.append(view.column(variable).take(rows) if variable else pd.Series(np.zeros(len(rows))))
        found = pd.concat(wanted, ignore_index=True)
        keys = [pd.concat(parts, ignore_index=True) for parts in zip(*theirs, strict=True)]
        ours, others, count = operators.groups_of(mine, keys, (self.size, len(found)))
        made = operators.of_groups(value, found if variable else None, others, max(count, 1))
        return made.take(ours)

    def _before(self, value: Value, variable: str) -> pd.Series:
        """A value of the earlier records of the same dataset."""
        keys = [self.column(name) for name in value.by]
        groups, _, _ = operators.groups_of(keys, [key.iloc[:0] for key in keys], (self.size, 0))
        wanted = self.column(variable) if variable else None
        if value.where is not None:
            out = ~self.struck(value.where)
            if wanted is None:
                wanted, value = (
                    pd.Series(np.where(out, 0.0, 1.0)),
                    value.model_copy(update={"count": None, "sum": ""}),
                )
            else:
                wanted = wanted.mask(out, np.nan if pd.api.types.is_numeric_dtype(wanted.dtype) else "")
        return operators.running(value, wanted, groups, [self.column(name) for name in value.before])

    def _referenced(self, dataset: str, variable: str, content: str) -> pd.Series:
        """How many records the three variables point to; one dataset, variable and kind of relation at a time."""
        kinds = pd.DataFrame({"dataset": self.column(dataset), "variable": self.column(variable)})
        kinds["all"] = operators.is_blank(self.column("USUBJID")) & operators.is_blank(self.column(content))
        found = np.zeros(self.size)
        own = View(self.package, self.table, optional=self._optional)
        for (parent, name, every), part in kinds.groupby([*kinds.columns], sort=False):
            parent, name = str(parent), str(name)
            if every:
                value = Value(count=parent, by={}, where=parse_condition({name: "present"}) if name else None)
            else:
                value = Value(count=parent, by={"USUBJID": "USUBJID"} | ({content: name} if name else {}))
            rows = part.index.to_numpy()
            try:
                found[rows] = own._looked_up(value, parent, "").to_numpy()[rows]
            except NotEvaluatedError:
                found[rows] = 0
        return pd.Series(found)

    def _sequenced(self, dataset: str, content: str) -> pd.Series:
        """How many records of a dataset have a sequence number; missing where the package lacks the dataset."""
        datasets = self.column(dataset)
        found = np.full(self.size, np.nan)
        for parent in map(str, datasets.unique()):
            rows = np.flatnonzero((datasets == parent).to_numpy())
            columns = [set(map(str, table.frame.columns)) for table in self.package.parts(parent)]
            names = (
                [name for name in set.intersection(*columns) if _SEQUENCE.fullmatch(name)] if columns else []
            )
            for name in names:
                value = Value(count=parent, by={"USUBJID": "USUBJID", content: name})
                counts = self._looked_up(value, parent, "").to_numpy()[rows]
                found[rows] = np.nan_to_num(found[rows]) + counts
        return pd.Series(found)

    def _qualifier(self, name: str) -> pd.Series | None:
        """A supplemental qualifier, by its QNAM, beside the records that it belongs to."""
        supplemental = self.package.tables.get(f"SUPP{self.table.name}") if self.table else None
        needed = {"USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"}
        if supplemental is None or not needed <= set(supplemental.frame.columns):
            return None
        chosen = supplemental.frame[supplemental.frame["QNAM"] == name]
        if chosen.empty:
            return None
        result = np.full(self.size, "", dtype=object)
        for idvar, part in chosen.groupby("IDVAR", sort=False):
            if idvar and idvar not in self.frame.columns:
                continue
            mine = [self.frame["USUBJID"], *([operators.as_text(self.frame[idvar])] if idvar else [])]
            theirs = [part["USUBJID"], *([part["IDVARVAL"]] if idvar else [])]
            ours, others, count = operators.groups_of(mine, theirs, (self.size, len(part)))
            texts = operators.of_groups(Value(only="QVAL"), part["QVAL"], others, count).take(ours)
            result = np.where(texts == "", result, texts)
        return pd.Series(result, dtype="str")

    def _spread(self, condition: ConditionParts) -> ConditionParts:
        if not any("*" in name for alternative in condition.alternatives for name, _ in alternative):
            return condition
        alternatives: list[tuple[tuple[str, Any], ...]] = []
        for alternative in condition.alternatives:
            made: list[tuple[tuple[str, Any], ...]] = [()]
            for name, tests in alternative:
                names = self._fitting(name) if "*" in name else [name]
                made = [(*left, (one, tests)) for left in made for one in names]
            alternatives += made
        return ConditionParts(tuple(alternatives))

    def _fitting(self, pattern: str) -> list[str]:
        fits = re.compile(pattern.replace("*", r"\w*"))
        known = [str(name) for name in self.frame.columns]
        supplemental = self.package.tables.get(f"SUPP{self.table.name}") if self.table else None
        if supplemental is not None and "QNAM" in supplemental.frame.columns:
            known += supplemental.frame["QNAM"].unique().tolist()
        return [name for name in dict.fromkeys(known) if fits.fullmatch(name)]


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
        looked = view.struck(rule.where) if rule.where else np.ones(view.size, dtype=bool)
        struck = np.flatnonzero(looked & view.struck(rule.finding)) if view.size else np.zeros(0, dtype=int)
        shown = {name: view.column(name).take(struck) for name in rule.shows} if len(struck) else {}
    except NotEvaluatedError as reason:
        checked.skip(rule_id, rule, table.name if table else STUDY, str(reason))
        return
    checked.judge(
        rule_id,
        rule,
        table or STUDY,
        struck,
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
    pattern = re.compile(rule.each.matching)
    shared = package.tables.get(rule.each.shared_with) if rule.each.shared_with else None
    for name in map(str, table.frame.columns):
        found = pattern.fullmatch(name)
        if not found or name in rule.each.but:
            continue
        if rule.each.shared_with and (shared is None or name not in shared.frame.columns):
            continue
        groups = {f"@{number}": text or "" for number, text in enumerate(found.groups(), 1)}
        yield _renamed(rule, groups | {"@": name})


def _renamed(rule: RecordRule, names: Mapping[str, str]) -> RecordRule:
    """A copy of the rule in which each placeholder of its texts is replaced."""

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            for mark, name in names.items():
                value = value.replace(mark, name)
            return value
        if isinstance(value, dict):
            return {replaced(key): replaced(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            parts = [replaced(item) for item in value]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, Value):
            return value.model_copy(
                update={key: replaced(getattr(value, key)) for key in value.model_fields_set}
            )
        if hasattr(value, "__dataclass_fields__"):
            return type(value)(**{key: replaced(getattr(value, key)) for key in value.__dataclass_fields__})
        return value

    parts = ("where", "values", "finding", "shows", "optional", "title")
    return rule.model_copy(update={part: replaced(getattr(rule, part)) for part in parts})
