"""SAS7BDAT files, by pyreadstat: labels, formats, lengths, special missing values.

pyreadstat is told that all text is Latin-1, which maps every byte to one character: so the bytes come
through as they are, and are decoded here, strictly in the encoding that the file states, else in the one
that `cdisc_npc.transport.encodings` finds.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.delimited_encoding import high_bytes
from cdisc_npc.transport.encodings import expected_of, judged
from cdisc_npc.transport.xpt_layout import Member, Variable

# SAS's names of encodings that Python calls otherwise.
_CODECS = dict.fromkeys(("EUC-CN", "GBK", "GB2312", "CP936", "WINDOWS-936"), "gb18030")


def read_sas7bdat(path: Path, encoding: str | None = None) -> Dataset:
    """Read a SAS7BDAT file.

    Parameters
    ----------
    path
        The file.
    encoding
        Python codec of its text, in place of the one that it states.

    Raises
    ------
    Refused
        ``CONVERT_REFUSED``: pyreadstat cannot read it. ``RAW_ENCODING``: for each value that is not in
        the encoding of the others. ``ENCODING_UNCLEAR``: it has to be stated.
    """
    import pyreadstat

    if not path.exists():
        raise FileNotFoundError(path)
    try:
        frame, meta = pyreadstat.read_sas7bdat(
            str(path), disable_datetime_conversion=True, user_missing=True, encoding="LATIN1"
        )
    except Exception as error:  # pyreadstat raises its own, struct's and plain exceptions
        raise Refused.because(
            "CONVERT_REFUSED", file=str(path), value=str(error)[:200], expected="a SAS7BDAT file"
        ) from error
    if len(set(meta.column_names)) < len(meta.column_names):
        twice = next(name for name in meta.column_names if meta.column_names.count(name) > 1)
        raise Refused.because(
            "CONVERT_REFUSED", file=str(path), variable=twice, value="a variable that stands more than once",
            expected="each name once",
        )  # fmt: skip
    # A file without records comes without columns' data.
    frame = frame.reindex(columns=meta.column_names)
    is_text = {name: meta.readstat_variable_types.get(name) == "string" for name in meta.column_names}
    columns: dict[str, Any] = {}
    tags: dict[str, Any] = {}
    for name in meta.column_names:
        if is_text[name]:
            columns[name] = frame[name].astype("str").fillna("").str.rstrip(" \0")
        else:
            columns[name], tag = _numbers(frame[name])
            if tag is not None:
                tags[name] = tag
    used, findings = None, Findings()
    labels = [meta.file_label or "", *(label or "" for label in meta.column_labels), *meta.column_names]
    high = {name: columns[name].unique() for name in columns if is_text[name]} | {"": labels}
    bytes_of = {
        name: sorted(value.encode("latin-1") for value in set(values) if not value.isascii())
        for name, values in high.items()
    }
    bytes_of = {name: pieces for name, pieces in bytes_of.items() if pieces}
    if bytes_of:
        stated = encoding or _stated_encoding(path, meta.file_encoding)
        used, wrong = judged(bytes_of, path.name, stated, findings)
        _refuse_wrong(path, columns, wrong, used)
        assert used  # None only with such values
        for name in bytes_of.keys() - {""}:
            columns[name] = _decoded(columns[name], used)

    def text(label: str | None) -> str:
        return (label or "").encode("latin-1").decode(used or "ascii")

    variables = []
    for name, label in zip(meta.column_names, meta.column_labels, strict=True):
        form = meta.original_variable_types.get(name) or ""
        form = "" if form in ("NULL", "$NULL") else form.upper() + ("" if "." in form else ".")
        width = int(meta.variable_storage_width.get(name) or 0) if is_text[name] else 8
        kind: Any = "Char" if is_text[name] else "Num"
        shown = form if form.startswith("$") == is_text[name] else ""
        variables.append(Variable(text(name), text(label), kind, width or None, shown))
    member = Member((meta.table_name or path.stem).upper(), text(meta.file_label), tuple(variables))
    result = pd.DataFrame(
        {text(name): values for name, values in columns.items()}, index=pd.RangeIndex(len(frame))
    )
    return Dataset(result, member, {text(name): tag for name, tag in tags.items()}, used, findings)


def _numbers(column: pd.Series[Any]) -> tuple[Any, pd.Series[Any] | None]:
    """Numbers, and which missing values they are where one is special: these come as letters, A to Z and _."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64), None
    values = column.to_numpy(dtype=object)
    letters = np.fromiter((isinstance(value, str) for value in values), dtype=bool, count=len(values))
    tag = np.where(column.isna().to_numpy(), ".", "").astype(object)
    tag[letters] = "." + values[letters]
    numbers = np.where(letters, np.nan, values).astype(np.float64)
    return numbers, pd.Series(tag, dtype="str") if letters.any() else None


def _stated_encoding(path: Path, latin: str | None) -> str | None:
    """The encoding that the file states, where Python knows it."""
    import pyreadstat

    try:
        stated = pyreadstat.read_sas7bdat(str(path), metadataonly=True)[1].file_encoding or ""
        name = codecs.lookup(_CODECS.get(stated.upper(), stated)).name
    except Exception:
        # An unknown encoding, or labels that are not in the stated one: the values decide.
        return None
    return None if name == "ascii" else name


def _refuse_wrong(
    path: Path, columns: dict[str, Any], wrong: dict[str, set[bytes]], used: str | None
) -> None:
    findings = Findings()
    for name, pieces in wrong.items():
        shown = {piece.decode("latin-1"): high_bytes(piece) for piece in pieces}
        values = columns[name][columns[name].isin(list(shown))] if name else pd.Series(list(shown))
        findings.add(
            "RAW_ENCODING", file=path.name, variable=name, row=values.index.to_numpy() + 1 if name else None,
            value=[shown[value] for value in values], expected=expected_of(used, "values"),
        )  # fmt: skip
    findings.refuse_if_worst()


def _decoded(column: pd.Series[Any], encoding: str) -> pd.Series[Any]:
    codes, kinds = distinct(column)
    texts = [value.encode("latin-1").decode(encoding) for value in kinds]
    return pd.Series(np.array(texts, dtype=object)[codes], dtype="str")
