from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

import define_xml
from define_xml import Table, html, read, stylesheet, to_bytes, validate
from define_xml.rules import walk
from tests.define_xml.documents import document, tables


def test_a_document_that_was_read_is_judged_as_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    text = to_bytes(document(results=True)).decode()
    path.write_text(re.sub(r' Mandatory="Yes"| def:CommentOID="[^"]*"', "", text), encoding="utf-8")
    result = validate(path, tables().values(), define=read(path))
    assert {"XSD_ATTRIBUTE_MISSING", "COMMENT_UNUSED", "LEAF_FILE_MISSING"} <= {item.code for item in result}
    assert result == validate(path, tables().values())


def test_a_walk_meets_every_element_in_the_order_of_the_document() -> None:
    content = to_bytes(document(results=True))
    met = [element.line for element in walk(read(content))]
    # Elements that hold nothing but text are fields of those that they stand in.
    plain = ("CheckValue", "StudyName", "StudyDescription", "ProtocolName", "title", "Code")
    root = etree.fromstring(content)
    assert met == [
        node.sourceline for node in root.iter(etree.Element) if etree.QName(node).localname not in plain
    ]


@pytest.mark.parametrize(
    ("values", "codes", "texts"),
    [
        ([12.0, 0.5, float("nan"), 12.0], [0, 1, -1, 0], ["12", "0.5", ""]),
        ([1e-7, 1e16, -0.25], [0, 1, 2], ["0.0000001", "10000000000000000", "-0.25"]),
        ([7, 7], [0, 0], ["7"]),
        (["", "B", " ", "A", "B"], [-1, 1, -1, 3, 1], ["", "B", " ", "A"]),
        ([], [], []),
    ],
)
def test_distinct_texts_of_a_column(values: list[object], codes: list[int], texts: list[str]) -> None:
    result = Table("X", "", (), pd.DataFrame({"V": values})).distinct("V")
    assert (result[0].tolist(), result[1]) == (codes, texts)


def test_the_page_and_the_workbook_are_read_when_they_are_asked_for() -> None:
    program = (
        "import sys, define_xml; assert 'define_xml.workbook' not in sys.modules;"
        "assert 'define_xml.html' not in sys.modules; from define_xml import to_workbook; define_xml.stylesheet()"
        ";assert 'defineutils' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert all(getattr(define_xml, name) is not None for name in define_xml.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = define_xml.nothing


def test_a_stylesheet_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "folder_of", lambda package: None)
    with pytest.raises(ModuleNotFoundError, match="defineutils"):
        stylesheet()
