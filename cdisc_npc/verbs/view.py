"""What a verb sees of the data: columns by name, other tables, and a place to report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from cdisc_npc.columns.condition import ConditionParts

if TYPE_CHECKING:
    from cdisc_npc.verbs.verb import Verb

SUBJECT = "USUBJID"


class View(Protocol):
    """Records in the making, as verbs of all scopes see them."""

    @property
    def size(self) -> int:
        """Number of records."""
        ...

    def column(self, name: str) -> pd.Series:
        """A variable of the records, or ``TABLE.VARIABLE`` of the one record that the subject has there."""
        ...

    def text(self, name: str) -> pd.Series:
        """A variable as text that goes into the value: numbers in their shortest form, dates in ISO 8601."""
        ...

    def first_that_holds(self, cases: Sequence[Verb]) -> pd.Series:
        """For each record what the first of several verbs gives whose condition holds; blank where none does."""
        ...


class AnalysisView(View, Protocol):
    """Records of an analysis dataset."""

    @property
    def frame(self) -> pd.DataFrame:
        """The records, with all variables made so far."""
        ...

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

    def holds(self, condition: ConditionParts | None, rows: pd.DataFrame | None = None) -> np.ndarray:
        """Records that satisfy a condition, all without one; of the records at hand, or of some of them."""
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
