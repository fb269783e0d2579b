"""ODM beyond keys and values: vendors' attributes, nulls with a value, and what is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdisc_npc.raw.odm import read_tables, tables_in
from cdisc_npc.raw.read import read_export
from cdisc_npc.study.forms import RawContract
from tests.raw.test_odm import event, form, frame_of, group, item, items_of, refusal, subject, write

VENDORS = 'xmlns:m="http://www.mdsol.com/ns/odm/metadata" xmlns:oc="http://www.openclinica.org/ns/odm_ext_v130/v3.1"'
NAMESPACE = f'xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" {VENDORS}'
# A name with a colon is no keyword.
NUMBER = {"m:SubjectName": "001-007"}


def odm(folder: Path, *subjects: str, kind: str = "Snapshot") -> Path:
    return write(folder, *subjects, kind=kind, namespace=NAMESPACE)


def noticed(path: Path, code: str = "") -> list[tuple[str, str, str]]:
    table = next(iter(read_tables(path, tables_in(path)).values()))
    findings = table.findings.frame()
    findings = findings[findings["code"] == code] if code else findings
    return list(zip(findings["code"], findings["variable"], findings["value"], strict=True))


@pytest.mark.parametrize(
    ("element", "column"),
    [
        (subject("u", event(form(group(item("P", "60")))), **NUMBER), "SubjectData.SubjectName"),
        (
            subject("u", event(form(group(item("P", "60")))), **{"oc:StudySubjectID": "001-007"}),
            "SubjectData.StudySubjectID",
        ),
        (
            subject("u", event(form(group(item("P", "60"))), attributes='oc:StartDate="001-007"')),
            "StudyEventData.StartDate",
        ),
        (
            subject("u", event(form(group(item("P", "60")), attributes='oc:InterviewDate="001-007"'))),
            "FormData.InterviewDate",
        ),
        (
            subject("u", event(form(group(item("P", "60"), attributes='m:RecordId="001-007"')))),
            "ItemGroupData.RecordId",
        ),
    ],
)
def test_attributes_of_vendors_are_columns(tmp_path: Path, element: str, column: str) -> None:
    path = odm(tmp_path, element, subject("v", event(form(group(item("P", "70"))))))
    assert items_of(path) == {"P": ["60", "70"], column: ["001-007", ""]}
    assert read_tables(path, ["VS"])["VS"].beside == (column,)


def test_an_attribute_is_of_all_records_of_its_element_and_of_no_other(tmp_path: Path) -> None:
    first = event(
        form(group(item("P", "1")), group(item("P", "2"), repeat="2")), attributes='oc:StartDate="2026"'
    )
    second = event(form(group(item("P", "3"))), oid="C2D1", attributes='oc:StartDate="2027"')
    path = odm(tmp_path, subject("u", first, second), subject("v", event(form(group(item("P", "4"))))))
    assert items_of(path)["StudyEventData.StartDate"] == ["2026", "2026", "2027", ""]


def test_a_later_transaction_changes_the_attribute_of_records_that_it_does_not_name(tmp_path: Path) -> None:
    insert = 'TransactionType="Insert"'
    path = odm(
        tmp_path,
        subject("u", event(form(group(item("P", "1"), attributes=insert)), attributes='oc:StartDate="2026"')),
        subject("u", event(attributes='oc:StartDate="2027"'), site="", TransactionType="Context"),
        subject("v", event(form(group(item("P", "2"), attributes=insert)), attributes='oc:StartDate="2028"')),
        subject("v", event(attributes='TransactionType="Remove"')),
        subject("v", event(form(group(item("P", "3"), attributes=insert)))),
        kind="Transactional",
    )  # fmt: skip
    assert items_of(path) == {"P": ["1", "3"], "StudyEventData.StartDate": ["2027", ""]}
    assert frame_of(path)["LocationOID"] == ["701", "701"]


def test_a_value_beside_is_null_is_kept_and_reported(tmp_path: Path) -> None:
    null = 'IsNull="Yes" oc:ReasonForNull="NI"'
    typed = '<ItemDataString ItemOID="T" IsNull="Yes">text</ItemDataString>'
    path = odm(
        tmp_path,
        subject("1", event(form(group(item("A", "HEADACHE", null), typed, item("B", "", 'IsNull="Yes"'))))),
        subject("2", event(form(group(item("A", "FEVER"))))),
    )
    assert items_of(path) == {
        "A": ["HEADACHE", "FEVER"], "T": ["text", ""], "B": ["", ""], "A.ReasonForNull": ["NI", ""],
    }  # fmt: skip
    assert noticed(path) == [("RAW_ODM_NULL_VALUE", "A", "HEADACHE"), ("RAW_ODM_NULL_VALUE", "T", "text")]


def test_a_reason_for_null_is_a_cell_that_a_later_value_clears(tmp_path: Path) -> None:
    null = '<ItemData ItemOID="A" IsNull="Yes" oc:ReasonForNull="NASK"/>'
    path = odm(
        tmp_path,
        subject("1", event(form(group(null, attributes='TransactionType="Insert"')))),
        subject("2", event(form(group(null, attributes='TransactionType="Insert"')))),
        subject("1", event(form(group(item("A", "5"), attributes='TransactionType="Update"')))),
        kind="Transactional",
    )
    assert items_of(path) == {"A": ["5", ""], "A.ReasonForNull": ["", "NASK"]}
    assert noticed(path) == []


def test_the_text_of_an_untyped_item_is_its_value(tmp_path: Path) -> None:
    path = odm(tmp_path, subject("1", event(form(group('<ItemData ItemOID="A">5</ItemData>')))))
    assert items_of(path) == {"A": ["5"]}


REFERENCE = (
    '<ReferenceData StudyOID="NPC" MetaDataVersionOID="1"><ItemGroupData ItemGroupOID="IG.LIMITS">'
    '<ItemData ItemOID="LOW" Value="3"/></ItemGroupData></ReferenceData>'
)


@pytest.mark.parametrize("before", [True, False])
def test_reference_data_is_reported_and_hinders_nothing(tmp_path: Path, before: bool) -> None:
    path = odm(tmp_path, subject("1", event(form(group(item("P", "60"))))))
    text = path.read_text(encoding="utf-8")
    mark = "<ClinicalData" if before else "</ODM>"
    path.write_text(text.replace(mark, REFERENCE * 2 + mark))
    assert tables_in(path) == ["VS"]
    assert items_of(path) == {"P": ["60"]}
    assert noticed(path) == [("RAW_ODM_NOT_READ", "", "ItemGroupData IG.LIMITS in ReferenceData (2 times)")]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (group(item("A", "1"), "<Annotation/>"), "Annotation in ItemGroupData (1 times)"),
        (
            group('<ItemData ItemOID="A" Value="1"><Annotation/><Annotation/></ItemData>'),
            "Annotation in ItemData (2 times)",
        ),
        (group('<ItemData ItemOID="A"><Value>1</Value></ItemData>'), "Value in ItemData (1 times)"),
        (group('<ItemData ItemOID="A" Value="1">2</ItemData>'), "text beside Value of ItemData (1 times)"),
        (
            group(item("A", "1")) + "<oc:links/>" + group(item("A", "2"), repeat="2"),
            "links in FormData (1 times)",
        ),
        (group(item("A", "1"), item("B", "2", 'm:Verify="No"')), "Verify of ItemData (1 times)"),
    ],
)
def test_what_is_not_read_is_counted(tmp_path: Path, body: str, what: str) -> None:
    path = odm(tmp_path, subject("1", event(form(body))))
    assert noticed(path) == [("RAW_ODM_NOT_READ", "", what)]


def test_an_item_of_the_name_of_an_attribute_is_refused(tmp_path: Path) -> None:
    name = "SubjectData.SubjectName"
    path = odm(tmp_path, subject("1", event(form(group(item(name, "1")))), **NUMBER))
    assert refusal(path) == (
        f"export.xml: column {name} stands more than once; expected no item of the name of an attribute "
        "[RAW_DUPLICATE_COLUMN]"
    )


def test_a_form_may_name_an_attribute_and_one_that_no_form_names_is_reported(tmp_path: Path) -> None:
    path = odm(
        tmp_path,
        subject("u", event(form(group(item("P", "60"))), attributes='oc:StartDate="2026-02-03"'), **NUMBER),
    )
    fields = {"SubjectData.SubjectName": {}, "P": {}}
    raw = read_export(path, RawContract.model_validate({"forms": {"VS": {"fields": fields}}}))
    assert raw.forms["VS"].to_dict("list") == {"SubjectData.SubjectName": ["001-007"], "P": ["60"]}
    assert raw.findings.messages() == [
        "export.xml: StudyEventData.StartDate, filled in '1' records, is a field of no form; "
        "expected a field of this name in a form, if it is wanted [RAW_BESIDE]"
    ]


def test_a_file_of_reference_data_alone_is_reported(tmp_path: Path) -> None:
    path = odm(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("<ClinicalData", REFERENCE + "<ClinicalData"))
    (tmp_path / "ae.csv").write_text("A\n1\n")
    raw = read_export(tmp_path, RawContract.model_validate({"forms": {"ae": {"fields": {"A": {}}}}}))
    assert list(raw.findings.frame()["code"]) == ["RAW_IGNORED_FILE"]
