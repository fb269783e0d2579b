"""A small document without a fault, with analysis results, and the data it describes."""

from __future__ import annotations

import pandas as pd

from define_xml.arm import (
    AnalysisDataset,
    AnalysisDatasets,
    AnalysisResult,
    AnalysisResultDisplays,
    AnalysisVariable,
    Documentation,
    ProgrammingCode,
    ResultDisplay,
)
from define_xml.codelist import CodeListItem, EnumeratedItem, ExternalCodeList
from define_xml.common import Alias, DocumentRef, FormalExpression, PDFPageRef, WhereClauseRef, describe
from define_xml.data import Column, Table
from define_xml.model import (
    NCI_CODE,
    Class,
    CodeList,
    CodeListRef,
    CommentDef,
    Define,
    Documents,
    GlobalVariables,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Leaf,
    MetaDataVersion,
    MethodDef,
    Origin,
    RangeCheck,
    Standard,
    Standards,
    Study,
    ValueListDef,
    ValueListRef,
    WhereClauseDef,
)

COLLECTED = ("Collected", "Investigator")
ASSIGNED = ("Assigned", "Sponsor")
DERIVED = ("Derived", "Sponsor")


def item(
    oid: str, label: str, data_type: str = "text", length: int | None = 8, origin: tuple[str, str] = ASSIGNED,
    codelist: str = "", digits: int | None = None, comment: str | None = None,
) -> ItemDef:  # fmt: skip
    name = oid.split(".")[2] if oid.count(".") == 2 else oid.split(".")[3]
    pages = []
    if origin == COLLECTED:
        pages = [DocumentRef("LF.acrf", [PDFPageRef("PhysicalRef", "3 4")])]
    return ItemDef(
        oid, name, data_type, length, digits, name, f"{length}.{digits}" if digits else None, comment,
        describe(label), CodeListRef(codelist) if codelist else None, origins=[Origin(*origin, document_refs=pages)],
    )  # fmt: skip


def dataset(
    name: str,
    label: str,
    class_: str,
    keys: list[str],
    items: list[ItemDef],
    methods: dict[str, str] | None = None,
) -> ItemGroupDef:
    refs = [
        ItemRef(
            one.oid, number, "Yes" if one.name in ("STUDYID", "USUBJID") else "No",
            keys.index(one.name) + 1 if one.name in keys else None, (methods or {}).get(one.name),
            "Identifier" if number < 3 else "Record Qualifier",
        )
        for number, one in enumerate(items, 1)
    ]  # fmt: skip
    return ItemGroupDef(
        f"IG.{name}", name, name.removeprefix("SUPP"), name, "No" if keys == ["STUDYID", "USUBJID"] else "Yes",
        "No", "Tabulation", "One record per something", archive_location_id=f"LF.{name}", standard_oid="STD.IG",
        description=describe(label), item_refs=refs, class_2_1=Class(class_),
        leaf=Leaf(f"LF.{name}", f"{name.lower()}.xpt", f"{name.lower()}.xpt"),
    )  # fmt: skip


