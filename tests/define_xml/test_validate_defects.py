"""Seeded defects: one fault each, in a document or its data, and the code that must tell of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from define_xml import CODES, Define, Issue, Table, read, to_bytes, validate
from define_xml.arm import AnalysisVariable
from define_xml.codelist import EnumeratedItem
from define_xml.common import Alias, FormalExpression, PDFPageRef, TranslatedText, WhereClauseRef, describe
from define_xml.model import (
    CodeList,
    CommentDef,
    ItemRef,
    MethodDef,
    Origin,
    RangeCheck,
    Standard,
    SubClass,
    ValueListDef,
    WhereClauseDef,
)
from tests.define_xml.documents import document, item, tables


def codes(issues: list[Issue]) -> list[str]:
    return [issue.code for issue in issues]


@pytest.mark.parametrize("results", [False, True])
def test_clean_document_has_no_issue(results: bool) -> None:
    assert validate(document(results=results), tables().values()) == []


def it(define: Define, oid: str) -> object:
    return define.index.items[oid]


def group(define: Define, name: str) -> object:
    return define.index.item_groups[f"IG.{name}"]


# -- faults of the XML, by replacing one text of the written document
XML = [
    ("XSD_ATTRIBUTE_MISSING", r'def:Structure="[^"]*" ', ""),
    ("XSD_ATTRIBUTE_MISSING", r' Mandatory="Yes"', ""),
    ("XSD_ATTRIBUTE_MISSING", r' def:Context="Submission"', ""),
    ("XSD_ATTRIBUTE_MISSING", r'(<ItemDef OID="IT.DM.AGE" Name="AGE") DataType="integer"', r"\1"),
    ("XSD_ATTRIBUTE_MISSING", r'(<MethodDef OID="MT.LBSTRESN" )Name="[^"]*"', r"\1"),
    ("XSD_ATTRIBUTE_UNKNOWN", r'<ItemDef OID="IT.DM.AGE"', r'\g<0> Comment2="x"'),
    ("XSD_ATTRIBUTE_UNKNOWN", r'<def:Standard OID="STD.CT"', r'\g<0> Colour="red"'),
    ("XSD_ELEMENT_MISSING", r"<Decode>\s*<TranslatedText[^>]*>Nothing found</TranslatedText>\s*</Decode>", ""),
    ("XSD_ELEMENT_UNEXPECTED", r"<Decode>.*?</Decode>", ""),
    ("XSD_ELEMENT_MISSING", r"<def:title>acrf.*?</def:title>|<def:title>Annotated.*?</def:title>", ""),
    ("XSD_ELEMENT_MISSING", r"(<CodeList OID=\"CL.ISO3166\".*?>).*?(</CodeList>)", r"\1\2"),
    ("ELEMENT_ORDER", r"(<def:Class.*?>)\s*(<def:leaf.*?</def:leaf>)", r"\2\1"),
    ("XSD_ELEMENT_UNEXPECTED", r"(<MethodDef.*</MethodDef>)\s*(<def:CommentDef.*?</def:CommentDef>)", r"\2\1"),
    ("XSD_ELEMENT_UNEXPECTED", r"</def:Standards>", r"\g<0><def:Nothing/>"),
    ("XSD_VALUE", r'<def:Class Name="FINDINGS"', '<def:Class Name="Findings"'),
    ("XSD_VALUE", r'Comparator="EQ"', 'Comparator="IS"'),
    ("XSD_VALUE", r'DataType="integer"', 'DataType="int"'),
    ("XSD_VALUE", r'Repeating="Yes"', 'Repeating="Y"'),
    ("XSD_VALUE", r'Length="4"', 'Length="four"'),
    ("XSD_VALUE", r'Type="Computation"', 'Type="Magic"'),
    ("XSD_VALUE", r'def:DefineVersion="2.1.0"', 'def:DefineVersion="two"'),
    ("XSD_VALUE", r'CreationDateTime="[^"]*"', 'CreationDateTime="yesterday"'),
    ("STANDARD_STATUS", r'Status="Final"', 'Status="FINAL"'),
    ("XSD_DUPLICATE", r'OrderNumber="2"( Mandatory="No">\s*<def:WhereClauseRef WhereClauseOID="WC.GLUC.URINE")', r'OrderNumber="1"\1'),
    ("XSD_OTHER", r"<def:Standards>", r"\g<0>stray text"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "pattern", "put"), XML, ids=[f"{row[0]}-{n}" for n, row in enumerate(XML)])
def test_fault_of_the_xml(code: str, pattern: str, put: str) -> None:
    text = to_bytes(document()).decode()
    faulty, times = re.subn(pattern, put, text, count=1, flags=re.DOTALL)
    assert times == 1
    result = validate(faulty.encode())
    assert code in codes(result)
    issue = next(one for one in result if one.code == code)
    assert issue.line and issue.element and issue.message.endswith(f"[{code}]")


# -- faults of the model: code, the OID that is told, and what is done to the document
Fault = Callable[[Define], object]


def _set(path: str, value: object) -> Fault:
    """Set ``<list>.<oid>.<field>`` of the metadata."""
    kind, oid, field = re.fullmatch(r"(\w+):(.+):(\w+)", path).groups()  # type: ignore[union-attr]

    def fault(define: Define) -> None:
        setattr(getattr(define.index, kind)[oid], field, value)

    return fault


def _do(function: Callable[[Define], object]) -> Fault:
    return function


def _origin(oid: str, *origins: Origin) -> Fault:
    return lambda d: setattr(it(d, oid), "origins", list(origins))


def _ref(define: Define, name: str, variable: str) -> ItemRef:
    return next(ref for ref in group(define, name).item_refs if ref.item_oid.endswith(f".{variable}"))  # type: ignore[attr-defined]


def _check(define: Define, oid: str, place: int = 0) -> RangeCheck:
    return define.index.where_clauses[oid].range_checks[place]


def _result(define: Define) -> object:
    assert define.metadata.analysis_results
    return define.metadata.analysis_results.result_displays[0].analysis_results[0]


MODEL: list[tuple[str, str, Fault]] = [
    ("FILE_TYPE", "S1.define", lambda d: setattr(d, "file_type", "Transactional")),
    ("ODM_VERSION", "S1.define", lambda d: setattr(d, "odm_version", "1.3")),
    ("NAMESPACE", "MDV.1", lambda d: setattr(d.metadata, "define_version", "2.2.0")),
    ("STYLESHEET_MISSING", "S1.define", lambda d: setattr(d, "stylesheet", None)),
    ("STUDY_TEXT_MISSING", "", lambda d: setattr(d.study.global_variables, "protocol_name", " ")),
    ("LANG_MISSING", "", lambda d: setattr(it(d, "IT.DM.AGE").description.translated_texts[0], "lang", None)),
    ("LANG_DUPLICATE", "", lambda d: it(d, "IT.DM.AGE").description.translated_texts.append(TranslatedText("en", "Age 2"))),
    ("TEXT_BLANK", "LF.acrf", _set("leaves:LF.acrf:title", " ")),
    ("STANDARDS_MISSING", "MDV.1", lambda d: setattr(d.metadata, "standards", None)),
    ("STANDARD_IG_MISSING", "MDV.1", lambda d: d.metadata.standards.standards.pop(0)),
    ("STANDARD_CT_MISSING", "MDV.1", lambda d: d.metadata.standards.standards.pop(1)),
    ("STANDARD_PUBLISHING_SET", "STD.CT", _set("standards:STD.CT:publishing_set", None)),
    ("STANDARD_PUBLISHING_SET", "STD.IG", _set("standards:STD.IG:publishing_set", "SDTM")),
    ("STANDARD_NAME", "STD.IG", _set("standards:STD.IG:name", "SDTM-IG")),
    ("STANDARD_CT_VERSION", "STD.CT", _set("standards:STD.CT:version", "2025")),
    ("STANDARD_UNUSED", "STD.2", lambda d: d.metadata.standards.standards.append(Standard("STD.2", "ADaMIG", "IG", None, "1.3", "Final"))),
    ("OID_DUPLICATE", "MT.RFSTDTC", lambda d: d.metadata.methods.append(d.metadata.methods[0])),
    ("OID_DUPLICATE", "LF.acrf", lambda d: d.metadata.leaves.append(d.metadata.leaves[0])),
    ("STANDARD_UNKNOWN", "IG.DM", _set("item_groups:IG.DM:standard_oid", "STD.9")),
    ("ITEM_UNKNOWN", "IT.DM.NONE", lambda d: setattr(_ref(d, "DM", "COUNTRY"), "item_oid", "IT.DM.NONE")),
    ("ITEM_UNKNOWN", "IT.LB.NONE", lambda d: setattr(_check(d, "WC.ALT"), "item_oid", "IT.LB.NONE")),
    ("DATASET_UNKNOWN", "IG.NONE", lambda d: setattr(_result(d).analysis_datasets.analysis_datasets[0], "item_group_oid", "IG.NONE")),
    ("CODELIST_UNKNOWN", "", lambda d: setattr(it(d, "IT.DM.SEX").codelist_ref, "codelist_oid", "CL.NONE")),
    ("METHOD_UNKNOWN", "IT.DM.RFSTDTC", lambda d: setattr(_ref(d, "DM", "RFSTDTC"), "method_oid", "MT.NONE")),
    ("COMMENT_UNKNOWN", "IT.DM.COUNTRY", _set("items:IT.DM.COUNTRY:comment_oid", "COM.NONE")),
    ("VALUE_LIST_UNKNOWN", "", lambda d: setattr(it(d, "IT.LB.LBORRES").value_list_ref, "value_list_oid", "VL.NONE")),
    ("WHERE_CLAUSE_UNKNOWN", "WC.NONE", lambda d: setattr(d.metadata.value_lists[0].item_refs[0].where_clause_refs[0], "where_clause_oid", "WC.NONE")),
    ("LEAF_UNKNOWN", "LF.none", lambda d: setattr(d.metadata.annotated_crf.document_refs[0], "leaf_id", "LF.none")),
    ("ITEM_UNUSED", "IT.DM.EXTRA", lambda d: d.metadata.items.append(item("IT.DM.EXTRA", "Extra"))),
    ("CODELIST_UNUSED", "CL.SEX", _set("items:IT.DM.SEX:codelist_ref", None)),
    ("METHOD_UNUSED", "MT.X", lambda d: d.metadata.methods.append(MethodDef("MT.X", "X", "Computation", describe("x")))),
    ("COMMENT_UNUSED", "COM.X", lambda d: d.metadata.comments.append(CommentDef("COM.X", describe("x")))),
    ("VALUE_LIST_UNUSED", "VL.X", lambda d: d.metadata.value_lists.append(ValueListDef("VL.X", None, d.metadata.value_lists[0].item_refs))),
    ("WHERE_CLAUSE_UNUSED", "WC.X", lambda d: d.metadata.where_clauses.append(WhereClauseDef("WC.X", None, [_check(d, "WC.ALT")]))),
    ("LEAF_UNUSED", "LF.acrf", lambda d: (setattr(d.metadata, "annotated_crf", None), setattr(d.metadata, "analysis_results", None), [setattr(o, "document_refs", []) for i in d.metadata.items for o in i.origins])),
    ("LEAF_HREF", "LF.acrf", _set("leaves:LF.acrf:href", "C:\\data\\acrf.pdf")),
    ("LEAF_HREF", "LF.acrf", _set("leaves:LF.acrf:href", "/home/acrf.pdf")),
    ("PAGES_MISSING", "", lambda d: setattr(it(d, "IT.DM.AGE").origins[0].document_refs[0], "pdf_page_refs", [PDFPageRef("PhysicalRef")])),
    ("PAGES_INVALID", "", lambda d: setattr(it(d, "IT.DM.AGE").origins[0].document_refs[0], "pdf_page_refs", [PDFPageRef("PhysicalRef", "3,4")])),
    ("PAGES_INVALID", "", lambda d: setattr(it(d, "IT.DM.AGE").origins[0].document_refs[0], "pdf_page_refs", [PDFPageRef("PhysicalRef", None, 5, 4)])),
    ("DATASET_NAME", "IG.LB", _set("item_groups:IG.LB:name", "Lb")),
    ("DATASET_DUPLICATE", "IG.LB", _set("item_groups:IG.LB:name", "DM")),
    ("DATASET_SAS_NAME", "IG.LB", _set("item_groups:IG.LB:sas_dataset_name", "LAB")),
    ("DATASET_DOMAIN_MISSING", "IG.LB", _set("item_groups:IG.LB:domain", None)),
    ("DATASET_LABEL_MISSING", "IG.LB", _set("item_groups:IG.LB:description", None)),
    ("DATASET_LABEL_LONG", "IG.LB", _set("item_groups:IG.LB:description", describe("L" * 41))),
    ("DATASET_PURPOSE", "IG.LB", _set("item_groups:IG.LB:purpose", "Testing")),
    ("DATASET_STRUCTURE_BLANK", "IG.LB", _set("item_groups:IG.LB:structure", " ")),
    ("DATASET_CLASS_MISSING", "IG.LB", _set("item_groups:IG.LB:class_2_1", None)),
    ("DATASET_SUBCLASS", "IG.LB", lambda d: group(d, "LB").class_2_1.sub_classes.append(SubClass("TIME-TO-EVENT"))),
    ("DATASET_REFERENCE_MISSING", "IG.LB", _set("item_groups:IG.LB:is_reference_data", None)),
    ("DATASET_REFERENCE", "IG.LB", _set("item_groups:IG.LB:is_reference_data", "Yes")),
    ("DATASET_STANDARD", "IG.LB", _set("item_groups:IG.LB:standard_oid", None)),
    ("DATASET_STANDARD", "IG.LB", _set("item_groups:IG.LB:is_non_standard", "Yes")),
    ("DATASET_STANDARD_TYPE", "IG.LB", _set("item_groups:IG.LB:standard_oid", "STD.CT")),
    ("DATASET_COMMENT_MISSING", "IG.LB", _set("item_groups:IG.LB:has_no_data", "Yes")),
    ("DATASET_LEAF_MISSING", "IG.LB", _set("item_groups:IG.LB:leaf", None)),
    ("DATASET_LEAF_MISMATCH", "IG.LB", _set("item_groups:IG.LB:archive_location_id", "LF.DM")),
    ("DATASET_FILE_NAME", "IG.LB", lambda d: setattr(group(d, "LB").leaf, "href", "lab.xpt")),
    ("DATASET_EMPTY", "IG.SUPPDM", _set("item_groups:IG.SUPPDM:item_refs", [])),
    ("KEYS_MISSING", "IG.DM", lambda d: [setattr(ref, "key_sequence", None) for ref in group(d, "DM").item_refs]),
    ("KEYS_SEQUENCE", "IG.DM", lambda d: setattr(_ref(d, "DM", "USUBJID"), "key_sequence", 3)),
    ("ORDER_MISSING", "IT.DM.AGE", lambda d: setattr(_ref(d, "DM", "AGE"), "order_number", None)),
    ("ORDER_DUPLICATE", "IT.DM.AGE", lambda d: setattr(_ref(d, "DM", "AGE"), "order_number", 1)),
    ("ORDER_GAP", "IG.DM", lambda d: setattr(_ref(d, "DM", "COUNTRY"), "order_number", 9)),
    ("ITEM_TWICE", "IT.DM.AGE", lambda d: group(d, "DM").item_refs.append(dataclasses.replace(_ref(d, "DM", "AGE"), order_number=7))),
    ("NAME_TWICE", "IT.DM.AGE", _set("items:IT.DM.AGE:name", "RFSTDTC")),
    ("ROLE_MISSING", "IT.DM.AGE", lambda d: setattr(_ref(d, "DM", "AGE"), "role", None)),
    ("WHERE_IN_DATASET", "IT.DM.AGE", lambda d: _ref(d, "DM", "AGE").where_clause_refs.append(WhereClauseRef("WC.ALT"))),
    ("REQUIRED_VARIABLE", "IG.DM", lambda d: group(d, "DM").item_refs.pop(0)),
    ("ITEM_NAME", "IT.DM.AGE", _set("items:IT.DM.AGE:name", "SUBJECTAGE")),
    ("ITEM_SAS_NAME", "IT.DM.AGE", _set("items:IT.DM.AGE:sas_field_name", "OLD")),
    ("ITEM_LABEL_MISSING", "IT.DM.AGE", _set("items:IT.DM.AGE:description", None)),
    ("ITEM_LABEL_LONG", "IT.DM.AGE", _set("items:IT.DM.AGE:description", describe("A" * 41))),
    ("LENGTH_MISSING", "IT.DM.SEX", _set("items:IT.DM.SEX:length", None)),
    ("LENGTH_NOT_ALLOWED", "IT.DM.RFSTDTC", _set("items:IT.DM.RFSTDTC:length", 10)),
    ("LENGTH_LONG", "IT.DM.SEX", _set("items:IT.DM.SEX:length", 201)),
    ("DIGITS_MISSING", "IT.LB.LBSTRESN", _set("items:IT.LB.LBSTRESN:significant_digits", None)),
    ("DIGITS_NOT_ALLOWED", "IT.DM.AGE", _set("items:IT.DM.AGE:significant_digits", 1)),
    ("DIGITS_LONG", "IT.LB.LBSTRESN", _set("items:IT.LB.LBSTRESN:significant_digits", 5)),
    ("FORMAT_INVALID", "IT.LB.LBSTRESN", _set("items:IT.LB.LBSTRESN:display_format", "five.two")),
    ("ORIGIN_MISSING", "IT.DM.AGE", _origin("IT.DM.AGE")),
    ("ORIGIN_DUPLICATE", "IT.DM.COUNTRY", _origin("IT.DM.COUNTRY", Origin("Assigned", "Sponsor"), Origin("Assigned", "Sponsor"))),
    ("ORIGIN_TYPE", "IT.DM.COUNTRY", _origin("IT.DM.COUNTRY", Origin("CRF", "Sponsor"))),
    ("ORIGIN_SOURCE_MISSING", "IT.DM.COUNTRY", _origin("IT.DM.COUNTRY", Origin("Assigned"))),
    ("ORIGIN_SOURCE", "IT.DM.COUNTRY", _origin("IT.DM.COUNTRY", Origin("Assigned", "sponsor"))),
    ("ORIGIN_SOURCE_NOT_ALLOWED", "IT.DM.COUNTRY", _origin("IT.DM.COUNTRY", Origin("Not Available", "Sponsor"))),
    ("ORIGIN_PAGES_MISSING", "IT.DM.AGE", _origin("IT.DM.AGE", Origin("Collected", "Investigator"))),
    ("PREDECESSOR_MISSING", "IT.DM.COUNTRY", _origin("IT.DM.COUNTRY", Origin("Predecessor"))),
    ("METHOD_MISSING", "IT.DM.RFSTDTC", lambda d: setattr(_ref(d, "DM", "RFSTDTC"), "method_oid", None)),
    ("METHOD_MISSING", "IT.LB.LBORRES.ALT", _origin("IT.LB.LBORRES.ALT", Origin("Derived", "Sponsor"))),
    ("METHOD_NOT_DERIVED", "IT.DM.COUNTRY", lambda d: setattr(_ref(d, "DM", "COUNTRY"), "method_oid", "MT.RFSTDTC")),
    ("NO_DATA_COMMENT", "IT.DM.SEX", lambda d: setattr(_ref(d, "DM", "SEX"), "has_no_data", "Yes")),
    ("NO_DATA_MANDATORY", "IT.DM.USUBJID", lambda d: setattr(_ref(d, "DM", "USUBJID"), "has_no_data", "Yes")),
    ("NON_STANDARD_COMMENT", "IT.DM.SEX", lambda d: setattr(_ref(d, "DM", "SEX"), "is_non_standard", "Yes")),
    ("CODELIST_TYPE", "IT.DM.SEX", _set("codelists:CL.SEX:data_type", "integer")),
    ("TERM_LONG", "IT.SUPPDM.QNAM", lambda d: setattr(it(d, "IT.SUPPDM.QNAM"), "codelist_ref", dataclasses.replace(it(d, "IT.DM.SEX").codelist_ref, codelist_oid="CL.DIP"))),
    ("DICTIONARY_TYPE", "IT.DM.RFSTDTC", lambda d: setattr(it(d, "IT.DM.RFSTDTC"), "codelist_ref", it(d, "IT.DM.COUNTRY").codelist_ref)),
    ("VALUE_LIST_EMPTY", "VL.LB.LBORRES", lambda d: setattr(d.metadata.value_lists[0], "item_refs", [])),
    ("VALUE_WHERE_MISSING", "IT.LB.LBORRES.ALT", lambda d: setattr(d.metadata.value_lists[0].item_refs[2], "where_clause_refs", [])),
    ("VALUE_WHERE_TWICE", "IT.LB.LBORRES.GLUC.URINE", lambda d: setattr(_check(d, "WC.GLUC.URINE", 1), "check_values", ["BLOOD"])),
    ("VALUE_LENGTH", "IT.LB.LBORRES.ALT", _set("items:IT.LB.LBORRES.ALT:length", 9)),
    ("VALUE_TYPE", "IT.LB.LBORRES.GLUC.URINE", _set("items:IT.LB.LBORRES:data_type", "integer")),
    ("WHERE_EMPTY", "IT.LB.LBTESTCD", lambda d: setattr(_check(d, "WC.ALT"), "check_values", [])),
    ("WHERE_SEVERAL", "IT.LB.LBTESTCD", lambda d: setattr(_check(d, "WC.ALT"), "check_values", ["ALT", "GLUC"])),
    ("WHERE_SINGLE", "IT.LB.LBTESTCD", lambda d: setattr(_check(d, "WC.ALT"), "comparator", "IN")),
    ("WHERE_VALUE", "IT.LB.LBTESTCD", lambda d: setattr(_check(d, "WC.ALT"), "check_values", ["AST"])),
    ("WHERE_NUMBER", "IT.LB.LBSTRESN", lambda d: d.index.where_clauses["WC.ALT"].range_checks.append(RangeCheck("GT", "Soft", "IT.LB.LBSTRESN", ["high"]))),
    ("WHERE_DATASET", "WC.ALT", lambda d: d.index.where_clauses["WC.ALT"].range_checks.append(RangeCheck("EQ", "Soft", "IT.DM.SEX", ["F"]))),
    ("WHERE_TWICE", "WC.ALT", lambda d: d.index.where_clauses["WC.ALT"].range_checks.append(_check(d, "WC.ALT"))),
    ("SUPP_VALUES_MISSING", "IT.SUPPDM.QVAL", _set("items:IT.SUPPDM.QVAL:value_list_ref", None)),
    ("CODELIST_NAME_TWICE", "CL.SPEC", _set("codelists:CL.SPEC:name", "Sex")),
    ("CODELIST_EMPTY", "CL.DIP", _set("codelists:CL.DIP:codelist_items", [])),
    ("CODELIST_STANDARD", "CL.DIP", _set("codelists:CL.DIP:is_non_standard", None)),
    ("CODELIST_STANDARD_TYPE", "CL.SEX", _set("codelists:CL.SEX:standard_oid", "STD.IG")),
    ("CODELIST_CODE_MISSING", "CL.SEX", _set("codelists:CL.SEX:aliases", [])),
    ("CODE_INVALID", "", _set("codelists:CL.SEX:aliases", [Alias("nci:ExtCodeID", "66731")])),
    ("ALIAS_CONTEXT", "", _set("codelists:CL.SEX:aliases", [Alias("nci:ExtCodeId", "C66731")])),
    ("TERM_CODE_MISSING", "F", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[0], "aliases", [])),
    ("TERM_EXTENDED_CODE", "F", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[0], "extended_value", "Yes")),
    ("TERM_DUPLICATE", "F", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[1], "coded_value", "F")),
    ("TERM_BLANK", "", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[1], "coded_value", "")),
    ("TERM_NUMBER", "F", _set("codelists:CL.SEX:data_type", "integer")),
    ("TERM_ORDER", "M", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[1], "order_number", 1)),
    ("TERM_ORDER_PARTIAL", "CL.SEX", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[1], "order_number", None)),
    ("DECODE_MISSING", "F", lambda d: setattr(d.index.codelists["CL.SEX"].codelist_items[0], "decode", describe(" "))),
    ("DICTIONARY_NAME_MISSING", "CL.ISO3166", lambda d: setattr(d.index.codelists["CL.ISO3166"].external, "dictionary", None)),
    ("DICTIONARY_VERSION_MISSING", "CL.ISO3166", lambda d: setattr(d.index.codelists["CL.ISO3166"].external, "version", None)),
    ("METHOD_TEXT_MISSING", "MT.RFSTDTC", _set("methods:MT.RFSTDTC:description", describe(" "))),
    ("COMMENT_TEXT_MISSING", "COM.COUNTRY", _set("comments:COM.COUNTRY:description", describe(""))),
    ("EXPRESSION_BLANK", "", _set("methods:MT.LBSTRESN:formal_expressions", [FormalExpression("Python", " ")])),
    ("RESULT_TEXT_MISSING", "AR.1", lambda d: setattr(_result(d), "description", describe(" "))),
    ("RESULT_REASON", "AR.1", lambda d: setattr(_result(d), "analysis_reason", "CURIOSITY")),
    ("RESULT_PURPOSE", "AR.1", lambda d: setattr(_result(d), "analysis_purpose", "Primary")),
    ("ITEM_UNKNOWN", "AR.1", lambda d: setattr(_result(d), "parameter_oid", "IT.NONE")),
    ("RESULT_VARIABLE", "IT.DM.SEX", lambda d: _result(d).analysis_datasets.analysis_datasets[0].analysis_variables.append(AnalysisVariable("IT.DM.SEX"))),
    ("RESULT_NO_VARIABLES", "IG.LB", lambda d: setattr(_result(d).analysis_datasets.analysis_datasets[0], "analysis_variables", [])),
    ("RESULT_JOIN_COMMENT", "AR.1", lambda d: setattr(_result(d).analysis_datasets, "comment_oid", None)),
    ("RESULT_DOCUMENTATION", "AR.1", lambda d: setattr(_result(d), "documentation", None)),
    ("RESULT_CODE", "AR.1", lambda d: setattr(_result(d), "programming_code", None)),
    ("RESULT_CODE_EMPTY", "AR.1", lambda d: setattr(_result(d).programming_code, "code", None)),
    ("WHERE_DATASET", "IG.DM", lambda d: setattr(_result(d).analysis_datasets.analysis_datasets[1], "where_clause_ref", WhereClauseRef("WC.ALT"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "oid", "fault"), MODEL, ids=[f"{row[0]}-{n}" for n, row in enumerate(MODEL)]
)
def test_fault_of_the_document(code: str, oid: str, fault: Fault) -> None:
    define = document(results=True)
    fault(define)
    result = [issue for issue in validate(define) if issue.code == code]
    assert oid in [issue.oid for issue in result], [issue.message for issue in validate(define)]
    assert all(issue.line for issue in result)


def test_fault_of_version_2_0(tmp_path: Path) -> None:
    define = document()
    metadata = define.metadata
    metadata.define_version = "2.0.0"
    metadata.standard_name = None
    assert {"STANDARD_2_0"} <= set(codes(validate(define)))


def test_schema_of_an_unknown_version_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from define_xml import schema

    monkeypatch.setattr(schema, "schema", lambda version: None)
    assert codes(validate(document())) == ["XSD_NOT_CHECKED"]


def test_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_bytes(to_bytes(document()))
    for name in ("dm.xpt", "lb.xpt", "acrf.pdf"):
        (tmp_path / name).touch()
    result = validate(path)
    assert [(issue.code, issue.oid) for issue in result] == [("LEAF_FILE_MISSING", "LF.SUPPDM")]


# -- faults of the data
Change = Callable[[Table], Table | None]


def _values(name: str, values: list[object]) -> Change:
    return lambda table: dataclasses.replace(table, frame=table.frame.assign(**{name: values}))


def _column(name: str, **facts: object) -> Change:
    def change(table: Table) -> Table:
        columns = tuple(dataclasses.replace(c, **facts) if c.name == name else c for c in table.columns)
        return dataclasses.replace(table, columns=columns)

    return change


def _columns(names: list[str]) -> Change:
    def change(table: Table) -> Table:
        existing = {column.name: column for column in table.columns}
        extra = dataclasses.replace(table.columns[0], name="EXTRA")
        frame = table.frame.assign(EXTRA="")[names]
        return dataclasses.replace(
            table, columns=tuple(existing.get(name, extra) for name in names), frame=frame
        )

    return change


DATA: list[tuple[str, str, Change]] = [
    ("DATA_FILE_MISSING", "LB", lambda table: None),
    ("DATA_DATASET_LABEL", "LB", lambda table: dataclasses.replace(table, label="Lab")),
    ("DATA_NO_RECORDS", "LB", lambda table: dataclasses.replace(table, frame=table.frame.iloc[:0])),
    ("DATA_VARIABLE_MISSING", "SUPPDM", _columns(["STUDYID", "USUBJID", "QNAM"])),
    ("DATA_VARIABLE_MISSING", "SUPPDM", _columns(["STUDYID", "USUBJID", "QVAL"])),
    ("DATA_VARIABLE_EXTRA", "SUPPDM", _columns(["STUDYID", "USUBJID", "QNAM", "QVAL", "EXTRA"])),
    ("DATA_ORDER", "SUPPDM", _columns(["USUBJID", "STUDYID", "QNAM", "QVAL"])),
    ("DATA_LABEL", "LB", _column("LBORRES", label="Result")),
    ("DATA_TYPE", "LB", _column("LBORRES", type="Num")),
    ("DATA_LENGTH", "LB", _column("LBORRES", length=20)),
    ("DATA_VALUE_LONG", "LB", _values("USUBJID", ["S1-0000001"] * 3)),
    ("DATA_VALUE_LONG", "LB", _values("LBORRES", ["1000", "10.5", "NEGATIVE"])),
    ("DATA_DIGITS", "LB", _values("LBSTRESN", [31.0, 1.234, 2.0])),
    ("DATA_VALUE", "DM", _values("RFSTDTC", ["2024-01", ""])),
    ("DATA_VALUE", "DM", _values("AGE", [51.5, 40.0])),
    ("DATA_VALUE", "LB", _values("LBORRES", ["many", "10.5", "NEGATIVE"])),
    ("DATA_TERM", "DM", _values("SEX", ["F", "X"])),
    ("DATA_TERM", "LB", _values("LBORRES", ["31", "10.5", "TRACE"])),
    ("DATA_MANDATORY", "DM", _values("USUBJID", ["S1-001", ""])),
    ("DATA_KEYS", "DM", _values("USUBJID", ["S1-001", "S1-001"])),
    ("DATA_KEYS_BLANK", "DM", lambda t: dataclasses.replace(t, frame=t.frame.assign(STUDYID=["S1", ""], USUBJID=["S1-001", ""]))),
    ("DATA_NO_VALUES", "DM", _values("COUNTRY", ["", ""])),
    ("DATA_WHERE_EMPTY", "LB", _values("LBTESTCD", ["GLUC", "GLUC", "GLUC"])),
    ("DATA_VALUE_GAP", "SUPPDM", _values("QNAM", ["OTHER"])),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name", "change"), DATA, ids=[f"{row[0]}-{n}" for n, row in enumerate(DATA)]
)
def test_fault_of_the_data(code: str, name: str, change: Change) -> None:
    data = tables()
    changed = change(data.pop(name))
    result = validate(document(), [*data.values(), *([changed] if changed else [])])
    assert code in codes(result)


def test_dataset_that_the_document_has_not() -> None:
    data = tables()
    extra = dataclasses.replace(data["DM"], name="AE")
    assert codes(validate(document(), [*data.values(), extra])) == ["DATA_FILE_EXTRA"]


def test_domain_of_the_records() -> None:
    define, data = document(), tables()
    result = item("IT.DM.DOMAIN", "Domain Abbreviation", length=2)
    define.metadata.items.append(result)
    group(define, "DM").item_refs.append(ItemRef(result.oid, 7, "Yes", role="Identifier"))  # type: ignore[attr-defined]
    dm = data["DM"]
    column = dataclasses.replace(dm.columns[0], name="DOMAIN", label="Domain Abbreviation", length=2)
    data["DM"] = dataclasses.replace(
        dm, columns=(*dm.columns, column), frame=dm.frame.assign(DOMAIN=["DM", "AE"])
    )
    assert codes(validate(define, data.values())) == ["DATA_DOMAIN"]


def test_variable_said_to_have_no_data() -> None:
    define = document()
    ref = _ref(define, "DM", "COUNTRY")
    ref.has_no_data = "Yes"
    assert codes(validate(define, tables().values())) == ["DATA_HAS_RECORDS"]


def test_every_code_is_seeded() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in CODES if f'"{code}"' not in here] == []
    kinds = {row[0] for row in (*XML, *MODEL, *DATA)}
    assert len(kinds) > 120


def test_issue_tells_place_value_and_expectation() -> None:
    define = document()
    it(define, "IT.DM.AGE").length = None  # type: ignore[attr-defined]
    again = read(to_bytes(define))
    line = again.index.items["IT.DM.AGE"].line
    assert [issue.message for issue in validate(define)] == [
        f"line {line}: ItemDef IT.DM.AGE: Length is missing; expected one for DataType integer [LENGTH_MISSING]"
    ]


def test_lengths_are_bytes_in_the_encoding() -> None:
    data = tables()
    chinese = data["SUPPDM"]
    frame = chinese.frame.assign(QVAL=["汉"])
    for encoding, expected in (("utf-8", []), ("gb18030", [])):
        data["SUPPDM"] = dataclasses.replace(chinese, frame=frame, encoding=encoding)
        assert codes(validate(document(), data.values())) == expected
    frame = chinese.frame.assign(QVAL=["汉族"])
    data["SUPPDM"] = dataclasses.replace(chinese, frame=frame, encoding="gb18030")
    # 4 bytes where 3 are said; of the variable and of its value.
    assert codes(validate(document(), data.values())) == ["DATA_VALUE_LONG"] * 2


def test_codelist_without_terms_and_enumerated_terms() -> None:
    define = document()
    define.metadata.codelists.append(
        CodeList("CL.X", "X", "text", is_non_standard="Yes", enumerated_items=[EnumeratedItem("A")])
    )
    assert codes(validate(define)) == ["CODELIST_UNUSED"]


def test_numbers_as_text_are_compared_as_numbers() -> None:
    from define_xml.data import compares

    assert compares("GE", "10", ["9"], number=True)
    assert not compares("GE", "10", ["9"], number=False)
    assert compares("NOTIN", "C", ["A", "B"], number=False)
    assert not compares("LT", "", ["B"], number=False)
