"""Parquet, with the dataset's description in its schema.

Each field carries ``label``, ``type``, ``length``, ``format`` and ``informat``;
the schema ``name`` and ``label`` of the dataset, and special missing values. A
missing number is null. Files of other tools are read too: without these facts,
their columns describe themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.arrow_file import ArrowFileError, plain_column, read_table
from cdisc_npc.transport.dataset import Dataset, as_stored, refusals
from cdisc_npc.transport.describe import Description, describe
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.sas_number import TICKS, sas_numbers
from cdisc_npc.transport.xpt_layout import Member, Variable

_FACTS = ("label", "type", "length", "format", "informat")
_KEY = b"cdisc_npc"


def write_parquet(
    frame: pd.DataFrame | Iterable[pd.DataFrame],
    path: str | os.PathLike[str],
    spec: Description = None,
    *,
    missing_tags: Mapping[str, Any] | None = None,
) -> None:
    """Write a dataset as Parquet.

    Parameters
    ----------
    frame, spec, missing_tags
        As for `write_xpt`; of several frames each becomes a row group.
    path
        Replaced only once the file is complete.

    Raises
    ------
    Refused
        ``CONVERT_REFUSED``: a number that no double holds; columns and variables that do not pair.
    """
    path = Path(path)
    frames = iter([frame] if isinstance(frame, pd.DataFrame) else frame)
    first = next(frames, None)
    if first is None:
        raise Refused.because(
            "CONVERT_REFUSED", value="no frame", expected="at least one, which may have no records"
        )
    member = describe(spec, first, path.stem.upper())
    findings = Findings()
    report = refusals(findings, member)
    import pyarrow.parquet as pq

    schema = _schema(member, missing_tags or {})
    with replacing(path) as new, pq.ParquetWriter(new, schema, compression="zstd") as writer:
        part: pd.DataFrame | None = first
        while part is not None:
            stored = as_stored(part, member, report)
            findings.refuse_if_worst()
            # Null is what every other tool takes for missing.
            arrays = [
                pa.array(stored[f.name], f.type, from_pandas=pa.types.is_floating(f.type)) for f in schema
            ]
            arrays = [
                array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array for array in arrays
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            part = next(frames, None)


def _schema(member: Member, tags: Mapping[str, Any]) -> pa.Schema:
    fields = []
    for variable in member.variables:
        facts = {
            fact: str(getattr(variable, fact)) for fact in _FACTS if getattr(variable, fact) not in (None, "")
        }
        kind = pa.float64() if variable.type == "Num" else pa.large_string()
        fields.append(pa.field(variable.name, kind, metadata=facts))
    about = {"name": member.name, "label": member.label, "special_missing": _places(tags)}
    return pa.schema(fields, metadata={_KEY: json.dumps(about, ensure_ascii=False, sort_keys=True)})


def _places(tags: Mapping[str, Any]) -> dict[str, dict[str, list[int]]]:
    """Say where each special missing value stands; rows from 0. The ordinary one is not told."""
    places: dict[str, dict[str, list[int]]] = {}
    for name, values in tags.items():
        column = np.asarray(values, dtype=object)
        kinds = sorted(set(pd.unique(column)) - {"", "."})
        places[name] = {kind: np.flatnonzero(column == kind).tolist() for kind in kinds}
    return places


def read_parquet(path: str | os.PathLike[str]) -> Dataset:
    """Read a dataset of Parquet.

    Raises
    ------
    Refused
        ``PARQUET_UNREADABLE``: damaged; two columns of one name; a column of a type that SAS
        does not have; an integer that no double holds; a value that its type cannot have.
    """
    path = Path(path)
    with _named(path):
        table = read_table(path)
    schema = table.schema
    about = _about(schema, path)
    columns: dict[str, Any] = {}
    variables = []
    for place, field in enumerate(schema):
        if field.name in columns:
            _refuse(path, "a column stands more than once", "each name once", field.name)
        columns[field.name], variable = _column(table.column(place), field, path)
        variables.append(variable)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)
    member = Member(
        str(about.get("name") or path.stem.upper()), str(about.get("label", "")), tuple(variables)
    )
    return Dataset(frame, member, _tags(about.get("special_missing") or {}, frame, path))


class _named:  # noqa: N801 - reads as a statement
    """Turns what Arrow says of a damaged file into a refusal that names it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, ArrowFileError):
            _refuse(self._path, error.value, error.expected, error.column, error.row)
        if isinstance(error, pa.ArrowException):
            _refuse(self._path, str(error).splitlines()[0][:200], "a Parquet file")


