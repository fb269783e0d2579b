"""Findings: all that the tool noticed, as one table.

A finding is data, not a message: its text is rendered from its code and its
columns. They are made in batches, one call for all the records a rule struck,
never record by record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.printable import printable

COLUMNS = (
    "code", "severity", "stage", "dataset", "variable", "USUBJID", "keys", "value",
    "expected", "params", "form", "file", "row", "rule",
)  # fmt: skip

# Worst first. ``refuse`` stops the run before anything is written.
SEVERITIES = ("refuse", "error", "warning", "note")


@dataclass(frozen=True)
class Code:
    """What a finding's code means: its severity, its stage and the text to render."""

    severity: str
    stage: str
    text: str


@cache
def meanings() -> dict[str, Code]:
    """Every code of a finding: the tables ``CODES`` of the modules ``codes`` of all rooms, imported or not."""
    rooms = sorted(path.parent.name for path in Path(__file__).parent.glob("*/codes.py"))
    return {
        name: code for room in rooms for name, code in import_module(f"cdisc_npc.{room}.codes").CODES.items()
    }


class Findings:
    """A growing table of findings.

    Examples
    --------
    >>> found = Findings()
    >>> found.add("RAW_REQUIRED", form="ae", variable="AETERM", row=[3, 7])
    >>> len(found), found.worst
    (2, 'error')
    """

    def __init__(self) -> None:
        # Columns of each batch, each a list or the one value of all its findings; made a table when asked for.
        self._parts: list[tuple[int, dict[str, Any]]] = []

    def add(self, code: str, *, severity: str | None = None, **columns: Any) -> None:
        """Add one batch: scalars are repeated along the arrays given.

        Parameters
        ----------
        code
            One that a room registers (`meanings`).
        severity
            In place of the code's own, where a study's policy says so.
        **columns
            Any of `COLUMNS`. ``params`` may be a mapping; it is kept as JSON.
        """
        meaning = meanings()[code]
        unknown = set(columns) - set(COLUMNS)
        if unknown:
            raise TypeError(f"not a column of a finding: {sorted(unknown)}")
        if severity is not None and severity not in SEVERITIES:
            raise ValueError(f"not a severity: {severity}")
        if isinstance(columns.get("params"), Mapping):
            columns["params"] = json.dumps(columns["params"], ensure_ascii=False, sort_keys=True)
        arrays = {
            name: values for name, values in columns.items() if not np.isscalar(values) and values is not None
        }
        size = len(next(iter(arrays.values()))) if arrays else 1
        if size == 0:
            return
        fixed = {"code": code, "severity": severity or meaning.severity, "stage": meaning.stage}
        for name, values in arrays.items():
            if len(values) != size:
                raise ValueError(f"{name} has {len(values)} values; expected {size}")
        batch = {name: list(arrays[name]) for name in arrays}
        batch |= {name: value for name, value in (columns | fixed).items() if name not in arrays}
        self._parts.append((size, batch))

    def extend(self, other: Findings) -> None:
        """Take over another table's findings, after one's own."""
        self._parts.extend(other._parts)

    def without(self, other: Findings) -> Findings:
        """All but those that were taken over from another table."""
        theirs = set(map(id, other._parts))
        left = Findings()
        left._parts = [part for part in self._parts if id(part) not in theirs]
        return left

    def frame(self) -> pd.DataFrame:
        """All findings, in the order they were made; text columns are never null."""
        data: dict[str, Any] = {}
        for name in COLUMNS:
            column: list[Any] = []
            for size, batch in self._parts:
                value = batch.get(name)
                column += value if isinstance(value, list) else [value] * size
            if name == "row":
                data[name] = pd.array(column, dtype="Int64")
            else:
                texts = [
                    value if isinstance(value, str) else "" if _null(value) else str(value)
                    for value in column
                ]
                data[name] = pd.Series(texts, dtype="str")
        return pd.DataFrame(data)

    def messages(self, limit: int | None = None) -> list[str]:
        """Each finding as a sentence, the most severe first: where it is, then what it is."""
        frame = self.frame()
        order = np.argsort(frame["severity"].map(SEVERITIES.index).to_numpy(dtype=int), kind="stable")
        return [message(record) for record in frame.take(order[:limit]).to_dict("records")]

    def counts(self) -> pd.DataFrame:
        """Findings by code and severity, most severe first."""
        frame = self.frame()
        table = frame.groupby(["severity", "code"], sort=False).size().rename("findings").reset_index()
        order = table["severity"].map(SEVERITIES.index)
        return table.iloc[np.lexsort((table["code"], order))].reset_index(drop=True)

    @property
    def worst(self) -> str | None:
        """The most severe severity there is, or None."""
        seen = {batch["severity"] for _, batch in self._parts}
        return next((severity for severity in SEVERITIES if severity in seen), None)

    def refuse_if_worst(self) -> None:
        """Raise `Refused` when a finding forbids going on."""
        if self.worst == "refuse":
            raise Refused(self)

    def __len__(self) -> int:
        return sum(size for size, _ in self._parts)


def _null(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def joined(*tables: Findings) -> Findings:
    """One table of the findings of several, in their order."""
    every = Findings()
    for table in tables:
        every.extend(table)
    return every


def message(record: Mapping[Any, Any]) -> str:
    """Render one finding: file, form and row first, then the code's text, then the code."""
    place = record["file"] or ""
    if not pd.isna(record["row"]):
        place += f" row {record['row']}"
    if record["params"].startswith('{"'):
        line = json.loads(record["params"]).get("line")
        place += f" line {line}" if line else ""
    return printable(f"{place.strip()}: {sentence(record)} [{record['code']}]".removeprefix(": "))


def sentence(record: Mapping[Any, Any]) -> str:
    """Render the code's text alone."""
    return meanings()[record["code"]].text.format_map({**record, "value": repr(record["value"])})


class Refused(Exception):  # noqa: N818 - the outcome's name, as users read it
    """The input or the specification was refused; nothing was written.

    Attributes
    ----------
    findings : Findings
        All reasons, not only the first.
    """

    def __init__(self, findings: Findings) -> None:
        super().__init__()
        self.findings = findings

    @classmethod
    def because(cls, code: str, **columns: Any) -> Refused:
        """Make a refusal of one batch of findings."""
        findings = Findings()
        findings.add(code, **columns)
        return cls(findings)

    def __str__(self) -> str:
        return "\n".join(self.findings.messages())