def _document() -> Define:
    dm = [
        item("IT.DM.STUDYID", "Study Identifier", length=4),
        item("IT.DM.USUBJID", "Unique Subject Identifier", length=6),
        item("IT.DM.RFSTDTC", "Subject Reference Start Date/Time", "date", None, DERIVED),
        item("IT.DM.AGE", "Age", "integer", 2, COLLECTED),
        item("IT.DM.SEX", "Sex", length=1, origin=COLLECTED, codelist="CL.SEX"),
        item("IT.DM.COUNTRY", "Country", length=3, codelist="CL.ISO3166", comment="COM.COUNTRY"),
    ]
    lb = [
        item("IT.LB.STUDYID", "Study Identifier", length=4),
        item("IT.LB.USUBJID", "Unique Subject Identifier", length=6),
        item("IT.LB.LBTESTCD", "Lab Test or Examination Short Name", length=4, codelist="CL.LBTESTCD"),
        item("IT.LB.LBSPEC", "Specimen Type", length=5, codelist="CL.SPEC"),
        item("IT.LB.LBORRES", "Result or Finding in Original Units", length=8, origin=COLLECTED),
        item("IT.LB.LBSTRESN", "Numeric Result/Finding in Standard Units", "float", 5, DERIVED, digits=2),
    ]
    lb_values = [
        item("IT.LB.LBORRES.GLUC.BLOOD", "Glucose", "float", 4, COLLECTED, digits=1),
        item("IT.LB.LBORRES.GLUC.URINE", "Glucose", length=8, origin=COLLECTED, codelist="CL.DIP"),
        item("IT.LB.LBORRES.ALT", "Alanine Aminotransferase", "integer", 2, COLLECTED),
    ]
    lb[4].value_list_ref = ValueListRef("VL.LB.LBORRES")
    supp = [
        item("IT.SUPPDM.STUDYID", "Study Identifier", length=4),
        item("IT.SUPPDM.USUBJID", "Unique Subject Identifier", length=6),
        item("IT.SUPPDM.QNAM", "Qualifier Variable Name", length=6),
        item("IT.SUPPDM.QVAL", "Data Value", length=3, origin=COLLECTED),
    ]
    supp[3].value_list_ref = ValueListRef("VL.SUPPDM.QVAL")
    ethnic = item("IT.SUPPDM.QVAL.ETHNIC", "Ethnic Group", length=3, origin=COLLECTED)
    where = [
        _where("WC.GLUC.BLOOD", ("LBTESTCD", "GLUC"), ("LBSPEC", "BLOOD")),
        _where("WC.GLUC.URINE", ("LBTESTCD", "GLUC"), ("LBSPEC", "URINE")),
        _where("WC.ALT", ("LBTESTCD", "ALT")),
        WhereClauseDef("WC.QNAM", range_checks=[RangeCheck("EQ", "Soft", "IT.SUPPDM.QNAM", ["ETHNIC"])]),
    ]
    metadata = MetaDataVersion(
        "MDV.1", "Data Definitions", None, "2.1.0",
        standards=Standards([
            Standard("STD.IG", "SDTMIG", "IG", None, "3.4", "Final"),
            Standard("STD.CT", "CDISC/NCI", "CT", "SDTM", "2025-03-28", "Final"),
        ]),
        annotated_crf=Documents([DocumentRef("LF.acrf")]),
        value_lists=[
            _values("VL.LB.LBORRES", zip(lb_values, where[:3], strict=True)),
            _values("VL.SUPPDM.QVAL", [(ethnic, where[3])]),
        ],
        where_clauses=where,
        item_groups=[
            dataset("DM", "Demographics", "SPECIAL PURPOSE", ["STUDYID", "USUBJID"], dm, {"RFSTDTC": "MT.RFSTDTC"}),
            dataset("LB", "Laboratory Test Results", "FINDINGS", ["STUDYID", "USUBJID", "LBTESTCD", "LBSPEC"], lb, {"LBSTRESN": "MT.LBSTRESN"}),
            dataset("SUPPDM", "Supplemental Qualifiers for DM", "RELATIONSHIP", ["STUDYID", "USUBJID", "QNAM"], supp),
        ],
        items=[*dm, *lb, *supp, *lb_values, ethnic],
        codelists=[
            _codelist("CL.SEX", "Sex", "C66731", {"F": ("C16576", "Female"), "M": ("C20197", "Male")}),
            _codelist("CL.LBTESTCD", "Laboratory Test Code", "C65047", {
                "ALT": ("C64433", "Alanine Aminotransferase"), "GLUC": ("C105585", "Glucose"),
            }),
            CodeList("CL.SPEC", "Specimen Type", "text", standard_oid="STD.CT", aliases=[Alias(NCI_CODE, "C78734")], enumerated_items=[
                EnumeratedItem("BLOOD", None, 1, None, [Alias(NCI_CODE, "C12434")]),
                EnumeratedItem("URINE", None, 2, None, [Alias(NCI_CODE, "C13283")]),
                EnumeratedItem("SWEAT", None, 3, "Yes"),
            ]),
            CodeList("CL.DIP", "Dipstick", "text", is_non_standard="Yes", codelist_items=[
                CodeListItem("NEGATIVE", None, 1, decode=describe("Nothing found")),
                CodeListItem("POSITIVE", None, 2, decode=describe("Something found")),
            ]),
            CodeList("CL.ISO3166", "Countries", "text", external=ExternalCodeList("ISO 3166", "2020")),
        ],
        methods=[
            MethodDef("MT.RFSTDTC", "Reference start", "Computation", describe("The earliest date of exposure.")),
            MethodDef(
                "MT.LBSTRESN", "Standard result", "Computation", describe("The result as a number."),
                [FormalExpression("Python", "float(LBORRES)")],
            ),
        ],
        comments=[CommentDef("COM.COUNTRY", describe("The country of the site."))],
        leaves=[Leaf("LF.acrf", "acrf.pdf", "Annotated Case Report Form")],
    )  # fmt: skip
    study = Study("STDY.1", GlobalVariables("S1", "A study", "P1"), metadata)
    return Define(
        file_type="Snapshot", file_oid="S1.define", creation_date_time="2025-04-01T12:00:00", odm_version="1.3.2",
        context="Submission", study=study, stylesheet="define2-1.xsl",
    )  # fmt: skip


