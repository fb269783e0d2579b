"""Write a dataset as a SAS transport file, version 5."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cdisc_npc.findings import Findings
from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.ibm import MISSING, from_ibm, out_of_range, to_ibm
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.sas_number import sas_numbers
from cdisc_npc.transport.xpt_layout import Member, Variable
from cdisc_npc.transport.xpt_text import TextColumn, keeps_ascii

# Rows are laid out in blocks of about this many bytes, whatever the frame's size.
BLOCK = 4 << 20

# The number whose bytes are 8 blanks, about 3.7e-40: `read_xpt` refuses it.
_BLANKS = from_ibm(np.array([0x2020202020202020], dtype=np.uint64))[0]

Refuse = Callable[..., None]


def write_xpt(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    member: Member | None = None,
    *,
    encoding: str = "us-ascii",
    created: datetime | None = None,
    missing_tags: Mapping[str, Any] | None = None,
) -> None:
    """Write a frame as a version 5 transport file with one dataset.

    Every value is in the file as it is in the frame, or nothing is written.
    The same arguments give the same bytes, on any machine and at any time.

    Parameters
    ----------
    frame
        One row a record. Text columns are of dtype ``str``, null standing for
        blank; numbers are float64, NaN being missing; integers and booleans
        are taken where a double holds them exactly. A column of datetimes
        becomes days or seconds since 1960, as the variable's format says.
        In SAS the blanks at a value's end are no part of the value: they are
        accepted, and are not there when the file is read.
    path
        Replaced only once the new file is complete.
    member
        Name, label and variables, in the order of the file. Without it the
        name is the file's in upper case, and the variables are the frame's
        columns, without labels; datetimes get the format ``DATETIME20.``.
    encoding
        Of texts and labels; any that leaves ASCII as it is. The file does not
        tell its encoding: say it in the reviewer's guide.
    created
        The time in the headers; a time zone is converted to UTC. By default
        ``SOURCE_DATE_EPOCH`` of the environment, else 1960-01-01.
    missing_tags
        By variable, as long as the frame: which missing value, ``"."``,
        ``"._"``, ``".A"`` to ``".Z"``, stands where the number is NaN.

    Raises
    ------
    Refused
        ``XPT_REFUSED``, with all reasons at once: a name, label, length or
        format that TS-140 does not allow; columns and variables that do not
        pair; a text longer than its variable or than 200 bytes, outside the
        encoding, or with a NUL; a number outside 16**-65 up to 16**63, infinite
        or not exact as a double; a last record of less than 80 bytes that is
        all blank, which no reader can tell from the padding.
    """
    path = Path(path)
    member = member or _member_of(frame, path)
    found = Findings()
    refuse = partial(found.add, "XPT_REFUSED", dataset=_shown(member.name))
    moment = _moment(created, refuse)
    if not keeps_ascii(encoding):
        refuse(value=encoding, expected="an encoding that Python knows and that leaves ASCII as it is")
        encoding = "utf-8"
    pairs = _check_names(frame, member, encoding, refuse)
    tags = dict(missing_tags or {})
    columns: list[TextColumn | _NumberColumn] = []
    for variable in pairs:
        column = frame[variable.name]
        if variable.type == "Num":
            columns.append(_NumberColumn(column, variable, tags.pop(variable.name, None), refuse))
        else:
            columns.append(TextColumn(column, variable, encoding, refuse))
    for name in tags:
        refuse(
            variable=name, value="missing values given by tag", expected="a numeric variable of the dataset"
        )
    found.refuse_if_worst()

    rows, widths = len(frame), [column.width for column in columns]
    if rows and sum(widths) < layout.RECORD:
        last = next(_blocks(columns, widths, rows - 1, rows))
        if bytes(last) == b" " * sum(widths):
            refuse(
                row=rows,
                value="the last record is all blank",
                expected="a value, as readers take it for padding",
            )
            found.refuse_if_worst()
    with replacing(path) as new, new.open("wb") as file:
        file.write(layout.library_records(moment))
        file.write(layout.member_records(member, widths, moment, encoding))
        for block in _blocks(columns, widths, 0, rows):
            file.write(block)
        file.write(b" " * (-rows * sum(widths) % layout.RECORD))


def _blocks(columns: list[Any], widths: list[int], start: int, stop: int) -> Iterator[memoryview]:
    """Lay out the rows from `start` to before `stop`, block after block in the same memory."""
    size = sum(widths)
    step = max(1, min(BLOCK // size, stop - start))
    block = np.empty((step, size), dtype=np.uint8)
    for first in range(start, stop, step):
        rows = min(step, stop - first)
        position = 0
        for column, width in zip(columns, widths, strict=True):
            # Each column is a field repeated every `size` bytes: one strided copy fills it.
            kind = column.field
            field: NDArray[Any] = np.ndarray(rows, kind, block, offset=position, strides=(size,))
            field[:] = column.values(first, rows)
            position += width
        yield block[:rows].data.cast("B")


class _NumberColumn:
    """A column of numbers, checked; its values become IBM/360 words block by block."""

    field = ">u8"
    width = layout.NUMBER_BYTES

    def __init__(self, column: pd.Series[Any], variable: Variable, tags: Any, refuse: Refuse) -> None:
        def report(struck: NDArray[np.bool_], expected: str) -> None:
            rows = np.flatnonzero(struck)
            values = column.iloc[rows].astype(str)
            refuse(variable=variable.name, row=rows + 1, value=values.to_numpy(), expected=expected)

        self._numbers = np.zeros(0)
        self._tags = None
        numbers = sas_numbers(column, variable.format, report)
        if numbers is None:
            refuse(
                variable=variable.name, value=f"a column of {column.dtype}", expected="a column of numbers"
            )
            return
        self._numbers = numbers
        report(out_of_range(numbers), "a number of 5.4e-79 to 7.2e75, or zero")
        report(numbers == _BLANKS, "any other number: in bytes it is 8 blanks, which is padding")
        if tags is not None:
            self._tags = np.asarray(tags, dtype=object)
            if self._tags.shape != numbers.shape:
                size = f"{len(self._tags)} tags of missing values"
                refuse(variable=variable.name, value=size, expected=f"one a record, {len(numbers)}")
                return
            # A tag on a number would be lost: both cannot be written.
            known = pd.Series(self._tags).isin(["", *MISSING]).to_numpy()
            struck = np.flatnonzero(~known | (~np.isnan(numbers) & (self._tags != "")))
            expected = "'.', '._' or '.A' to '.Z', and only where the number is NaN"
            refuse(
                variable=variable.name,
                row=struck + 1,
                value=self._tags[struck].astype(str),
                expected=expected,
            )

    def values(self, start: int, rows: int) -> NDArray[Any]:
        stop = start + rows
        return to_ibm(self._numbers[start:stop], None if self._tags is None else self._tags[start:stop])


def _member_of(frame: pd.DataFrame, path: Path) -> Member:
    """Describe a frame by its own columns."""
    variables = []
    for name, dtype in zip(frame.columns, frame.dtypes, strict=True):
        moments = pd.api.types.is_datetime64_any_dtype(dtype)
        number = moments or pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype)
        variables.append(
            Variable(name, type="Num" if number else "Char", format="DATETIME20." if moments else "")
        )
    return Member(path.stem.upper(), variables=tuple(variables))


def _moment(created: datetime | None, refuse: Refuse) -> datetime:
    if created is not None:
        return created.astimezone(UTC) if created.tzinfo else created
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime(1960, 1, 1)
    except (ValueError, OverflowError, OSError):
        refuse(value=f"SOURCE_DATE_EPOCH={epoch}", expected="seconds since 1970-01-01, a whole number")
        return datetime(1960, 1, 1)


def _check_names(frame: pd.DataFrame, member: Member, encoding: str, refuse: Refuse) -> list[Variable]:
    """Check all but the values; give the variables whose column can be looked at."""
    _check_name(member.name, refuse)
    _check_label(member.label, encoding, refuse)
    if not 0 < len(member.variables) <= layout.MOST_VARIABLES:
        refuse(value=f"{len(member.variables)} variables", expected=f"1 to {layout.MOST_VARIABLES}")
    described = pd.Series([variable.name for variable in member.variables], dtype=object)
    held = pd.Series(list(frame.columns), dtype=object)
    for names, what in ((described, "variables"), (held, "columns of the frame")):
        for name, times in names[names.duplicated(keep=False)].value_counts(sort=False).items():
            refuse(variable=_shown(name), value=f"{times} {what}", expected="one of that name")
    for name in held[~held.isin(described)].drop_duplicates():
        refuse(
            variable=_shown(name),
            value="a column of the frame",
            expected="a variable of the dataset's description",
        )
    for name in described[~described.isin(held)].drop_duplicates():
        refuse(
            variable=_shown(name),
            value="no column of the frame",
            expected="a column for each variable described",
        )
    for variable in member.variables:
        name_refuse = partial(refuse, variable=_shown(variable.name))
        _check_name(variable.name, name_refuse)
        _check_label(variable.label, encoding, name_refuse)
        _check_form(variable, name_refuse)
    paired = described[~described.duplicated(keep=False) & described.isin(held[~held.duplicated(keep=False)])]
    return [
        replace(v, format=_format_name(v)) for v in np.array(member.variables, dtype=object)[paired.index]
    ]


def _shown(text: object) -> str:
    """Give a text as a finding can hold it: a lone surrogate is escaped."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


