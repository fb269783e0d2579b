"""Dataset-JSON 1.1, as JSON and as NDJSON: write.

Source: CDISC Dataset-JSON 1.1 and its JSON schema (https://cdisc.org/dataset-json/model).
A number is written in the shortest form that reads back the same; a missing
number is null, a blank text ``""``. A numeric date, datetime or time is ISO 8601 text
with ``targetDataType: integer`` and its format beside it, where that says all
of it; else it stays a number.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.findings import Findings
from cdisc_npc.transport.dataset import as_stored, refusals
from cdisc_npc.transport.dataset_json_read import read_dataset_json
from cdisc_npc.transport.describe import Description, describe
from cdisc_npc.transport.iso_dates import Kind, to_iso
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.sas_number import counted_in, shows_a_time
from cdisc_npc.transport.xpt_check import moment_of, shown
from cdisc_npc.transport.xpt_layout import Member

__all__ = ["read_dataset_json", "write_dataset_json"]

VERSION = "1.1.0"
_ROWS = 1 << 15
# What a JSON text cannot hold as it is.
_ESCAPED = '["\\\\\\x00-\\x1f]'


def write_dataset_json(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    spec: Description = None,
    *,
    created: datetime | None = None,
    keys: tuple[str, ...] = (),
    study: str = "",
) -> None:
    """Write a dataset as Dataset-JSON 1.1.

    Parameters
    ----------
    frame, spec, created
        As for `write_xpt`. Names, labels and lengths are not limited as there.
    path
        Ending in ``.ndjson``: a line of metadata, then a line a record;
        anything else: one JSON object. Replaced only once the file is complete.
    keys
        The dataset's keys, numbered as ``keySequence``.
    study
        The study's OID, where there is one.

    Raises
    ------
    Refused
        ``CONVERT_REFUSED``: an infinite number, one that no double holds, text
        that is no Unicode; columns and variables that do not pair.
    """
    path = Path(path)
    member = describe(spec, frame, path.stem.upper())
    findings = Findings()
    report = refusals(findings, member)
    moment = moment_of(
        created, partial(findings.add, "CONVERT_REFUSED", dataset=shown(member.name), variable="")
    )
    stored = as_stored(frame, member, report)
    for name, column in stored.items():
        if column.dtype == np.float64 and np.isinf(column.to_numpy()).any():
            report(str(name), np.isinf(column.to_numpy()), "a finite number")
    findings.refuse_if_worst()
    columns = [_Column(variable, stored[variable.name]) for variable in member.variables]
    head = _head(member, columns, moment, len(stored), keys, study)
    lines = path.suffix.lower() == ".ndjson"
    with replacing(path) as new, new.open("wb") as file:
        text = json.dumps(head, ensure_ascii=False)
        # An object that opens on a line of its own is not taken for NDJSON by readers that look at lines.
        file.write((text + "\n" if lines else "{\n" + text[1:-1] + ', "rows": [\n').encode())
        for start in range(0, len(stored), _ROWS):
            stop = min(start + _ROWS, len(stored))
            block = _rows(columns, start, stop, b"\n" if lines else b",\n")
            file.write(block if lines or stop < len(stored) else block[:-2] + b"\n")
        if not lines:
            file.write(b"]}\n")


def _head(
    member: Member, columns: list[_Column], moment: datetime, records: int, keys: tuple[str, ...], study: str
) -> dict[str, Any]:
    from importlib.metadata import version

    described = []
    for column in columns:
        variable = column.variable
        one: dict[str, Any] = {
            "itemOID": f"IT.{member.name}.{variable.name}",
            "name": variable.name,
            "label": variable.label,
            "dataType": column.kind,
        }
        if column.kind in ("date", "datetime", "time"):
            one["targetDataType"] = "integer"
        if variable.type == "Char" and variable.length:
            one["length"] = variable.length
        if variable.format:
            one["displayFormat"] = variable.format
        if variable.name in keys:
            one["keySequence"] = keys.index(variable.name) + 1
        described.append(one)
    head: dict[str, Any] = {
        "datasetJSONCreationDateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"),
        "datasetJSONVersion": VERSION,
        "sourceSystem": {"name": "cdisc-npc", "version": version("cdisc-npc")},
    }
    if study:
        head["studyOID"] = study
    return head | {
        "itemGroupOID": f"IG.{member.name}",
        "records": records,
        "name": member.name,
        "label": member.label,
        "columns": described,
    }


def _shown_as(form: str) -> Kind | None:
    unit = counted_in(form)
    if unit is None:
        return "time" if shows_a_time(form) else None
    return "date" if unit == "days" else "datetime"


class _Column:
    """A column, and what Dataset-JSON calls its type."""

    def __init__(self, variable: Any, column: pd.Series[Any]) -> None:
        self.variable = variable
        self.kind: str
        self._values: Any
        if variable.type == "Char":
            self.kind = "string"
            text = pa.array(column, pa.large_string())
            self._values = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
            return
        numbers = column.to_numpy()
        kind = _shown_as(variable.format)
        iso = to_iso(numbers, kind) if kind else None
        if kind and iso is not None:
            self.kind = kind
            self._values = pa.chunked_array([iso])
            return
        whole = np.isnan(numbers) | ((numbers == np.floor(numbers)) & (np.abs(numbers) < 2**53))
        # Negative zero is no integer of JSON.
        self.kind = (
            "integer" if whole.all() and not (np.signbit(numbers) & (numbers == 0)).any() else "double"
        )
        self._values = pa.chunked_array([pa.array(numbers, from_pandas=True)])

    def texts(self, start: int, stop: int) -> pa.Array:
        """Give the values of some records as JSON."""
        block = self._values.slice(start, stop - start).combine_chunks()
        if isinstance(block, pa.ChunkedArray):
            block = pa.concat_arrays(block.chunks)
        if self.kind == "integer":
            block = block.cast(pa.int64())
        if self.kind in ("integer", "double"):
            result = block.cast(pa.large_string())
            if self.kind == "double":
                # Without a point it would be read as an integer, which has no sign at zero.
                result = pc.if_else(pc.equal(result, "-0"), "-0.0", result)
        else:
            if pc.any(pc.match_substring_regex(block, _ESCAPED)).as_py():
                kinds = block.dictionary_encode()
                escaped = [
                    json.dumps(text, ensure_ascii=False)[1:-1] for text in kinds.dictionary.to_pylist()
                ]
                block = pa.array(escaped, pa.large_string()).take(kinds.indices)
            quote = pa.scalar('"', pa.large_string())
            result = pc.binary_join_element_wise(quote, block, quote, pa.scalar("", pa.large_string()))
        return pc.fill_null(result, "null") if result.null_count else result


def _rows(columns: list[_Column], start: int, stop: int, end: bytes) -> bytes:
    """Give records as JSON arrays, each with the ending."""
    fields = [column.texts(start, stop) for column in columns]
    comma, empty, opening, closing = (
        pa.scalar(text, pa.large_string()) for text in (",", "", "[", "]" + end.decode())
    )
    joined = pc.binary_join_element_wise(*fields, comma)
    whole = pc.binary_join_element_wise(opening, joined, closing, empty)
    offsets = np.frombuffer(whole.buffers()[1], np.int64)[whole.offset : whole.offset + len(whole) + 1]
    return bytes(memoryview(whole.buffers()[2])[offsets[0] : offsets[-1]])
