"""A dataset with all that travels with it, whatever the file's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.distinct import as_arrow, text_column
from cdisc_npc.findings import Findings
from cdisc_npc.transport.sas_number import sas_numbers
from cdisc_npc.transport.xpt_check import shown
from cdisc_npc.transport.xpt_layout import Member


@dataclass(frozen=True, eq=False)
class Dataset:
    """One dataset.

    Attributes
    ----------
    frame
        Text columns of dtype ``str``, never null; numbers as float64, missing
        as NaN; dates as SAS numbers.
    member
        Its description.
    tags
        For numeric variables with special missing values, as `read_xpt` gives them.
    encoding
        How the file's texts were encoded, where its form leaves that open and one of them is not ASCII.
    findings
        What reading noticed and yet does not hinder it.
    """

    frame: pd.DataFrame
    member: Member
    tags: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None
    findings: Findings = field(default_factory=Findings)

    def named(self, name: str) -> Dataset:
        """Give the same dataset under another name."""
        return replace(self, member=replace(self.member, name=name))


@dataclass(frozen=True, eq=False)
class CodedDataset:
    """One dataset, by its columns.

    Attributes
    ----------
    columns : dict of Column
        By name; see `Dataset.frame`.
    repeats : bool
        Whether two variables have one name, of which the last is in `columns`.
    """

    columns: dict[str, Column]
    member: Member
    findings: Findings = field(default_factory=Findings)
    repeats: bool = False

    @classmethod
    def of(cls, dataset: Dataset) -> CodedDataset:
        """The columns of a frame."""
        columns = {str(name): Column.of(values) for name, values in dataset.frame.items()}
        return cls(columns, dataset.member, dataset.findings, not dataset.frame.columns.is_unique)


def refusals(findings: Findings, member: Member) -> Callable[[str, Any, str], None]:
    """What `as_stored` calls: it refuses (CONVERT_REFUSED) values of a variable, or its whole column."""

    def report(variable: str, failing: Any, expected: str) -> None:
        findings.add(
            "CONVERT_REFUSED", dataset=shown(member.name), variable=shown(variable),
            row=None if failing is None else np.flatnonzero(failing) + 1,
            value="the column" if failing is None else "a value", expected=expected,
        )  # fmt: skip

    return report


def as_stored(frame: pd.DataFrame, member: Member, report: Any) -> pd.DataFrame:
    """Give a frame's columns as every form stores them: text without null, numbers as doubles.

    Parameters
    ----------
    frame
        Has the member's variables, maybe as integers, categories or datetimes.
    member
        Tells which are numbers, and the formats of dates.
    report
        Called with the variable's name, the rows that cannot be stored (or None
        for a whole column) and what was expected.
    """
    columns: dict[str, Any] = {}
    for variable in member.variables:
        if variable.name not in frame.columns:
            report(variable.name, None, "a column for each variable described")
            continue
        column = frame[variable.name]
        if variable.type == "Num":
            name = variable.name
            format_name = variable.format.rstrip("0123456789.")

            def told(failing: Any, expected: str, name: str = name) -> None:
                if failing.any():
                    report(name, failing, expected)

            numbers = sas_numbers(column, format_name, told)
            if numbers is None:
                report(name, None, "a column of numbers")
                continue
            columns[name] = numbers
            continue
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        if not (pd.api.types.is_string_dtype(column.dtype) or pd.api.types.is_object_dtype(column.dtype)):
            report(variable.name, None, "a column of text")
            continue
        # An object column of other things than text must not be turned into their names.
        if pd.api.types.is_object_dtype(column.dtype):
            strange = ~(column.map(lambda value: isinstance(value, str)) | column.isna()).to_numpy()
            if strange.any():
                report(variable.name, strange, "text")
                continue
            column = column.astype("str")
        columns[variable.name] = text_column(pc.fill_null(as_arrow(column), ""))
    for name in frame.columns:
        if name not in {variable.name for variable in member.variables}:
            report(str(name), None, "no column but those described")
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
