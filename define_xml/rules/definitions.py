"""Rules of codelists, methods, comments and analysis results."""

from __future__ import annotations

from define_xml.arm import PURPOSES, REASONS, AnalysisResult
from define_xml.codelist import CodeListItem, EnumeratedItem
from define_xml.issues import Report
from define_xml.model import NCI_CODE, CodeList, Define
from define_xml.values import NUMBERS, fits


def check_codelists(define: Define, report: Report) -> None:
    """Every CodeList and its terms."""
    names: set[str] = set()
    for codelist in define.metadata.codelists:
        if codelist.name in names:
            report.add("CODELIST_NAME_TWICE", codelist, codelist.name)
        names.add(codelist.name)
        if codelist.external is not None:
            if not codelist.external.dictionary:
                report.add("DICTIONARY_NAME_MISSING", codelist)
            if not codelist.external.version:
                report.add("DICTIONARY_VERSION_MISSING", codelist, codelist.external.dictionary)
            continue
        if not codelist.items:
            report.add("CODELIST_EMPTY", codelist)
        if define.version == "2.1":
            _standard(define, codelist, report)
        _terms(codelist, report)


def _standard(define: Define, codelist: CodeList, report: Report) -> None:
    if bool(codelist.standard_oid) == bool(codelist.is_non_standard):
        report.add("CODELIST_STANDARD", codelist, "both" if codelist.standard_oid else "neither")
    standard = define.index.standards.get(codelist.standard_oid or "")
    if standard is not None and standard.type != "CT":
        report.add("CODELIST_STANDARD_TYPE", codelist, standard.oid)
    if codelist.standard_oid and not any(alias.context == NCI_CODE for alias in codelist.aliases):
        report.add("CODELIST_CODE_MISSING", codelist)


def _terms(codelist: CodeList, report: Report) -> None:
    coded = bool(codelist.standard_oid) or any(alias.context == NCI_CODE for alias in codelist.aliases)
    seen: set[str] = set()
    orders: set[int] = set()
    ordered = [item.order_number is not None or item.rank is not None for item in codelist.items]
    if any(ordered) and not all(ordered):
        report.add("TERM_ORDER_PARTIAL", codelist)
    for item in codelist.items:
        value = item.coded_value
        if not (value or "").strip():
            report.add("TERM_BLANK", item)
        elif value in seen:
            report.add("TERM_DUPLICATE", item, value)
        elif codelist.data_type in NUMBERS and not fits(codelist.data_type, value):
            report.add("TERM_NUMBER", item, value, codelist.data_type)
        seen.add(value)
        if item.order_number is not None:
            if item.order_number in orders:
                report.add("TERM_ORDER", item, item.order_number)
            orders.add(item.order_number)
        _term(item, coded, report)


def _term(item: CodeListItem | EnumeratedItem, coded: bool, report: Report) -> None:
    codes = [alias.name for alias in item.aliases if alias.context == NCI_CODE]
    if coded and not codes and item.extended_value != "Yes":
        report.add("TERM_CODE_MISSING", item, item.coded_value)
    if codes and item.extended_value == "Yes":
        report.add("TERM_EXTENDED_CODE", item, item.coded_value, codes[0])
    if isinstance(item, CodeListItem) and not (item.decode and item.decode.text):
        report.add("DECODE_MISSING", item, item.coded_value)


def check_methods(define: Define, report: Report) -> None:
    """Every MethodDef and def:CommentDef has a text."""
    for method in define.metadata.methods:
        if not (method.description and method.description.text):
            report.add("METHOD_TEXT_MISSING", method)
    for comment in define.metadata.comments:
        if not (comment.description and comment.description.text):
            report.add("COMMENT_TEXT_MISSING", comment)


def check_results(define: Define, report: Report) -> None:
    """Every display and result of ARM."""
    results = define.metadata.analysis_results
    for display in results.result_displays if results else ():
        if not (display.description and display.description.text):
            report.add("RESULT_TEXT_MISSING", display, display.name)
        for result in display.analysis_results:
            _result(define, result, report)


def _result(define: Define, result: AnalysisResult, report: Report) -> None:
    if not (result.description and result.description.text):
        report.add("RESULT_TEXT_MISSING", result, result.oid)
    if result.analysis_reason not in REASONS:
        report.add("RESULT_REASON", result, result.analysis_reason, ", ".join(REASONS))
    if result.analysis_purpose not in PURPOSES:
        report.add("RESULT_PURPOSE", result, result.analysis_purpose, ", ".join(PURPOSES))
    if result.parameter_oid and result.parameter_oid not in define.index.items:
        report.add("ITEM_UNKNOWN", result, result.parameter_oid)
    if result.documentation is None:
        report.add("RESULT_DOCUMENTATION", result)
    if result.programming_code is None:
        report.add("RESULT_CODE", result)
    elif not (result.programming_code.code or "").strip() and not result.programming_code.document_refs:
        report.add("RESULT_CODE_EMPTY", result)
    datasets = result.analysis_datasets
    used = datasets.analysis_datasets if datasets else []
    if datasets and len(used) > 1 and not datasets.comment_oid:
        report.add("RESULT_JOIN_COMMENT", result)
    for item in used:
        group = define.index.item_groups.get(item.item_group_oid)
        if group is None:
            continue
        if not item.analysis_variables:
            report.add("RESULT_NO_VARIABLES", item, group.name)
        own = {ref.item_oid for ref in group.item_refs}
        own |= {ref.item_oid for _, ref in define.index.values(group)}
        for variable in item.analysis_variables:
            if variable.item_oid in define.index.items and variable.item_oid not in own:
                report.add("RESULT_VARIABLE", variable, variable.item_oid, group.name)
        clause = define.index.where_clauses.get(
            item.where_clause_ref.where_clause_oid if item.where_clause_ref else ""
        )
        for check in clause.range_checks if clause else ():
            if check.item_oid in define.index.items and check.item_oid not in own:
                report.add("WHERE_DATASET", item, check.item_oid, group.name)