def document(*, results: bool = False) -> Define:
    """A new document; with one analysis of LB and DM, if wanted."""
    result = _document()
    if results:
        result.metadata.comments.append(CommentDef("COM.JOIN", describe("Joined by USUBJID.")))
        result.metadata.analysis_results = AnalysisResultDisplays([
            ResultDisplay("RD.1", "Table 14.1", describe("Glucose by sex"), [DocumentRef("LF.acrf", [PDFPageRef("PhysicalRef", first_page=1, last_page=2)])], [
                AnalysisResult(
                    "AR.1", "IT.LB.LBTESTCD", "SPECIFIED IN SAP", "PRIMARY OUTCOME MEASURE", describe("Mean glucose"),
                    AnalysisDatasets("COM.JOIN", [
                        AnalysisDataset("IG.LB", WhereClauseRef("WC.GLUC.BLOOD"), [AnalysisVariable("IT.LB.LBSTRESN")]),
                        AnalysisDataset("IG.DM", None, [AnalysisVariable("IT.DM.SEX")]),
                    ]),
                    Documentation(describe("Means by sex"), [DocumentRef("LF.acrf")]),
                    ProgrammingCode("Python 3.11", "frame.groupby('SEX').mean()\n"),
                ),
            ]),
        ])  # fmt: skip
    return result


def _where(oid: str, *parts: tuple[str, str]) -> WhereClauseDef:
    return WhereClauseDef(
        oid, None, [RangeCheck("EQ", "Soft", f"IT.LB.{name}", [value]) for name, value in parts]
    )


def _values(oid: str, pairs: object) -> ValueListDef:
    refs = [
        ItemRef(one.oid, number, "No", where_clause_refs=[WhereClauseRef(clause.oid)])
        for number, (one, clause) in enumerate(pairs, 1)  # type: ignore[arg-type, var-annotated]
    ]
    return ValueListDef(oid, None, refs)


def _codelist(oid: str, name: str, code: str, terms: dict[str, tuple[str, str]]) -> CodeList:
    items = [
        CodeListItem(value, None, number, None, describe(decode), [Alias(NCI_CODE, term)])
        for number, (value, (term, decode)) in enumerate(terms.items(), 1)
    ]
    return CodeList(
        oid, name, "text", standard_oid="STD.CT", codelist_items=items, aliases=[Alias(NCI_CODE, code)]
    )


def tables() -> dict[str, Table]:
    """The data of the document, by dataset."""
    dm = pd.DataFrame({
        "STUDYID": ["S1", "S1"], "USUBJID": ["S1-001", "S1-002"], "RFSTDTC": ["2024-01-02", ""],
        "AGE": [51.0, float("nan")], "SEX": ["F", "M"], "COUNTRY": ["CHN", "CHN"],
    })  # fmt: skip
    lb = pd.DataFrame({
        "STUDYID": ["S1"] * 3, "USUBJID": ["S1-001"] * 3, "LBTESTCD": ["ALT", "GLUC", "GLUC"],
        "LBSPEC": ["BLOOD", "BLOOD", "URINE"], "LBORRES": ["31", "10.5", "NEGATIVE"],
        "LBSTRESN": [31.0, 10.55, float("nan")],
    })  # fmt: skip
    supp = pd.DataFrame({"STUDYID": ["S1"], "USUBJID": ["S1-001"], "QNAM": ["ETHNIC"], "QVAL": ["HAN"]})
    built = document()
    result = {}
    for group in built.metadata.item_groups:
        frame = {"DM": dm, "LB": lb, "SUPPDM": supp}[group.name]
        columns = []
        for ref in group.item_refs:
            one = built.index.items[ref.item_oid]
            number = one.data_type in ("integer", "float")
            length = None if number else one.length or 10
            columns.append(Column(one.name, one.label, "Num" if number else "Char", length))
        result[group.name] = Table(group.name, group.label, tuple(columns), frame)
    return result
