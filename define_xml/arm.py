"""Analysis Results Metadata 1.0: the displays of a report, their results and what they were made of."""

from __future__ import annotations

from dataclasses import dataclass

from define_xml.common import Description, DocumentRef, WhereClauseRef
from define_xml.elements import Element, attribute, child, children, text_child

REASONS = ("SPECIFIED IN PROTOCOL", "SPECIFIED IN SAP", "DATA DRIVEN", "REQUESTED BY REGULATORY AGENCY")
PURPOSES = ("PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE")


@dataclass
class AnalysisVariable(Element):
    """A variable that is analysed."""

    item_oid: str = attribute("ItemOID")


@dataclass
class AnalysisDataset(Element):
    """A dataset of an analysis: which of its records, and which variables."""

    item_group_oid: str = attribute("ItemGroupOID")
    where_clause_ref: WhereClauseRef | None = child("def:WhereClauseRef", WhereClauseRef)
    analysis_variables: list[AnalysisVariable] = children("arm:AnalysisVariable", AnalysisVariable)


@dataclass
class AnalysisDatasets(Element):
    """The datasets of an analysis; the comment tells how several are joined."""

    comment_oid: str | None = attribute("def:CommentOID")
    analysis_datasets: list[AnalysisDataset] = children("arm:AnalysisDataset", AnalysisDataset)


@dataclass
class Documentation(Element):
    """What was done, in words or by document."""

    description: Description | None = child("Description", Description)
    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)


@dataclass
class ProgrammingCode(Element):
    """The statements that gave the result, or the program's file."""

    context: str | None = attribute("Context")
    code: str | None = text_child("arm:Code")
    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)


@dataclass
class AnalysisResult(Element):
    """One result of a display."""

    oid: str = attribute("OID")
    parameter_oid: str | None = attribute("ParameterOID")
    analysis_reason: str = attribute("AnalysisReason")
    analysis_purpose: str = attribute("AnalysisPurpose")
    description: Description | None = child("Description", Description)
    analysis_datasets: AnalysisDatasets | None = child("arm:AnalysisDatasets", AnalysisDatasets)
    documentation: Documentation | None = child("arm:Documentation", Documentation)
    programming_code: ProgrammingCode | None = child("arm:ProgrammingCode", ProgrammingCode)


@dataclass
class ResultDisplay(Element):
    """A table or figure of the report."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    description: Description | None = child("Description", Description)
    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)
    analysis_results: list[AnalysisResult] = children("arm:AnalysisResult", AnalysisResult)


@dataclass
class AnalysisResultDisplays(Element):
    """All displays that the document tells of."""

    result_displays: list[ResultDisplay] = children("arm:ResultDisplay", ResultDisplay)
