"""The raw data contract at work: one form's table against its fields, all failures at once.

The checks run on the distinct values of a column, and see values without surrounding blanks,
which are not collected text but padding; a value of nothing but blanks is blank. A pandera
schema of the same rules is for those who work with one (`form_schema`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.keys import together
from cdisc_npc.findings import Findings
from cdisc_npc.study.forms import Field, Form, Refusable
from cdisc_npc.transport.raw_tables import RawTable, line_params, text_frame

if TYPE_CHECKING:  # pandera takes most of a second to import
    import pandera.pandas as pandera

# ASCII digits only: full-width digits are read in mapping, and reported here.
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Rule:
    """One check of one field: its finding's code, what it expects and its test of a trimmed value."""

    code: str
    expected: str
    passes: Callable[[str], bool]


def rules(field: Field) -> Iterator[Rule]:
    """The checks that a field's contract asks for, in the order of their findings.

    Dates and times are not checked here: the mapping reads them with the study's
    rules for partial dates.
    """
    if field.required:
        yield Rule("RAW_REQUIRED", "a value", bool)
    if field.type in ("integer", "number"):
        pattern = _INTEGER if field.type == "integer" else _NUMBER
        article = "an" if field.type == "integer" else "a"
        yield Rule("RAW_TYPE", f"{article} {field.type}", lambda v: not v or pattern.fullmatch(v) is not None)
    if field.length is not None:
        longest = field.length
        yield Rule("RAW_LENGTH", f"at most {longest} characters", lambda value: len(value) <= longest)
    if field.values is not None:
        allowed = frozenset(field.values)
        yield Rule("RAW_VALUE", f"one of {', '.join(field.values)}", lambda v: not v or v in allowed)


def form_schema(name: str, form: Form) -> pandera.DataFrameSchema:
    """Make a form's pandera schema from its contract.

    Parameters
    ----------
    name
        Of the form, and of the schema.
    form
        Its contract.

    Returns
    -------
    pandera.DataFrameSchema
        A column for each field, required unless ``optional``; the form's key unique.
        Columns are text and never null, as a `RawTable` has them.
    """
    import pandera.pandas as pandera

    columns = {
        field_name: pandera.Column(
            checks=[
                pandera.Check(_on_distinct(rule.passes), name=rule.code, error=rule.expected)
                for rule in rules(field)
            ],
            required=not field.optional,
            nullable=True,  # never null by construction; the look for nulls is saved
        )
        for field_name, field in form.fields.items()
    }
    return pandera.DataFrameSchema(columns, unique=form.key, name=name)


def check_form(
    table: RawTable, name: str, form: Form, *, extra_columns: Refusable = "refuse", unique_key: bool = True,
    log_position: str | None = None,
) -> tuple[pd.DataFrame, Findings]:  # fmt: skip
    """Check one form's table against its contract.

    Columns are found by exact name, then without regard to case, then by another name that the field has. Values of digits
    only are padded with zeros to `Field.pad`, where a workbook or SAS lost them.

    Parameters
    ----------
    table
        The table as read.
    name, form
        The form and its contract.
    extra_columns
        What a column that the contract does not know is: ``refuse`` or ``report``,
        a warning.
    unique_key
        Whether the form's key is checked here.
    log_position
        Field of a log line's position: line 0, the log's header, has no answers and need not have any.

    Returns
    -------
    frame, findings
        The contract's columns in its order (an absent optional one blank), row
        ``i`` being record ``i + 1``; and all that does not keep to the contract.
    """
    findings = Findings()
    result = _resolve_columns(table, name, form, extra_columns, findings)
    for field_name, column in result.items():
        tags = table.tags.get(column, np.array([], dtype=object))
        rows = np.flatnonzero((tags != "") & (tags != "."))
        findings.add(
            "RAW_SPECIAL_MISSING", form=name, variable=field_name, value=tags[rows], **_place(table, rows)
        )
    blank = pd.Series("", index=table.frame.index, dtype="str")
    columns = {
        field_name: _padded(table.frame[result[field_name]], field.pad) if field_name in result else blank
        for field_name, field in form.fields.items()
    }
    frame = text_frame(columns, len(table.frame))
    # What is missing is reported once, as a column, and not for each record.
    present = {field_name: field for field_name, field in form.fields.items() if field_name in result}
    key = form.key if unique_key and form.key and all(part in present for part in form.key) else None
    _validate(
        frame, table, name, form.model_copy(update={"fields": present, "key": key}), findings, log_position
    )
    return frame, findings


