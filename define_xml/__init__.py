"""Define-XML 2.0 and 2.1 with ARM 1.0: model, reader, writer, validator, HTML page and spec workbook.

Usable by itself; it knows nothing of how the datasets were made.

Examples
--------
>>> from define_xml import read, to_bytes, validate
>>> define = read("define.xml")  # doctest: +SKIP
>>> [item.name for item in define.metadata.items]  # doctest: +SKIP
>>> [issue.message for issue in validate("define.xml")]  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from define_xml.data import Column, Table, read_tables
from define_xml.issues import CODES, Issue
from define_xml.model import Define
from define_xml.read import DefineUnreadableError, read
from define_xml.validate import validate
from define_xml.write import to_bytes, write

if TYPE_CHECKING:
    from define_xml.html import stylesheet, to_html
    from define_xml.workbook import WorkbookError, of_workbook, to_workbook

# Where the names of other formats live; imported when first asked for, to keep start-up short.
_HOMES = {
    "stylesheet": "define_xml.html",
    "to_html": "define_xml.html",
    "WorkbookError": "define_xml.workbook",
    "of_workbook": "define_xml.workbook",
    "to_workbook": "define_xml.workbook",
}

__all__ = [
    "CODES",
    "Column",
    "Define",
    "DefineUnreadableError",
    "Issue",
    "Table",
    "WorkbookError",
    "of_workbook",
    "read",
    "read_tables",
    "stylesheet",
    "to_bytes",
    "to_html",
    "to_workbook",
    "validate",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
