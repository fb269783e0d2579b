"""Datasets in files of any form: which reader and writer belongs to an ending."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.dataset import CodedDataset, Dataset, as_stored
from cdisc_npc.transport.dataset_json import read_dataset_json, write_dataset_json
from cdisc_npc.transport.delimited import read_delimited
from cdisc_npc.transport.digits import holds
from cdisc_npc.transport.encodings import text_codec
from cdisc_npc.transport.parquet import read_parquet, write_parquet
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.sas7bdat import read_sas7bdat
from cdisc_npc.transport.xpt import Member, Variable, write_xpt
from cdisc_npc.transport.xpt_read import member_names, read_xpt_coded, read_xpt_dataset

# What can be written, by the ending of the file; SAS7BDAT can only be read.
WRITTEN = {"xpt": ".xpt", "json": ".json", "ndjson": ".ndjson", "parquet": ".parquet", "csv": ".csv"}
READ = {*WRITTEN.values(), ".sas7bdat"}

_NUMBER = re.compile(r"(-?[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?)?")
# The header and the first record of a CSV file are within so many bytes.
_FIRST_RECORDS = 1 << 20


def is_dataset_file(path: Path) -> bool:
    """Tell whether a file's ending is one that can be read; the manifest of a folder is no dataset."""
    return path.suffix.lower() in READ and path.name != "manifest.json" and not path.name.startswith(".")


def read_datasets(path: Path, *, encoding: str | None = None, member: str | None = None) -> list[Dataset]:
    """Read all datasets of a file; only a transport file can have several.

    Parameters
    ----------
    path
        Its ending tells the form.
    encoding
        Of the texts of XPT, SAS7BDAT or CSV; by default found, as each reader does.
    member
        Only this one of the datasets.

    Raises
    ------
    Refused
        As each reader does; ``CONVERT_REFUSED`` for another ending.
    """
    suffix = path.suffix.lower()
    refuse_source(path, encoding)
    if suffix == ".xpt":
        names = [member] if member else member_names(path)
        return [read_xpt_dataset(path, name, encoding=encoding) for name in names]
    if suffix in (".json", ".ndjson"):
        findings = Findings()
        return [Dataset(*read_dataset_json(path, findings), findings=findings)]
    if suffix == ".parquet":
        return [read_parquet(path)]
    if suffix == ".csv":
        return [read_csv(path, encoding)]
    if suffix == ".sas7bdat":
        return [read_sas7bdat(path, encoding)]
    raise Refused.because(
        "CONVERT_REFUSED",
        file=str(path),
        value=f"the ending {suffix or 'none'}",
        expected=", ".join(sorted(READ)),
    )


def read_coded(path: Path, *, encoding: str | None = None) -> list[CodedDataset]:
    """Read all datasets of a file by their columns; see `read_datasets`."""
    if path.suffix.lower() != ".xpt":
        return [CodedDataset.of(dataset) for dataset in read_datasets(path, encoding=encoding)]
    refuse_source(path, encoding)
    return read_xpt_coded(path, encoding)


def refuse_source(path: Path, encoding: str | None) -> None:
    """Refuse what is no regular file, such as a pipe, which might never end, and an encoding of no text."""

    def refuse(value: str, expected: str) -> None:
        raise Refused.because("CONVERT_REFUSED", file=str(path), value=value, expected=expected)

    if not path.is_file() and os.path.lexists(path):
        refuse("a folder" if path.is_dir() else "no regular file, or a link that leads nowhere", "a file")
    try:
        text_codec(encoding or "utf-8")
    except ValueError:
        refuse(f"the encoding {encoding}", "one of texts that Python has, such as utf-8 or windows-1252")


def write_dataset(dataset: Dataset, path: Path, *, encoding: str = "us-ascii") -> None:
    """Write a dataset in the form that the file's ending tells.

    Parameters
    ----------
    encoding
        Of the texts of XPT; the other forms are UTF-8.
    """
    suffix, frame, member = path.suffix.lower(), dataset.frame, dataset.member
    if suffix == ".xpt":
        write_xpt(frame, path, member, encoding=encoding, missing_tags=dataset.tags)
    elif suffix in (".json", ".ndjson"):
        write_dataset_json(frame, path, member)
    elif suffix == ".parquet":
        write_parquet(frame, path, member, missing_tags=dataset.tags)
    elif suffix == ".csv":
        write_csv(frame, path, member)
    else:
        raise Refused.because(
            "CONVERT_REFUSED",
            file=str(path),
            value=f"the ending {suffix or 'none'}",
            expected=", ".join(WRITTEN.values()),
        )


