from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from define_xml import Define, DefineUnreadableError, read, to_bytes, write
from define_xml.common import describe
from define_xml.model import ItemDef
from tests.define_xml.documents import document

SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or Path(__file__).parents[3] / "shared") / "define"
SAMPLES = ["defineV21-SDTM.xml", "define2-0-0-sdtm.xml"]


def sample(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"no official sample {name} in {SHARED}")
    return path


def elements(data: bytes) -> list[tuple[int, str, dict[str, str], str]]:
    """Every element with its depth, name, attributes and text, comments apart."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_blank_text=True))
    return [
        (sum(1 for _ in node.iterancestors()), str(node.tag), dict(node.attrib), (node.text or "") if not len(node) else "")
        for node in root.iter(etree.Element)
    ]  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_official_sample_is_written_as_it_was_read(name: str) -> None:
    path = sample(name)
    define = read(path)
    assert define.unread == () and define.misplaced == ()
    written = to_bytes(define)
    assert read(written) == define
    assert elements(written) == elements(path.read_bytes())


def test_facts_of_the_official_samples() -> None:
    define = read(sample("defineV21-SDTM.xml"))
    assert define.version == "2.1" and define.context == "Other"
    assert [item.name for item in define.metadata.standards.standards] == [
        "SDTMIG",
        "SDTMIG",
        "SDTMIG-MD",
        "CDISC/NCI",
        "CDISC/NCI",
    ]  # type: ignore[union-attr]
    lb = define.index.item_groups["IG.LB"]
    assert lb.class_ == "FINDINGS" and lb.label == "Laboratory Tests Results"
    clause = define.index.where_clauses["WC.LB.LBTESTCD.HCT.LBSPEC.BLOOD.CRF"]
    assert len(clause.range_checks) == 3  # a real conjunction
    assert define.index.items["IT.LB.LBORRES"].value_list_ref.value_list_oid == "VL.LB.LBORRES"  # type: ignore[union-attr]
    assert (
        define.index.items["IT.LB.LBSTRESN"].length,
        define.index.items["IT.LB.LBSTRESN"].significant_digits,
    ) == (5, 2)

    old = read(sample("define2-0-0-sdtm.xml"))
    assert old.version == "2.0" and old.metadata.standards is None
    assert (old.metadata.standard_name, old.metadata.standard_version) == ("SDTM-IG", "3.1.2")
    assert {group.class_ for group in old.metadata.item_groups} >= {"TRIAL DESIGN", "EVENTS", "RELATIONSHIP"}


def test_model_is_written_and_read_back() -> None:
    define = document(results=True)
    assert read(to_bytes(define)) == define
    assert to_bytes(define) == to_bytes(document(results=True))


def test_document_begins_with_the_stylesheet() -> None:
    assert to_bytes(document()).splitlines()[:2] == [
        b'<?xml version="1.0" encoding="UTF-8"?>',
        b'<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>',
    ]
    assert read(to_bytes(document())).stylesheet == "define2-1.xsl"


def test_text_is_kept_as_it_is() -> None:
    define = document()
    text = "  two\nlines, <&>\"' 汉 and\ta tab  "
    define.metadata.methods[0].description = describe(text)
    again = read(to_bytes(define))
    assert again.metadata.methods[0].description == describe(text)
    assert again.metadata.methods[0].description.text == text.strip()


def test_number_that_is_none_stays_text() -> None:
    data = to_bytes(document()).replace(b'Length="4"', b'Length="04"', 1)
    lengths = [item.length for item in read(data).metadata.items]
    assert "04" in lengths and 8 in lengths


def test_what_the_model_does_not_hold_is_listed() -> None:
    data = to_bytes(document()).replace(b"<def:Standards>", b'<def:Standards colour="red"><Other/>', 1)
    define = read(data)
    assert [(item.element, item.name) for item in define.unread] == [
        ("Standards", "colour"),
        ("Standards", "Other"),
    ]
    assert all(item.line for item in define.unread)


def test_of_two_texts_the_english_is_reported() -> None:
    from define_xml.common import Description, TranslatedText

    assert Description([TranslatedText("zh", "年龄"), TranslatedText("en", " Age ")]).text == "Age"
    assert Description([TranslatedText("zh", "年龄")]).text == "年龄"
    assert Description().text == ""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<ODM", "not well-formed"),
        (b"<ODM/>", "expected ODM 1.3"),
        (b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>', "namespace of Define-XML"),
        (b'<!DOCTYPE ODM [<!ENTITY x "y">]><ODM>&x;</ODM>', "document type"),
        (b'<!DOCTYPE ODM SYSTEM "http://localhost/x.dtd"><ODM/>', "document type"),
        (b"", "not well-formed"),
    ],
)
def test_what_is_no_define_xml_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(DefineUnreadableError, match=told):
        read(data)


def test_file_stays_as_it_was_when_the_document_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    write(document(), path)
    before = path.read_bytes()
    broken = document()
    broken.metadata.items.append(ItemDef("IT.X", "X\x00", "text"))
    with pytest.raises(ValueError):
        write(broken, path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_empty_document() -> None:
    define = Define(study=None)
    assert define.metadata.items == [] and define.version == "2.1"
    assert read(to_bytes(define)) == define
