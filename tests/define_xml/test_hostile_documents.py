"""Broken and hostile documents and workbooks: an error that says what was met, and no other."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from define_xml import (
    DefineUnreadableError,
    WorkbookError,
    of_workbook,
    read,
    to_bytes,
    to_workbook,
    validate,
)
from tests.define_xml.documents import document, tables

TEXT = to_bytes(document(results=True)).decode()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<ODM", '<!DOCTYPE ODM [<!ENTITY a "b">]><ODM', "document type"),
        ("<ODM", '<!DOCTYPE ODM SYSTEM "file:///etc/passwd"><ODM', "document type"),
        ("</TranslatedText>", "&foo;</TranslatedText>", "Entity 'foo' not defined"),
        ("</TranslatedText>", "&#0;</TranslatedText>", "xmlParseCharRef"),
        ("</TranslatedText>", "x" * 11_000_000 + "</TranslatedText>", "too long"),
        ("</MetaDataVersion>", "<a>" * 300_000 + "</MetaDataVersion>", "depth"),
        ('encoding="UTF-8"', 'encoding="nonsense"', "Unsupported encoding"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(old: str, new: str, said: str) -> None:
    data = TEXT.replace(old, new, 1).encode()
    for take in (read, validate):
        with pytest.raises(DefineUnreadableError, match=said):
            take(data)


# Each attribute of the document is missing in its turn, and of another value.
BODY = TEXT[TEXT.index("<ODM") :]
NAMES = sorted({found[1] for found in re.finditer(r'\s([\w:]+)="', BODY) if "xmlns" not in found[1]})


@pytest.mark.slow
@pytest.mark.parametrize("value", [None, "x", "99999999999999999999"])
def test_any_attribute_may_be_missing_or_another(tmp_path: Path, value: str | None) -> None:
    """Everywhere, and in the first place alone."""
    assert len(NAMES) > 30
    datasets = tables().values()
    for name in NAMES:
        new = "" if value is None else f' {name}="{value}"'
        for count in (0, 1):
            changed = re.sub(rf'\s{re.escape(name)}="[^"]*"', new, BODY, count=count)
            validate(changed.encode(), datasets, folder=tmp_path)


def changed_book(folder: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The workbook of the document, its members changed or left out."""
    path = folder / "spec.xlsx"
    with (
        zipfile.ZipFile(io.BytesIO(to_workbook(document()))) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return path


def in_sheets(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, content: content.replace(old, new, 1) if "worksheets/sheet4" in name else content


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_sheets(b"</sheetData>", b"</sheetDat>"), "no xlsx workbook"),
        (in_sheets(b"<sheetData>", b"<sheetData><row r='1048576'><c r='XFD1048576'/></row>"), "spans 17179869184 cells"),
        (in_sheets(b"<worksheet", b"<!DOCTYPE a [<!ENTITY a 'b'>]><worksheet"), "document type"),
        (in_sheets(b"<row", b"\xff<row"), "no xlsx workbook"),
        (lambda name, content: None if "sheet4" in name else content, "no xlsx workbook"),
        (lambda name, content: None if name == "xl/workbook.xml" else content, "no xlsx workbook"),
        (
            lambda name, content: content + b" " * 100_000_000 if name == "xl/workbook.xml" else content,
            "unpacks to",
        ),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_read_is_refused(
    tmp_path: Path, change: Callable[[str, bytes], bytes | None], said: str
) -> None:
    with pytest.raises(WorkbookError, match=said):
        of_workbook(changed_book(tmp_path, change))


@pytest.mark.parametrize("data", [b"", b"PK", b"A,B\n1,2\n", bytes(range(256)) * 10])
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "spec.xlsx").write_bytes(data)
    with pytest.raises(WorkbookError, match="no xlsx workbook"):
        of_workbook(tmp_path / "spec.xlsx")


@pytest.mark.parametrize("name", ["a&b<c>.xsl", 'x"?><a/>', "&amp;"])
def test_the_name_of_a_stylesheet_is_no_markup(name: str) -> None:
    define = document()
    define.stylesheet = name
    assert read(to_bytes(define)) == define
