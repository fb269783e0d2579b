"""Dataset-JSON 1.1, as JSON and as NDJSON: read."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.digits import NUMBER, SUSPECT, holds
from cdisc_npc.transport.iso_dates import NotIsoError, from_iso
from cdisc_npc.transport.xpt_layout import Member, Variable

_TEXTS = ("string", "URI", "date", "datetime", "time")
_NUMBERS = ("integer", "float", "double", "boolean")
_TYPES = (*_TEXTS, *_NUMBERS, "decimal")
_REQUIRED: dict[str, type] = {
    "datasetJSONCreationDateTime": str,
    "datasetJSONVersion": str,
    "itemGroupOID": str,
    "records": int,
    "name": str,
    "label": str,
    "columns": list,
}
_REQUIRED_OF_COLUMN = ("itemOID", "name", "label", "dataType")
# Numeric dates that state no format.
_FORMATS = {"date": "DATE9.", "datetime": "DATETIME20.", "time": "TIME8."}
_ROWS = 1 << 16
_STR: Any = pd.StringDtype(storage="pyarrow", na_value=np.nan)


class _Reader:
    """One file being read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # By variable, records and texts that are not quite what was written.
        self._lost: dict[str, list[tuple[int, str]]] = {}
        self._blank: dict[str, list[int]] = {}

    def findings(self, dataset: str, severity: str) -> Findings:
        """Say what was read and yet is not all that was written; numbers that were rounded in this severity."""
        noticed = Findings()
        for name, lost in self._lost.items():
            rows, texts = zip(*lost, strict=True)
            noticed.add(
                "CONVERT_LOSS", severity=severity, file=str(self._path), dataset=dataset, variable=name, row=rows, value=texts,
                expected="a number that a double holds; it was rounded to one",
            )  # fmt: skip
        for name, blank in self._blank.items():
            noticed.add(
                "CONVERT_NOTE", file=str(self._path), dataset=dataset, variable=name, row=blank, value="a blank text",
                expected="null where a number is missing, as which it was read",
            )  # fmt: skip
        return noticed

    def refuse(self, value: str, expected: str, variable: str = "", row: int | None = None) -> NoReturn:
        """Say what is wrong with the file."""
        raise Refused.because(
            "DATASET_JSON_UNREADABLE",
            file=str(self._path),
            value=value,
            expected=expected,
            variable=variable,
            row=row,
        )

    def parse(self, text: bytes, what: str) -> Any:
        """Parse strict JSON in UTF-8: no NaN, no name twice in an object."""
        # Digits that a double may round are kept until the variable and the record can be named.
        exact = all(
            holds(number.decode(), float(number)) for number in set(SUSPECT.findall(text)) if _finite(number)
        )
        try:
            return json.loads(
                text.decode("utf-8-sig"), parse_constant=self._constant, object_pairs_hook=self._object,
                parse_float=float if exact else Decimal,
            )  # fmt: skip
        except UnicodeDecodeError as error:
            self.refuse(f"{what}: byte {error.start + 1} is not UTF-8", "JSON in UTF-8")
        except json.JSONDecodeError as error:
            self.refuse(f"{what}: line {error.lineno} column {error.colno}: {error.msg}", "JSON")
        except RecursionError:
            self.refuse(f"{what} is nested too deep", "Dataset-JSON")
        except ValueError as error:
            # An integer of more digits than Python converts.
            self.refuse(f"{what}: {error}", "JSON")

    def _constant(self, text: str) -> NoReturn:
        self.refuse(text, "a number, or null")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            self.refuse("a name that stands twice in an object", "each name once")
        return result

    def head(self, head: Any) -> Member:
        """Check the metadata, and make the dataset's description of it."""
        if not isinstance(head, dict):
            self.refuse("no object", "an object with the dataset's metadata")
        for name, kind in _REQUIRED.items():
            value = head.get(name)
            if not isinstance(value, kind) or isinstance(value, bool):
                self.refuse(
                    f"{name} is {value!r:.80}" if name in head else f"no {name}",
                    f"{name}, as Dataset-JSON 1.1 has it",
                )
        if not re.fullmatch(r"1\.1(\.\d+)?", head["datasetJSONVersion"]):
            self.refuse(f"version {head['datasetJSONVersion']}", "Dataset-JSON 1.1")
        for name in ("name", "label"):
            self._unicode(head[name], name)
        if head["records"] < 0:
            self.refuse(f"{head['records']} records", "0 or more")
        variables = [self._variable(column) for column in head["columns"]]
        names = [variable.name for variable in variables]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            self.refuse("a variable stands more than once", "each name once", twice)
        return Member(head["name"], head["label"], tuple(variables))

    def _unicode(self, text: str, what: str) -> None:
        """JSON may hold half of a pair of code units, which is no character."""
        if not _is_unicode(text):
            self.refuse(f"{what} is {text!r:.80}", "text that is Unicode")

    def _variable(self, column: Any) -> Variable:
        if not isinstance(column, dict):
            self.refuse(f"a column {column!r:.80}", "an object")
        for name in _REQUIRED_OF_COLUMN:
            if not isinstance(column.get(name), str):
                self.refuse(f"a column without {name}", "each column's itemOID, name, label and dataType")
        for name in ("name", "label"):
            self._unicode(column[name], f"a column's {name}")
        if column["dataType"] not in _TYPES:
            self.refuse(f"the type {column['dataType']}", f"one of {', '.join(_TYPES)}", column["name"])
        target = column.get("targetDataType")
        if target not in (None, "integer", "decimal"):
            self.refuse(f"the target type {target}", "integer or decimal", column["name"])
        length, shown = column.get("length"), column.get("displayFormat", "")
        if length is not None and (not isinstance(length, int) or isinstance(length, bool) or length < 1):
            self.refuse(f"the length {length!r}", "a whole number from 1 up", column["name"])
        if not isinstance(shown, str):
            self.refuse(f"the format {shown!r}", "a text", column["name"])
        self._unicode(shown, "a format")
        text = is_text(column)
        if not text and not shown:
            shown = _FORMATS.get(column["dataType"], "")
        return Variable(
            column["name"], column["label"], "Char" if text else "Num", length if text else 8, shown
        )

    def columns(self, rows: list[Any], first: int, columns: list[dict[str, Any]]) -> list[Any]:
        """Take the columns out of some records, and check each value's type."""
        width = len(columns)
        for number, row in enumerate(rows):
            if not isinstance(row, list) or len(row) != width:
                result = f"{len(row)} values" if isinstance(row, list) else f"{row!r:.80}"
                self.refuse(result, f"an array of {width} values", row=first + number + 1)
        by_column = zip(*rows, strict=True) if rows else [()] * width
        return [
            self._values(list(values), column, first)
            for values, column in zip(by_column, columns, strict=True)
        ]

    def _values(self, values: list[Any], column: dict[str, Any], first: int) -> Any:
        kind, name = column["dataType"], column["name"]
        wanted: tuple[type, ...] = (int, float, Decimal)
        if kind == "boolean":
            wanted = (bool,)
        elif kind not in _NUMBERS:
            wanted = (str,)
        if kind == "decimal":
            wanted = (str, int, float, Decimal)
        allowed = {*wanted, type(None)}
        if not set(map(type, values)) <= allowed:
            place = next(i for i, value in enumerate(values) if type(value) not in allowed)
            self.refuse(f"{values[place]!r:.80}", f"a value of type {kind}, or null", name, first + place + 1)
        if is_text(column):
            try:
                return pa.array(["" if value is None else value for value in values], pa.large_string())
            except UnicodeError:
                place = next(i for i, value in enumerate(values) if value and not _is_unicode(value))
                self.refuse(f"{values[place]!r:.80}", "text that is Unicode", name, first + place + 1)
        if kind in ("date", "datetime", "time"):
            try:
                return from_iso(values, kind)
            except NotIsoError as error:
                self.refuse(str(error), f"a value of type {kind}", name, first + values.index(error.text) + 1)
        return self._doubles(values, name, first)

    def _doubles(self, values: list[Any], name: str, first: int) -> Any:
        """Numbers as doubles; those that a double does not hold are refused, or noted where they are decimals."""
        if any(type(value) is str for value in values):
            blank = [first + i + 1 for i, value in enumerate(values) if value == ""]
            if blank:
                self._blank.setdefault(name, []).extend(blank)
            for i, value in enumerate(values):
                if type(value) is str and value and not NUMBER.fullmatch(value):
                    self.refuse(f"{value!r:.80}", "a decimal number as text, or null", name, first + i + 1)
        try:
            numbers = np.array(
                [np.nan if value is None or value == "" else float(value) for value in values],
                dtype=np.float64,
            )
        except OverflowError:
            numbers = np.array(
                [np.inf if type(value) is int and abs(value) > 2**53 else 0.0 for value in values]
            )
        whole = [
            i for i, value in enumerate(values)
            if type(value) is int and abs(value) > 2**53 and (np.isinf(numbers[i]) or int(numbers[i]) != value)
        ]  # fmt: skip
        if whole or np.isinf(numbers).any():
            place = whole[0] if whole else int(np.flatnonzero(np.isinf(numbers))[0])
            self.refuse(f"{values[place]!s:.80}", "a number that a double holds", name, first + place + 1)
        lost = [
            (first + i + 1, f"{value!s:.80}") for i, value in enumerate(values)
            if type(value) in (str, Decimal) and value != "" and not holds(str(value), float(numbers[i]))
        ]  # fmt: skip
        if lost:
            self._lost.setdefault(name, []).extend(lost)
        return numbers


