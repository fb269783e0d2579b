"""Rules of variables and values: names, lengths, origins, methods."""

from __future__ import annotations

import re

from define_xml.issues import Report
from define_xml.model import CodeList, Define, ItemDef, ItemGroupDef, ItemRef, Origin
from define_xml.values import NUMBERS, WITH_LENGTH, is_supplemental

_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_FORMAT = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*\.?|\$?[A-Za-z_]*[0-9]+\.([0-9]+)?|[0-9]+(\.[0-9]+)?")
_ORIGINS = {
    "2.1": ("Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available", "Other"),
    "2.0": ("CRF", "Derived", "Assigned", "Protocol", "eDT", "Predecessor"),
}
_WITH_SOURCE = ("Collected", "Derived", "Assigned")
_SOURCE_TERMS = ("Investigator", "Sponsor", "Subject", "Vendor")
_SOURCES = "Investigator, Sponsor, Subject or Vendor"


def check_items(define: Define, report: Report) -> None:
    """Every ItemDef, and every reference to one by a dataset or a value list."""
    index = define.index
    for group in define.metadata.item_groups:
        for ref in group.item_refs:
            item = index.items.get(ref.item_oid)
            if item is not None:
                _variable(define, group, ref, item, report)
        for variable, ref in index.values(group):
            item = index.items.get(ref.item_oid)
            if item is not None:
                _value(define, group, variable, ref, item, report)
    for item in define.metadata.items:
        _lengths(item, report)
        _origins(define, item, report)
        codelist = index.codelist_of(item)
        if codelist is not None:
            _codelist(item, codelist, report)
        if item.display_format and not _FORMAT.fullmatch(item.display_format):
            report.add("FORMAT_INVALID", item, item.display_format, "a format such as 8.2 or DATE9.")


def _variable(define: Define, group: ItemGroupDef, ref: ItemRef, item: ItemDef, report: Report) -> None:
    if not _NAME.fullmatch(item.name or ""):
        report.add("ITEM_NAME", item, item.name, "at most 8 capital letters, digits and underscores")
    if item.sas_field_name != item.name:
        report.add("ITEM_SAS_NAME", item, item.sas_field_name or "missing", item.name)
    if not item.label:
        report.add("ITEM_LABEL_MISSING", item)
    elif len(item.label.encode()) > 40:
        report.add("ITEM_LABEL_LONG", item, item.label)
    values = _values_of(define, item)
    if not item.origins and not (values and all(_has_origin(define, one) for one in values)):
        report.add("ORIGIN_MISSING", item)
    below = bool(values) and all(one.method_oid or not _derived(define, one) for one in values)
    _method(define, ref, item, below, report)
    empty = "Yes" in (ref.has_no_data, group.has_no_data)
    if is_supplemental(group.name or "") and item.name == "QVAL" and not values and not empty:
        report.add("SUPP_VALUES_MISSING", item)
    if not empty:
        _terms(define, item, report)
    if define.metadata.annotated_crf and define.version == "2.1":
        _pages(item, report)


def _values_of(define: Define, item: ItemDef) -> list[ItemRef]:
    result = define.index.value_lists.get(item.value_list_ref.value_list_oid) if item.value_list_ref else None
    return result.item_refs if result else []


def _has_origin(define: Define, ref: ItemRef) -> bool:
    item = define.index.items.get(ref.item_oid)
    return item is not None and bool(item.origins)


def _derived(define: Define, ref: ItemRef) -> bool:
    item = define.index.items.get(ref.item_oid)
    return item is not None and any(origin.type == "Derived" for origin in item.origins)


def _pages(item: ItemDef, report: Report) -> None:
    for origin in item.origins:
        if origin.type == "Collected" and origin.source in ("Investigator", "Subject"):
            pages = [page for document in origin.document_refs for page in document.pdf_page_refs]
            if not pages:
                report.add("ORIGIN_PAGES_MISSING", item)


def _method(define: Define, ref: ItemRef, item: ItemDef, below: bool, report: Report) -> None:
    """A derived variable has a method, here or (``below``) with each of its values; no other has."""
    kinds = [origin.type or "" for origin in item.origins]
    if "Derived" in kinds and not ref.method_oid and not below:
        report.add("METHOD_MISSING", item)
    elif ref.method_oid and kinds and "Derived" not in kinds and define.version == "2.1":
        report.add("METHOD_NOT_DERIVED", item, ", ".join(kinds))


