"""Rules of datasets: names, files, classes, keys, and the variables as the dataset refers to them."""

from __future__ import annotations

import re

from define_xml.issues import Report
from define_xml.model import Define, ItemGroupDef, ItemRef

_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_SUBCLASSES = {
    "ADVERSE EVENT": ("OCCURRENCE DATA STRUCTURE",),
    "TIME-TO-EVENT": ("BASIC DATA STRUCTURE",),
    "NON-COMPARTMENTAL ANALYSIS": ("BASIC DATA STRUCTURE", "ADAM OTHER"),
    "POPULATION PHARMACOKINETIC ANALYSIS": ("BASIC DATA STRUCTURE", "ADAM OTHER"),
    "MEDICAL DEVICE TIME-TO-EVENT": ("MEDICAL DEVICE BASIC DATA STRUCTURE",),
}


def check_datasets(define: Define, report: Report) -> None:
    """Every ItemGroupDef."""
    seen: set[str] = set()
    for group in define.metadata.item_groups:
        if group.name in seen:
            report.add("DATASET_DUPLICATE", group, group.name)
        seen.add(group.name)
        _names(group, report)
        _standing(define, group, report)
        _file(group, report)
        _variables(define, group, report)
        _keys(group, report)


def _names(group: ItemGroupDef, report: Report) -> None:
    if not _NAME.fullmatch(group.name or ""):
        report.add("DATASET_NAME", group, group.name, "at most 8 capital letters, digits and underscores")
    if group.sas_dataset_name != group.name:
        report.add("DATASET_SAS_NAME", group, group.sas_dataset_name or "missing", group.name)
    if group.purpose not in ("Tabulation", "Analysis"):
        report.add("DATASET_PURPOSE", group, group.purpose or "missing")
    if group.purpose == "Tabulation" and not group.domain:
        report.add("DATASET_DOMAIN_MISSING", group)
    if not group.label:
        report.add("DATASET_LABEL_MISSING", group)
    elif len(group.label.encode()) > 40:
        report.add("DATASET_LABEL_LONG", group, group.label)
    if not (group.structure or "").strip():
        report.add("DATASET_STRUCTURE_BLANK", group)


def _standing(define: Define, group: ItemGroupDef, report: Report) -> None:
    """Class, standard and kind of data."""
    if not group.class_:
        report.add("DATASET_CLASS_MISSING", group)
    for sub in group.class_2_1.sub_classes if group.class_2_1 else ():
        classes = _SUBCLASSES.get(sub.name)
        if classes and group.class_ not in classes:
            report.add("DATASET_SUBCLASS", group, sub.name, " or ".join(classes))
    if group.is_reference_data is None:
        report.add("DATASET_REFERENCE_MISSING", group)
    elif group.class_ == "TRIAL DESIGN" and group.is_reference_data != "Yes":
        report.add("DATASET_REFERENCE", group, group.is_reference_data, "Yes")
    elif group.is_reference_data == "Yes" and group.class_ in ("EVENTS", "FINDINGS", "INTERVENTIONS"):
        report.add("DATASET_REFERENCE", group, "Yes", "No")
    if define.version == "2.1":
        if bool(group.standard_oid) == bool(group.is_non_standard):
            report.add("DATASET_STANDARD", group, "both" if group.standard_oid else "neither")
        standard = define.index.standards.get(group.standard_oid or "")
        if standard is not None and standard.type != "IG":
            report.add("DATASET_STANDARD_TYPE", group, standard.oid)
        if group.has_no_data == "Yes" and not group.comment_oid:
            report.add("DATASET_COMMENT_MISSING", group, "def:HasNoData is Yes")


def _file(group: ItemGroupDef, report: Report) -> None:
    if group.leaf is None or not group.archive_location_id:
        if group.has_no_data != "Yes":
            report.add("DATASET_LEAF_MISSING", group)
        return
    if group.leaf.id != group.archive_location_id:
        report.add("DATASET_LEAF_MISMATCH", group, group.archive_location_id, group.leaf.id)
    file = (group.leaf.href or "").rpartition("/")[2]
    stem, _, ending = file.rpartition(".")
    if stem != (group.name or "").lower() or ending not in ("xpt", "json", "ndjson", "xml"):
        report.add("DATASET_FILE_NAME", group, file, f"{(group.name or '').lower()}.xpt")


def _variables(define: Define, group: ItemGroupDef, report: Report) -> None:
    if not group.item_refs:
        report.add("DATASET_EMPTY", group)
        return
    names: set[str] = set()
    oids: set[str] = set()
    for ref in group.item_refs:
        item = define.index.items.get(ref.item_oid)
        if ref.item_oid in oids:
            report.add("ITEM_TWICE", ref, ref.item_oid)
        elif item is not None:
            if item.name in names:
                report.add("NAME_TWICE", ref, item.name)
            names.add(item.name)
            if ref.has_no_data == "Yes" and not item.comment_oid:
                report.add("NO_DATA_COMMENT", ref)
            if ref.is_non_standard == "Yes" and not item.comment_oid:
                report.add("NON_STANDARD_COMMENT", ref)
        oids.add(ref.item_oid)
        if ref.where_clause_refs:
            report.add("WHERE_IN_DATASET", ref)
        if ref.has_no_data == "Yes" and ref.mandatory == "Yes":
            report.add("NO_DATA_MANDATORY", ref)
        if (
            define.version == "2.1"
            and group.purpose == "Tabulation"
            and not ref.role
            and not _qualifying(group)
        ):
            report.add("ROLE_MISSING", ref)
    check_order(group, group.item_refs, report)
    if names and "STUDYID" not in names and group.class_ != "STUDY REFERENCE":
        report.add("REQUIRED_VARIABLE", group, "STUDYID")


def _qualifying(group: ItemGroupDef) -> bool:
    return group.class_ == "RELATIONSHIP"


def check_order(owner: ItemGroupDef, refs: list[ItemRef], report: Report) -> None:
    """Order numbers of a dataset's variables: 1, 2, 3 and so on."""
    numbers = [ref.order_number for ref in refs]
    for ref in refs:
        if ref.order_number is None:
            report.add("ORDER_MISSING", ref)
        elif numbers.count(ref.order_number) > 1:
            report.add("ORDER_DUPLICATE", ref, ref.order_number)
    if None not in numbers and len(set(numbers)) == len(numbers) and numbers != [*range(1, len(numbers) + 1)]:
        report.add("ORDER_GAP", owner, " ".join(map(str, numbers)), f"1 to {len(numbers)}, in order")


def _keys(group: ItemGroupDef, report: Report) -> None:
    numbers = sorted(ref.key_sequence for ref in group.keys if ref.key_sequence is not None)
    if not numbers:
        if group.item_refs:
            report.add("KEYS_MISSING", group)
    elif numbers != [*range(1, len(numbers) + 1)]:
        report.add("KEYS_SEQUENCE", group, " ".join(map(str, numbers)), f"1 to {len(numbers)}")
