"""The document against the data: files, variables, types, lengths, labels, terms, keys, values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from define_xml.issues import Report
from define_xml.model import Define, ItemDef, ItemGroupDef, ItemRef, WhereClauseDef
from define_xml.values import NUMBERS, digits, fits, form_of, is_supplemental

_SHOWN = 60  # characters of a value in an issue


@dataclass(frozen=True)
class Column:
    """A variable as the file states it; the length of text in bytes."""

    name: str
    label: str
    type: str
    length: int | None


@dataclass(frozen=True, eq=False)
class Table:
    """A dataset of the package.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the file; ``type`` is ``Char`` or ``Num``.
    frame : DataFrame
        Text blank where missing, numbers NaN.
    encoding : str
        In which lengths are counted.
    coded
        Gives codes and distinct values of a column, of whom knows them already: each record's, each value once.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    encoding: str = "utf-8"

    coded: Callable[[str], tuple[np.ndarray, Sequence[Any]]] | None = None

    @cached_property
    def factors(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        """Made when asked for: codes and distinct texts of a column."""
        return {}

    def distinct(self, name: str) -> tuple[np.ndarray, list[str]]:
        """Codes of the records and the distinct texts they point to; code -1 where there is no value."""
        if name not in self.factors:
            values = self.frame[name]
            codes, kinds = self.coded(name) if self.coded else pd.factorize(values, use_na_sentinel=False)
            if pd.api.types.is_numeric_dtype(values.dtype):
                texts = [_positional(float(number)) for number in kinds]
            else:
                texts = [str(kind) for kind in kinds]
            filled = np.array([text != "" and not text.isspace() for text in texts], dtype=bool)
            if not filled.all():
                codes = np.where(filled, np.arange(len(texts)), -1)[codes]
            self.factors[name] = codes, texts
        return self.factors[name]


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
    """Compare all datasets of a document with the data."""
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
        if table.frame.empty != (group.has_no_data == "Yes"):
            report.add("DATA_NO_RECORDS" if table.frame.empty else "DATA_HAS_RECORDS", group, group.name)
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
        self._values(ref, item, item.name)
        codes, _ = self.table.distinct(item.name)
        filled = codes >= 0
        if len(codes) and filled.any() == (ref.has_no_data == "Yes") and self.group.has_no_data != "Yes":
            report.add("DATA_HAS_RECORDS" if filled.any() else "DATA_NO_VALUES", item, item.name)
        if item.value_list_ref:
            self._value_list(item, filled)

    def _values(self, ref: ItemRef, item: ItemDef, name: str, rows: np.ndarray | slice = slice(None)) -> None:
        """Values of some records, by default of all, against a definition."""
        codes, texts = self.table.distinct(name)
        blank, *records = np.bincount(codes[rows] + 1, minlength=1).tolist()
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

    def _value_list(self, item: ItemDef, filled: np.ndarray) -> None:
        index = self.define.index
        assert item.value_list_ref
        values = index.value_lists.get(item.value_list_ref.value_list_oid)
        covered = np.zeros(len(self.table.frame), dtype=bool)
        for ref in values.item_refs if values else ():
            rows = np.zeros(len(self.table.frame), dtype=bool)
            for clause in ref.where_clause_refs:
                result = index.where_clauses.get(clause.where_clause_oid)
                if result is not None:
                    rows |= self._satisfied(result)
            covered |= rows
            if not rows.any():
                self.report.add("DATA_WHERE_EMPTY", ref)
            definition = index.items.get(ref.item_oid)
            if definition is not None:
                self._values(ref, definition, item.name, rows)
        if is_supplemental(self.group.name) and "QNAM" in self.columns:
            codes, texts = self.table.distinct("QNAM")
            for code in np.unique(codes[~covered & filled & (codes >= 0)]):
                self.report.add("DATA_VALUE_GAP", item, f"QNAM {texts[code]}")

    def _satisfied(self, clause: WhereClauseDef) -> np.ndarray:
        """Records for which all range checks hold; one about another dataset does not narrow."""
        holds = np.ones(len(self.table.frame), dtype=bool)
        for check in clause.range_checks:
            item = self.define.index.items.get(check.item_oid)
            if item is None or item.name not in self.columns or not self._own(check.item_oid):
                continue
            codes, texts = self.table.distinct(item.name)
            number = self.columns[item.name].type == "Num"
            matched = [compares(check.comparator, text, check.check_values, number) for text in texts]
            blank = compares(check.comparator, "", check.check_values, number)
            holds &= np.array([*matched, blank], dtype=bool)[codes]
        return holds

    def _own(self, item_oid: str) -> bool:
        return any(ref.item_oid == item_oid for ref in self.group.item_refs)

    def _keys(self) -> None:
        names = [
            item.name
            for ref in self.group.keys
            if (item := self.define.index.items.get(ref.item_oid)) and item.name in self.columns
        ]
        if not names or self.table.frame.empty:
            return
        records = len(self.table.frame)
        groups, kinds, blank = np.zeros(records, dtype=np.int64), np.zeros(1), np.ones(records, dtype=bool)
        for name in names:
            codes, texts = self.table.distinct(name)
            groups, kinds = pd.factorize(groups * (len(texts) + 1) + codes + 1)
            blank &= codes < 0
        if again := records - len(kinds):
            self.report.add("DATA_KEYS", self.group, again, ", ".join(names))
        if blank.any():
            self.report.add("DATA_KEYS_BLANK", self.group, int(blank.sum()))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def compares(comparator: str, text: str, values: list[str], number: bool) -> bool:
    """Whether a value satisfies a range check; numbers are compared as numbers, text as text."""
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
