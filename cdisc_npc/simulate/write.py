"""Write the forms as an export: CSV, XLSX, XPT or ODM-XML; the same forms give the same bytes."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from cdisc_npc.simulate.table import Table
from cdisc_npc.simulate.write_odm import odm_document
from cdisc_npc.simulate.write_xlsx import write_workbook
from cdisc_npc.study.forms import Form, RawContract
from cdisc_npc.transport.names import is_dataset_name

FORMATS = ("csv", "xlsx", "xpt", "odm")
ENCODINGS = ("utf-8", "gb18030")
# XPT version 5 knows names of up to eight characters.
_LONGEST_NAME = 8
_CREATED = datetime(1960, 1, 1)


def frame_of(table: Table) -> pd.DataFrame:
    """A form as pandas has it: text columns, never null."""
    columns = {name: pd.Series(column, dtype="str") for name, column in table.columns.items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table)))


def in_contract_order(tables: dict[str, Table], contract: RawContract) -> dict[str, Table]:
    """The forms and their columns in the order of the contract.

    Raises
    ------
    KeyError
        A field of the contract is not made by the simulator.
    """
    return {
        name: Table({field: tables[name].columns[field] for field in form.fields}, tables[name].subject, tables[name].log)
        for name, form in contract.forms.items()
    }  # fmt: skip


def write_export(
    tables: dict[str, Table],
    folder: Path,
    contract: RawContract,
    *,
    studyid: str,
    kind: str = "csv",
    encoding: str = "utf-8",
) -> list[str]:
    """Write all forms into a folder that exists.

    Parameters
    ----------
    tables
        By form, in the order of the contract; `Table.files` may state another encoding or a BOM of
        a CSV file.
    studyid
        Of the ODM file.
    kind
        One of `FORMATS`.
    encoding
        Of CSV files.

    Raises
    ------
    ValueError
        A form's name cannot be that of a file.

    Returns
    -------
    list of str
        The files' names.
    """
    if wrong := [name for name in tables if kind in ("csv", "xpt") and not is_dataset_name(name)]:
        raise ValueError(f"form {wrong[0]!r} cannot name a file; expected letters, digits and _")
    if kind == "xlsx":
        write_workbook(folder / "export.xlsx", {name: table.columns for name, table in tables.items()})
        return ["export.xlsx"]
    if kind == "odm":
        with (folder / "export.xml").open("wb") as file:
            file.writelines(odm_document(tables, contract, studyid))
        return ["export.xml"]
    for name, table in tables.items():
        if kind == "xpt":
            _write_transport(table, folder / f"{name}.xpt", contract.forms[name], name)
        else:
            (folder / f"{name}.csv").write_bytes(csv_bytes(table, table.files.get("encoding", encoding)))
    return [f"{name}.{kind}" for name in tables]


def csv_bytes(table: Table, encoding: str) -> bytes:
    """A form as CSV: quoted only where needed, lines ending in LF."""
    arrays = [pa.array(column, pa.string(), mask=column == "") for column in table.columns.values()]
    result = io.BytesIO()
    head = ",".join(_quoted(name) for name in table.columns)
    result.write(f"{head}\n".encode())
    options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
    pa_csv.write_csv(pa.table(arrays, names=[str(n) for n in range(len(arrays))]), result, options)
    data = result.getvalue()
    if encoding != "utf-8":
        data = data.decode().encode(encoding)
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    return (codecs.BOM_UTF8 if table.files.get("bom") else mark) + data


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(sign in name for sign in ',"\n\r') else name


def transport_names(form: Form) -> dict[str, str]:
    """Names of up to eight characters for XPT version 5: the field's own, or one that it has also.

    Raises
    ------
    ValueError
        A field has no such name.
    """
    short = {}
    for name, field in form.fields.items():
        fits = [item for item in (name, *field.also) if len(item) <= _LONGEST_NAME]
        if not fits:
            raise ValueError(f"field {name}; expected a name of {_LONGEST_NAME} characters in `also`")
        short[name] = fits[0]
    return short


def _write_transport(table: Table, path: Path, form: Form, name: str) -> None:
    from cdisc_npc.transport.xpt import Member, Variable, write_xpt

    names = transport_names(form)
    short = {field: names.get(field, field) for field in table.columns}
    labels = {field: facts.label.get("en", "") for field, facts in form.fields.items()}
    frame = frame_of(table).rename(columns=short)
    variables = tuple(Variable(short[field], _label(labels.get(field, ""))) for field in table.columns)
    member = Member(name.upper(), _label(form.label.get("en", "")), variables)
    write_xpt(frame, path, member, encoding="utf-8", created=_CREATED)


def _label(text: str) -> str:
    return text.encode()[:40].decode("utf-8", "ignore")


def write_json(path: Path, data: Any) -> None:
    """Write JSON with its keys as given: a line a key, each list on one line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_json(data, ""))
        file.write("\n")


def _json(data: Any, indent: str) -> Iterator[str]:
    if not isinstance(data, dict) or not data:
        yield json.dumps(data, ensure_ascii=False, default=_plain)
        return
    for number, (key, value) in enumerate(data.items()):
        yield f"{',' if number else '{'}\n{indent} {json.dumps(key, ensure_ascii=False)}: "
        yield from _json(value, indent + " ")
    yield f"\n{indent}}}"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
