"""Find the datasets of a SAS transport file, and everything that is wrong with their description."""

from __future__ import annotations

import os
import re
import struct
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from cdisc_npc.findings import Refused
from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.xpt_layout import RECORD, Namestr

# How much of the observations is searched for the next member at a time.
_BLOCK = RECORD * 50_000

_KINDS_5 = {name: name for name in ("LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS")}
_KINDS_8 = {
    "LIBRARY": "LIBV8",
    "MEMBER": "MEMBV8",
    "DSCRPTR": "DSCPTV8",
    "NAMESTR": "NAMSTV8",
    "OBS": "OBSV8",
}


@dataclass
class Section:
    """One dataset in a file: its description, texts still as bytes, and where its observations are."""

    name: str
    label: bytes
    variables: list[Namestr]
    names: list[str]
    start: int
    size: int
    rows: int | None  # as counted by version 8; version 5 has no count, nor have some writers of version 8
    width: int  # bytes of one observation


class Source:
    """An open transport file, read record by record."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file = file
        self.path = path
        self.size = os.fstat(file.fileno()).st_size
        self._kinds = _KINDS_5

    def refuse(
        self, value: str, expected: str, dataset: str = "", variable: str = "", row: int | None = None
    ) -> NoReturn:
        """Say what is wrong with the file."""
        raise Refused.because(
            "XPT_UNREADABLE",
            file=str(self.path),
            value=value,
            expected=expected,
            dataset=dataset,
            variable=variable,
            row=row,
        )

    def take(self, size: int, what: str) -> bytes:
        """Read so many bytes and the blanks that fill up the last record."""
        whole = size + -size % RECORD
        at = self.file.tell()
        if whole > self.size - at:
            self.refuse(f"the file ends after byte {self.size}", f"{what} in bytes {at + 1} to {at + whole}")
        data = self.file.read(whole)
        if len(data) != whole or data[size:].strip(b" "):
            self.refuse(f"byte {at + size + 1} and after hold something", f"blanks after {what}")
        return data[:size]

    def heading(self, kind: str) -> bytes:
        """Read a header record of this kind; give its 30 digits and 2 blanks."""
        name = self._kinds[kind]
        at = self.file.tell()
        record = self.take(RECORD, f"the {name} header record")
        if not record.startswith(layout.opening(name)):
            self.refuse(f"byte {at + 1} begins {ascii(record[:48])[2:-1]}", f"the {name} header record")
        return record[48:]

    def number(self, digits: bytes, what: str) -> int:
        """Read a count of a header record."""
        if not re.fullmatch(rb" *[0-9]+ *", digits):
            self.refuse(f"{what} is {ascii(digits)[2:-1]}", "a whole number")
        return int(digits)

    def sections(self) -> list[Section]:
        """Find all datasets, in their order."""
        if self.size == 0:
            self.refuse("the file has 0 bytes", "a SAS transport file")
        start = self.file.read(RECORD)
        if start.startswith(b"**COMPRESSED**"):
            self.refuse("a file of PROC CPORT", "one of the XPORT engine")
        if start.startswith(layout.opening("LIBV8")):
            self._kinds = _KINDS_8
        self.file.seek(0)
        self.heading("LIBRARY")
        if self.size % RECORD:
            self.refuse(
                f"the file has {self.size} bytes",
                f"records of {RECORD} bytes; it is cut off or has an addition",
            )
        if not self.take(RECORD, "the file's first record").startswith(b"SAS     SAS     SASLIB  "):
            self.refuse("the file's first record is another", "SAS, SAS and SASLIB in it")
        self.take(RECORD, "the file's second record")
        result = []
        while self.file.tell() < self.size:
            result.append(self._section())
        if not result:
            self.refuse("the file has no dataset", "at least one")
        names = [section.name for section in result]
        if len(set(names)) < len(names):
            self.refuse(f"the datasets are {', '.join(names)}", "each name once")
        return result

    def _section(self) -> Section:
        long = self._kinds is _KINDS_8
        size = self.number(self.heading("MEMBER")[26:30], "the size of a NAMESTR record")
        if size not in (140, 136):
            self.refuse(f"NAMESTR records of {size} bytes", "140, or 136 from VAX")
        self.heading("DSCRPTR")
        first = self.take(RECORD, "the dataset's first record")
        name = self._name(first[8:40] if long else first[8:16], "the dataset", long)
        at = 40 if long else 16
        if first[:8] != b"SAS     " or first[at : at + 8] != b"SASDATA ":
            self.refuse("the dataset's first record is another", "SAS and SASDATA in it", name)
        second = self.take(RECORD, "the dataset's second record")
        count = self.number(self.heading("NAMESTR")[4:10], "the number of variables")
        records = self.take(count * size, f"the records of {count} variables")
        variables = [layout.unpack(records[i * size : (i + 1) * size]) for i in range(count)]
        names = [
            self._name((v.long_name.strip() and long and v.long_name) or v.name, name, long)
            for v in variables
        ]
        variables = self._checked(variables, names, name, long)
        rows = None
        if long:
            variables, rows = self._long_texts(variables, names, name)
        else:
            self.heading("OBS")
        start = self.file.tell()
        self._find_next(name)
        size, width = self.file.tell() - start, sum(variable.width for variable in variables)
        return Section(name, second[32:72], variables, names, start, size, rows, width)

    def _name(self, text: bytes, where: str, long: bool) -> str:
        name = text.rstrip(b" \0")
        # Other tools write names in lower case; version 8 has names of any characters.
        if not re.fullmatch(rb"[^\0-\x1f\x7f]+" if long else rb"[A-Za-z_][A-Za-z0-9_]*", name):
            self.refuse(f"{where} has the name {ascii(text)[2:-1]}", "A-Z, 0-9 and _, the first no digit")
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            self.refuse(f"{where} has the name {ascii(text)[2:-1]}", "a name in UTF-8")

    def _checked(self, variables: list[Namestr], names: list[str], dataset: str, long: bool) -> list[Namestr]:
        """Check the variables' descriptions; give them with the places that they have in an observation."""
        twice = next((name for name, times in Counter(names).items() if times > 1), None)
        if twice:
            self.refuse("a variable stands more than once", "each name once", dataset, twice)
        for variable, name in zip(variables, names, strict=True):
            if variable.kind not in (1, 2):
                self.refuse(f"the type {variable.kind}", "1 for a number or 2 for a text", dataset, name)
            low, high = (2, 8) if variable.kind == 1 else (1, 32767)
            if not low <= variable.width <= high:
                self.refuse(f"{variable.width} bytes", f"{low} to {high}", dataset, name)
            for text, width, decimals in (variable.format, variable.informat):
                if not re.fullmatch(rb"[ -~]*\0*", text) or width < 0 or decimals < 0:
                    self.refuse(
                        f"a format {ascii(text)[2:-1]} {width}.{decimals}", "a SAS format", dataset, name
                    )
        # SAS itself puts the positions of its own dataset, numbers first, into a file of version 8; the
        # values stand in the order of the descriptions all the same.
        order = sorted(range(len(variables)), key=lambda place: variables[place].position)
        position = 0
        for place in order if long else range(len(variables)):
            variable, name = variables[place], names[place]
            if variable.position != position:
                self.refuse(
                    f"it starts at {variable.position}", f"{position}, after the one before", dataset, name
                )
            position += variable.width
        starts = accumulate((variable.width for variable in variables), initial=0)
        # One start more than there are variables: where the next observation begins.
        return [v._replace(position=start) for v, start in zip(variables, starts, strict=False)]

    def _long_texts(
        self, variables: list[Namestr], names: list[str], dataset: str
    ) -> tuple[list[Namestr], int | None]:
        """Read version 8's labels of over 40 and formats of over 8 bytes, if any, and the observations' header."""
        variables, at = list(variables), self.file.tell()
        places = {name: place for place, name in enumerate(names)}
        mark = self.file.read(48)
        if mark in (layout.opening("LABELV8"), layout.opening("LABELV9")):
            # What the texts are of, in their order, after the variable's name.
            kinds = ("label",) if mark == layout.opening("LABELV8") else ("label", "format", "informat")
            digits = self.file.read(RECORD - 48)
            # SAS writes one number and blanks; others fill five digits, then zeros.
            count = self.number(digits[:5] if digits[:30].isdigit() else digits, "the number of long labels")
            begin = self.file.tell()
            for _ in range(count):
                # Some writers count variables from 0, SAS from 1: the name tells which one it is.
                sizes = self._integers(1 + len(kinds) + 1)[1:]
                parts = [self.file.read(size) for size in sizes]
                name = parts[0].rstrip(b" \0").decode("utf-8", "replace")
                if list(map(len, parts)) != sizes or name not in places:
                    self.refuse(f"a long label of {name!a}", "one of a variable of the dataset", dataset)
                place = places[name]
                variables[place] = self._with_texts(
                    variables[place], dict(zip(kinds, parts[1:], strict=True)), dataset, name
                )
            rest = -(self.file.tell() - begin) % RECORD
            if self.file.read(rest) != b" " * rest:
                self.refuse("something after the long labels", "blanks", dataset)
        else:
            self.file.seek(at)
        # Some writers leave the count at zero: then it is not stated.
        return variables, self.number(self.heading("OBS")[:15], "the number of observations") or None

    def _integers(self, count: int) -> list[int]:
        data = self.file.read(2 * count).ljust(2 * count, b"\0")
        return list(struct.unpack(f">{count}H", data))

    def _with_texts(self, variable: Namestr, texts: dict[str, bytes], dataset: str, name: str) -> Namestr:
        stated = variable.label_bytes
        if stated not in (0, len(texts["label"])):
            # Older versions of ReadStat put the label after the formats.
            self.refuse(
                f"a long label of {len(texts['label'])} bytes",
                f"{stated}, as its NAMESTR says",
                dataset,
                name,
            )
        formats: dict[str, Any] = {}
        for kind in ("format", "informat"):
            text = texts.get(kind, b"").rstrip(b" \0")
            result = re.fullmatch(
                rb"(\$?(?:[A-Za-z_][A-Za-z0-9_]*)?(?<![0-9]))([0-9]{0,5})\.([0-9]{0,5})", text
            )
            if text and not result:
                self.refuse(f"the {kind} {ascii(text)[2:-1]}", "a SAS format", dataset, name)
            if result:
                formats[kind] = (result[1], int(result[2] or 0), int(result[3] or 0))
        return variable._replace(label=texts["label"], **formats)

    def _find_next(self, dataset: str) -> None:
        """Go to the next member's header, or to the end."""
        mark = layout.opening("")[:20]
        member = layout.opening(self._kinds["MEMBER"])
        at = self.file.tell()
        while block := self.file.read(_BLOCK):
            place = block.find(mark)
            while place >= 0:
                # Only a record can be a header; elsewhere it is a value's text.
                if place % RECORD == 0:
                    if not block.startswith(member, place):
                        kind = ascii(block[place + 20 : place + 28])[2:-1]
                        self.refuse(
                            f"a header record {kind} among the observations", "a MEMBER header first", dataset
                        )
                    self.file.seek(at + place)
                    return
                place = block.find(mark, place + 1)
            at += len(block)