def _check_name(name: object, refuse: Refuse) -> None:
    if not isinstance(name, str) or not layout.NAME.fullmatch(name):
        refuse(value=f"the name {_shown(name)}", expected="1 to 8 of A-Z, 0-9 and _, the first no digit")


def _check_label(label: str, encoding: str, refuse: Refuse) -> None:
    try:
        written = label.encode(encoding)
        exact = written.decode(encoding) == label
    except UnicodeError:
        written, exact = b"", False
    if not exact or "\0" in label:
        refuse(value=f"the label {_shown(label)}", expected=f"characters of {encoding}, without NUL")
    if len(written) > layout.LABEL_BYTES:
        refuse(
            value=f"the label {_shown(label)} of {len(written)} bytes",
            expected=f"at most {layout.LABEL_BYTES} bytes",
        )


def _check_form(variable: Variable, refuse: Refuse) -> None:
    if variable.type not in ("Char", "Num"):
        refuse(value=f"the type {variable.type}", expected="Char or Num")
    elif variable.type == "Num" and variable.length not in (None, layout.NUMBER_BYTES):
        refuse(value=f"the length {variable.length}", expected=f"{layout.NUMBER_BYTES} for a number")
    elif (
        variable.type == "Char"
        and variable.length is not None
        and not 1 <= variable.length <= layout.TEXT_BYTES
    ):
        refuse(value=f"the length {variable.length}", expected=f"1 to {layout.TEXT_BYTES} for a text")
    for what, text in (("format", variable.format), ("informat", variable.informat)):
        try:
            layout.parse_format(text, variable.type)
        except ValueError as error:
            refuse(value=f"the {what} {_shown(text)}", expected=str(error))


def _format_name(variable: Variable) -> str:
    try:
        return layout.parse_format(variable.format, variable.type).name
    except ValueError:
        return ""