def _value(
    define: Define, group: ItemGroupDef, variable: ItemDef, ref: ItemRef, item: ItemDef, report: Report
) -> None:
    if not item.origins and not variable.origins:
        report.add("ORIGIN_MISSING", item)
    if any(origin.type == "Derived" for origin in item.origins) and not ref.method_oid:
        parents = [one for one in group.item_refs if one.item_oid == variable.oid]
        if not any(one.method_oid for one in parents):
            report.add("METHOD_MISSING", item)
    if variable.data_type == "text" and _more(item.length, variable.length):
        report.add("VALUE_LENGTH", item, item.length, variable.length)
    if variable.data_type in NUMBERS and item.data_type not in NUMBERS:
        report.add("VALUE_TYPE", item, item.data_type, variable.data_type)


def _terms(define: Define, item: ItemDef, report: Report) -> None:
    """A codelist may hold terms that did not occur; but one at least must fit the length."""
    codelist = define.index.codelist_of(item)
    if codelist is not None and codelist.terms and item.data_type == "text" and isinstance(item.length, int):
        length = item.length
        if all(len((term or "").encode()) > length for term in codelist.terms):
            report.add("TERM_LONG", item, codelist.terms[0], length)


def _more(value: int | None, than: int | None) -> bool:
    # A document's fault may have left text in their place.
    return isinstance(value, int) and isinstance(than, int) and value > than


def _lengths(item: ItemDef, report: Report) -> None:
    kind = item.data_type
    if kind in WITH_LENGTH and item.length is None:
        report.add("LENGTH_MISSING", item, kind)
    elif kind not in WITH_LENGTH and item.length is not None:
        report.add("LENGTH_NOT_ALLOWED", item, item.length, kind)
    if kind == "text" and isinstance(item.length, int) and item.length > 200:
        report.add("LENGTH_LONG", item, item.length, 200)
    if kind == "float":
        if item.significant_digits is None:
            report.add("DIGITS_MISSING", item)
        elif not _more(item.length, item.significant_digits) and isinstance(item.length, int):
            report.add("DIGITS_LONG", item, item.significant_digits, item.length)
    elif item.significant_digits is not None:
        report.add("DIGITS_NOT_ALLOWED", item, item.significant_digits, kind)


def _origins(define: Define, item: ItemDef, report: Report) -> None:
    seen: set[tuple[str, str | None, str]] = set()
    for origin in item.origins:
        stated = (origin.type, origin.source, origin.description.text if origin.description else "")
        if stated in seen and not origin.document_refs:
            report.add("ORIGIN_DUPLICATE", item, origin.type)
        seen.add(stated)
        _origin(define, item, origin, report)


def _origin(define: Define, item: ItemDef, origin: Origin, report: Report) -> None:
    if origin.type not in _ORIGINS[define.version]:
        report.add("ORIGIN_TYPE", item, origin.type, ", ".join(_ORIGINS[define.version]))
    if define.version == "2.1":
        if origin.type in _WITH_SOURCE and not origin.source:
            report.add("ORIGIN_SOURCE_MISSING", item, origin.type, _SOURCES)
        if origin.source and origin.source not in _SOURCE_TERMS:
            report.add("ORIGIN_SOURCE", item, origin.source, _SOURCES)
        if origin.type == "Not Available" and origin.source:
            report.add("ORIGIN_SOURCE_NOT_ALLOWED", item, origin.type, origin.source)
    if origin.type == "Predecessor" and not (origin.description and origin.description.text):
        report.add("PREDECESSOR_MISSING", item)


def _codelist(item: ItemDef, codelist: CodeList, report: Report) -> None:
    if item.data_type not in WITH_LENGTH:
        report.add("DICTIONARY_TYPE", item, item.data_type)
    elif (item.data_type in NUMBERS) != (codelist.data_type in NUMBERS):
        report.add("CODELIST_TYPE", item, item.data_type, f"{codelist.oid} ({codelist.data_type})")
