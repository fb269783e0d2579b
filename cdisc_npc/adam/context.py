"""The tables at hand while a dataset is made, and the columns that verbs read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cdisc_npc.columns.condition import ConditionParts, Kind, Other, Test
from cdisc_npc.columns.days import DAY, comparable
from cdisc_npc.columns.distinct import distinct, take_or_blank
from cdisc_npc.columns.imputation import MOMENT
from cdisc_npc.columns.keys import require
from cdisc_npc.columns.merge import partners
from cdisc_npc.columns.where import satisfied
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.verbs.view import SUBJECT

_SHOWN = 8


@dataclass
class Context:
    """What verbs may look at beside their own records.

    Attributes
    ----------
    dataset
        Name of the dataset that is being made.
    tables
        SDTM and analysis datasets, and tables made on the way, by name.
    qualifiers
        QNAM that SUPP-- may have, by parent dataset.
    datetimes
        Names that hold datetimes; all other moments are dates.
    """

    dataset: str
    tables: Mapping[str, pd.DataFrame]
    findings: Findings = field(default_factory=Findings)
    qualifiers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    datetimes: frozenset[str] = frozenset()
    _places: tuple[pd.Index, dict[str, np.ndarray]] | None = None
    _absent: set[tuple[str, str]] = field(default_factory=set)
    _records: dict[tuple[str, ConditionParts], tuple[pd.DataFrame, np.ndarray]] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """A table by name.

        Raises
        ------
        Refused
            ADAM_NO_DATASET.
        """
        try:
            return self.tables[name]
        except KeyError:
            near = difflib.get_close_matches(name, self.tables, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise Refused.because(
                "ADAM_NO_DATASET",
                dataset=self.dataset,
                value=name,
                expected=f"it for {self.dataset}; there is {', '.join(sorted(self.tables))}{hint}",
            ) from None

    def column(self, frame: pd.DataFrame, name: str) -> pd.Series:
        """A variable of the records, or of the one record that the subject has in another table."""
        if "." not in name or name in frame.columns:
            require(frame, [name], self.dataset)
            return frame[name]
        table, _, variable = name.partition(".")
        other = self.table(table)
        require(other, [SUBJECT, variable], table)
        return take_or_blank(other[variable], self.places(frame, table), frame.index)

    def places(self, frame: pd.DataFrame, table: str) -> np.ndarray:
        """Position of each record's subject in a table with one record a subject, -1 where none."""
        # Variables are added to the same records one after the other: their index is the same object.
        if self._places is None or self._places[0] is not frame.index:
            self._places = (frame.index, {})
        existing = self._places[1]
        if table not in existing:
            existing[table] = partners(frame, self.table(table), [SUBJECT])
        return existing[table]

    def dates(self, frame: pd.DataFrame, name: str) -> np.ndarray:
        """A variable that holds dates or datetimes.

        Raises
        ------
        Refused
            ADAM_NO_DATE: it holds something else.
        """
        column = self.column(frame, name)
        if column.dtype.kind != "M":
            raise Refused.because(
                "ADAM_NO_DATE", dataset=self.dataset, variable=name, value=str(column.dtype), expected="dates"
            )
        return column.to_numpy().astype(MOMENT)

    def holds(self, condition: ConditionParts | None, frame: pd.DataFrame) -> np.ndarray | None:
        """Records that satisfy a condition; None where there is no condition."""
        if condition is None:
            return None
        columns = {name: self.column(frame, name) for name in condition.reads()}
        self.report_absent(condition, frame, "a condition")
        moments = {name for name, column in columns.items() if column.dtype.kind == "M"}
        if moments:
            condition = _of_days(condition, moments)
        return satisfied(condition, lambda name: comparable(columns[name]), len(frame))

    def records(self, name: str, condition: ConditionParts | None) -> np.ndarray | None:
        """Records of a table that satisfy a condition, which several verbs may state; not to be changed."""
        if condition is None:
            return None
        table, place = self.table(name), (name, condition)
        if place not in self._records or self._records[place][0] is not table:
            holds = self.holds(condition, table)
            assert holds is not None
            holds.flags.writeable = False
            self._records[place] = table, holds
        return self._records[place][1]

    def report_absent(
        self, condition: ConditionParts | None, frame: pd.DataFrame, rule: str, severity: str | None = None
    ) -> None:
        """Note the values that a condition asks for and no record has, once, where the variable has others.

        A parameter that no record has is a warning: the study itself makes parameters.
        """
        for name, tests in (part for item in (condition.alternatives if condition else ()) for part in item):
            column = self.column(frame, name)
            if not pd.api.types.is_string_dtype(column.dtype):
                continue
            there = {value for value in distinct(column)[1] if value}
            for test in tests:
                operands = test.operand if isinstance(test.operand, tuple) and test.kind == "in" else ()
                wanted = [part for part in operands if isinstance(part, str)]
                absent = [
                    value for value in wanted if value not in there and (name, value) not in self._absent
                ]
                if there and absent:
                    self._absent.update((name, value) for value in absent)
                    shown = ", ".join(sorted(there)[:_SHOWN]) + (", …" if len(there) > _SHOWN else "")
                    self.findings.add(
                        "ADAM_NO_VALUE", severity=severity or ("warning" if name == "PARAMCD" else None),
                        dataset=self.dataset, variable=name, value=absent,
                        expected=shown, rule=rule,
                    )  # fmt: skip


def _of_days(condition: ConditionParts, moments: set[str]) -> ConditionParts:
    """A condition with the tests of moments as tests of the numbers that `comparable` makes of them."""
    return ConditionParts(
        tuple(
            tuple(
                (name, tuple(map(_days_test, tests)) if name in moments else tests)
                for name, tests in alternative
            )
            for alternative in condition.alternatives
        )
    )


def _days_test(test: Test) -> Test:
    operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    result = tuple(
        _days_test(part) if isinstance(part, Test) else part if isinstance(part, Other) else _day(part)
        for part in operands
    )
    kinds: dict[str, Kind] = {"before": "below", "after": "above"}
    return Test(kinds.get(test.kind, test.kind), result)  # type: ignore[arg-type]


def _day(text: str) -> str:
    try:
        return repr(float(np.datetime64(text).astype(MOMENT).astype(np.int64) / DAY))
    except ValueError:
        raise Refused.because(
            "ADAM_NO_DATE", variable="the value of a condition", value=text, expected="a date"
        ) from None
