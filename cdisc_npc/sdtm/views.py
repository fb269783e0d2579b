"""What a verb sees of the records in the making: columns by name, and a place to report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cdisc_npc.columns.column import Column
from cdisc_npc.sdtm.records import BlockRows, Build, Cell, FormRows, one_per_subject, origins
from cdisc_npc.study.plan import VariablePlan
from cdisc_npc.study.written_study import STUDY_VALUES

if TYPE_CHECKING:
    from cdisc_npc.sdtm.trail import Trail


class View(Protocol):
    """What a verb sees: columns by name, and a place to report."""

    @property
    def build(self) -> Build:
        """The conversion under way."""
        ...

    @property
    def table(self) -> str:
        """Name of the dataset in the making."""
        ...

    @property
    def variable(self) -> VariablePlan:
        """The variable in the making."""
        ...

    @property
    def size(self) -> int:
        """Number of records."""
        ...

    def column(self, name: str) -> Column:
        """The column of a name, aligned to the view."""
        ...

    @property
    def subject(self) -> np.ndarray:
        """Subject of each record."""
        ...

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        """Keep which record of another dataset each value came from; -1 for none."""
        ...

    def report(self, code: str, positions: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        """Add a finding for some records of the view."""
        ...


@dataclass
class BlockView:
    """Records of a block's source, as its verbs see them.

    Attributes
    ----------
    rows : ndarray of int
        Positions in the source: the selected records, each once, or (for what differs by
        test) one for each record made.
    """

    build: Build
    table: str
    variable: VariablePlan
    block: BlockRows
    rows: np.ndarray
    trail: Trail | None = None

    @property
    def size(self) -> int:
        """Number of records of the view."""
        return len(self.rows)

    @property
    def subject(self) -> np.ndarray:
        """Subject of each record."""
        return self.block.source.subject[self.rows]

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        """Verbs of blocks look nothing up."""

    def column(self, name: str) -> Column:
        """A field of the form, or a variable of the dataset that the block reads; or of the study."""
        if name in STUDY_VALUES:
            return Column.one(self.build.spec.study.value(name), self.size)
        column = self.block.source.column(name)
        if len(column) == self.size and self.block.expand is None:
            return column  # selections keep the order, so as many means all, as they are
        return column.take(self.rows)

    def report(self, code: str, positions: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        """Name the raw record, its file and its subject."""
        source = self.block.source
        if self.trail is not None:
            self.trail.note(positions, Cell.REJECTED, code)
        rows = self.rows[positions]
        place: dict[str, Any] = {"USUBJID": self.build.subjects.take(source.subject[rows])}
        if isinstance(source, FormRows):
            place |= {"form": source.name, "file": source.file, "row": rows + 1}
        _add(self, code, values, expected, place | extra)


@dataclass
class TableView:
    """A dataset's records, as the verbs of its own variables see them."""

    build: Build
    table: str
    variable: VariablePlan

    @property
    def size(self) -> int:
        """Number of records."""
        return self.build.tables[self.table].size

    @property
    def subject(self) -> np.ndarray:
        """Subject of each record."""
        return self.build.tables[self.table].subject

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        """Keep the parents of the variable, by the dataset they are in."""
        self.build.tables[self.table].parents[self.variable.name, dataset] = parents

    def column(self, name: str) -> Column:
        """A variable of the dataset, ``DATASET.VARIABLE`` of the subject, or one of the study."""
        if name in STUDY_VALUES:
            return Column.one(self.build.spec.study.value(name), self.size)
        own = self.build.tables[self.table]
        dataset, dot, variable = name.partition(".")
        if not dot:
            return own.columns[name]
        other = self.build.tables[dataset]
        if dataset == self.table:
            return other.columns[variable]
        positions = one_per_subject(other, len(self.build.subjects))[own.subject]
        return other.columns[variable].take_or_blank(positions)

    def report(self, code: str, positions: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        """Name the subject and, where there is one, the raw record."""
        own = self.build.tables[self.table]
        place: dict[str, Any] = {"USUBJID": self.build.subjects.take(own.subject[positions])}
        if own.blocks:
            forms, rows = origins(own)
            place |= self.build.place(forms[positions], rows[positions])
        _add(self, code, values, expected, place | extra)


@dataclass
class PartView:
    """Some records of another view: those for which a condition holds."""

    whole: View
    positions: np.ndarray

    @property
    def build(self) -> Build:
        """The conversion under way."""
        return self.whole.build

    @property
    def table(self) -> str:
        """Name of the dataset in the making."""
        return self.whole.table

    @property
    def variable(self) -> VariablePlan:
        """The variable in the making."""
        return self.whole.variable

    @property
    def size(self) -> int:
        """Number of records of the part."""
        return len(self.positions)

    @property
    def subject(self) -> np.ndarray:
        """Subject of each record."""
        return self.whole.subject[self.positions]

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        """Keep the parents of the part's records, and none for the others."""
        whole = np.full(self.whole.size, -1, dtype=np.int64)
        whole[self.positions] = parents
        self.whole.trace(dataset, whole)

    def column(self, name: str) -> Column:
        """The whole view's column, for the records of the part."""
        column = self.whole.column(name)
        # Positions are in order, so as many as there are records means all.
        return column if len(column) == self.size else column.take(self.positions)

    def report(self, code: str, positions: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        """Report through the whole view."""
        self.whole.report(code, self.positions[positions], values, expected, **extra)


_POLICIES = {"MAP_UNIT": "unknown_unit", "MAP_VISIT": "unknown_visit", "MAP_UNTRANSLATED": "untranslated"}


def _add(view: BlockView | TableView, code: str, values: Any, expected: Any, place: dict[str, Any]) -> None:
    policies = view.build.spec.study.policies
    severity = "error" if code in _POLICIES and getattr(policies, _POLICIES[code]) == "report" else None
    view.build.findings.add(
        code, severity=severity, dataset=view.table, variable=view.variable.name, value=values, expected=expected,
        **place,
    )  # fmt: skip