def _refuse(path: Path, value: str, expected: str, variable: str = "", row: int | None = None) -> NoReturn:
    raise Refused.because(
        "PARQUET_UNREADABLE", file=str(path), value=value, expected=expected, variable=variable, row=row
    )


def _about(schema: pa.Schema, path: Path) -> dict[str, Any]:
    try:
        about = json.loads((schema.metadata or {}).get(_KEY, b"{}"))
    except ValueError:
        about = None
    if not isinstance(about, dict):
        _refuse(path, "its description is no JSON object", "one, or none")
    return about


def _column(values: pa.ChunkedArray, field: pa.Field, path: Path) -> tuple[Any, Variable]:
    facts = {key.decode(): text.decode("utf-8", "replace") for key, text in (field.metadata or {}).items()}
    with _named(path):
        values = plain_column(values, field.name)
    kind = values.type
    label, shown_as, read_as = (facts.get(fact, "") for fact in ("label", "format", "informat"))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        text = pd.Series(values.cast(pa.large_string()).to_pandas(), dtype="str").fillna("")
        length = int(facts["length"]) if facts.get("length", "").isdigit() else None
        return text, Variable(field.name, label, "Char", length, shown_as, read_as)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        # R holds SAS' datetimes, which have no zone, as moments of UTC; another zone has no place to stay.
        if pa.types.is_timestamp(kind) and kind.tz not in (None, "UTC"):
            _refuse(path, f"the type {kind}", "moments without a time zone, or of UTC", field.name)
        day = pa.types.is_date(kind)
        column = pd.Series(values.cast(pa.timestamp("s" if day else kind.unit)).to_pandas())
        own = shown_as or ("DATE9." if day else "DATETIME20.")
        lost: list[Any] = []
        numbers = sas_numbers(
            column, own.rstrip("0123456789."), lambda failing, _: lost.append(failing.any())
        )
        if numbers is None or any(lost):
            _refuse(path, f"a value of type {kind}", "moments that a double tells apart", field.name)
        return numbers, Variable(field.name, label, "Num", 8, own, read_as)
    if pa.types.is_time(kind):
        # Seconds since midnight, as SAS has times.
        ticks = values.cast(pa.int32() if pa.types.is_time32(kind) else pa.int64()).cast(pa.float64())
        seconds = ticks.to_pandas().to_numpy(np.float64) / TICKS[kind.unit]
        return seconds, Variable(field.name, label, "Num", 8, shown_as or "TIME8.", read_as)
    if pa.types.is_boolean(kind):
        values = values.cast(pa.int8())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        _refuse(path, f"the type {kind}", "text, numbers, dates or datetimes", field.name)
    with _named(path):
        exact = values.cast(pa.float64())
    return exact.to_pandas().to_numpy(np.float64), Variable(field.name, label, "Num", 8, shown_as, read_as)


def _tags(places: Any, frame: pd.DataFrame, path: Path) -> dict[str, pd.Series[Any]]:
    tags = {}
    try:
        for name, kinds in places.items():
            values = np.where(frame[name].isna(), ".", "").astype(object)
            for kind, rows in kinds.items():
                values[np.asarray(rows, dtype=np.int64)] = kind
            tags[name] = pd.Series(values, dtype="str")
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError):
        _refuse(path, "its special missing values are elsewhere", "rows and variables of this file")
    return tags
