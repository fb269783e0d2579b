"""References: each leads to a definition, each definition is referred to, each OID is one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from define_xml.arm import AnalysisDataset, AnalysisVariable
from define_xml.common import DocumentRef, WhereClauseRef
from define_xml.elements import Element, parts
from define_xml.issues import Report
from define_xml.model import CodeListRef, Define, ItemGroupDef, ItemRef, RangeCheck, ValueListRef
from define_xml.rules import walk

# Field of a reference, the index it leads into, and the code where it leads nowhere.
_REFERENCES: dict[type[Element], tuple[tuple[str, str, str], ...]] = {
    ItemRef: (
        ("item_oid", "items", "ITEM_UNKNOWN"),
        ("method_oid", "methods", "METHOD_UNKNOWN"),
        ("role_codelist_oid", "codelists", "CODELIST_UNKNOWN"),
    ),
    CodeListRef: (("codelist_oid", "codelists", "CODELIST_UNKNOWN"),),
    ValueListRef: (("value_list_oid", "value_lists", "VALUE_LIST_UNKNOWN"),),
    WhereClauseRef: (("where_clause_oid", "where_clauses", "WHERE_CLAUSE_UNKNOWN"),),
    RangeCheck: (("item_oid", "items", "ITEM_UNKNOWN"),),
    DocumentRef: (("leaf_id", "leaves", "LEAF_UNKNOWN"),),
    ItemGroupDef: (("archive_location_id", "leaves", "LEAF_UNKNOWN"),),
    AnalysisDataset: (("item_group_oid", "item_groups", "DATASET_UNKNOWN"),),
    AnalysisVariable: (("item_oid", "items", "ITEM_UNKNOWN"),),
}
_ANYWHERE = (
    ("comment_oid", "comments", "COMMENT_UNKNOWN"),
    ("standard_oid", "standards", "STANDARD_UNKNOWN"),
)
# Lists of definitions, the index of their references, and the code where there is none.
_UNUSED = (
    ("items", "ITEM_UNUSED"),
    ("codelists", "CODELIST_UNUSED"),
    ("methods", "METHOD_UNUSED"),
    ("comments", "COMMENT_UNUSED"),
    ("value_lists", "VALUE_LIST_UNUSED"),
    ("where_clauses", "WHERE_CLAUSE_UNUSED"),
    ("leaves", "LEAF_UNUSED"),
)


def check_references(define: Define, report: Report) -> None:
    """Every reference of the document, and every definition."""
    used: dict[str, set[str]] = {name: set() for name, _ in _UNUSED}
    for element in walk(define):
        for field, index, code in _references(type(element)):
            oid = getattr(element, field)
            if oid is None:
                continue
            used.setdefault(index, set()).add(oid)
            if oid not in getattr(define.index, index):
                report.add(code, element, oid)
    # A condition reads a variable; that alone does not put the variable into a dataset.
    used["items"] = {ref.item_oid for ref in _item_refs(define)}
    for name, code in _UNUSED:
        for definition in getattr(define.metadata, name):
            if (definition.id if name == "leaves" else definition.oid) not in used[name]:
                report.add(code, definition)


def _stated(kind: Any) -> list[tuple[str, str, str]]:
    own = {part.field for part in parts(kind)}
    return [*_REFERENCES.get(kind, ()), *(item for item in _ANYWHERE if item[0] in own)]


# Those that a class has.
_references: Callable[[Any], list[tuple[str, str, str]]] = cache(_stated)


def _item_refs(define: Define) -> list[ItemRef]:
    refs = [ref for item in define.metadata.item_groups for ref in item.item_refs]
    return refs + [ref for item in define.metadata.value_lists for ref in item.item_refs]


def check_identifiers(define: Define, report: Report) -> None:
    """OIDs are unique among the elements of a kind, and so are the IDs of leaves."""
    metadata = define.metadata
    displays = metadata.analysis_results.result_displays if metadata.analysis_results else []
    kinds: list[list[Any]] = [
        metadata.item_groups, metadata.items, metadata.codelists, metadata.methods, metadata.comments,
        metadata.value_lists, metadata.where_clauses, metadata.standards.standards if metadata.standards else [],
        displays, [result for display in displays for result in display.analysis_results],
    ]  # fmt: skip
    leaves = [*metadata.leaves, *(group.leaf for group in metadata.item_groups if group.leaf)]
    for elements, name in [*((item, "oid") for item in kinds), (leaves, "id")]:
        counts = Counter(getattr(item, name) for item in elements)
        seen = set()
        for item in elements:
            oid = getattr(item, name)
            if counts[oid] > 1 and oid in seen:
                report.add("OID_DUPLICATE", item, oid, type(item).__name__)
            seen.add(oid)