def _resolve_columns(
    table: RawTable, name: str, form: Form, extra_columns: Refusable, findings: Findings
) -> dict[str, str]:
    """Find each field's column; report the missing and the extra ones."""
    free = [column for column in table.frame.columns if column not in form.fields]
    by_case: dict[str, list[str]] = {}
    for column in free:
        by_case.setdefault(column.casefold(), []).append(column)
    result, missing, other_case = {}, [], {}
    for field_name, field in form.fields.items():
        if field_name in table.frame.columns:
            result[field_name] = field_name
            continue
        names = (field_name, *field.also)
        alike = next((same for item in names if (same := by_case.pop(item.casefold(), []))), [])
        if len(alike) == 1:
            result[field_name] = alike[0]
            if alike[0] not in names:
                other_case[field_name] = alike[0]
        elif alike:
            findings.add(
                "RAW_DUPLICATE_COLUMN", form=name, file=table.file, variable=field_name,
                value=", ".join(alike), expected=f"one of {', '.join(alike)}",
            )  # fmt: skip
        elif not field.optional:
            missing.append(field_name)
    place = {"form": name, "file": table.file}
    findings.add("RAW_MISSING_COLUMN", **place, variable=missing, expected="a column of this name")
    findings.add("RAW_COLUMN_CASE", **place, variable=list(other_case), value=list(other_case.values()))
    apart = {*table.keys, *table.beside}
    extra = [column for column in free if column.casefold() in by_case and column not in apart]
    severity = "refuse" if extra_columns == "refuse" else "warning"
    findings.add(
        "RAW_EXTRA_COLUMN", **place, variable=extra, severity=severity, expected="a field of the form"
    )
    return result


def _padded(values: pd.Series, width: int | None) -> pd.Series:
    if width is None:
        return values
    codes, uniques = distinct(values)
    padded = [v.zfill(width) if v.isascii() and v.isdigit() else v for v in uniques]
    return pd.Series(np.array(padded, dtype=object)[codes], dtype="str")


def _on_distinct(passes: Callable[[str], bool]) -> Callable[[pd.Series], pd.Series]:
    def check(values: pd.Series) -> pd.Series:
        codes, uniques = distinct(values)
        verdicts = np.fromiter((passes(value.strip()) for value in uniques), dtype=bool, count=len(uniques))
        return pd.Series(verdicts[codes], index=values.index)

    return check


def _validate(
    frame: pd.DataFrame, table: RawTable, name: str, form: Form, findings: Findings, log_position: str | None
) -> None:
    """Try the rules of each field on its distinct values, and turn what fails into findings."""
    for field_name, field in form.fields.items():
        asked = list(rules(field))
        if not asked:
            continue
        column = Column.encoded(frame[field_name])
        texts = [text.strip() for text in column.kinds.to_pylist()]
        for rule in asked:
            failing = np.fromiter((not rule.passes(text) for text in texts), dtype=bool, count=len(texts))
            if not failing.any():
                continue
            rows = np.flatnonzero(column.spread(failing))
            if rule.code == "RAW_REQUIRED" and log_position:
                rows = rows[~Column.encoded(frame[log_position]).stripped.equal("0")[rows]]
            findings.add(
                rule.code, form=name, variable=field_name, value=column.take(rows).values,
                expected=rule.expected, **_place(table, rows),
            )  # fmt: skip
    if not form.key or not len(frame):
        return
    numbers, _ = together([Column.encoded(frame[part]) for part in form.key], len(frame))
    rows = np.flatnonzero(np.bincount(numbers)[numbers] > 1)
    if len(rows):
        report_duplicate_keys(findings, name, form.key, frame[form.key].take(rows), **_place(table, rows))


def report_duplicate_keys(
    findings: Findings, form: str, key: list[str], values: pd.DataFrame, **place: Any
) -> None:
    """One finding for each record whose key is that of another: ``values`` of those records, and where they are."""
    findings.add(
        "RAW_DUPLICATE_KEY", form=form, keys=", ".join(key), variable=" ".join(key),
        value=[", ".join(parts) for parts in zip(*(values[part] for part in key), strict=True)],
        expected="each key once", **place,
    )  # fmt: skip


def _place(table: RawTable, rows: np.ndarray) -> dict[str, Any]:
    """File, row and line of records, as a finding states them."""
    lines = {} if table.lines is None else {"params": line_params(table.lines[rows])}
    return {"file": table.file, "row": rows + 1, **lines}
