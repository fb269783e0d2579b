"""Rules of value level: value lists and where-clauses."""

from __future__ import annotations

from define_xml.issues import Report
from define_xml.model import Define, RangeCheck, WhereClauseDef
from define_xml.values import NUMBERS, fits

_SEVERAL = ("IN", "NOTIN")


def check_value_lists(define: Define, report: Report) -> None:
    """Every def:ValueListDef: each item is for its own records."""
    for values in define.metadata.value_lists:
        if not values.item_refs:
            report.add("VALUE_LIST_EMPTY", values)
        seen: set[object] = set()
        for ref in values.item_refs:
            if not ref.where_clause_refs:
                report.add("VALUE_WHERE_MISSING", ref)
            for clause in ref.where_clause_refs:
                result = define.index.where_clauses.get(clause.where_clause_oid)
                stated = _told(result) if result else clause.where_clause_oid
                if stated in seen:
                    report.add("VALUE_WHERE_TWICE", ref, clause.where_clause_oid)
                seen.add(stated)


def _told(clause: WhereClauseDef) -> object:
    return frozenset(
        (check.item_oid, check.comparator, tuple(sorted(check.check_values))) for check in clause.range_checks
    )


def check_where_clauses(define: Define, report: Report) -> None:
    """Every def:WhereClauseDef: what it compares, and with what."""
    index = define.index
    homes = _homes(define)
    for clause in define.metadata.where_clauses:
        if len({_check(check) for check in clause.range_checks}) < len(clause.range_checks):
            report.add("WHERE_TWICE", clause, clause.oid)
        for check in clause.range_checks:
            _values(define, check, report)
            home, read = homes.get(clause.oid), index.dataset_of.get(check.item_oid)
            if home and read and read.oid not in home and not clause.comment_oid:
                names = [group.name for group in define.metadata.item_groups if group.oid in home]
                report.add("WHERE_DATASET", clause, check.item_oid, " or ".join(names))


def _check(check: RangeCheck) -> tuple[object, ...]:
    return (check.item_oid, check.comparator, tuple(check.check_values))


def _homes(define: Define) -> dict[str, set[str]]:
    """Datasets whose value lists or analyses use a where-clause."""
    homes: dict[str, set[str]] = {}
    for group in define.metadata.item_groups:
        for _, ref in define.index.values(group):
            for clause in ref.where_clause_refs:
                homes.setdefault(clause.where_clause_oid, set()).add(group.oid)
    return homes


def _values(define: Define, check: RangeCheck, report: Report) -> None:
    if not check.check_values:
        report.add("WHERE_EMPTY", check)
    if check.comparator not in _SEVERAL and len(check.check_values) > 1:
        report.add("WHERE_SEVERAL", check, check.comparator)
    if check.comparator in _SEVERAL and len(check.check_values) == 1:
        report.add("WHERE_SINGLE", check, check.comparator, "EQ" if check.comparator == "IN" else "NE")
    item = define.index.items.get(check.item_oid)
    if item is None:
        return
    codelist = define.index.codelist_of(item)
    for value in check.check_values:
        if codelist is not None and codelist.terms and value not in codelist.terms:
            report.add("WHERE_VALUE", check, value, item.oid)
        elif item.data_type in NUMBERS and not fits("float", value):
            report.add("WHERE_NUMBER", check, value, item.oid)