def _finite(number: bytes) -> bool:
    return bool(np.isfinite(float(number)))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_text(column: dict[str, Any]) -> bool:
    """Tell whether a column is text in SAS: dates are, unless they are meant as numbers."""
    return column["dataType"] in _TEXTS and column.get("targetDataType") != "integer"


def read_dataset_json(
    path: str | os.PathLike[str], findings: Findings | None = None
) -> tuple[pd.DataFrame, Member]:
    """Read a dataset of Dataset-JSON 1.1.

    Parameters
    ----------
    path
        Ending in ``.ndjson``: a line of metadata, then a line a record;
        anything else: one JSON object.
    findings
        Takes a ``CONVERT_LOSS`` for each number of more digits, or of a smaller exponent, than a double
        holds, and a ``CONVERT_NOTE`` for blank decimals. Without it the former are refused.

    Returns
    -------
    frame, member
        As of `read_xpt`: text is ``str``, never null; numbers, and dates that
        are meant as numbers, are float64; such a date without a format has ``DATE9.``,
        a datetime ``DATETIME20.``, a time ``TIME8.``.

    Raises
    ------
    Refused
        ``DATASET_JSON_UNREADABLE``, with the record and the variable: no JSON,
        metadata missing or wrong, a record of another length or with a value
        of another type, more or fewer records than stated.
    """
    path = Path(path)
    reader = _Reader(path)
    with path.open("rb") as file:
        if path.suffix.lower() == ".ndjson":
            head = reader.parse(file.readline(), "the first line")
            blocks = _line_blocks(reader, file)
        else:
            whole = reader.parse(file.read(), "the file")
            head = whole
            blocks = iter([whole.get("rows", []) if isinstance(whole, dict) else []])
        member = reader.head(head)
        pieces: list[list[Any]] = []
        count = 0
        for rows in blocks:
            if not isinstance(rows, list):
                reader.refuse("rows that are no array", "an array of arrays")
            pieces.append(reader.columns(rows, count, head["columns"]))
            count += len(rows)
    if count != head["records"]:
        reader.refuse(f"{count} records", f"{head['records']}, as stated")
    noticed = reader.findings(member.name, "refuse" if findings is None else "warning")
    noticed.refuse_if_worst()
    if findings is not None:
        findings.extend(noticed)
    if not pieces:
        pieces = [reader.columns([], 0, head["columns"])]
    columns = {}
    for place, variable in enumerate(member.variables):
        parts = [piece[place] for piece in pieces]
        columns[variable.name] = (
            pd.Series(_STR.__from_arrow__(pa.chunked_array(parts, pa.large_string())), copy=False)
            if variable.type == "Char"
            else np.concatenate(parts)
        )
    return pd.DataFrame(columns, index=pd.RangeIndex(count), copy=False), member


def _line_blocks(reader: _Reader, file: Any) -> Iterator[list[Any]]:
    number = 1
    while lines := list(islice(file, _ROWS)):
        # A last line without its end is a file that was cut off, or by a careless writer: JSON tells.
        filled = [line for line in lines if line.strip()]
        try:
            rows = reader.parse(b"[" + b",".join(filled) + b"]", "records")
        except Refused:
            rows = None
        if rows is None or len(rows) != len(filled):
            rows = [
                reader.parse(line, f"line {number + n}")
                for n, line in enumerate(lines, start=1)
                if line.strip()
            ]
        yield rows
        number += len(lines)
