"""From a verb and the records of an analysis dataset to a column: value, condition, else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.adam.context import Context
from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.distinct import distinct, spread
from cdisc_npc.verbs.verb import Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView


@dataclass
class RecordsView(AnalysisView):
    """Records of an analysis dataset, as its verbs see them."""

    frame: pd.DataFrame
    context: Context

    @property
    def size(self) -> int:
        return len(self.frame)

    @property
    def dataset(self) -> str:
        return self.context.dataset

    def column(self, name: str) -> pd.Series:
        return self.context.column(self.frame, name)

    def text(self, name: str) -> pd.Series:
        column = self.column(name)
        if pd.api.types.is_string_dtype(column.dtype):
            return column.reset_index(drop=True)
        codes, uniques = distinct(column.to_numpy())
        if column.dtype.kind == "M":
            unit = "s" if self.is_datetime(name) else "D"
            texts = np.datetime_as_string(uniques.astype(f"datetime64[{unit}]")).tolist()
        else:
            texts = [f"{number:.15g}" for number in uniques]
        return spread([*texts, ""], codes)

    def dates(self, name: str) -> np.ndarray:
        return self.context.dates(self.frame, name)

    def is_datetime(self, name: str) -> bool:
        return name in self.context.datetimes

    def holds(self, condition: ConditionParts | None, rows: pd.DataFrame | None = None) -> np.ndarray | None:
        return self.context.holds(condition, self.frame if rows is None else rows)

    def table(self, name: str) -> pd.DataFrame:
        return self.context.table(name)

    def records(self, name: str, condition: ConditionParts | None) -> np.ndarray | None:
        return self.context.records(name, condition)

    def report(self, code: str, rows: np.ndarray, variable: str, **facts: Any) -> None:
        subject = self.frame[SUBJECT].to_numpy()[rows] if SUBJECT in self.frame.columns else ""
        self.context.findings.add(code, dataset=self.dataset, variable=variable, USUBJID=subject, **facts)

    def first_that_holds(self, cases: Sequence[Verb]) -> pd.Series:
        """Each case on the records that no earlier one has; all records are there for it to look at."""
        open_ = np.ones(self.size, dtype=bool)
        result: pd.Series | None = None
        for case in cases:
            holds = self.holds(case.when)
            at = open_ if holds is None else open_ & holds
            column = evaluate(case, self.frame, self.context)
            result = column.where(at, _missing(column)) if result is None else result.where(~at, column)
            open_ = open_ & ~at
        assert result is not None
        return result


def evaluate(verb: Verb, frame: pd.DataFrame, context: Context) -> pd.Series:
    """Make the column that a verb describes.

    Parameters
    ----------
    verb
        From the specification.
    frame
        The records at hand; any index.
    context
        The other tables; takes findings.

    Returns
    -------
    Series
        Text without null, float64, or datetime64[us]; the frame's index.
    """
    values = verb.make(RecordsView(frame, context))
    if isinstance(values, Column):
        values = values.series()
    column = (
        values.set_axis(frame.index)
        if isinstance(values, pd.Series)
        else pd.Series(values, index=frame.index)
    )
    if column.dtype == object:
        column = column.astype("str")
    elif column.dtype == bool:
        column = pd.Series(np.where(column, "Y", ""), index=frame.index, dtype="str")
    holds = context.holds(verb.when, frame)
    if holds is not None and not holds.all():
        column = column.where(holds, _missing(column))
    if verb.else_ is not None:
        column = _filled(column, verb.else_)
    return column


def _missing(column: pd.Series) -> Any:
    return (
        "" if pd.api.types.is_string_dtype(column.dtype) else pd.NaT if column.dtype.kind == "M" else np.nan
    )


def _filled(column: pd.Series, value: str) -> pd.Series:
    if pd.api.types.is_string_dtype(column.dtype):
        return column.where(column != "", value)
    return column.fillna(np.datetime64(value, "us") if column.dtype.kind == "M" else float(value))
