"""SAS files: SAS7BDAT and XPT (versions 5 and 8, several members), as text.

pyreadstat reads them. It is told that all text is Latin-1, which maps every byte
to one character, so the bytes come through as they are and are decoded here:
strictly in the encoding that the file states, else as `cdisc_npc.raw.encoding`
finds it. Trailing blanks are SAS's padding and go; leading blanks stay. Missing
and special missing numbers are blank. A number with a date, time or datetime
format is ISO 8601; one that is no date in years 1582 to 9999 stays a number.
"""

from __future__ import annotations

import codecs
import io
import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.encoding import high_bytes, judge
from cdisc_npc.raw.tables import (
    RawTable,
    by_distinct,
    gather,
    header_names,
    number_text,
    numbers_text,
    place_of,
    text_frame,
)

_EPOCH = datetime(1960, 1, 1)
# SAS dates begin in 1582.
_FIRST_DAY, _LAST_DAY = ((day - _EPOCH.date()).days for day in (date(1582, 1, 1), date.max))
_DAY = 86_400
_DATES = {
    "DATE", "DAY", "DDMMYY", "DDMMYYB", "DDMMYYC", "DDMMYYD", "DDMMYYN", "DDMMYYP", "DDMMYYS", "DOWNAME",
    "JULDAY", "JULIAN", "MMDDYY", "MMDDYYB", "MMDDYYC", "MMDDYYD", "MMDDYYN", "MMDDYYP", "MMDDYYS", "MMYY",
    "MMYYC", "MMYYD", "MMYYN", "MMYYP", "MMYYS", "MONNAME", "MONTH", "MONYY", "NENGO", "MINGUO", "QTR",
    "QTRR", "WEEKDATE", "WEEKDATX", "WEEKDAY", "WEEKU", "WEEKV", "WEEKW", "WORDDATE", "WORDDATX", "YEAR",
    "YYMM", "YYMMC", "YYMMD", "YYMMN", "YYMMP", "YYMMS", "YYMMDD", "YYMMDDB", "YYMMDDC", "YYMMDDD", "YYMMDDN",
    "YYMMDDP", "YYMMDDS", "YYMON", "YYQ", "YYQC", "YYQD", "YYQN", "YYQP", "YYQS", "E8601DA", "B8601DA",
    "IS8601DA", "ND8601DA", "NLDATE", "EURDFDD", "EURDFDE", "EURDFMY", "HDATE", "HEBDATE",
}  # fmt: skip
_DATETIMES = {
    "DATETIME", "DATEAMPM", "MDYAMPM", "DTDATE", "DTMONYY", "DTWKDATX", "DTYEAR", "DTYYQC", "E8601DT",
    "E8601DN", "B8601DT", "B8601DN", "E8601DX", "E8601DZ", "B8601DX", "B8601DZ", "IS8601DT", "NLDATM",
    "EURDFDT",
}  # fmt: skip
_TIMES = {
    "TIME", "TIMEAMPM", "HHMM", "HOUR", "MMSS", "TOD", "E8601TM", "E8601TX", "E8601TZ", "B8601TM", "B8601TX",
    "IS8601TM", "NLTIME",
}  # fmt: skip
# SAS's names of encodings that Python calls otherwise.
_CODECS = {
    "EUC-CN": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "CP936": "gb18030",
    "WINDOWS-936": "gb18030",
}
_MEMBER = re.compile(rb"HEADER RECORD\*{7}MEMB(?:ER  |V8  )HEADER RECORD!{7}[0-9 ]{32}")
_RECORD = 80


def tables_in(path: Path) -> list[str]:
    """A SAS7BDAT file is one table, of its stem's name; an XPT file has one for each member."""
    _refuse_empty(path)
    return list(_members(path)) if path.suffix.lower() == ".xpt" else [path.stem]


def read_tables(path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
    """Read tables of one SAS file.

    Parameters
    ----------
    path
        A SAS7BDAT or XPT file.
    names
        Of `tables_in`.
    encoding
        Python codec of the text, in place of the file's own.

    Raises
    ------
    Refused
        ``RAW_UNREADABLE`` for a damaged file, ``RAW_ENCODING`` for each value not
        in the file's encoding.
    """
    _refuse_empty(path)
    if path.suffix.lower() != ".xpt":
        stated = encoding or _stated_encoding(path)
        return gather(
            names, lambda name: _read(pyreadstat.read_sas7bdat, path.read_bytes(), path, name, stated)
        )
    members = _members(path)
    return gather(names, lambda name: _read(pyreadstat.read_xport, members[name], path, name, encoding))


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="a SAS file")


def _members(path: Path) -> dict[str, bytes]:
    """Each member of an XPT file as a file of its own: pyreadstat reads only the first."""
    data = path.read_bytes()
    starts = [found.start() for found in _MEMBER.finditer(data) if found.start() % _RECORD == 0]
    if not data.startswith(b"HEADER RECORD*******LIB") or not starts:
        raise Refused.because(
            "RAW_UNREADABLE", file=path.name, value="no library header", expected="an XPT file"
        )
    members: dict[str, bytes] = {}
    for start, stop in zip(starts, [*starts[1:], len(data)], strict=True):
        # The name stands in the third record of the member's header: SAS, then 8 or 32 characters.
        width = 32 if data[start : start + 26].endswith(b"V8") else 8
        name = data[start + 2 * _RECORD + 8 :][:width].decode("latin-1").strip(" \0")
        if name in members:
            raise Refused.because(
                "RAW_UNREADABLE", file=path.name, value=f"two members {name}", expected="one"
            )
        members[name] = data[: starts[0]] + data[start:stop]
    return members


