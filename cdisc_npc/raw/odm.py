"""ODM-XML 1.3.2 ClinicalData: each form a table, read as a stream.

A record of a form is one item group: its keys (`KEYS`), then a column for each
ItemOID in the order of first sight, and ``<ItemOID>.unit`` where an item states a
measurement unit. A form with several item groups is one table of all their
records, of the union of their columns, under its FormOID, and besides a table of
each item group alone, under ``FormOID.ItemGroupOID``; a form of the raw data
contract names whichever it means.

In a Transactional file Insert, Update, Upsert and Remove take effect in the order
of the file, on subjects, events, forms, item groups and items; Context, or no
TransactionType, leaves a level as it is and an item group or item that has
neither is inserted or updated as needed. A Snapshot states the present and
may say no more than Insert.

No document type, hence no entity, is accepted: it is looked for in the prolog
before the parser sees a byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lxml import etree

from cdisc_npc.findings import Refused
from cdisc_npc.raw.tables import LONGEST_FIELD, RawTable, text_frame

KEYS = (
    "StudyOID", "SubjectKey", "LocationOID", "StudyEventOID", "StudyEventRepeatKey",
    "FormOID", "FormRepeatKey", "ItemGroupOID", "ItemGroupRepeatKey",
)  # fmt: skip
# Items of one form beyond this are no form but an attack on memory.
_MOST_COLUMNS = 5_000
_PROLOG = 1 << 16
# Encodings in which the prolog's ASCII can be read as such; UTF-16 has its mark.
_ASCII_LIKE = {
    "utf-8",
    "us-ascii",
    "ascii",
    "gb18030",
    "gbk",
    "gb2312",
    "windows-1252",
    "iso-8859-1",
    "utf-16",
}
_XML = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_KNOWN = {"Insert", "Update", "Upsert", "Remove", "Context", ""}


def refuse_document_type(head: bytes, file: str) -> None:
    """Refuse XML with a document type, by its prolog, before anything is expanded.

    Parameters
    ----------
    head
        The file's first bytes, as far as 64 KiB.
    file
        Its name, for the finding.

    Raises
    ------
    Refused
        ``RAW_XML_ENTITY``; ``RAW_ENCODING`` where the declared encoding could hide
        one; ``RAW_UNREADABLE`` where no root element follows.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    head = head.removeprefix(b"\xef\xbb\xbf")
    declared = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", head)
    if declared and declared[1].decode().lower() not in _ASCII_LIKE:
        raise Refused.because(
            "RAW_ENCODING", file=file, value=declared[1].decode(), expected=", ".join(sorted(_ASCII_LIKE))
        )
    place = 0
    while True:
        place += len(head[place:]) - len(head[place:].lstrip())
        if head.startswith(b"<?", place):
            stop = head.find(b"?>", place) + 2
        elif head.startswith(b"<!--", place):
            stop = head.find(b"-->", place + 4) + 3
        elif head[place : place + 2].lower() == b"<!":
            what = head[place : place + 40].split(b"[")[0].decode("ascii", "backslashreplace").strip()
            raise Refused.because("RAW_XML_ENTITY", file=file, value=what)
        elif head.startswith(b"<", place):
            return
        else:
            stop = -1
        if stop <= place:
            raise Refused.because("RAW_UNREADABLE", file=file, value="no root element", expected="XML")
        place = stop


def tables_in(path: Path) -> list[str]:
    """Names of the forms, with data or only defined, and of a form's item groups where it has several."""
    groups: dict[str, dict[str, None]] = {}
    defined: dict[str, list[str]] = {}
    tags = ("{*}MetaDataVersion", "{*}FormData", "{*}ItemGroupData")
    for event, element in _stream(path, events=("start", "end"), tag=tags):
        if event == "end":
            if _local(element.tag) == "MetaDataVersion":
                defined |= _defined(element)
            _drop(element)
        elif _local(element.tag) == "MetaDataVersion":
            continue
        elif _local(element.tag) == "FormData":
            groups.setdefault(element.get("FormOID", ""), {})
        else:
            form = element.getparent()
            groups.setdefault("" if form is None else form.get("FormOID", ""), {})[
                element.get("ItemGroupOID", "")
            ] = None
    names = []
    for form_oid, oids in groups.items():
        names.append(form_oid)
        if len(oids) > 1:
            names += [f"{form_oid}.{oid}" for oid in oids]
    return names + [form_oid for form_oid in defined if form_oid not in groups]


def _defined(version: Any) -> dict[str, list[str]]:
    """ItemOIDs of each FormOID that a MetaDataVersion defines."""
    items = {
        group.get("OID", ""): [reference.get("ItemOID", "") for reference in group.iterfind("{*}ItemRef")]
        for group in version.iterfind("{*}ItemGroupDef")
    }
    return {
        form.get("OID", ""): [
            item
            for reference in form.iterfind("{*}ItemGroupRef")
            for item in items.get(reference.get("ItemGroupOID", ""), [])
        ]
        for form in version.iterfind("{*}FormDef")
    }


