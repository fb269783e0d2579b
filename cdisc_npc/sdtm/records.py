"""Records in the making: the raw forms, the datasets, and what became of their records and cells.

Every array is aligned to its form or dataset. Subjects are numbers into one sorted
index of USUBJID, so that what belongs to a subject is found by position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.findings import Findings
from cdisc_npc.study.plan import DatasetPlan
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.written import Block

if TYPE_CHECKING:
    from cdisc_npc.sdtm.trail import Trail

# What becomes of a raw record; the greatest wins where it meets several blocks. One that a block selects,
# and makes no record of, is empty; that others are left out is stated in the specification.
UNACCOUNTED, EMPTY, LEFT_OUT, MAPPED, REJECTED = range(5)


class Cell(IntEnum):
    """What became of a raw cell; the greatest wins where several things did."""

    BLANK = 0
    NOT_USED = 1
    LEFT_OUT = 2
    DECIDED = 3
    REJECTED = 4
    MAPPED = 5


@dataclass
class FormRows:
    """A raw form whose subjects are known.

    Attributes
    ----------
    fields : mapping of Series
        The form's fields, as text without nulls.
    parts : dict of Column
        The parts of identity, unless the form has fields of their names.
    subject : ndarray of int
        Position in the index of subjects; -1 where the record is rejected.
    status : ndarray of int8
        What became of each record.
    reason : ndarray of object
        Why a record was left out or rejected.
    """

    name: str
    file: str
    fields: Mapping[str, pd.Series]
    subject: np.ndarray
    status: np.ndarray
    reason: np.ndarray
    parts: dict[str, Column] = field(default_factory=dict, repr=False)
    _columns: dict[str, Column] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Number of records."""
        return len(self.subject)

    def column(self, name: str) -> Column:
        """A field of the form."""
        if name not in self._columns:
            collected = name in self.fields
            self._columns[name] = (
                Column.encoded(self.fields[name]) if collected else self.parts[name].finished
            )
        return self._columns[name]

    def mark(self, positions: np.ndarray, status: int, reason: str = "") -> None:
        """Raise the status of some records; it is never lowered."""
        raised = positions[self.status[positions] < status]
        self.status[raised] = status
        self.reason[raised] = reason


def study_rows(name: str, file: str, frame: pd.DataFrame, subject: np.ndarray | None = None) -> FormRows:
    """Records that are no form of the export: those of the study itself, or of the calendar."""
    size = len(frame)
    own = np.full(size, -1) if subject is None else subject
    fields = {str(item): values for item, values in frame.items()}
    return FormRows(name, file, fields, own, np.zeros(size, dtype=np.int8), np.full(size, "", dtype=object))


class Mark(NamedTuple):
    """What became of some cells of a field, and why.

    Attributes
    ----------
    rows : ndarray of int
        Records of the form, by position.
    reason : str
        A finding's code, a condition, or why they are left out.
    dataset, variable : str
        The output that a condition decided, where one did.
    holds : ndarray of bool or None
        Whether the condition holds, for each of ``rows``.
    block : BlockRows or None
        The block of which the condition is, or of whose variable.
    """

    form: FormRows
    field: str
    rows: np.ndarray
    status: Cell
    reason: str = ""
    dataset: str = ""
    variable: str = ""
    holds: np.ndarray | None = None
    block: BlockRows | None = None


class Repeats(NamedTuple):
    """Records of a form that are not the first of what they tell, each with the first one.

    Attributes
    ----------
    fields : set of str
        What the block reads, and so has of the first record alone.
    """

    form: FormRows
    fields: set[str]
    rows: np.ndarray
    first: np.ndarray


@dataclass
class BlockRows:
    """The records that one block makes.

    Attributes
    ----------
    selected : ndarray of int
        Records of the source that the block reads.
    expand : ndarray of int or None
        For each record made, its position among ``selected``; None: one each, in order.
    test : ndarray of int or None
        For each record made, the position of its test among the block's tests.
    """

    index: int
    model: Block
    source: FormRows | Table
    selected: np.ndarray
    expand: np.ndarray | None = None
    test: np.ndarray | None = None

    @property
    def size(self) -> int:
        """Number of records made."""
        return len(self.selected if self.expand is None else self.expand)

    @property
    def source_rows(self) -> np.ndarray:
        """For each record made, its record in the source."""
        return self.selected if self.expand is None else self.selected[self.expand]

    def only(self, rows: np.ndarray) -> BlockRows:
        """Some of the records made, by their positions, with the records of the source that make them."""
        if self.expand is None:
            return BlockRows(self.index, self.model, self.source, self.selected[rows])
        assert self.test is not None
        used, expand = np.unique(self.expand[rows], return_inverse=True)
        return BlockRows(self.index, self.model, self.source, self.selected[used], expand, self.test[rows])


@dataclass
class Table:
    """A dataset in the making: all records of its blocks, in block order; ``order`` is that of the dataset."""

    plan: DatasetPlan
    blocks: list[BlockRows]
    subject: np.ndarray
    columns: dict[str, Column] = field(default_factory=dict)
    parents: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    cache: dict[str, dict[str, Column]] = field(default_factory=dict)
    order: np.ndarray | None = None

    def column(self, name: str) -> Column:
        """A variable that is already made."""
        return self.columns[name]

    @property
    def size(self) -> int:
        """Number of records."""
        return len(self.subject)

    def keep(self, kept: np.ndarray) -> None:
        """Leave only some of the records; those that were made of them already must not be."""
        sizes = np.cumsum([block.size for block in self.blocks])[:-1]
        self.blocks = [
            block.only(np.flatnonzero(part))
            for block, part in zip(self.blocks, np.split(kept, sizes), strict=True)
        ]
        rows = np.flatnonzero(kept)
        self.subject = self.subject[rows]
        self.columns = {name: column.take(rows) for name, column in self.columns.items()}
        place = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)  # here, of each record; -1 of none
        self.parents = {
            names: place[parents[rows]] if names[1] == self.plan.name else parents[rows]
            for names, parents in self.parents.items()
        }
        self.cache.clear()


@dataclass
class Build:
    """One conversion under way: the specification, the forms, the datasets so far.

    Attributes
    ----------
    trails
        What became of the cells that blocks and their variables read.
    marks
        The same of other cells.
    """

    spec: Specification
    subjects: pd.Index
    forms: dict[str, FormRows]
    findings: Findings
    visits: Any = None
    tables: dict[str, Table] = field(default_factory=dict)
    trails: list[Trail] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    repeats: list[Repeats] = field(default_factory=list)

    def place(self, forms: np.ndarray, rows: np.ndarray) -> dict[str, Any]:
        """Form, file and row (from 1) of some records, as a finding names them."""
        files = [self.forms[name].file if name in self.forms else "" for name in forms]
        return {"form": forms, "file": files, "row": rows + 1}


def blank(size: int, numeric: bool = False) -> Column:
    """A column of blanks: empty text, or missing numbers."""
    return Column.one(np.nan if numeric else "", size)


def one_per_subject(table: Table, subjects: int) -> np.ndarray:
    """Position of each subject's record (the first, where keys are broken); -1 for none."""
    positions = np.full(subjects, -1, dtype=np.int64)
    positions[table.subject[::-1]] = np.arange(table.size)[::-1]
    return positions


def origins(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Form (or dataset) and record in it that each record was made from."""
    if not table.blocks:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    names = [
        block.source.name if isinstance(block.source, FormRows) else block.source.plan.name
        for block in table.blocks
    ]
    forms = np.repeat(np.array(names, dtype=object), [block.size for block in table.blocks])
    return forms, np.concatenate([block.source_rows for block in table.blocks])
