"""Disorder of whole files: encoding, byte order mark, columns, and numbers that lost their zeros."""

from __future__ import annotations

import numpy as np

from cdisc_npc.simulate.arrays import Texts
from cdisc_npc.simulate.draws import repeated, texts
from cdisc_npc.simulate.mess import Mess, kind

_WHOLE_FILE = np.array([-1], dtype=np.int64)


def _some_forms(mess: Mess) -> list[str]:
    """Some of the forms, at least one."""
    names = list(mess.tables)
    return [names[at] for at in mess.draw(np.ones(len(names), dtype=bool)).tolist()]


def _note(mess: Mess, form: str, name: str, original: str, injected: str) -> None:
    mess.note(form, _WHOLE_FILE, name, repeated(original, 1), repeated(injected, 1))


@kind
def lost_leading_zeros(mess: Mess) -> None:
    """Subject numbers that were numbers for a while: 01001 is 1001."""
    for form in _some_forms(mess):
        columns = mess.tables[form].columns
        name = "SUBJID" if "SUBJID" in columns else "LBSITE"
        column = columns[name]
        lost: Texts = texts([text.lstrip("0") for text in column.tolist()])
        if (lost != column).any():
            at = int(np.flatnonzero(lost != column)[0])
            _note(mess, form, name, column[at], lost[at])
            columns[name] = lost


@kind
def extra_columns(mess: Mess) -> None:
    """A column that the contract does not know."""
    for form in _some_forms(mess):
        table = mess.tables[form]
        table.columns["QUERYSTA"] = repeated("CLOSED", len(table))
        _note(mess, form, "QUERYSTA", "", "QUERYSTA")


@kind
def column_order(mess: Mess) -> None:
    """The columns in another order."""
    for form in _some_forms(mess):
        table = mess.tables[form]
        before = list(table.columns)
        # SAS data sets begin with a key that is never blank, and so do these.
        after = [before[0], *reversed(before[1:])]
        table.columns = {name: table.columns[name] for name in after}
        _note(mess, form, "", " ".join(before), " ".join(after))


@kind
def column_case(mess: Mess) -> None:
    """Names of columns in lower case."""
    for form in _some_forms(mess):
        table = mess.tables[form]
        _note(mess, form, "", " ".join(table.columns), " ".join(name.lower() for name in table.columns))
        table.columns = {name.lower(): column for name, column in table.columns.items()}


@kind
def byte_order_mark(mess: Mess) -> None:
    """A byte order mark before UTF-8."""
    for form in _some_forms(mess):
        mess.tables[form].files["bom"] = "yes"
        _note(mess, form, "", "utf-8", "utf-8-sig")


@kind
def gb18030_file(mess: Mess) -> None:
    """A file in GB18030 among those in UTF-8."""
    spoilt = {form for form, *_ in mess.places.get("mojibake", [])}
    _encode(mess, "gb18030", spoilt)


@kind
def utf16_file(mess: Mess) -> None:
    """A file in UTF-16, with its byte order mark, among those in UTF-8."""
    _encode(mess, "utf-16-le", set())


def _encode(mess: Mess, encoding: str, but: set[str]) -> None:
    for form in _some_forms(mess):
        if not mess.tables[form].files and form not in but:
            mess.tables[form].files["encoding"] = encoding
            _note(mess, form, "", "utf-8", encoding)
