"""The document against the data: files, variables, types, lengths, labels, terms, keys, values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from define_xml.issues import Report
from define_xml.model import Define, ItemDef, ItemGroupDef, ItemRef, RangeCheck, WhereClauseDef
from define_xml.values import NUMBERS, digits, fits, form_of, is_supplemental

_GAPS = 4  # numbers with more gaps than so many for each of them are sorted to number them anew
_SHOWN = 60  # characters of a value in an issue


@dataclass(frozen=True)
class Column:
    """A variable as the file states it; the length of text in bytes."""

    name: str
    label: str
    type: str
    length: int | None


class Coded(Protocol):
    """The data of whom knows the distinct values of each column already."""

    def __len__(self) -> int:
        """The number of records."""

    def coded(self, name: str) -> tuple[np.ndarray, Sequence[Any] | np.ndarray]:
        """The code of each record, and each value once: text, or numbers as an array."""


@dataclass(frozen=True, eq=False)
class Table:
    """A dataset of the package.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the file; ``type`` is ``Char`` or ``Num``.
    frame : DataFrame or Coded
        Text blank where missing, numbers NaN.
    encoding : str
        In which lengths are counted.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame | Coded
    encoding: str = "utf-8"

    @property
    def records(self) -> int:
        """How many there are."""
        return len(self.frame)

    @cached_property
    def factors(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        """Made when asked for: codes and distinct texts of a column."""
        return {}

    def distinct(self, name: str) -> tuple[np.ndarray, list[str]]:
        """Codes of the records and the distinct texts they point to; code -1 where there is no value."""
        if name not in self.factors:
            if isinstance(self.frame, pd.DataFrame):
                index = pd.Index(self.frame[name].unique())
                codes = index.get_indexer(pd.Index(self.frame[name]))
                kinds: Sequence[Any] | np.ndarray = np.asarray(index)
            else:
                codes, kinds = self.frame.coded(name)
            if isinstance(kinds, np.ndarray) and kinds.dtype.kind in "fiu":
                texts = [_positional(float(number)) for number in kinds]
            else:
                texts = [str(kind) for kind in kinds]
            filled = np.array([text != "" and not text.isspace() for text in texts], dtype=bool)
            if not filled.all():
                codes = np.where(filled, np.arange(len(texts), dtype=np.int32), np.int32(-1))[codes]
            self.factors[name] = codes, texts
        return self.factors[name]

    def together(self, names: Sequence[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Number the records by the values that they have in some columns.

        Returns
        -------
        groups : ndarray of int
            Of each record, from 0.
        codes : dict of ndarray of int
            By column, the code that each group has.
        """
        groups, codes = _numbered(np.zeros(self.records, dtype=np.int64), 1)
        numbers = [codes]
        for name in names:
            column, texts = self.distinct(name)
            groups, pairs = _numbered(groups * (len(texts) + 1) + column + 1, len(codes) * (len(texts) + 1))
            before, codes = np.divmod(pairs, len(texts) + 1)
            numbers = [*(item[before] for item in numbers), codes]
        return groups, {name: item - 1 for name, item in zip(names, numbers[1:], strict=True)}


def _numbered(numbers: np.ndarray, bound: int) -> tuple[np.ndarray, np.ndarray]:
    """Number anew without gaps, from 0; and the numbers that there were, which are below a bound."""
    if bound > _GAPS * len(numbers) + 1000:
        kinds, places = np.unique(numbers, return_inverse=True)
        return places, kinds
    there = np.bincount(numbers, minlength=bound) > 0
    return (np.cumsum(there) - 1)[numbers], np.flatnonzero(there)


def _positional(number: float) -> str:
    """The fewest digits that tell a number, without an exponent; of a missing one nothing."""
    text = repr(number) if number == number else ""
    return np.format_float_positional(number, trim="-") if "e" in text else text.removesuffix(".0")


def _whole(number: int | str | None) -> int:
    # A number that is none stays text in the model, and is an issue of the schema.
    return number if isinstance(number, int) else 0


def read_tables(folder: str | Path) -> list[Table]:
    """Read the XPT files of a folder, by pyreadstat."""
    import pyreadstat

    tables = []
    for path in sorted(Path(folder).glob("*.xpt")):
        frame, meta = pyreadstat.read_xport(path, disable_datetime_conversion=True)
        columns = []
        for name in meta.column_names:
            text = meta.readstat_variable_types[name] == "string"
            length = int(meta.variable_storage_width[name]) if text else None
            columns.append(
                Column(name, meta.column_names_to_labels[name] or "", "Char" if text else "Num", length)
            )
            if text:
                frame[name] = frame[name].fillna("").astype("str")
        tables.append(
            Table(meta.table_name or path.stem.upper(), meta.file_label or "", tuple(columns), frame)
        )
    return tables


def check_data(define: Define, tables: Iterable[Table], report: Report) -> None:
    """Compare all datasets of a document with the data.

    Parameters
    ----------
    define
        The document.
    tables
        The datasets that it should describe.
    report
        Takes the issues.
    """
    held = {table.name: table for table in tables}
    described = {group.name: group for group in define.metadata.item_groups}
    for name in held:
        if name not in described:
            report.add("DATA_FILE_EXTRA", define.metadata, name)
    for name, group in described.items():
        if name in held:
            _Check(define, group, held[name], report).check()
        elif group.has_no_data != "Yes":
            report.add("DATA_FILE_MISSING", group, name)


class _Check:
    """The comparison of one dataset."""

    def __init__(self, define: Define, group: ItemGroupDef, table: Table, report: Report) -> None:
        self.define, self.group, self.table, self.report = define, group, table, report
        self.columns: Mapping[str, Column] = {column.name: column for column in table.columns}

    def check(self) -> None:
        group, table, report = self.group, self.table, self.report
        if table.label != group.label:
            report.add("DATA_DATASET_LABEL", group, table.label, group.label)
        if (not table.records) != (group.has_no_data == "Yes"):
            report.add("DATA_HAS_RECORDS" if table.records else "DATA_NO_RECORDS", group, group.name)
        refs = sorted(group.item_refs, key=lambda ref: _whole(ref.order_number))
        items = [(ref, self.define.index.items.get(ref.item_oid)) for ref in refs]
        existing = [(ref, item) for ref, item in items if item is not None]
        names = [item.name for _, item in existing]
        for column in table.columns:
            if column.name not in names:
                report.add("DATA_VARIABLE_EXTRA", group, column.name)
        order = [column.name for column in table.columns if column.name in names]
        wanted = [name for name in names if name in self.columns]
        if order != wanted:
            report.add("DATA_ORDER", group, " ".join(order), " ".join(wanted))
        for ref, item in existing:
            if item.name not in self.columns:
                report.add("DATA_VARIABLE_MISSING", item, item.name)
            else:
                self._variable(ref, item)
        self._keys()
        if "DOMAIN" in self.columns and group.domain:
            for text in self.table.distinct("DOMAIN")[1]:
                if text and text != group.domain:
                    report.add("DATA_DOMAIN", group, text, group.domain)

    def _variable(self, ref: ItemRef, item: ItemDef) -> None:
        column, report = self.columns[item.name], self.report
        if column.label != item.label:
            report.add("DATA_LABEL", item, column.label, item.label)
        number = item.data_type in NUMBERS
        # A date of ADaM is a number with a date format.
        timed = item.data_type in ("date", "time", "datetime") and item.display_format is not None
        if (column.type == "Num") != (number or (timed and column.type == "Num")):
            report.add("DATA_TYPE", item, "numbers" if column.type == "Num" else "text", item.data_type)
            return
        if column.type == "Char" and item.data_type == "text" and column.length != item.length:
            report.add("DATA_LENGTH", item, column.length, item.length)
        codes, texts = self.table.distinct(item.name)
        counts = np.bincount(codes + 1, minlength=len(texts) + 1)
        self._values(ref, item, item.name, counts)
        filled = bool(counts[1:].any())
        if len(codes) and filled == (ref.has_no_data == "Yes") and self.group.has_no_data != "Yes":
            report.add("DATA_HAS_RECORDS" if filled else "DATA_NO_VALUES", item, item.name)
        if item.value_list_ref:
            self._value_list(item)

    def _values(self, ref: ItemRef, item: ItemDef, name: str, counts: np.ndarray) -> None:
        """Values of some records against a definition: how many have none, and each of the distinct ones."""
        _, texts = self.table.distinct(name)
        blank, *records = counts.tolist()
        if ref.mandatory == "Yes" and blank:
            self.report.add("DATA_MANDATORY", ref, blank)
        typed = self.columns[name].type == "Char" or item.data_type in NUMBERS
        form = form_of(item.data_type) if typed else None
        length = item.length if isinstance(item.length, int) else None
        decimals = item.significant_digits if isinstance(item.significant_digits, int) else None
        codelist = self.define.index.codelist_of(item)
        terms = frozenset(codelist.terms if codelist else ())
        for text in compress(texts, records):
            if form is not None and form.fullmatch(text) is None:
                self.report.add("DATA_VALUE", item, _shown(text), item.data_type)
            elif length is not None and (len(text) if text.isascii() else self._size(text)) > length:
                self.report.add("DATA_VALUE_LONG", item, _shown(text), length)
            elif decimals is not None and digits(text) > decimals:
                self.report.add("DATA_DIGITS", item, _shown(text), decimals)
            if codelist and terms and text not in terms:
                self.report.add("DATA_TERM", item, _shown(text), codelist.oid)

    def _size(self, text: str) -> int:
        try:
            return len(text.encode(self.table.encoding))
        except (UnicodeEncodeError, LookupError):
            return len(text.encode())

    def _value_list(self, item: ItemDef) -> None:
        index = self.define.index
        assert item.value_list_ref
        values = index.value_lists.get(item.value_list_ref.value_list_oid)
        clauses: list[tuple[ItemRef, list[list[tuple[str, RangeCheck]]]]] = [
            (ref, [
                self._narrowing(result) for clause in ref.where_clause_refs
                if (result := index.where_clauses.get(clause.where_clause_oid)) is not None
            ])
            for ref in (values.item_refs if values else ())
        ]  # fmt: skip
        names = dict.fromkeys(name for _, those in clauses for checks in those for name, _ in checks)
        # What the clauses are asked of: the combinations of values that there are, not the records.
        groups, given = self.table.together([*names])
        codes, texts = self.table.distinct(item.name)
        size = len(texts) + 1
        number = next(iter(given.values())).size if given else min(self.table.records, 1)
        pairs, kinds = _numbered(groups * size + codes + 1, number * size)
        records, (of, value) = np.bincount(pairs, minlength=len(kinds)), np.divmod(kinds, size)
        covered = np.zeros(number, dtype=bool)
        for ref, those in clauses:
            holds = np.zeros(number, dtype=bool)
            for checks in those:
                holds |= self._satisfied(checks, given, number)
            covered |= holds
            if not holds.any():
                self.report.add("DATA_WHERE_EMPTY", ref)
            definition = index.items.get(ref.item_oid)
            if definition is not None:
                mine = holds[of]
                counts = np.bincount(value[mine], records[mine], minlength=size).astype(np.int64)
                self._values(ref, definition, item.name, counts)
        if is_supplemental(self.group.name) and "QNAM" in self.columns:
            qualifiers, qnams = self.table.distinct("QNAM")
            for code in np.unique(qualifiers[~covered[groups] & (codes >= 0) & (qualifiers >= 0)]):
                self.report.add("DATA_VALUE_GAP", item, f"QNAM {qnams[code]}")

    def _narrowing(self, clause: WhereClauseDef) -> list[tuple[str, RangeCheck]]:
        """The range checks of this dataset by their variable; one about another dataset does not narrow."""
        own = {ref.item_oid for ref in self.group.item_refs}
        checks = [(self.define.index.items.get(check.item_oid), check) for check in clause.range_checks]
        return [
            (item.name, check)
            for item, check in checks
            if item is not None and item.name in self.columns and check.item_oid in own
        ]

    def _satisfied(
        self, checks: list[tuple[str, RangeCheck]], given: Mapping[str, np.ndarray], number: int
    ) -> np.ndarray:
        """Combinations of values for which all range checks hold."""
        holds = np.ones(number, dtype=bool)
        for name, check in checks:
            numeric = self.columns[name].type == "Num"
            texts = [*self.table.distinct(name)[1], ""]
            matched = [compares(check.comparator, text, check.check_values, numeric) for text in texts]
            holds &= np.array(matched, dtype=bool)[given[name]]
        return holds

    def _keys(self) -> None:
        names = [
            item.name
            for ref in self.group.keys
            if (item := self.define.index.items.get(ref.item_oid)) and item.name in self.columns
        ]
        if not names or not self.table.records:
            return
        groups, codes = self.table.together([*dict.fromkeys(names)])
        if again := self.table.records - len(codes[names[0]]):
            self.report.add("DATA_KEYS", self.group, again, ", ".join(names))
        blank = np.logical_and.reduce([item < 0 for item in codes.values()])
        if blank.any():
            self.report.add("DATA_KEYS_BLANK", self.group, int(np.bincount(groups)[blank].sum()))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def compares(comparator: str, text: str, values: list[str], number: bool) -> bool:
    """Whether a value satisfies a range check; numbers are compared as numbers, text as text.

    Parameters
    ----------
    comparator
        EQ, NE, IN, NOTIN, LT, LE, GT or GE.
    text
        The value.
    values
        Check values; several only of IN and NOTIN.
    number
        Whether the item is a number.
    """
    if number and text and all(fits("float", value) for value in values):
        return _compare(comparator, float(text), [float(value) for value in values])
    return _compare(comparator, text, values)


def _compare(comparator: str, value: Any, values: list[Any]) -> bool:
    match comparator:
        case "EQ" | "IN":
            return value in values
        case "NE" | "NOTIN":
            return value not in values
    if value == "" or not values:
        return False
    match comparator:
        case "LT":
            return value < values[0]
        case "LE":
            return value <= values[0]
        case "GT":
            return value > values[0]
        case "GE":
            return value >= values[0]
    return False
