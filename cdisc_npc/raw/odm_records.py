"""The records of an ODM file, gathered while it is read; see `cdisc_npc.raw.odm`."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.xml_stream import drop, local
from cdisc_npc.transport.raw_tables import LONGEST_FIELD, line_params, text_frame

KEYS = (
    "StudyOID", "SubjectKey", "LocationOID", "StudyEventOID", "StudyEventRepeatKey",
    "FormOID", "FormRepeatKey", "ItemGroupOID", "ItemGroupRepeatKey",
)  # fmt: skip
_LEVEL_KEYS = {
    "ClinicalData": ("StudyOID",),
    "SubjectData": ("SubjectKey",),
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
}
# From the subject down; ClinicalData is the study.
_LEVELS = {level: depth for depth, level in enumerate(list(_LEVEL_KEYS)[1:])}
_SEEN = ("ODM", "Study", "MetaDataVersion", "AdminData", "ReferenceData", "SiteRef", *_LEVEL_KEYS)
TAGS = tuple(f"{{*}}{tag}" for tag in _SEEN)
# Items of one form beyond this are no form but an attack on memory.
_MOST_COLUMNS = 5_000
_KNOWN = {"Insert", "Update", "Upsert", "Remove", "Context", ""}
_OF_LEVELS = {
    "TransactionType",
    "MetaDataVersionOID",
    *(key for keys in _LEVEL_KEYS.values() for key in keys),
}
_OF_ITEMS = {"ItemOID", "Value", "IsNull", "TransactionType", "MeasurementUnitOID"}
# Who entered, signed and checked what: of the trial's conduct, not of its data.
_CONDUCT = {"AuditRecord", "AuditRecords", "Signature", "Signatures", "ArchiveLayoutRef"}

# Records of a column and its values: an update follows what it updates.
Column = tuple[list[int], list[str]]


def is_reference(group: Any) -> bool:
    parent = group.getparent()
    return parent is not None and local(parent.tag) == "ReferenceData"


def defined_forms(version: Any) -> dict[str, list[str]]:
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


class Records:
    """Item groups in the order of the file: their keys, and each item's values by record."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.transactional = False
        self.keys: list[tuple[str, ...]] = []
        self.alive: list[bool] = []
        # Columns of each form: its items', and what stands beside them.
        self.items: dict[str, dict[str, Column]] = {}
        self.beside: dict[str, dict[str, Column]] = {}
        self.defined: dict[str, list[str]] = {}
        self.rows: dict[tuple[str, ...], int] = {}
        self.within: dict[tuple[str, ...], list[int]] = {}
        # Subjects, events, forms and item groups are numbered: an attribute of one is of all its records.
        self.open = [0] * len(_LEVELS)
        self.numbers: dict[tuple[int, tuple[str, ...]], int] = {}
        self.count = 0
        self.places: list[tuple[int, ...]] = []
        self.locations: dict[int, str] = {}
        self.attributes: dict[tuple[int, str], dict[int, str]] = {}
        self.nulls: list[tuple[str, str, str, int]] = []
        self.unread: dict[tuple[str, str], tuple[int, int]] = {}

    def see(self, event: str, element: Any) -> None:
        tag = local(element.tag)
        if event == "start":
            if tag == "ODM":
                self.transactional = element.get("FileType") == "Transactional"
            elif tag in _LEVELS and tag != "ItemGroupData":
                self._open(tag, element)
        elif tag == "SiteRef":
            self.locations[self.open[0]] = element.get("LocationOID", "")
        else:
            if tag == "ItemGroupData":
                self._group(element)
            elif tag == "MetaDataVersion":
                self.defined |= defined_forms(element)
            self._pass_by(element, element)
            if tag != "ODM":
                self._pass_by(element.getparent(), element.itersiblings(preceding=True))
                drop(element)

    def _pass_by(self, parent: Any, children: Any) -> None:
        """Count elements that are not read among the children of one that is."""
        inside = "" if parent is None else local(parent.tag)
        if inside not in ("ODM", *_LEVEL_KEYS) and not inside.startswith("ItemData"):
            return
        for child in children:
            name = local(child.tag)
            if name not in _SEEN and not (name.startswith("ItemData") and inside == "ItemGroupData"):
                self._note(f"{name} in {inside}", child, "note" if name in _CONDUCT else "warning")

    def _note(self, what: str, element: Any, severity: str = "warning") -> None:
        count, line = self.unread.get((what, severity), (0, element.sourceline or 0))
        self.unread[what, severity] = count + 1, line
        self._limit(len(self.unread), "kinds of what is not read")

    def _limit(self, count: int, what: str, form: str = "") -> None:
        if count > _MOST_COLUMNS:
            raise Refused.because(
                "RAW_UNREADABLE", file=self.file, form=form, value=f"{count} {what}",
                expected=f"at most {_MOST_COLUMNS}",
            )  # fmt: skip

    def _open(self, level: str, element: Any) -> None:
        """A level above item groups begins; a removed one has no records and is no more."""
        depth, path = _LEVELS[level], self._path(element)
        above = self.open[depth - 1] if depth else 0
        own = path[-len(_LEVEL_KEYS[level]) :] if depth else path
        if self._transaction(element) == "Remove":
            for row in self.within.pop(path, []):
                self.alive[row] = False
                self.rows.pop(self.keys[row], None)
            self.numbers.pop((above, own), None)
        self.open[depth] = self._number(above, own)
        self._attributes(level, element, self.open[depth])

    def _number(self, above: int, own: tuple[str, ...]) -> int:
        """Number of an element: in a Transactional file that of the one of the same keys, if there is one."""
        self.count += 1
        return self.numbers.setdefault((above, own), self.count) if self.transactional else self.count

    def _attributes(self, level: str, element: Any, number: int) -> None:
        names = set()
        for full, value in element.items():
            name = local(full)
            if full in _OF_LEVELS:
                continue
            if name in names:
                self._note(f"another vendor's {name} of {level}", element)
                continue
            names.add(name)
            self._check_length(name, value)
            self.attributes.setdefault((_LEVELS[level], f"{level}.{name}"), {})[number] = value
        self._limit(len(self.attributes), "attributes")

    def _transaction(self, element: Any) -> str:
        kind = element.get("TransactionType", "")
        if kind not in _KNOWN or (not self.transactional and kind not in ("", "Insert")):
            what = f"TransactionType {kind} of {local(element.tag)} at line {element.sourceline}"
            expected = (
                "Insert, Update, Upsert, Remove or Context" if self.transactional else "a Transactional file"
            )
            raise Refused.because("RAW_ODM_TRANSACTION", file=self.file, value=what, expected=expected)
        return kind

    def _path(self, element: Any) -> tuple[str, ...]:
        """Keys of an element and of all it stands in, outermost first, by level."""
        path: tuple[str, ...] = ()
        while element is not None:
            names = _LEVEL_KEYS.get(local(element.tag))
            if names:
                path = (*(element.get(name, "") for name in names), *path)
            element = element.getparent()
        return path

    def _group(self, group: Any) -> None:
        if is_reference(group):
            self._note(f"ItemGroupData {group.get('ItemGroupOID', '')} in ReferenceData", group)
            return
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
            self.keys.append(path)
            self.alive.append(True)
            self.count += 1
            self.places.append((*self.open[:-1], self.count))
            if self.transactional:
                self.rows[path] = row
                for depth in (2, 4, 6):
                    self.within.setdefault(path[:depth], []).append(row)
        self._attributes("ItemGroupData", group, self.places[row][-1])
        self._items(group, row, path[4])

    def _items(self, group: Any, row: int, form: str) -> None:
        columns, beside = self.items.setdefault(form, {}), self.beside.setdefault(form, {})
        seen = set()
        for element in group:
            if not isinstance(element.tag, str) or not local(element.tag).startswith("ItemData"):
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
            removed = "TransactionType" in said and self._transaction(element) == "Remove"
            value = "" if removed else self._value(element, said, form)
            self._put(columns, name, row, value)
            unit = "" if removed else said.get("MeasurementUnitOID") or self._children(element)
            if unit or f"{name}.unit" in columns:
                self._put(columns, f"{name}.unit", row, unit)
            reason = ""
            for other in said.keys() - _OF_ITEMS:
                if local(other) == "ReasonForNull":
                    reason = said[other]
                else:
                    self._note(f"{local(other)} of {local(element.tag)}", element)
            if reason or f"{name}.ReasonForNull" in beside:
                self._put(beside, f"{name}.ReasonForNull", row, "" if removed else reason)
        self._limit(len(columns), f"items in form {form}", form)

    def _value(self, element: Any, said: dict[str, str], form: str) -> str:
        """The value of an item: its attribute, or the text of one that has none (ItemDataString and the like)."""
        text = element.text or ""
        if len(element):
            text += "".join(child.tail or "" for child in element)
        value = said.get("Value")
        if value is None:
            value = text if text.strip() or local(element.tag) != "ItemData" else ""
        elif text.strip():
            self._note(f"text beside Value of {local(element.tag)}", element)
        if value.strip() and said.get("IsNull") == "Yes":
            self.nulls.append((form, said.get("ItemOID", ""), value, element.sourceline or 0))
        return value

    def _children(self, element: Any) -> str:
        """The unit that an item's child names; other children are counted."""
        if not len(element):
            return ""
        references = element.findall("{*}MeasurementUnitRef")
        self._pass_by(element, [child for child in element if child not in references[:1]])
        return references[0].get("MeasurementUnitOID", "") if references else ""

    def _check_length(self, name: str, value: str) -> None:
        if len(value) > LONGEST_FIELD:
            raise Refused.because(
                "RAW_FIELD_TOO_LONG", file=self.file, variable=name, value=str(len(value)),
                expected=f"{LONGEST_FIELD} bytes",
            )  # fmt: skip

    def _put(self, columns: dict[str, Column], name: str, row: int, value: str) -> None:
        self._check_length(name, value)
        rows, values = columns.setdefault(name, ([], []))
        rows.append(row)
        values.append(value)

    @cached_property
    def _keys_frame(self) -> pd.DataFrame:
        frame = pd.DataFrame(self.keys, columns=[key for key in KEYS if key != "LocationOID"], dtype="str")
        sites = [self.locations.get(place[0], "") for place in self.places]
        frame.insert(KEYS.index("LocationOID"), "LocationOID", pd.Series(sites, dtype="str"))
        return frame

    @cached_property
    def _numbers(self) -> np.ndarray:
        return np.array(self.places, dtype=np.int64).reshape(len(self.places), len(_LEVELS))

    def frame(self, name: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The records of a form, or of one of its item groups (none if all were removed), and columns beside."""
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
        columns |= self._cells(self.items.get(owner, {}), place, len(rows), group)
        if not group:
            blank = pd.Series("", index=range(len(rows)), dtype="str")
            columns = dict.fromkeys(self.defined.get(name, [])[:_MOST_COLUMNS], blank) | columns
            columns = {key: columns.pop(key) for key in KEYS} | columns
        beside = self._cells(self.beside.get(owner, {}), place, len(rows), group) | self._of_levels(rows)
        for twice in beside.keys() & columns.keys():
            raise Refused.because(
                "RAW_DUPLICATE_COLUMN", file=self.file, form=name, variable=twice,
                expected="no item of the name of an attribute",
            )  # fmt: skip
        frame = text_frame(columns | beside, len(rows))
        return frame[np.array(self.alive, dtype=bool)[rows]].reset_index(drop=True), tuple(beside)

    @staticmethod
    def _cells(
        items: dict[str, Column], place: np.ndarray, size: int, filled_only: bool
    ) -> dict[str, pd.Series]:
        """Columns of records that have a place; without those that have no value there, where that is asked."""
        columns = {}
        for item, (at, values) in items.items():
            here = place[at]
            if filled_only and not (here >= 0).any():
                continue
            cells = np.full(size, "", dtype=object)
            cells[here[here >= 0]] = np.array(values, dtype=object)[here >= 0]
            columns[item] = pd.Series(cells, dtype="str")
        return columns

    def _of_levels(self, rows: np.ndarray) -> dict[str, pd.Series]:
        """Attributes of subjects, events, forms and item groups, where one of these records has them."""
        columns = {}
        for (depth, name), values in self.attributes.items():
            numbers = pd.Series(self._numbers[rows, depth])
            if numbers.isin(list(values)).any():
                columns[name] = numbers.map(values).fillna("").astype("str")
        return columns

    def findings(self) -> Findings:
        """Values beside IsNull, and what was not read, by kind."""
        findings = Findings()
        if self.nulls:
            forms, items, values, lines = zip(*self.nulls, strict=True)
            findings.add(
                "RAW_ODM_NULL_VALUE", file=self.file, form=forms, variable=items, value=values,
                params=line_params(lines), expected="no IsNull beside a value",
            )  # fmt: skip
        for (what, severity), (count, line) in self.unread.items():
            findings.add(
                "RAW_ODM_NOT_READ", severity=severity, file=self.file, value=f"{what} ({count} times)",
                params={"line": line}, expected="what was collected in the items of ClinicalData",
            )  # fmt: skip
        return findings
