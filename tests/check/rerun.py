"""Every check of a package again after a small change, without judging anew what the change does not touch.

A rule is judged anew on a dataset wherever one of the variables that it looked at, the first time, has other
values now, or a dataset other records. What it looked at is noted, not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cdisc_npc.check import allowed, defines, engine, expected, files
from cdisc_npc.check import run_checks as run
from cdisc_npc.check.rule import RecordRule
from cdisc_npc.check.verdict import Checked
from cdisc_npc.check.view import View
from cdisc_npc.columns.column import Column
from cdisc_npc.define.tables import table_of
from cdisc_npc.package import read as package
from cdisc_npc.package.read import Package, Table
from cdisc_npc.study.specification import Specification
from define_xml.data import check_data
from define_xml.issues import Issue, Report
from define_xml.model import Define
from define_xml.validate import validate

# In place of a dataset: the list of those that there are.
LIST = "*"


def _state(path: Path) -> tuple[int, ...]:
    """What stays the same of a file as long as nobody writes it, also under another name."""
    state = path.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


class _Tables(dict[str, Table]):
    """Datasets that note which of them were asked for."""

    def __init__(self, tables: dict[str, Table]) -> None:
        super().__init__(tables)
        self.asked: set[str] = set()
        self.variables: set[tuple[str, str]] = set()

    def __getitem__(self, name: str) -> Table:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def values(self) -> Any:
        self.asked.add(LIST)
        return super().values()


class Rerun:
    """Checks of packages that differ little from a first one; a context, in which it stands in for parts of the engine."""

    def __init__(self, folder: Path, study: Specification) -> None:
        self._folder, self._study = folder, study
        self._looked: dict[int, tuple[set[str], set[tuple[str, str]]]] = {}
        self._columns: dict[str, dict[str, Column | None]] = {}
        # Variables that have other values; None of a dataset that has other records or variables.
        self._other: dict[str, set[str] | None] = {}
        self._renamed: dict[tuple[int, str], list[RecordRule]] = {}
        self._try, self._each = engine._try, engine._each
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> Rerun:
        put = self._patch.setattr
        put(engine, "_try", self._tried)
        put(engine, "_each", self._each_of)
        put(View, "coded", self._noting(View.coded))
        for name in ("check_schemas", "check_terminology", "check_dictionaries"):
            put(run, name, self._of_changed(getattr(run, name)))
        put(files, "_judge_values", self._of_table(files._judge_values))
        put(files, "_OF_TABLE", {name: self._of_table(rule) for name, rule in files._OF_TABLE.items()})
        put(files, "_longest", self._by_values(files._longest))
        put(files, "_judge_group", self._where_described(files._judge_group))
        put(run, "check_folders", self._where_filed(run.check_folders))
        self._validate = self._by_file(validate)
        put(defines, "_issues", self._issues)
        put(package, "read_coded", self._by_file(package.read_coded))
        put(package, "read_define", self._by_file(package.read_define))
        self.clean = self._now = package.read_package(self._folder, self._study)
        self._names = self._list(self.clean)
        self.base = self.found(self.clean)
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def found(self, package: Package) -> pd.DataFrame:
        """What all checks find in a package; of the first, everything; of another, what is not found there too."""
        self._now, self._tables = package, _Tables(package.tables)
        self._other_names = self._list(package) != self._names
        self._other = {name: self._differing(name) for name in package.tables if self._changed(name)}
        noted = self._of_tables(self._tables)
        found = run.check_package(noted).findings.frame()
        if package is self.clean:
            self._columns = noted.kept
        return found

    def _of_tables(self, tables: dict[str, Table]) -> Package:
        result = replace(self._now, tables=tables)
        result.__dict__["kept"] = {name: self._as_they_were(name) for name in tables}
        return result

    def _as_they_were(self, dataset: str) -> dict[str, Column | None]:
        """Columns of a dataset that are what they were."""
        other = self._other.get(dataset, set())
        if other is None or dataset not in self._columns:
            return {}
        own = set(self._now.tables[dataset].columns) - other
        return {name: coded for name, coded in self._columns[dataset].items() if name in own}

    def _noting(self, coded: Callable[[View, str], Column]) -> Callable[[View, str], Column]:
        """Note what a column comes from, also where it was made for another rule before."""

        def noted(view: View, name: str) -> Column:
            dataset, dot, variable = name.partition(".")
            if view.table is not None:
                own = view.table.name
                self._tables.variables.add((own, name))
                if dot:
                    self._tables.asked |= {dataset, LIST}
                    self._tables.variables |= {(dataset, variable), (dataset, "USUBJID"), (own, "USUBJID")}
                elif name not in view.columns:
                    self._tables.asked.add(f"SUPP{own}")
                    self._tables.variables |= {(own, "USUBJID"), (own, f"{view.table.prefix}SEQ")}
            return coded(view, name)

        return noted

    def _tried(
        self, package: Package, rule_id: str, rule: RecordRule, table: Table | None, checked: Checked
    ) -> None:
        looked = self._looked.get(id(rule))
        if looked is not None and not any(self._touched(name, looked[1]) for name in looked[0]):
            return
        self._tables.asked, self._tables.variables = {table.name} if table else set(), set()
        self._try(package, rule_id, rule, table, checked)
        if self._now is self.clean:
            self._looked[id(rule)] = self._tables.asked, self._tables.variables

    def _touched(self, dataset: str, variables: set[tuple[str, str]]) -> bool:
        """Whether what a rule looked at in a dataset is another now; of qualifiers all counts."""
        if not self._changed(dataset):
            return False
        others = self._other.get(dataset)
        if others is None or dataset.startswith("SUPP"):
            return True
        return any((dataset, name) in variables for name in others)

    def _each_of(self, rule: RecordRule, package: Package, table: Table | None) -> Iterator[RecordRule]:
        """The rule by its names; the same objects for the same names, by which what they looked at is known."""
        shared = rule.each.shared_with if rule.each else None
        names = [name for name in (table.name if table else None, shared) if name]
        if self._other_names or any(self._changed(name) and self._other.get(name) is None for name in names):
            yield from self._each(rule, package, table)
            return
        key = (id(rule), table.name if table else "")
        if key not in self._renamed:
            # A copy, where the rule is of one dataset or another as it stands.
            self._renamed[key] = [one.model_copy() for one in self._each(rule, package, table)]
        yield from self._renamed[key]

    def _of_changed(self, check: Callable[[Package, Checked], None]) -> Callable[[Package, Checked], None]:
        """A check that looks at one dataset after another: only those that are others now."""

        def checked_anew(package: Package, checked: Checked) -> None:
            first = self._now is self.clean
            tables = {
                name: self._now.tables[name] for name in self._now.tables if first or self._changed(name)
            }
            check(self._of_tables(tables), checked)

        return checked_anew

    def _of_table(self, judge: Callable[..., Any]) -> Callable[..., Any]:
        def judged_anew(table: Table, *more: Any) -> Any:
            return judge(table, *more) if self._now is self.clean or self._changed(table.name) else ()

        return judged_anew

    def _where_described(self, judge: Callable[..., None]) -> Callable[..., None]:
        """What is asked of datasets together rests on their descriptions, and on how long their values are."""

        def judged_anew(
            name: str, rule: Any, tables: list[Table], package: Package, checked: Checked
        ) -> None:
            there = set(self._now.tables) == set(self.clean.tables)
            if self._now is not self.clean and there and not any(map(self._other_file, tables)):
                return
            judge(name, rule, tables, package, checked)

        return judged_anew

    def _other_file(self, table: Table) -> bool:
        base = self.clean.tables[table.name]
        if table.path.relative_to(self._now.folder) != base.path.relative_to(self.clean.folder):
            return True
        if table.columns is base.columns and table.member is base.member:
            return False
        encoding = files.encoding_of(self.clean)
        texts = [one.name for one in table.member.variables if one.type == "Char"]
        return table.member != base.member or any(
            files._longest(table.columns[name], encoding) != files._longest(base.columns[name], encoding)
            for name in texts
        )

    def _where_filed(self, check: Callable[[Package, Checked], None]) -> Callable[[Package, Checked], None]:
        """What is asked of folders rests on the files, and on which datasets there are; and on TS."""

        def checked_anew(package: Package, checked: Checked) -> None:
            same = self._now.folder == self.clean.folder and set(self._now.tables) == set(self.clean.tables)
            if self._now is self.clean or not same or self._changed("TS"):
                check(package, checked)

        return checked_anew

    @staticmethod
    def _by_values(function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of a column that knows columns again, by the memory that they lie in."""
        existing: dict[tuple[int, str], tuple[Any, Any]] = {}

        def done_once(column: Column, encoding: str) -> Any:
            memory = column.kinds.buffers()[1]
            key = (memory.address, encoding)
            if key not in existing:
                existing[key] = (function(column, encoding), memory)
            return existing[key][0]

        return done_once

    @staticmethod
    def _by_file(reader: Callable[..., Any]) -> Callable[..., Any]:
        """A reader that knows files again, also by another name: an unchanged file of a copy is a link to it."""
        existing: dict[tuple[Any, ...], Any] = {}

        def read_once(path: Path, **more: Any) -> Any:
            key = (*_state(path), *sorted(more.items()))
            if key not in existing:
                existing[key] = reader(path, **more)
            return existing[key]

        return read_once

    def _issues(
        self, path: Path, tables: list[Table], encoding: str, described: Define | None
    ) -> list[Issue]:
        """What `validate` finds: in the document as it was, in the data of the datasets that are others now."""
        of_document = self._validate(path)
        if described is None:
            return of_document
        report = Report([])
        anew = self._now is self.clean or all(
            _state(path) != _state(document) for document in self.clean.defines.values()
        )
        changed = [table for table in tables if anew or self._changed(table.name)]
        check_data(described, [table_of(one.member, one.columns, encoding) for one in changed], report)
        there = {table.name for table in tables}
        missed = [
            issue for issue in report.issues if issue.code == "DATA_FILE_MISSING" and issue.value in there
        ]
        return [*of_document, *(issue for issue in report.issues if issue not in missed)]

    def _described_anew(self, table: Table) -> bool:
        """Whether define.xml says otherwise now what the dataset's keys and terms are."""
        model, name = table.model, table.name
        if self._now.described(model) is self.clean.described(model):
            return False
        return any(
            says(self._now) != says(self.clean)
            for says in (
                lambda package: allowed._declared(package, model, name),
                lambda package: expected._described_keys(package, table),
            )
        )

    def _changed(self, name: str) -> bool:
        if name == LIST:
            return self._other_names
        now, base = self._now.tables.get(name), self.clean.tables.get(name)
        if now is base or now is None or base is None:
            return now is not base
        return now.columns is not base.columns or (now.member, now.path.name) != (base.member, base.path.name)

    def _differing(self, dataset: str) -> set[str] | None:
        now, base = self._now.tables[dataset], self.clean.tables.get(dataset)
        if base is not None and now.columns is base.columns:
            return set()
        if base is None or list(now.columns) != list(base.columns) or now.size != base.size:
            return None
        return {
            name for name in now.columns if not now.columns[name].series().equals(base.columns[name].series())
        }

    @staticmethod
    def _list(package: Package) -> set[tuple[str, str]]:
        return {(table.name, table.prefix) for table in package.tables.values()}
