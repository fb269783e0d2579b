"""What a verb sees of the data: columns by name, other tables, and a place to report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.date_grammar import DateRules
from cdisc_npc.columns.where import Named

if TYPE_CHECKING:
    from cdisc_npc.verbs.from_form import FromForm
    from cdisc_npc.verbs.test_part import TestPart
    from cdisc_npc.verbs.verb import Verb

SUBJECT = "USUBJID"


class View(Protocol):
    """Records in the making, as verbs of all scopes see them."""

    @property
    def size(self) -> int:
        """Number of records."""
        ...

    def column(self, name: str) -> Any:
        """A variable of the records, or ``TABLE.VARIABLE`` of the one record that the subject has there.

        A `Column` in SDTM, a Series in analysis datasets.
        """
        ...

    def text(self, name: str) -> pd.Series:
        """A variable as text that goes into the value: numbers in their shortest form, dates in ISO 8601."""
        ...

    def first_that_holds(self, cases: Sequence[Verb]) -> Any:
        """For each record what the first of several verbs gives whose condition holds; blank where none does."""
        ...


class Other(Protocol):
    """Another dataset, or a form without subjects."""

    @property
    def size(self) -> int:
        """Number of records."""
        ...

    @property
    def subject(self) -> np.ndarray:
        """Number of each record's subject; -1 for none."""
        ...

    def column(self, name: str) -> Column:
        """A variable, or a field."""
        ...


class EpochStart(NamedTuple):
    """An epoch of the study: it begins on the date of a variable, or the day after."""

    epoch: str
    date: str
    after: bool


class TabulationView(View, Protocol):
    """Records of an SDTM dataset: those that a block makes of its form, or the whole dataset's.

    A verb that reads fields of a form says which of their cells are in its values (`used`; `collected` and
    `text` say it of all), which have decided (`decide`), and why others are in none (`left_out`, `rejected`).

    Attributes
    ----------
    table : str
        Name of the dataset in the making.
    """

    table: str

    @property
    def subject(self) -> np.ndarray:
        """Number of each record's subject; -1 for none."""
        ...

    @property
    def epochs(self) -> Sequence[EpochStart]:
        """The study's epochs, in their order."""
        ...

    def column(self, name: str) -> Column:
        """A field or variable, aligned to the records."""
        ...

    def plain(self, name: str) -> Column:
        """A field as plain text."""
        ...

    def collected(self, name: str) -> Column:
        """A field that goes into the values as it is: numbers, or plain text."""
        ...

    def used(self, name: str, rows: np.ndarray) -> None:
        """Say that a field's values go into the variable, for some records."""
        ...

    def decide(self, condition: ConditionParts, column: Named, rows: np.ndarray) -> np.ndarray:
        """Of some records those for which a condition holds; the cells that decide it are kept.

        A cell that a value uses is mapped, though it has decided, too.

        Parameters
        ----------
        column
            Gives the columns of these records by name.
        """
        ...

    def left_out(self, name: str | None, rows: np.ndarray, reason: str) -> None:
        """Say why a field's cells are in no value; without a name those of all fields used there."""
        ...

    def rejected(self, name: str, rows: np.ndarray, code: str) -> None:
        """Say by which finding a field's cells are in no value."""
        ...

    def report(self, code: str, rows: np.ndarray, values: Any, expected: Any, **extra: Any) -> None:
        """Add a finding for some records."""
        ...

    def trace(self, dataset: str, parents: np.ndarray) -> None:
        """Keep which record of another dataset each value came from; -1 for none."""
        ...

    def other(self, dataset: str) -> Other:
        """Another dataset, or this one."""
        ...

    def terms(self, table: str) -> Mapping[str, str]:
        """A decode table of the study."""
        ...

    def date_rules(self, field: str, order: str | None) -> DateRules:
        """How the dates of a field are read, as the verb, the contract or the study states."""
        ...

    def form(self, name: str) -> Other:
        """A form without subjects; what is not `used_of_form` is accounted for as not needed."""
        ...

    def dates_of_form(self, form: str, field: str) -> tuple[Column, np.ndarray]:
        """Dates of such a form in ISO 8601, and which of its records have one; the others are findings, once."""
        ...

    def used_of_form(self, verb: FromForm, rows: np.ndarray) -> None:
        """Say which records of such a form have given values."""
        ...

    def identity(self) -> Column:
        """STUDYID, DOMAIN or USUBJID, whichever is in the making."""
        ...

    def order_of_origin(self) -> tuple[np.ndarray, np.ndarray]:
        """Block and raw record of each record: the order of those that nothing else tells apart."""
        ...

    def standard_result(self, name: str) -> Column:
        """Text, number or unit of a result in the standard unit of its test, whichever is in the making."""
        ...


class RecordView(TabulationView, Protocol):
    """Records that a block makes of its form, with its visit and its tests."""

    def visit(self) -> Column:
        """VISITNUM, VISIT or VISITDY, whichever is in the making."""
        ...

    def of_tests(self, verb: TestPart) -> Column:
        """A variable of the tests of a wide form."""
        ...


class AnalysisView(View, Protocol):
    """Records of an analysis dataset.

    Attributes
    ----------
    frame : DataFrame
        The records, with all variables made so far.
    """

    frame: pd.DataFrame

    @property
    def dataset(self) -> str:
        """Name of the dataset that is being made."""
        ...

    def dates(self, name: str) -> np.ndarray:
        """A variable that holds dates or datetimes."""
        ...

    def is_datetime(self, name: str) -> bool:
        """Whether a variable holds datetimes; all other moments are dates."""
        ...

    def holds(self, condition: ConditionParts | None, rows: pd.DataFrame | None = None) -> np.ndarray | None:
        """Of the records at hand, or of some of them, those that satisfy a condition; None without one."""
        ...

    def table(self, name: str) -> pd.DataFrame:
        """An SDTM or analysis dataset, or a table made on the way."""
        ...

    def records(self, name: str, condition: ConditionParts | None) -> np.ndarray | None:
        """Records of a table that satisfy a condition, which several verbs may state; not to be changed."""
        ...

    def report(self, code: str, rows: np.ndarray, variable: str, **facts: Any) -> None:
        """Add a finding for some of the records; values in ``facts`` are of these."""
        ...
