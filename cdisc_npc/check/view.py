"""A dataset as a rule sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.check import values as operators
from cdisc_npc.check.rule import THIS, Value
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts, parse_condition
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.keys import groups_of, together
from cdisc_npc.columns.where import holds_of, is_blank
from cdisc_npc.package.read import Package, Table
from cdisc_npc.standards.sdtmig import supplemental_of

# Sequence numbers: of a domain, of an analysis dataset.
_SEQUENCE = re.compile(r"(A|[A-Z]{2})SEQ")


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
        self.columns = table.columns if table else {}
        self.size = table.size if table else 1
        self._values = values or {}
        self._optional = set(optional)
        self._made: dict[str, Column] = {}
        # What holds for every rule: the columns of the dataset, and those that stand beside them.
        self._name = table.name if table else ""
        self._kept = package.kept.setdefault(self._name, {})

    def coded(self, name: str) -> Column:
        """The column of a name.

        Raises
        ------
        NotEvaluatedError
            There is none.
        """
        if name in self._made:
            return self._made[name]
        if name in self._values:
            self._made[name] = self._value(self._values[name])
            return self._made[name]
        if name not in self._kept:
            self._kept[name] = self._of_dataset(name)
        column = self._kept[name]  # one of no records is a column, too
        return self._absent(name) if column is None else column

    def holding(self, condition: ConditionParts) -> np.ndarray:
        """Records for which a condition holds; a name with ``*`` is any of the variables it fits."""
        result = np.zeros(self.size, dtype=bool)
        for alternative in self._spread(condition).alternatives:
            holds = np.ones(self.size, dtype=bool)
            for name, tests in alternative:
                for test in tests:
                    holds &= holds_of(test, self.coded(name), self.coded)
            result |= holds
        return result

    def _of_dataset(self, name: str) -> Column | None:
        """A variable, a qualifier, or the one value of another dataset's variable."""
        own = self.table.columns.get(name) if self.table else None
        if own is not None:
            return own if own.numeric else own.coded
        dataset, dot, variable = name.partition(".")
        if dot:
            return (
                self._looked_up(Value(only=name), dataset, variable) if self.package.parts(dataset) else None
            )
        return self._qualifier(name)

    def _absent(self, name: str) -> Column:
        dataset, dot, _ = name.partition(".")
        if (dataset if dot else name) in self._optional:
            return Column.one("", self.size)
        if dot:
            raise NotEvaluatedError(f"the package has no dataset {dataset}")
        raise NotEvaluatedError(f"{self.table.name if self.table else 'the package'} has no variable {name}")

    def _value(self, value: Value) -> Column:
        if value.looks_up:
            dataset, _, variable = getattr(value, value.operator).partition(".")
            return self._looked_up(value, dataset, variable)
        if value.flag is not None:
            kinds = pa.array(["", "Y"], pa.large_string())
            return Column(kinds, self.holding(value.flag).astype(np.int32), once=True)
        if value.referenced is not None:
            named = value.referenced
            return Column(self._sequenced(*named) if len(named) == 2 else self._referenced(*named))
        return operators.of_record(value, self.coded, self.size)

    def _looked_up(self, value: Value, dataset: str, variable: str) -> Column:
        """A value of other records: those of the domain's table, or of the parts it was split into."""
        if value.before:
            return self._before(value, variable)
        own = self.table is not None and dataset in (self.table.name, THIS)
        tables = [self.table] if own and self.table else self.package.parts(dataset)
        if not tables:
            if dataset not in self._optional:
                raise NotEvaluatedError(f"the package has no dataset {dataset}")
            if value.operator in ("count", "distinct", "sum", "least", "greatest"):
                return Column.one(0.0 if value.operator in ("count", "distinct") else np.nan, self.size)
            return Column.one("", self.size)
        by = value.by if self.table is not None else {}
        if len(tables) > 1:
            return self._looked_up_in_parts(value, tables, variable, by)
        view = self if own else View(self.package, tables[0], optional=self._optional)
        rows = view.rows(value.where, value.order)
        ours, others, count = self._groups(view, by)
        wanted = view.coded(variable).take(rows) if variable else None
        return operators.of_groups(value, wanted, others[rows], count).take(ours)

    def _looked_up_in_parts(
        self, value: Value, tables: list[Table], variable: str, by: Mapping[str, str]
    ) -> Column:
        views = [View(self.package, table, optional=self._optional) for table in tables]
        parts = [(view, view.rows(value.where, value.order)) for view in views]

        def joined(name: str) -> Column:
            columns = [view.coded(name).take(rows) for view, rows in parts]
            numeric = all(column.numeric for column in columns)
            return Column.joined(columns if numeric else [column.as_text for column in columns])

        size = sum(len(rows) for _, rows in parts)
        mine, keys = [self.coded(name) for name in by], [joined(name) for name in by.values()]
        ours, others, count = groups_of(mine, keys, (self.size, size))
        wanted = joined(variable) if variable else None
        return operators.of_groups(value, wanted, others, count).take(ours)

    def rows(self, where: ConditionParts | None, order: Sequence[str] = ()) -> np.ndarray:
        """Records for which a condition holds, in the order of some variables."""
        rows = np.flatnonzero(self.holding(where)) if where else np.arange(self.size)
        if order:
            ranks = [self.coded(name).ordered()[rows] for name in order]
            rows = rows[np.lexsort(ranks[::-1])]
        return rows

    def _groups(self, other: View, by: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray, int]:
        """Records of both datasets numbered by what they agree in; see `groups_of`."""
        key = (self._name, other._name, *by.items())
        plain = self._values.keys().isdisjoint(by) and (
            self is not other or self._values.keys().isdisjoint(by.values())
        )
        mine = [self.coded(name) for name in by]
        theirs = (
            mine
            if self is other and list(by) == [*by.values()]
            else [other.coded(name) for name in by.values()]
        )
        if plain and key in self.package.grouped:
            return self.package.grouped[key]
        if mine is theirs:
            ours, count = together(mine, self.size)
            result = (ours, ours, count)
        else:
            result = groups_of(mine, theirs, (self.size, other.size))
        if plain:
            self.package.grouped[key] = result
        return result

    def _before(self, value: Value, variable: str) -> Column:
        """A value of the earlier records of the same dataset."""
        groups, _ = together([self.coded(name) for name in value.by], self.size)
        wanted = self.coded(variable) if variable else None
        if value.where is not None:
            within = self.holding(value.where)
            if wanted is None:
                wanted = Column(within.astype(np.float64))
                value = value.model_copy(update={"count": None, "sum": ""})
            else:
                wanted = operators.at_places(wanted, np.where(within, wanted.places, -1))
        return operators.running(value, wanted, groups, [self.coded(name) for name in value.before])

    def _referenced(self, dataset: str, variable: str, content: str) -> np.ndarray:
        """How many records the three variables point to; one dataset, variable and kind of relation at a time."""
        kinds = pd.DataFrame(
            {"dataset": self.coded(dataset).series(), "variable": self.coded(variable).series()}
        )
        kinds["all"] = is_blank(self.coded("USUBJID")) & is_blank(self.coded(content))
        result = np.zeros(self.size)
        own = View(self.package, self.table, optional=self._optional)
        for (parent, name, every), part in kinds.groupby([*kinds.columns], sort=False):
            parent, name = str(parent), str(name)
            if every:
                value = Value(count=parent, by={}, where=parse_condition({name: "present"}) if name else None)
            else:
                value = Value(count=parent, by={"USUBJID": "USUBJID"} | ({content: name} if name else {}))
            rows = part.index.to_numpy()
            try:
                result[rows] = own._looked_up(value, parent, "").series(rows)
            except NotEvaluatedError:
                result[rows] = 0
        return result

    def _sequenced(self, dataset: str, content: str) -> np.ndarray:
        """How many records of a dataset have a sequence number; missing where the package lacks the dataset."""
        datasets = self.coded(dataset).as_text.coded
        result = np.full(self.size, np.nan)
        for code, parent in enumerate(datasets.kinds.to_pylist()):
            rows = np.flatnonzero(datasets.codes == code)
            columns = [set(table.columns) for table in self.package.parts(parent)]
            names = (
                [name for name in set.intersection(*columns) if _SEQUENCE.fullmatch(name)] if columns else []
            )
            for name in names:
                value = Value(count=parent, by={"USUBJID": "USUBJID", content: name})
                counts = self._looked_up(value, parent, "").series(rows)
                result[rows] = np.nan_to_num(result[rows]) + counts
        return result

    def _qualifier(self, name: str) -> Column | None:
        """A supplemental qualifier, by its QNAM, beside the records that it belongs to."""
        supplemental = self.package.tables.get(supplemental_of(self.table.name)) if self.table else None
        needed = {"USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"}
        if supplemental is None or not needed <= supplemental.columns.keys():
            return None
        view = View(self.package, supplemental)
        chosen = view.rows(parse_condition({"QNAM": name}))
        if not len(chosen):
            return None
        result = Column.one("", self.size)
        idvars = view.coded("IDVAR").take(chosen)
        for code in distinct(idvars.places)[1]:
            idvar, rows = idvars.kinds[int(code)].as_py(), chosen[idvars.places == code]
            if idvar and idvar not in self.columns:
                continue
            by = {"USUBJID": "USUBJID"} | ({idvar: "IDVARVAL"} if idvar else {})
            mine, theirs = (
                [self.coded(name) for name in by],
                [view.coded(name).take(rows) for name in by.values()],
            )
            ours, others, count = groups_of(mine, theirs, (self.size, len(rows)))
            qualifiers = view.coded("QVAL").take(rows)
            results = operators.of_groups(Value(only="QVAL"), qualifiers, others, count).take(ours)
            both = Column.joined([result, results])
            before, after = np.split(both.places, 2)
            nothing = pc.equal(result.kinds, "").to_numpy(zero_copy_only=False)
            result = Column(both.kinds, np.where(result.spread(nothing), after, before)).coded
        return result

    def _spread(self, condition: ConditionParts) -> ConditionParts:
        if not any("*" in name for alternative in condition.alternatives for name, _ in alternative):
            return condition
        alternatives: list[tuple[tuple[str, Any], ...]] = []
        for alternative in condition.alternatives:
            result: list[tuple[tuple[str, Any], ...]] = [()]
            for name, tests in alternative:
                names = self._fitting(name) if "*" in name else [name]
                result = [(*left, (one, tests)) for left in result for one in names]
            alternatives += result
        return ConditionParts(tuple(alternatives))

    def _fitting(self, pattern: str) -> list[str]:
        fits = re.compile(pattern.replace("*", r"\w*"))
        existing = [*self.columns]
        supplemental = self.package.tables.get(supplemental_of(self.table.name)) if self.table else None
        if supplemental is not None and "QNAM" in supplemental.columns:
            existing += supplemental.columns["QNAM"].as_text.coded.kinds.to_pylist()
        return [name for name in dict.fromkeys(existing) if fits.fullmatch(name)]
