from __future__ import annotations

from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.raw.odm import KEYS, read_tables, tables_in
from cdisc_npc.raw.xml_stream import refuse_document_type

NAMESPACE = 'xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2"'


def subject(key: str, *events: str, site: str = "701", **attributes: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    place = f'<SiteRef LocationOID="{site}"/>' if site else ""
    return f'<SubjectData SubjectKey="{key}"{extra}>{place}{"".join(events)}</SubjectData>'


def event(*forms: str, oid: str = "C1D1", attributes: str = "") -> str:
    keys = f'StudyEventOID="{oid}" StudyEventRepeatKey="1"'
    return f"<StudyEventData {keys} {attributes}>{''.join(forms)}</StudyEventData>"


def form(*groups: str, oid: str = "VS", attributes: str = "") -> str:
    return f'<FormData FormOID="{oid}" {attributes}>{"".join(groups)}</FormData>'


def group(*items: str, oid: str = "IG.VS", repeat: str = "1", attributes: str = "") -> str:
    keys = f'ItemGroupOID="{oid}" ItemGroupRepeatKey="{repeat}"'
    return f"<ItemGroupData {keys} {attributes}>{''.join(items)}</ItemGroupData>"


def item(oid: str, value: str, attributes: str = "") -> str:
    return f'<ItemData ItemOID="{oid}" Value="{value}" {attributes}/>'


def write(folder: Path, *subjects: str, kind: str = "Snapshot", namespace: str = NAMESPACE) -> Path:
    path = folder / "export.xml"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><!-- an export --><ODM {namespace} FileType="{kind}">'
        f'<ClinicalData StudyOID="NPC" MetaDataVersionOID="1">{"".join(subjects)}</ClinicalData></ODM>',
        encoding="utf-8",
    )
    return path


def frame_of(path: Path, name: str = "VS") -> dict[str, list[str]]:
    table = read_tables(path, [name])[name]
    assert all(dtype == "str" for dtype in table.frame.dtypes)
    return table.frame.to_dict("list")


def items_of(path: Path, name: str = "VS") -> dict[str, list[str]]:
    return {key: values for key, values in frame_of(path, name).items() if key not in KEYS}


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        read_tables(path, tables_in(path))
    return str(refused.value)


@pytest.mark.parametrize("namespace", [NAMESPACE, ""])
def test_records_have_their_keys_and_items(tmp_path: Path, namespace: str) -> None:
    second = group(item("DIABP", " 80 "), repeat="2")
    note = "皮疹 &amp; &lt;x&gt;&#13;&#10;"
    path = write(
        tmp_path,
        subject("01001", event(form(group(item("SYSBP", "120"), item("NOTE", note))))),
        subject("01002", event(form(group(item("SYSBP", "007")), second)), site=""),
        namespace=namespace,
    )  # fmt: skip
    assert tables_in(path) == ["VS"]
    assert frame_of(path) == {
        "StudyOID": ["NPC"] * 3,
        "SubjectKey": ["01001", "01002", "01002"],
        "LocationOID": ["701", "", ""],
        "StudyEventOID": ["C1D1"] * 3,
        "StudyEventRepeatKey": ["1"] * 3,
        "FormOID": ["VS"] * 3,
        "FormRepeatKey": [""] * 3,
        "ItemGroupOID": ["IG.VS"] * 3,
        "ItemGroupRepeatKey": ["1", "1", "2"],
        "SYSBP": ["120", "007", ""],
        "NOTE": ["皮疹 & <x>\r\n", "", ""],
        "DIABP": ["", "", " 80 "],
    }


def test_typed_items_nulls_and_units(tmp_path: Path) -> None:
    unit = '<ItemData ItemOID="DIAM" Value="1.50"><MeasurementUnitRef MeasurementUnitOID="MU.cm"/></ItemData>'
    typed = (
        '<ItemDataString ItemOID="SITE">鼻<!-- a comment -->咽</ItemDataString>'
        '<ItemDataFloat ItemOID="DIAM" MeasurementUnitOID="MU.mm">15</ItemDataFloat>'
    )
    null = '<ItemData ItemOID="DIAM" IsNull="Yes"/>'
    path = write(tmp_path, subject("1", event(form(group(unit), group(typed), group(null)))))
    assert items_of(path) == {
        "DIAM": ["1.50", "15", ""],
        "DIAM.unit": ["MU.cm", "MU.mm", ""],
        "SITE": ["", "鼻咽", ""],
    }


def test_a_form_of_several_item_groups_has_a_table_of_every(tmp_path: Path) -> None:
    groups = group(item("A", "1"), oid="IG.1"), group(item("B", "2"), oid="IG.2")
    path = write(tmp_path, subject("1", event(form(*groups), form(group(item("C", "3")), oid="DM"))))
    assert tables_in(path) == ["VS", "VS.IG.1", "VS.IG.2", "DM"]
    assert items_of(path) == {"A": ["1", ""], "B": ["", "2"]}
    assert items_of(path, "VS.IG.1") == {"A": ["1"]}
    assert items_of(path, "VS.IG.2") == {"B": ["2"]}
    assert items_of(path, "DM") == {"C": ["3"]}


