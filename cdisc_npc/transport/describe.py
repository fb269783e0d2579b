"""A dataset's description, whatever says it: a member, the specification, a table, or the frame itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.transport.xpt_layout import LABEL_BYTES, Member, Variable, parse_format


@runtime_checkable
class Described(Protocol):
    """What knows the variables of a dataset: its plan, or a whole specification."""

    def member(self, name: str, columns: Sequence[str]) -> Member:
        """How a dataset is written that has these columns."""


Description = Member | Described | pd.DataFrame | None

# What specifications call the two types that SAS has.
_TEXT = {
    "char", "character", "text", "string", "date", "datetime", "time", "posixct", "posixt", "partialdate",
    "partialtime", "partialdatetime", "incompletedatetime", "durationdatetime", "intervaldatetime", "factor",
    "logical", "uri",
}  # fmt: skip
_NUMBER = {"num", "numeric", "integer", "float", "double", "decimal", "number"}
# SDTM and ADaM: a numeric date, time or datetime by how its name ends.
_TIMED = ("DT", "TM", "DTM")


def describe(spec: Description, frame: pd.DataFrame, name: str) -> Member:
    """Give the description by which a frame is written.

    Parameters
    ----------
    spec
        A member is taken as it is. A dataset plan gives the names, labels,
        types, stated lengths and the order of its submitted variables; a whole
        specification those of its dataset `name`, SUPP-- and RELREC from the
        standard. A table has the columns of `member_of_table`. None takes all
        from the frame: datetimes get the format ``DATETIME20.``.
    frame
        Its columns, where `spec` does not say what there is.
    name
        The dataset's name, where `spec` does not say it.

    Raises
    ------
    Refused
        ``XPT_REFUSED``: the specification has no such dataset, or the table is wrong.
    TypeError
        It is nothing of these.
    """
    if spec is None:
        return member_of_frame(frame, name)
    if isinstance(spec, Member):
        return spec
    if isinstance(spec, pd.DataFrame):
        return member_of_table(spec, frame, name, strict=True)
    if not isinstance(spec, Described):
        raise TypeError(f"not a description of a dataset: {type(spec).__name__}")
    return spec.member(name, [str(column) for column in frame.columns])


def member_of_frame(frame: pd.DataFrame, name: str) -> Member:
    """Describe a frame by its own columns; names and types, no labels."""
    variables = []
    for column, dtype in zip(frame.columns, frame.dtypes, strict=True):
        moments = pd.api.types.is_datetime64_any_dtype(dtype)
        number = moments or pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype)
        variables.append(
            Variable(column, type="Num" if number else "Char", format="DATETIME20." if moments else "")
        )
    return Member(name, variables=tuple(variables))


def sas_type(text: Any) -> Any:
    """The type that SAS has for what a specification calls it; what is none of these stays."""
    lower = str(text).strip().lower()
    return "Num" if lower in _NUMBER else "Char" if lower in _TEXT else text


def member_of_table(
    table: pd.DataFrame,
    frame: pd.DataFrame,
    name: str | None = None,
    *,
    strict: bool = False,
    findings: Findings | None = None,
) -> Member:
    """Describe a frame by a table of variables, as specifications in workbooks have it.

    1. Of the table's rows those of the dataset count; without a column
       ``dataset``, all.
    2. The variables are those of the frame, in the table's order (its column
       ``order``, else its rows); those that the table lacks come last, in the
       frame's order.
    3. A blank type or length is taken from the frame.

    Parameters
    ----------
    table
        One row a variable: ``variable``, and any of ``dataset``, ``label``,
        ``type``, ``length``, ``format``, ``informat``, ``order``.
    frame
        The dataset to be described.
    name
        Which dataset; it may be left out when the table is of one only.
    strict
        Whether what is noticed is refused: a variable of the frame that the
        table lacks, a label over 40 bytes, a format that is none, a date or
        time of ADaM (``--DT``, ``--TM``, ``--DTM``, numeric) without a format.
    findings
        Where it is told otherwise, ``XPT_DESCRIPTION``.

    Raises
    ------
    Refused
        See `strict`; always when the table has no ``variable``, the same one
        twice, or several datasets and no `name`.
    TypeError
        `table` is no frame, or `name` no text.
    """
    noticed = Findings()

    def notice(severity: str, variable: str, value: str, expected: str) -> None:
        noticed.add(
            "XPT_DESCRIPTION",
            severity=severity,
            dataset=name or "",
            variable=variable,
            value=value,
            expected=expected,
        )

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"not a table of variables: {table!r}")
    if name is not None and not (isinstance(name, str) and name):
        raise TypeError(f"not a dataset's name: {name!r}")
    if "variable" not in table.columns:
        notice("refuse", "", f"columns {', '.join(map(str, table.columns))}", "one named variable")
        noticed.refuse_if_worst()
    rows = table
    if "dataset" in table.columns:
        datasets = table["dataset"].dropna().unique()
        if name is None and len(datasets) > 1:
            notice("refuse", "", f"datasets {', '.join(datasets)}", "the name of one of them")
            noticed.refuse_if_worst()
        name = name or (str(datasets[0]) if len(datasets) else "")
        rows = table[table["dataset"] == name]
    for variable in rows["variable"][rows["variable"].duplicated()].unique():
        notice("refuse", variable, "several rows of the table", "one row a variable")
    level = "refuse" if strict else "warning"
    for column in frame.columns:
        if column not in set(rows["variable"]):
            notice(level, str(column), "no row of the table", "each variable of the dataset in it")
    for variable in rows["variable"]:
        if variable not in frame.columns:
            notice("note", variable, "no variable of the dataset", "none of it is used")
    noticed.refuse_if_worst()
    facts = rows.set_index("variable")
    if "order" in facts.columns:
        facts = facts.iloc[np.argsort(pd.to_numeric(facts["order"]).to_numpy(), kind="stable")]
    own = {v.name: v for v in member_of_frame(frame, name or "").variables}
    listed = [variable for variable in facts.index if variable in own]
    variables = []
    for variable in [*listed, *(column for column in own if column not in listed)]:
        stated = facts.loc[variable].to_dict() if variable in listed else {}
        variables.append(_stated(own[variable], stated, level, notice))
    if findings is not None:
        findings.extend(noticed)
    noticed.refuse_if_worst()
    return Member(name or "", variables=tuple(variables))


def _stated(own: Variable, stated: dict[str, Any], level: str, notice: Any) -> Variable:
    """One variable by its row of the table, and by the frame where the row says nothing."""

    def text(column: str) -> str:
        value = stated.get(column)
        return "" if value is None or value != value else str(value)

    kind = sas_type(text("type")) if text("type") else own.type
    if kind not in ("Char", "Num"):
        notice(level, own.name, f"the type {kind}", "Char or Num")
        kind = own.type
    length = stated.get("length")
    length = None if length is None or length != length or length == "" else int(float(length))
    if len(text("label").encode()) > LABEL_BYTES:
        notice(level, own.name, f"the label {text('label')}", f"at most {LABEL_BYTES} bytes")
    forms = {}
    for column in ("format", "informat"):
        forms[column] = text(column).upper()
        try:
            parse_format(forms[column], kind)
        except ValueError as error:
            notice(level, own.name, f"the {column} {forms[column]}", str(error))
    # --ELTM and --RFTDTC's kin are text; only numbers need a format to be read as dates.
    if "format" in stated and kind == "Num" and own.name.upper().endswith(_TIMED) and not forms["format"]:
        notice(level, own.name, "no format", "a format for a date or time that is a number")
    return Variable(own.name, text("label"), kind, length if kind == "Char" else None, **forms)