def read_tables(path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
    """Read forms of one ODM file, in one pass.

    Parameters
    ----------
    path
        An ODM-XML file.
    names
        Of `tables_in`.
    encoding
        Not used: an XML file states its encoding.

    Raises
    ------
    Refused
        ``RAW_XML_ENTITY``, ``RAW_UNREADABLE``, ``RAW_FIELD_TOO_LONG``,
        ``RAW_DUPLICATE_COLUMN`` (an item twice in one group) or
        ``RAW_ODM_TRANSACTION`` with what the file says and cannot mean.
    """
    records = _Records(path.name)
    for event, element in _stream(path, events=("start", "end"), tag=_SEEN):
        records.see(event, element)
    return {name: RawTable(name, records.frame(name), path.name, keys=KEYS) for name in names}


class _Records:
    """Item groups in the order of the file: their keys, and each item's values by record."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.transactional = False
        self.location = ""
        self.keys: list[tuple[str, ...]] = []
        self.alive: list[bool] = []
        # For each form each column's records and values: an update follows what it updates.
        self.items: dict[str, dict[str, tuple[list[int], list[str]]]] = {}
        self.defined: dict[str, list[str]] = {}
        self.rows: dict[tuple[str, ...], int] = {}
        self.within: dict[tuple[str, ...], list[int]] = {}

    def see(self, event: str, element: Any) -> None:
        tag = _local(element.tag)
        if event == "start":
            if tag == "ODM":
                self.transactional = element.get("FileType") == "Transactional"
            elif tag in _LEVELS:
                self._open(tag, element)
        elif tag == "SiteRef":
            self.location = element.get("LocationOID", "")
        elif tag == "ItemGroupData":
            self._group(element)
            _drop(element)
        elif tag != "ODM":
            if tag == "MetaDataVersion":
                self.defined |= _defined(element)
            _drop(element)

    def _open(self, tag: str, element: Any) -> None:
        """A level above item groups begins: a new subject has no site yet, a removed one no records."""
        if tag == "SubjectData":
            self.location = ""
        if self._transaction(element) == "Remove":
            for row in self.within.pop(self._path(element), []):
                self.alive[row] = False
                self.rows.pop(self._unique(self.keys[row]), None)

    def _transaction(self, element: Any) -> str:
        kind = element.get("TransactionType", "")
        if kind not in _KNOWN or (not self.transactional and kind not in ("", "Insert")):
            what = f"TransactionType {kind} of {_local(element.tag)} at line {element.sourceline}"
            expected = (
                "Insert, Update, Upsert, Remove or Context" if self.transactional else "a Transactional file"
            )
            raise Refused.because("RAW_ODM_TRANSACTION", file=self.file, value=what, expected=expected)
        return kind

    def _path(self, element: Any) -> tuple[str, ...]:
        """Keys of an element and of all it stands in, outermost first, by level."""
        path: tuple[str, ...] = ()
        while element is not None:
            names = _LEVEL_KEYS.get(_local(element.tag))
            if names:
                path = (*(element.get(name, "") for name in names), *path)
            element = element.getparent()
        return path

    @staticmethod
    def _unique(keys: tuple[str, ...]) -> tuple[str, ...]:
        return keys[:2] + keys[3:]  # the site is no part of a record's key

    def _group(self, group: Any) -> None:
        path = self._path(group)
        if len(path) != len(KEYS) - 1:
            raise Refused.because(
                "RAW_UNREADABLE", file=self.file, value=f"ItemGroupData at line {group.sourceline}",
                expected="it inside ClinicalData, SubjectData, StudyEventData and FormData",
            )  # fmt: skip
        kind = self._transaction(group)
        row = self.rows.get(path) if self.transactional else None
        if (kind == "Insert" and row is not None) or (kind in ("Update", "Remove") and row is None):
            what = f"{kind} of item group {' / '.join(path)}"
            expected = "a new one" if row is not None else "one that is there"
            raise Refused.because("RAW_ODM_TRANSACTION", file=self.file, value=what, expected=expected)
        if kind == "Remove" and row is not None:
            self.alive[row] = False
            del self.rows[path]
            return
        if row is None:
            row = len(self.keys)
            self.keys.append((*path[:2], self.location, *path[2:]))
            self.alive.append(True)
            if self.transactional:
                self.rows[path] = row
                for depth in (2, 4, 6):
                    self.within.setdefault(path[:depth], []).append(row)
        self._items(group, row, path[4])

    def _items(self, group: Any, row: int, form: str) -> None:
        columns = self.items.setdefault(form, {})
        seen = set()
        for element in group:
            if not isinstance(element.tag, str) or not _local(element.tag).startswith("ItemData"):
                continue
            # Millions of items: their attributes are fetched once.
            said = dict(element.items())
            name = said.get("ItemOID", "")
            if name in seen or name in KEYS:
                raise Refused.because(
                    "RAW_DUPLICATE_COLUMN", file=self.file, form=form, variable=name,
                    expected="each item once in an item group", params={"line": element.sourceline},
                )  # fmt: skip
            seen.add(name)
            removed = said.get("IsNull") == "Yes"
            if "TransactionType" in said:
                removed |= self._transaction(element) == "Remove"
            value = said.get("Value")
            self._put(columns, name, row, "" if removed else _text(element) if value is None else value)
            unit = said.get("MeasurementUnitOID") or _unit(element)
            if unit or f"{name}.unit" in columns:
                self._put(columns, f"{name}.unit", row, "" if removed else unit)
        if len(columns) > _MOST_COLUMNS:
            raise Refused.because(
                "RAW_UNREADABLE", file=self.file, form=form, value=f"form {form} of {len(columns)} items",
                expected=f"at most {_MOST_COLUMNS}",
            )  # fmt: skip

    def _put(self, columns: dict[str, tuple[list[int], list[str]]], name: str, row: int, value: str) -> None:
        if len(value) > LONGEST_FIELD:
            raise Refused.because(
                "RAW_FIELD_TOO_LONG", file=self.file, variable=name, value=str(len(value)),
                expected=f"{LONGEST_FIELD} bytes",
            )  # fmt: skip
        rows, values = columns.setdefault(name, ([], []))
        rows.append(row)
        values.append(value)

    @cached_property
    def _keys_frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.keys, columns=list(KEYS), dtype="str")

    def frame(self, name: str) -> pd.DataFrame:
        """The records of a form, or of one of its item groups; none if all were removed."""
        keys = self._keys_frame
        form = keys["FormOID"]
        mine = form.eq(name).to_numpy()
        group = not mine.any() and name not in self.items and name not in self.defined
        if group:
            mine = (form + "." + keys["ItemGroupOID"]).eq(name).to_numpy()
        rows = np.flatnonzero(mine)
        place = np.full(len(keys), -1)
        place[rows] = np.arange(len(rows))
        columns = {key: keys[key].iloc[rows].reset_index(drop=True) for key in KEYS}
        owner = form.iloc[rows[0]] if len(rows) else name
        for item, (at, values) in self.items.get(owner, {}).items():
            here = place[at]
            if group and not (here >= 0).any():
                continue
            cells = np.full(len(rows), "", dtype=object)
            cells[here[here >= 0]] = np.array(values, dtype=object)[here >= 0]
            columns[item] = pd.Series(cells, dtype="str")
        if not group:
            blank = pd.Series("", index=range(len(rows)), dtype="str")
            columns = dict.fromkeys(self.defined.get(name, [])[:_MOST_COLUMNS], blank) | columns
            columns = {key: columns.pop(key) for key in KEYS} | columns
        frame = text_frame(columns, len(rows))
        return frame[np.array(self.alive, dtype=bool)[rows]].reset_index(drop=True)


_LEVEL_KEYS = {
    "ClinicalData": ("StudyOID",),
    "SubjectData": ("SubjectKey",),
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
}
_LEVELS = {"SubjectData", "StudyEventData", "FormData"}
_SEEN = tuple(
    f"{{*}}{tag}" for tag in ("ODM", "Study", "MetaDataVersion", "AdminData", "ReferenceData", "SiteRef", *_LEVEL_KEYS)
)  # fmt: skip


@lru_cache(1024)
def _local(tag: str) -> str:
    """A tag without its namespace; a file has few of them."""
    return etree.QName(tag).localname


def _text(element: Any) -> str:
    """A typed item (ItemDataString) has its value as its text; an untyped one without Value has none."""
    return "" if _local(element.tag) == "ItemData" else element.text or ""


def _unit(element: Any) -> str:
    reference = element.find("{*}MeasurementUnitRef") if len(element) else None
    return "" if reference is None else reference.get("MeasurementUnitOID", "")


def _drop(element: Any) -> None:
    """Free an element that was read, and its place among its siblings."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _stream(path: Path, **options: Any) -> Iterator[tuple[str, Any]]:
    """Parse events of an XML file; its damage is a refusal."""
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="an ODM file")
    with path.open("rb") as file:
        refuse_document_type(file.read(_PROLOG), path.name)
        file.seek(0)
        try:
            yield from etree.iterparse(file, **options, **_XML)
        except (etree.XMLSyntaxError, ValueError, LookupError) as error:
            raise Refused.because(
                "RAW_UNREADABLE", file=path.name, value=str(error)[:200], expected="well-formed XML"
            ) from error