def _stated_encoding(path: Path) -> str | None:
    try:
        stated = pyreadstat.read_sas7bdat(str(path), metadataonly=True)[1].file_encoding or ""
        stated = _CODECS.get(stated.upper(), stated)
        name = codecs.lookup(stated).name
    except Exception:
        # An unknown encoding, or labels that are not in the stated one: the values decide.
        return None
    return None if name == "ascii" else name


def _read(read: Callable[..., Any], data: bytes, path: Path, name: str, encoding: str | None) -> RawTable:
    try:
        frame, meta = read(io.BytesIO(data), encoding="LATIN1", disable_datetime_conversion=True)
    except Exception as error:  # pyreadstat raises its own, struct's and plain exceptions
        raise Refused.because(
            "RAW_UNREADABLE", file=path.name, value=str(error)[:200], expected="a SAS file"
        ) from error
    formats = [meta.original_variable_types.get(column) for column in meta.column_names]
    kinds = [meta.readstat_variable_types.get(column) for column in meta.column_names]
    place = place_of(path, name)
    names = header_names(meta.column_names, place)
    # A file without records comes without columns' data.
    frame = frame.reindex(columns=meta.column_names)
    columns, texts = {}, []
    for at, (column, kind, form) in enumerate(zip(names, kinds, formats, strict=True)):
        values = frame.iloc[:, at]
        if kind == "string":
            columns[column] = by_distinct(values, _unpadded)
            texts.append(column)
        else:
            columns[column] = by_distinct(values.to_numpy(np.float64), _text_of_format(form))
    used = _decode_texts(columns, texts, place, encoding)
    if not all(map(str.isascii, names)):
        header = {"": pd.Series(names, dtype="str")}
        _decode_texts(header, [""], place, encoding or used)
        columns = dict(zip(header[""], columns.values(), strict=True))
    return RawTable(name, text_frame(columns, len(frame)), path.name, used)


def _unpadded(values: list[str]) -> list[str]:
    return [value.rstrip(" \0") for value in values]


def _decode_texts(
    columns: dict[str, pd.Series], texts: list[str], file: str, encoding: str | None
) -> str | None:
    """Decode text columns in place: all as one encoding, by their distinct values."""
    high = {}
    for column in texts:
        distinct = columns[column].unique()
        pieces = [value.encode("latin-1") for value in distinct if not value.isascii()]
        if pieces:
            high[column] = pieces
    if not high:
        return None
    every = list(dict.fromkeys(piece for pieces in high.values() for piece in pieces))
    if encoding is None:
        judgement = judge(every)
        encoding, bad = judgement.encoding, {every[place] for place in judgement.bad}
    else:
        bad = {piece for piece in every if not _decodes(piece, encoding)}
    findings = Findings()
    for column in high:
        wrong = {piece.decode("latin-1"): high_bytes(piece) for piece in high[column] if piece in bad}
        found = columns[column][columns[column].isin(list(wrong))]
        if len(found):
            findings.add(
                "RAW_ENCODING", file=file, variable=column, row=found.index.to_numpy() + 1,
                value=[wrong[value] for value in found], expected=f"{encoding}, as the other values",
            )  # fmt: skip
        elif not wrong:
            columns[column] = by_distinct(
                columns[column],
                partial(_decode_all, codec=encoding),
            )
    findings.refuse_if_worst()
    return encoding


def _decode_all(values: list[str], codec: str) -> list[str]:
    return [value.encode("latin-1").decode(codec) for value in values]


def _decodes(piece: bytes, encoding: str) -> bool:
    try:
        piece.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _text_of_format(form: str | None) -> Callable[[list[float]], list[str]]:
    """How numbers of a SAS format become text; a format's width and decimals are of no account."""
    found = re.match(r"([A-Z_]\w*?)\d*(?:\.\d*)?$", (form or "").upper())
    name = found[1] if found else ""
    for names, to_text in ((_DATES, _date_text), (_DATETIMES, _datetime_text), (_TIMES, _time_text)):
        if name in names:
            return lambda values: list(map(to_text, values))
    return numbers_text


def _date_text(days: float) -> str:
    # A fraction of a day is not shown by any date format, but it is not thrown away.
    if days != math.floor(days):
        return _datetime_text(days * _DAY)
    if not _FIRST_DAY <= days <= _LAST_DAY:
        return number_text(days)
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def _datetime_text(seconds: float) -> str:
    if not _FIRST_DAY * _DAY <= seconds < (_LAST_DAY + 1) * _DAY:
        return number_text(seconds)
    whole = math.floor(seconds)
    return (_EPOCH + timedelta(seconds=whole)).isoformat() + _fraction(seconds, whole)


def _time_text(seconds: float) -> str:
    if not 0 <= seconds < 100 * 3600:
        return number_text(seconds)
    whole = math.floor(seconds)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}" + _fraction(seconds, whole)


def _fraction(seconds: float, whole: int) -> str:
    return format(Decimal(repr(seconds)) - whole, "f").removeprefix("0").rstrip("0").removesuffix(".")
