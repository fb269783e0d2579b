"""The records of a SAS transport file: what a writer puts down and a reader expects.

All records are 80 bytes, filled up with blanks; all integers are big-endian.
Source: SAS TS-140 for version 5 and 6, its sequel for version 8 and 9.
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

RECORD = 80

# What TS-140 allows, in bytes.
NAME_BYTES = 8
LABEL_BYTES = 40
TEXT_BYTES = 200
NUMBER_BYTES = 8
MOST_VARIABLES = 9999

# Threads that share the columns of a block; so few rows are done before a thread has begun.
WORKERS = min(4, os.cpu_count() or 1)
FEW_ROWS = 2_000

NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_FORMAT = re.compile(r"(\$?(?:[A-Z_][A-Z0-9_]*)?(?<![0-9]))([0-9]{0,5})(?:\.([0-9]{0,5}))?")

# Month names must not follow the locale.
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

# The SAS release and system of TS-140's own sample. No reader acts on them,
# and a constant keeps the file the same on every machine.
_RELEASE, _SYSTEM = b"6.06    ", b"bsd4.2  "

_NAMESTR = struct.Struct(">4h8s40s8s3h2s8s2hi52s")


@dataclass(frozen=True)
class Variable:
    """One variable of a transport file.

    Attributes
    ----------
    name
        At most 8 of A-Z, 0-9 and the underscore, not starting with a digit.
    label
        At most 40 bytes in the file's encoding.
    type
        ``"Char"`` or ``"Num"``.
    length
        Bytes: 1 to 200 for text, 8 for a number. None takes the longest value,
        at least 1.
    format, informat
        As in SAS, in upper case: ``DATE9.``, ``8.2``, ``$20.``; blank for none.
    """

    name: str
    label: str = ""
    type: Literal["Char", "Num"] = "Char"
    length: int | None = None
    format: str = ""
    informat: str = ""


@dataclass(frozen=True)
class Member:
    """One dataset of a transport file: its name, its label, its variables in their order."""

    name: str
    label: str = ""
    variables: tuple[Variable, ...] = ()


class Format(NamedTuple):
    """A SAS format in its three parts; a width or decimals of 0 are not written."""

    name: str
    width: int
    decimals: int

    def __str__(self) -> str:
        if self == ("", 0, 0):
            return ""
        return f"{self.name}{self.width or ''}.{self.decimals or ''}"


def parse_format(text: str, kind: str) -> Format:
    """Take a SAS format apart.

    Raises
    ------
    ValueError
        It is no format, its name is over 8 bytes, or it is one for the other type.

    Examples
    --------
    >>> parse_format("E8601DA10.", "Num")
    Format(name='E8601DA', width=10, decimals=0)
    """
    if not text:
        return Format("", 0, 0)
    result = _FORMAT.fullmatch(text)
    if not result:
        raise ValueError("a SAS format in upper case, such as DATE9., 8.2 or $20.")
    name, width, decimals = result[1], int(result[2] or 0), int(result[3] or 0)
    if len(name) > NAME_BYTES or max(width, decimals) > 32767:
        raise ValueError("a format name of at most 8 bytes and a width of at most 32767")
    if name.startswith("$") != (kind == "Char"):
        raise ValueError("a format that starts with $ for text, and without $ for a number")
    return Format(name, width, decimals)


def filled(text: bytes, size: int = RECORD) -> bytes:
    """Fill up with blanks to the next multiple of `size`; nothing stays nothing."""
    return text + b" " * (-len(text) % size)


def heading(kind: str, numbers: str = "") -> bytes:
    """Make a header record: its kind, then 30 digits."""
    return filled(f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers:0<30}".encode("ascii"))


def opening(kind: str) -> bytes:
    """Give the 48 bytes that tell a header record of this kind."""
    return heading(kind)[:48]


def timestamp(moment: datetime) -> bytes:
    """Write a moment in SAS' 16 bytes, ``ddMMMyy:hh:mm:ss``."""
    month = _MONTHS[moment.month - 1]
    return f"{moment.day:02}{month}{moment.year % 100:02}:{moment:%H:%M:%S}".encode("ascii")


def library_records(moment: datetime) -> bytes:
    """Make the three records that open a file."""
    stamp = timestamp(moment)
    first = b"SAS     SAS     SASLIB  " + _RELEASE + _SYSTEM + b" " * 24 + stamp
    return heading("LIBRARY") + first + filled(stamp)


def member_records(member: Member, widths: list[int], moment: datetime, encoding: str) -> bytes:
    """Make all records of a member before its observations."""
    stamp = timestamp(moment)
    name = filled(member.name.encode("ascii"), NAME_BYTES)
    label = member.label.encode(encoding).ljust(LABEL_BYTES)
    positions = [sum(widths[:place]) for place in range(len(widths))]
    variables = b"".join(
        _pack(variable, number, width, position, encoding)
        for number, (variable, width, position) in enumerate(
            zip(member.variables, widths, positions, strict=True), start=1
        )
    )
    return b"".join(
        (
            heading("MEMBER", "000000000000000001600000000140"),
            heading("DSCRPTR"),
            b"SAS     " + name + b"SASDATA " + _RELEASE + _SYSTEM + b" " * 24 + stamp,
            stamp + b" " * 16 + label + b" " * 8,
            heading("NAMESTR", f"000000{len(widths):04}"),
            filled(variables),
            heading("OBS"),
        )
    )


def _pack(variable: Variable, number: int, width: int, position: int, encoding: str) -> bytes:
    shown = parse_format(variable.format, variable.type)
    read = parse_format(variable.informat, variable.type)
    return _NAMESTR.pack(
        1 if variable.type == "Num" else 2,
        0,
        width,
        number,
        variable.name.encode("ascii").ljust(NAME_BYTES),
        variable.label.encode(encoding).ljust(LABEL_BYTES),
        shown.name.encode("ascii").ljust(NAME_BYTES),
        shown.width,
        shown.decimals,
        0,
        b"\0\0",
        read.name.encode("ascii").ljust(NAME_BYTES),
        read.width,
        read.decimals,
        position,
        b"",
    )


class Namestr(NamedTuple):
    """A variable's descriptor as it stands in a file; texts still as bytes."""

    kind: int
    width: int
    name: bytes
    label: bytes
    format: tuple[bytes, int, int]
    informat: tuple[bytes, int, int]
    position: int
    long_name: bytes  # of version 8
    label_bytes: int  # of version 8


def unpack(record: bytes) -> Namestr:
    """Take a NAMESTR record of 140 bytes, or of VAX' 136, apart."""
    part = _NAMESTR.unpack(record.ljust(_NAMESTR.size, b"\0"))
    return Namestr(
        kind=part[0],
        width=part[2],
        name=part[4],
        label=part[5],
        format=(part[6], part[7], part[8]),
        informat=(part[11], part[12], part[13]),
        position=part[14],
        long_name=part[15][:32],
        label_bytes=int.from_bytes(part[15][32:34], "big"),
    )