def test_transactions_take_effect_in_file_order(tmp_path: Path) -> None:
    insert, update, remove = (f'TransactionType="{kind}"' for kind in ("Insert", "Update", "Remove"))
    path = write(
        tmp_path,
        subject("1", event(form(
            group(item("A", "1"), item("B", "x"), repeat="1", attributes=insert),
            group(item("A", "2"), repeat="2", attributes=insert),
            group(item("A", "3"), repeat="3"),
        ))),
        subject("2", event(form(group(item("A", "4"), attributes=insert)))),
        subject("1", event(form(
            group(item("A", "9", update), item("B", "", remove), repeat="1", attributes=update),
            group(repeat="2", attributes=remove),
        )), TransactionType="Context"),
        subject("2", TransactionType="Remove"),
        subject("3", event(form(group(item("A", "5"))))),
        subject("3", event(form(attributes=remove))),
        subject("2", event(form(group(item("A", "6"), attributes=insert)))),
        kind="Transactional",
    )  # fmt: skip
    frame = frame_of(path)
    assert frame["SubjectKey"] == ["1", "1", "2"]
    assert frame["ItemGroupRepeatKey"] == ["1", "3", "1"]
    assert frame["A"] == ["9", "3", "6"]
    assert frame["B"] == ["", "", ""]


@pytest.mark.parametrize(
    ("groups", "kind", "what"),
    [
        (
            group(attributes='TransactionType="Update"'),
            "Transactional",
            "Update of item group NPC / 1 / C1D1 / 1 / VS",
        ),
        (
            group() + group(attributes='TransactionType="Insert"'),
            "Transactional",
            "Insert of item group NPC / 1",
        ),
        (group(attributes='TransactionType="Remove"'), "Snapshot", "TransactionType Remove of ItemGroupData"),
        (
            group(attributes='TransactionType="Undo"'),
            "Transactional",
            "TransactionType Undo of ItemGroupData",
        ),
    ],
)
def test_transactions_that_cannot_be_are_refused(tmp_path: Path, groups: str, kind: str, what: str) -> None:
    message = refusal(write(tmp_path, subject("1", event(form(groups))), kind=kind))
    assert message.startswith(f"export.xml: '{what}")
    assert message.endswith("[RAW_ODM_TRANSACTION]")


def test_an_item_twice_in_a_group_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, subject("1", event(form(group(item("A", "1"), item("A", "2"))))))
    assert refusal(path) == (
        "export.xml line 1: column A stands more than once; "
        "expected each item once in an item group [RAW_DUPLICATE_COLUMN]"
    )


def test_damage_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, subject("1", event(form(group(item("A", "1"))))))
    path.write_bytes(path.read_bytes()[:-20])
    assert refusal(path).endswith("[RAW_UNREADABLE]")
    path.write_bytes(b"")
    assert refusal(path).endswith("[RAW_EMPTY_FILE]")
    path.write_text(f'<ODM {NAMESPACE}><ItemGroupData ItemGroupOID="A"/></ODM>')
    assert "expected it inside ClinicalData" in refusal(path)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"<!DOCTYPE ODM><ODM/>", "RAW_XML_ENTITY"),
        (b"<?xml version='1.0'?>\n<!-- <ODM> --><!DOCTYPE ODM [", "RAW_XML_ENTITY"),
        ("\ufeff<!DOCTYPE ODM><ODM/>".encode("utf-16-le"), "RAW_XML_ENTITY"),
        (b"<?xml version='1.0' encoding='UTF-7'?>+ADw-!DOCTYPE", "RAW_ENCODING"),
        (b"<!-- " + b"x" * 100, "RAW_UNREADABLE"),
        (b"A,B\n1,2\n", "RAW_UNREADABLE"),
    ],
)
def test_the_prolog_decides_on_a_document_type(head: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        refuse_document_type(head, "export.xml")


def test_a_document_type_written_inside_a_value_is_text(tmp_path: Path) -> None:
    path = write(tmp_path, subject("1", event(form(group(item("A", "&lt;!DOCTYPE x&gt;"))))))
    assert items_of(path) == {"A": ["<!DOCTYPE x>"]}


def test_what_is_defined_is_there_without_data(tmp_path: Path) -> None:
    path = write(tmp_path, subject("1", event(form(group(item("SYSBP", "120"))))))
    definitions = (
        '<Study OID="S"><MetaDataVersion OID="1" Name="1">'
        '<FormDef OID="VS" Name="VS" Repeating="No"><ItemGroupRef ItemGroupOID="IG.VS" Mandatory="No"/></FormDef>'
        '<FormDef OID="PREG" Name="P" Repeating="No"><ItemGroupRef ItemGroupOID="IG.PREG" Mandatory="No"/></FormDef>'
        '<ItemGroupDef OID="IG.VS" Name="VS" Repeating="No"><ItemRef ItemOID="SYSBP" Mandatory="No"/>'
        '<ItemRef ItemOID="DIABP" Mandatory="No"/></ItemGroupDef>'
        '<ItemGroupDef OID="IG.PREG" Name="P" Repeating="No"><ItemRef ItemOID="HCG" Mandatory="No"/></ItemGroupDef>'
        "</MetaDataVersion></Study><ClinicalData"
    )
    path.write_text(path.read_text().replace("<ClinicalData", definitions, 1))
    assert tables_in(path) == ["VS", "PREG"]
    assert items_of(path) == {"SYSBP": ["120"], "DIABP": [""]}
    assert items_of(path, "PREG") == {"HCG": []}