def write_csv(frame: pd.DataFrame, path: Path, member: Member) -> None:
    """Write a dataset as CSV in UTF-8: a header of names, each text in quotes, numbers without.

    Numbers are in their shortest exact form; a missing one is an empty field.
    """
    findings = Findings()

    def report(variable: str, failing: Any, expected: str) -> None:
        rows = None if failing is None else np.flatnonzero(failing) + 1
        findings.add(
            "CONVERT_REFUSED",
            dataset=member.name,
            variable=variable,
            row=rows,
            value="a value",
            expected=expected,
        )

    stored = as_stored(frame, member, report)
    findings.refuse_if_worst()
    columns = [
        pa.array(stored[name], from_pandas=stored[name].dtype == np.float64) for name in stored.columns
    ]
    table = pa.table(dict(zip(map(str, stored.columns), columns, strict=True)))
    with replacing(path) as new:
        csv.write_csv(table, new, csv.WriteOptions(quoting_style="needed"))


def read_csv(path: Path, encoding: str | None = None) -> Dataset:
    """Read a CSV file; what is a number is told by quotes, or by the values.

    Where the first record has its texts in quotes and its numbers without, as
    `write_csv` and many others do, that decides. Else a column is of numbers
    when its text can be had back from them: each value that is not blank is a
    number in its shortest form, and there is one; ``007``, ``1.50`` and
    ``1e400`` are text.
    """
    read = read_delimited(path, encoding=encoding)
    frame = read.frame
    quoted = _quoted(path, frame)
    columns: dict[str, Any] = {}
    variables = []
    for place, name in enumerate(frame.columns):
        numbers = None
        if quoted is None or not quoted[place]:
            numbers = _as_numbers(frame[name], exact=quoted is None)
        if numbers is not None:
            _report_rounded(frame[name], path, read.findings)
        columns[name] = frame[name] if numbers is None else numbers
        kind: Any = "Char" if numbers is None else "Num"
        variables.append(Variable(str(name), type=kind, length=None if numbers is None else 8))
    member = Member(path.stem.upper(), "", tuple(variables))
    return Dataset(
        pd.DataFrame(columns, index=frame.index), member, encoding=read.encoding, findings=read.findings
    )


def _report_rounded(column: pd.Series[Any], path: Path, findings: Findings) -> None:
    """Report numbers of more digits, or of a smaller exponent, than a double holds."""
    # Fifteen digits are always held.
    suspect = [text for text in column.unique() if len(text) > 15 or "e" in text]
    lost = [text for text in suspect if not holds(text, float(text))]
    rows = np.flatnonzero(column.isin(lost))
    findings.add(
        "CONVERT_LOSS", file=str(path), dataset=path.stem.upper(), variable=str(column.name), row=rows + 1,
        value=[text[:80] for text in column.iloc[rows]], expected="a number that a double holds; it was rounded to one",
    )  # fmt: skip


def _quoted(path: Path, frame: pd.DataFrame) -> list[bool] | None:
    """Tell which fields of the first record are in quotes; None where quotes tell nothing."""
    if frame.empty:
        return None
    with path.open("rb") as file:
        text = file.read(_FIRST_RECORDS).decode("latin-1")
    parts = text.split('"')
    # Within quotes, commas and line ends are text.
    parts[1::2] = ["x" * len(part) for part in parts[1::2]]
    lines = '"'.join(parts).splitlines()
    fields = lines[1].split(",") if len(lines) > 1 else []
    quoted = [field.startswith('"') for field in fields]
    bare = [field for field, is_quoted in zip(fields, quoted, strict=True) if not is_quoted]
    if len(fields) != len(frame.columns) or not any(quoted) or not all(map(_NUMBER.fullmatch, bare)):
        return None
    return quoted


def _as_numbers(column: pd.Series[Any], exact: bool) -> NDArray[np.float64] | None:
    """Read a column of text as numbers, blank as missing; None where it is none."""
    text = pa.array(column, pa.large_string())
    text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    kinds = pc.if_else(pc.equal(text, ""), None, text).dictionary_encode()
    if not len(kinds.dictionary):
        return None if exact else np.full(len(column), np.nan)
    if not pc.all(pc.match_substring_regex(kinds.dictionary, f"^{_NUMBER.pattern}$")).as_py():
        return None
    numbers = kinds.dictionary.cast(pa.float64())
    if not pc.all(pc.is_finite(numbers)).as_py():
        return None
    if exact and not pc.all(pc.equal(numbers.cast(pa.large_string()), kinds.dictionary)).as_py():
        return None
    return np.asarray(numbers.take(kinds.indices).to_numpy(zero_copy_only=False), dtype=np.float64)
