"""SAS files: SAS7BDAT and XPT (versions 5 and 8, several members), as text.

`cdisc_npc.transport` reads them, as strictly as those that leave: a file that is cut off is refused, and
the encoding is the one that the file states, or that is found. Trailing blanks are SAS's padding and go;
leading blanks stay. Missing numbers are blank, and a special missing value is a finding. A number with a
date, time or datetime format is ISO 8601; one that is no date in years 1582 to 9999 stays a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import numpy as np

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import read_datasets
from cdisc_npc.transport.raw_tables import (
    RawTable,
    by_distinct,
    gather,
    header_names,
    number_text,
    numbers_text,
    place_of,
    text_frame,
)
from cdisc_npc.transport.xpt_read import member_names

_Read = TypeVar("_Read")
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


def tables_in(path: Path) -> list[str]:
    """A SAS7BDAT file is one table, of its stem's name; an XPT file has one for each member."""
    _refuse_empty(path)
    if path.suffix.lower() != ".xpt":
        return [path.stem]
    return _as_raw(path, lambda: member_names(path))


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
        in the file's encoding, ``ENCODING_UNCLEAR`` where that has to be stated.
    """
    _refuse_empty(path)
    is_xpt = path.suffix.lower() == ".xpt"

    def read(name: str) -> RawTable:
        member = name if is_xpt else None
        (dataset,) = _as_raw(path, lambda: read_datasets(path, encoding=encoding, member=member))
        return _as_text(dataset, path, name)

    return gather(names, read)


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="a SAS file")


def _as_raw(path: Path, read: Callable[[], list[_Read]]) -> list[_Read]:
    """Read, and say what is refused as of raw data."""
    try:
        return read()
    except Refused as refused:
        findings = Findings()
        for row in refused.findings.frame().to_dict("records"):
            code = row["code"] if row["code"].startswith(("RAW_", "ENCODING_")) else "RAW_UNREADABLE"
            findings.add(
                code, file=path.name, variable=row["variable"], row=row["row"], value=row["value"],
                expected=row["expected"],
            )  # fmt: skip
        raise Refused(findings) from refused


def _as_text(dataset: Dataset, path: Path, name: str) -> RawTable:
    place = place_of(path, name)
    names = header_names([variable.name for variable in dataset.member.variables], place)
    columns = {}
    for column, variable in zip(names, dataset.member.variables, strict=True):
        values = dataset.frame[variable.name]
        if variable.type == "Num":
            values = by_distinct(values.to_numpy(np.float64), _text_of_format(variable.format))
        columns[column] = values
    tags = {str(name): np.asarray(tags) for name, tags in dataset.tags.items()}
    frame = text_frame(columns, len(dataset.frame))
    return RawTable(name, frame, path.name, dataset.encoding, tags=tags, findings=dataset.findings)


def _text_of_format(form: str | None) -> Callable[[list[float]], list[str]]:
    """How numbers of a SAS format become text; a format's width and decimals are of no account."""
    result = re.match(r"([A-Z_]\w*?)\d*(?:\.\d*)?$", (form or "").upper())
    name = result[1] if result else ""
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
