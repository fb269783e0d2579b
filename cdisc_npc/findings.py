"""Findings: all that the tool noticed, as one table.

A finding is data, not a message: its text is rendered from its code and its
columns. They are made in batches, one call for all the records a rule struck,
never record by record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.printable import printable

COLUMNS = (
    "code", "severity", "stage", "dataset", "variable", "USUBJID", "keys", "value",
    "expected", "params", "form", "file", "row", "rule",
)  # fmt: skip

# Worst first. ``refuse`` stops the run before anything is written.
SEVERITIES = ("refuse", "error", "warning", "note")


@dataclass(frozen=True)
class Code:
    """What a finding's code means: its severity, its stage and the text to render."""

    severity: str
    stage: str
    text: str


CODES: dict[str, Code] = {
    # raw: files and the raw data contract
    "RAW_MISSING_FORM": Code("refuse", "raw", "form {form} has no file; expected {expected}"),
    "RAW_AMBIGUOUS_FORM": Code(
        "refuse", "raw", "form {form} is found more than once: {value}; expected one file"
    ),
    "RAW_UNREADABLE": Code("refuse", "raw", "cannot be read: {value}; expected {expected}"),
    "RAW_EMPTY_FILE": Code("refuse", "raw", "the file is empty; expected {expected}"),
    "RAW_NO_RECORDS": Code(
        "refuse", "raw", "form {form} has no records; expected at least one (or `may_be_empty: yes`)"
    ),
    "RAW_MISSING_COLUMN": Code("refuse", "raw", "column {variable} is missing; expected it in form {form}"),
    "RAW_EXTRA_COLUMN": Code(
        "refuse", "raw", "column {variable} is not in the raw data contract of form {form}"
    ),
    "RAW_DUPLICATE_COLUMN": Code(
        "refuse", "raw", "column {variable} stands more than once; expected {expected}"
    ),
    "RAW_COLUMN_CASE": Code("note", "raw", "column {value} was read as {variable}, without regard to case"),
    "RAW_RAGGED_ROW": Code("refuse", "raw", "the record has {value} fields; expected {expected}"),
    "RAW_QUOTE": Code(
        "refuse", "raw", "a quoted field is never closed, or goes on after its closing quote: {value}"
    ),
    "RAW_ENCODING": Code("refuse", "raw", "bytes {value} cannot be decoded; expected {expected}"),
    "RAW_NUL": Code("refuse", "raw", "NUL byte in the text; expected {expected}"),
    "RAW_FIELD_TOO_LONG": Code("refuse", "raw", "a field of {value} bytes; expected at most {expected}"),
    "RAW_FORMULA": Code("refuse", "raw", "cell {value} holds a formula; expected values only"),
    "RAW_MERGED_CELLS": Code("refuse", "raw", "cells {value} are merged; expected one value a cell"),
    "RAW_XML_ENTITY": Code(
        "refuse", "raw", "the XML declares {value}; expected no document type and no entities"
    ),
    "RAW_OUTSIDE_FOLDER": Code("refuse", "raw", "path {value} leaves the folder; expected a file inside it"),
    "RAW_TYPE": Code("error", "raw", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_LENGTH": Code("error", "raw", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_REQUIRED": Code("error", "raw", "{form}.{variable} is blank; expected a value"),
    "RAW_DUPLICATE_KEY": Code("refuse", "raw", "key {keys} of form {form} is not unique: {value}"),
    "RAW_VALUE": Code("error", "raw", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_CELL_UNUSED": Code(
        "warning", "sdtm", "{form}.{variable} is {value} and is used for nothing; expected {expected}"
    ),
    "RAW_REFERENCE_UNUSED": Code(
        "warning", "sdtm", "reference {value} of form {form} is used for nothing; expected {expected}"
    ),
    "RAW_UNNAMED_COLUMN": Code(
        "refuse", "raw", "column number {value} has no name; expected one in the header"
    ),
    "RAW_UNUSED_TABLE": Code("warning", "raw", "table {value} is named by no form of the raw data contract"),
    "RAW_IGNORED_FILE": Code("note", "raw", "not read: {value}; expected a file ending in {expected}"),
    "RAW_ODM_TRANSACTION": Code("refuse", "raw", "{value}; expected {expected}"),
    "RAW_ODM_NULL_VALUE": Code(
        "warning",
        "raw",
        "{form}.{variable} is null and yet has the value {value}, which is kept; expected {expected}",
    ),
    "RAW_ODM_NOT_READ": Code("warning", "raw", "not read: {value}; expected {expected}"),
    "RAW_BESIDE": Code(
        "warning", "raw", "{variable}, filled in {value} records, is a field of no form; expected {expected}"
    ),
    "RAW_VERSION_TIE": Code(
        "warning",
        "raw",
        "form {form}: two versions of {keys} differ, both of {variable} {value}; taken is {expected}",
    ),
    "RAW_VERSION_TIME": Code(
        "warning",
        "raw",
        "{form}.{variable} of a record with several versions is {value}; expected {expected}",
    ),
    "RAW_SAME_PERSON": Code(
        "warning", "raw", "subject {value} is the person of subject {expected}, by {params}; {rule}"
    ),
    "RAW_RESCREEN_UNKNOWN": Code(
        "warning", "raw", "subject {value} of the study's table of rescreens is in no form"
    ),
    "RAW_SPECIAL_MISSING": Code(
        "warning",
        "raw",
        "{form}.{variable} is the special missing value {value} of SAS, which is read as blank",
    ),
    # the encoding of text, raw or of datasets
    "ENCODING_FOUND": Code("note", "raw", "the text is read as {value}: {expected}"),
    "ENCODING_UNCLEAR": Code(
        "refuse", "raw", "the encoding of the text is not clear, it would read {value}; expected {expected}"
    ),
    # spec: the study's mapping folder
    "STUDY_NOT_FOUND": Code("refuse", "spec", "there is no study {value}; expected {expected}"),
    "SPEC_INVALID": Code("refuse", "spec", "{expected}"),
    # sdtm: mapping
    "MAP_SUBJECT": Code(
        "error", "sdtm", "subject {value} of form {form} does not match {expected}; the record is rejected"
    ),
    "MAP_DUPLICATE_SUBJECT": Code(
        "refuse", "sdtm", "subject {USUBJID} has {value} records in {dataset}; expected one"
    ),
    "MAP_DUPLICATE_KEY": Code("refuse", "sdtm", "{dataset} key {keys} = {value} is not unique"),
    "MAP_TERM_UNMATCHED": Code(
        "error", "sdtm", "{dataset}.{variable} is {value}, which is no term of the closed codelist {expected}"
    ),
    "MAP_TERM_EXTENDED": Code(
        "warning", "sdtm", "{dataset}.{variable} is {value}, which extends the codelist {expected}"
    ),
    "MAP_TERM_CASE": Code(
        "note", "sdtm", "{dataset}.{variable}: {value} was matched without regard to case as {expected}"
    ),
    "MAP_TERM_SYNONYM": Code(
        "note", "sdtm", "{dataset}.{variable}: {value} was matched by synonym as {expected}"
    ),
    "MAP_DATE": Code("error", "sdtm", "{dataset}.{variable} is {value}; expected {expected}"),
    "MAP_NUMBER": Code("error", "sdtm", "{dataset}.{variable} is {value}; expected {expected}"),
    "MAP_UNIT": Code("refuse", "sdtm", "{dataset}.{variable} has the unit {value}; expected {expected}"),
    "MAP_VISIT": Code("refuse", "sdtm", "visit {value} of form {form} is not planned; expected {expected}"),
    "MAP_LOOKUP_MANY": Code("error", "sdtm", "{dataset}.{variable}: several values {value}; expected one"),
    "MAP_UNTRANSLATED": Code(
        "refuse", "sdtm", "{dataset}.{variable} is {value}; expected a translation that {expected} can hold"
    ),
    "MAP_TEXT_PLAIN": Code(
        "note", "sdtm", "{dataset}.{variable}: {value} was written on one line as {expected}"
    ),
    "LANGUAGE_LABEL": Code("warning", "spec", "label {value} has no translation to {expected}"),
    "LANGUAGE_VALUE": Code(
        "warning", "sdtm", "{dataset}.{variable}: {value} has no translation to {expected}"
    ),
    "MAP_FIRST_DIFFERS": Code(
        "error", "sdtm", "form {form}, {keys}: {params} is {value}; its first record has {expected}"
    ),
    "MAP_CHECK": Code("warning", "sdtm", "{dataset}.{variable} is {value}; expected {expected}"),
    "MAP_AGREE": Code("note", "sdtm", "{dataset}.{variable}: {params} differ: {value}; taken {expected}"),
    "MAP_NO_RECORDS": Code("note", "sdtm", "{dataset} has no records"),
    "MAP_LONG_TEXT": Code(
        "note", "sdtm", "{dataset}.{variable} has {value} bytes; the rest is in {expected}"
    ),
    "MAP_TEXT_TOO_LONG": Code(
        "error", "sdtm", "{dataset}.{variable} has {value} bytes; expected at most {expected}"
    ),
    "MAP_ACCOUNT": Code(
        "refuse",
        "sdtm",
        "form {form}: {value} of its records are neither mapped, left out nor rejected; {expected}",
    ),
    "SUPP_REFUSED": Code(
        "refuse", "sdtm", "{dataset} {USUBJID} {keys} {variable}: {value}; expected {expected}"
    ),
    "CUT_DATE": Code("refuse", "sdtm", "{dataset}.{variable} is {value}; the data cut expects {expected}"),
    "CUT_VARIABLE": Code("refuse", "sdtm", "the data cut reads {dataset}.{variable}, which is not there"),
    "CUT_REMOVED": Code("note", "sdtm", "{dataset}: the data cut {expected} removed {value} records, {rule}"),
    "CUT_SUBJECT": Code(
        "note",
        "sdtm",
        "subject {USUBJID} ({variable} {value}) is not in the data cut {expected}: {params} raw "
        "records are left out",
    ),
    "CUT_RECORD": Code(
        "note",
        "sdtm",
        "{dataset}.{variable} is {value}, after the data cut {expected}: the record is left out",
    ),
    "CUT_VISIT": Code(
        "note",
        "sdtm",
        "{dataset} of visit {value} has no full {keys}, and the visit began after the data cut "
        "{expected}: the record is left out",
    ),
    "CUT_CHANGED": Code(
        "note", "sdtm", "{dataset}.{variable} was {value}; the data cut {expected} made it {params}"
    ),
    "CUT_UNDATED": Code("note", "sdtm", "{dataset}: {value} records without a date in {variable} are {rule}"),
    "CUT_LATE": Code(
        "note", "sdtm", "{dataset}.{variable} is {value}, after the data cut {expected}; it is kept"
    ),
    "CUT_LATE_VALUES": Code(
        "note", "sdtm", "{dataset}.{variable} is after the data cut {expected} in {value} of the records kept"
    ),
    "CUT_NO_DATE": Code("warning", "sdtm", "{dataset} has no {expected}; the data cut is by subject only"),
    "CUT_NO_DATASET": Code("note", "sdtm", "the data cut has a rule for {dataset}, which is not there"),
    # recist: responses computed from TU and TR, set against RS
    "RECIST_TARGET": Code(
        "warning", "recist", "{USUBJID} {keys}: target response {value}; computed {expected} ({params})"
    ),
    "RECIST_NONTARGET": Code(
        "warning", "recist", "{USUBJID} {keys}: non-target response {value}; computed {expected} ({params})"
    ),
    "RECIST_OVERALL": Code(
        "warning", "recist", "{USUBJID} {keys}: overall response {value}; computed {expected} ({params})"
    ),
    "RECIST_SUM": Code(
        "warning", "recist", "{USUBJID} {keys}: sum of diameters {value}; computed {expected} ({params})"
    ),
    "RECIST_UNASSESSED": Code(
        "warning", "recist", "{USUBJID} {keys}: response {value} in RS; expected {expected}"
    ),
    "RECIST_UNRECORDED": Code(
        "warning", "recist", "{USUBJID} {keys}: no overall response in RS; computed {expected} ({params})"
    ),
    "RECIST_LESION": Code(
        "warning", "recist", "{USUBJID}: {dataset}.{variable} is {value}; expected {expected}"
    ),
    "RECIST_VALUE": Code("warning", "recist", "{USUBJID} {keys}: {variable} is {value}; expected {expected}"),
    "RECIST_REPEATED": Code(
        "warning", "recist", "{USUBJID} {keys}: a second size {value}; expected {expected}, the last counts"
    ),
    "RECIST_TIMEPOINT": Code(
        "warning",
        "recist",
        "{USUBJID}: a record of {dataset} for lesion {value} has neither group, visit nor date; left out",
    ),
    # adam: analysis datasets
    "ADAM_NO_VARIABLE": Code("refuse", "adam", "{dataset} has no variable {variable}; expected {expected}"),
    "ADAM_NO_DATASET": Code("refuse", "adam", "there is no dataset {value}; expected {expected}"),
    "ADAM_EMPTY": Code(
        "warning", "adam", "there is no {dataset}: the study makes it, so no subject has a record"
    ),
    "ADAM_MANY": Code("refuse", "adam", "{dataset}: several records of one {keys}: {value}; expected one"),
    "ADAM_BOTH": Code("refuse", "adam", "{variable} of {dataset} is there already; expected {expected}"),
    "ADAM_VALUE": Code("refuse", "adam", "{dataset}.{variable} is {value}; expected {expected}"),
    "ADAM_NOT_SPECIFIED": Code(
        "refuse", "adam", "study {value} has no analysis datasets; expected {expected}"
    ),
    "POLICY_UNKNOWN": Code("refuse", "adam", "{value} is no policy that can be varied; expected {expected}"),
    "LEDGER_NONE": Code("refuse", "adam", "{value} is not there; expected {expected}"),
    "ADAM_NO_DATE": Code("refuse", "adam", "{dataset}.{variable} is {value}; expected {expected}"),
    "ADAM_DATE": Code("error", "adam", "{dataset} {USUBJID}: {variable} is {value}; expected {expected}"),
    "ADAM_PARTIAL": Code(
        "note",
        "adam",
        "{dataset} {USUBJID}: {variable} is {value}, of which {expected} is imputed: there is no date",
    ),
    "ADAM_NO_VALUE": Code(
        "note",
        "adam",
        "{dataset}: {rule} asks for {variable} {value}, which no record has; there is {expected}",
    ),
    "ADAM_CHECK": Code(
        "warning", "adam", "{dataset} {USUBJID}: {rule}; {variable} is {value}, expected {expected}"
    ),
    "ADAM_NOT_FOUND": Code("warning", "adam", "{dataset} {USUBJID}: no {variable} for {keys} {value}"),
    "ADAM_STRANGER": Code(
        "error", "adam", "{USUBJID} is in {dataset} and not in DM; it is in no analysis dataset"
    ),
    "ADAM_SAME_DAY": Code(
        "warning",
        "adam",
        "{dataset} {USUBJID} {keys}: {variable} {value} is passed over; the worst of the day counts",
    ),
    "ADAM_PR_AFTER_CR": Code("warning", "adam", "{dataset} {USUBJID}: a PR follows a CR; was the CR one?"),
    "ADAM_BEFORE_START": Code(
        "warning",
        "adam",
        "{USUBJID} {variable}: the outcome is before {expected} {value}; taken is {expected}",
    ),
    "ADAM_UNDATED": Code(
        "error",
        "adam",
        "{dataset} {USUBJID}: {value} without a date in {variable}; it is lost to {expected}",
    ),
    "ADAM_NO_OUTCOME": Code(
        "error",
        "adam",
        "{USUBJID} {variable}: no record, for want of {expected}, or of an event or censoring",
    ),
    "ADAM_TIE": Code(
        "warning",
        "adam",
        "{dataset} {keys}: {expected} does not decide which record is first; their order did",
    ),
    # transport: the files that leave
    "XPT_REFUSED": Code("refuse", "transport", "{dataset}.{variable}: {value}; expected {expected}"),
    "XPT_UNREADABLE": Code("refuse", "transport", "cannot be read as XPORT: {value}; expected {expected}"),
    "XPT_DESCRIPTION": Code("warning", "transport", "{dataset}.{variable}: {value}; expected {expected}"),
    "COMPARE_REFUSED": Code(
        "refuse", "transport", "{dataset} {keys} cannot be compared: {value}; expected {expected}"
    ),
    "CONVERT_REFUSED": Code(
        "refuse", "transport", "{dataset} {variable} cannot be converted: {value}; expected {expected}"
    ),
    "CONVERT_LOSS": Code("warning", "transport", "{dataset} {variable}: {value}; {expected}"),
    "CONVERT_NOTE": Code("note", "transport", "{dataset}.{variable}: {value}; {expected}"),
    "DATASET_JSON_UNREADABLE": Code(
        "refuse", "transport", "cannot be read as Dataset-JSON: {value}; expected {expected}"
    ),
    "PARQUET_UNREADABLE": Code(
        "refuse", "transport", "cannot be read as Parquet: {value}; expected {expected}"
    ),
    "SPLIT_REFUSED": Code(
        "refuse", "transport", "{dataset}.{variable} cannot be split: {value}; expected {expected}"
    ),
    # define: the document, against its schema, its rules and the data
    "DEFINE_ISSUE": Code("error", "define", "{variable} {expected} [{rule}]"),
    "DEFINE_UNREADABLE": Code("refuse", "define", "cannot be read: {value}; expected {expected}"),
    "DEFINE_LEFT": Code("warning", "define", "{variable} {expected}; that is not carried over"),
    "DEFINE_REFUSED": Code("refuse", "define", "{dataset}.{variable}: {value}; expected {expected}"),
    # check: what a rule of the catalogue says of a finished package
    "CHECK_RULE": Code(
        "error", "check", "{dataset}.{variable} {USUBJID} {keys}: {value}; {expected} [{rule}]"
    ),
    "NAME_UNSAFE": Code(
        "note", "transport", "{value} cannot name a folder on every system; the folder is {expected}"
    ),
    "STAGE_UNKNOWN": Code("refuse", "build", "there is no stage {value} to leave out; expected {expected}"),
    "OUTPUT_OCCUPIED": Code(
        "refuse", "transport", "the place of the output is taken by {value}; expected {expected}"
    ),
}


class Findings:
    """A growing table of findings.

    Examples
    --------
    >>> found = Findings()
    >>> found.add("RAW_REQUIRED", form="ae", variable="AETERM", row=[3, 7])
    >>> len(found), found.worst
    (2, 'error')
    """

    def __init__(self) -> None:
        # Columns of each batch, each a list or the one value of all its findings; made a table when asked for.
        self._parts: list[tuple[int, dict[str, Any]]] = []

    def add(self, code: str, *, severity: str | None = None, **columns: Any) -> None:
        """Add one batch: scalars are repeated along the arrays given.

        Parameters
        ----------
        code
            A key of `CODES`.
        severity
            In place of the code's own, where a study's policy says so.
        **columns
            Any of `COLUMNS`. ``params`` may be a mapping; it is kept as JSON.
        """
        meaning = CODES[code]
        unknown = set(columns) - set(COLUMNS)
        if unknown:
            raise TypeError(f"not a column of a finding: {sorted(unknown)}")
        if severity is not None and severity not in SEVERITIES:
            raise ValueError(f"not a severity: {severity}")
        if isinstance(columns.get("params"), Mapping):
            columns["params"] = json.dumps(columns["params"], ensure_ascii=False, sort_keys=True)
        arrays = {
            name: values for name, values in columns.items() if not np.isscalar(values) and values is not None
        }
        size = len(next(iter(arrays.values()))) if arrays else 1
        if size == 0:
            return
        fixed = {"code": code, "severity": severity or meaning.severity, "stage": meaning.stage}
        for name, values in arrays.items():
            if len(values) != size:
                raise ValueError(f"{name} has {len(values)} values; expected {size}")
        batch = {name: list(arrays[name]) for name in arrays}
        batch |= {name: value for name, value in (columns | fixed).items() if name not in arrays}
        self._parts.append((size, batch))

    def extend(self, other: Findings) -> None:
        """Take over another table's findings, after one's own."""
        self._parts.extend(other._parts)

    def without(self, other: Findings) -> Findings:
        """All but those that were taken over from another table."""
        theirs = set(map(id, other._parts))
        left = Findings()
        left._parts = [part for part in self._parts if id(part) not in theirs]
        return left

    def frame(self) -> pd.DataFrame:
        """All findings, in the order they were made; text columns are never null."""
        data: dict[str, Any] = {}
        for name in COLUMNS:
            column: list[Any] = []
            for size, batch in self._parts:
                value = batch.get(name)
                column += value if isinstance(value, list) else [value] * size
            if name == "row":
                data[name] = pd.array(column, dtype="Int64")
            else:
                texts = [
                    value if isinstance(value, str) else "" if _null(value) else str(value)
                    for value in column
                ]
                data[name] = pd.Series(texts, dtype="str")
        return pd.DataFrame(data)

    def messages(self, limit: int | None = None) -> list[str]:
        """Each finding as a sentence, the most severe first: where it is, then what it is."""
        frame = self.frame()
        order = np.argsort(frame["severity"].map(SEVERITIES.index).to_numpy(dtype=int), kind="stable")
        return [message(record) for record in frame.take(order[:limit]).to_dict("records")]

    def counts(self) -> pd.DataFrame:
        """Findings by code and severity, most severe first."""
        frame = self.frame()
        table = frame.groupby(["severity", "code"], sort=False).size().rename("findings").reset_index()
        order = table["severity"].map(SEVERITIES.index)
        return table.iloc[np.lexsort((table["code"], order))].reset_index(drop=True)

    @property
    def worst(self) -> str | None:
        """The most severe severity there is, or None."""
        seen = {batch["severity"] for _, batch in self._parts}
        return next((severity for severity in SEVERITIES if severity in seen), None)

    def refuse_if_worst(self) -> None:
        """Raise `Refused` when a finding forbids going on."""
        if self.worst == "refuse":
            raise Refused(self)

    def __len__(self) -> int:
        return sum(size for size, _ in self._parts)


def _null(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def joined(*tables: Findings) -> Findings:
    """One table of the findings of several, in their order."""
    every = Findings()
    for table in tables:
        every.extend(table)
    return every


def message(record: Mapping[Any, Any]) -> str:
    """Render one finding: file, form and row first, then the code's text, then the code."""
    place = record["file"] or ""
    if not pd.isna(record["row"]):
        place += f" row {record['row']}"
    if record["params"].startswith('{"'):
        line = json.loads(record["params"]).get("line")
        place += f" line {line}" if line else ""
    return printable(f"{place.strip()}: {sentence(record)} [{record['code']}]".removeprefix(": "))


def sentence(record: Mapping[Any, Any]) -> str:
    """Render the code's text alone."""
    return CODES[record["code"]].text.format_map({**record, "value": repr(record["value"])})


class Refused(Exception):  # noqa: N818 - the outcome's name, as users read it
    """The input or the specification was refused; nothing was written.

    Attributes
    ----------
    findings : Findings
        All reasons, not only the first.
    """

    def __init__(self, findings: Findings) -> None:
        super().__init__()
        self.findings = findings

    @classmethod
    def because(cls, code: str, **columns: Any) -> Refused:
        """Make a refusal of one batch of findings."""
        findings = Findings()
        findings.add(code, **columns)
        return cls(findings)

    def __str__(self) -> str:
        return "\n".join(self.findings.messages())
