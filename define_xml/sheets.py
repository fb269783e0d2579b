"""The model as the tabs of a spec workbook, with the columns that users of Pinnacle 21 know.

Columns of our own come after theirs, so that a workbook says all that the document says:
OIDs, files, and what its columns have no place for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from define_xml.cells import Cell, code_cell, list_cell, many_cell, origin_cells, pages_cell, text_cell
from define_xml.elements import parts
from define_xml.model import Define, GlobalVariables, ItemDef, ItemGroupDef, ItemRef, MetaDataVersion

Row = dict[str, Cell]

# Column and field of what is taken over as it is.
STANDARD = {
    "OID": "oid", "Name": "name", "Type": "type", "Publishing Set": "publishing_set", "Version": "version",
    "Status": "status", "Comment": "comment_oid",
}  # fmt: skip
DATASET = {
    "Dataset": "name", "Structure": "structure", "Standard": "standard_oid", "Has No Data": "has_no_data",
    "Non-Standard": "is_non_standard", "Repeating": "repeating", "Reference Data": "is_reference_data",
    "Comment": "comment_oid", "Purpose": "purpose", "Domain": "domain", "SAS Name": "sas_dataset_name",
    "Archive Location": "archive_location_id", "OID": "oid",
}  # fmt: skip
ITEM = {
    "Data Type": "data_type", "Length": "length", "Significant Digits": "significant_digits",
    "Format": "display_format", "Comment": "comment_oid", "SAS Name": "sas_field_name", "OID": "oid",
}  # fmt: skip
REF = {
    "Order": "order_number", "Mandatory": "mandatory", "Method": "method_oid", "Role": "role",
    "Role Codelist": "role_codelist_oid", "Non-Standard": "is_non_standard", "Has No Data": "has_no_data",
}  # fmt: skip
CODELIST = {
    "ID": "oid", "Name": "name", "Data Type": "data_type", "Terminology": "standard_oid",
    "Non-Standard": "is_non_standard", "Comment": "comment_oid", "SAS Format": "sas_format_name",
}  # fmt: skip
TERM = {"Order": "order_number", "Term": "coded_value", "Rank": "rank", "Extended": "extended_value"}
DICTIONARY = {"Dictionary": "dictionary", "Version": "version", "Ref": "ref", "Href": "href"}
HEAD = {part.field: part.name for part in parts(Define) if part.kind == "attribute"}
STUDY = {part.field: part.name for part in parts(GlobalVariables)}
VERSION = {
    part.field: f"MetaDataVersion {part.name}" for part in parts(MetaDataVersion) if part.kind == "attribute"
}

_ORIGIN = ("Origin", "Source", "Pages")
COLUMNS: dict[str, tuple[str, ...]] = {
    "Study": ("Attribute", "Value"),
    "Standards": tuple(STANDARD),
    "Datasets": (
        "Dataset", "Label", "Class", "SubClass", "Structure", "Key Variables", "Standard", "Has No Data",
        "Repeating", "Reference Data", "Comment", "Purpose", "Domain", "Non-Standard", "SAS Name", "File",
        "Archive Location", "Leaf", "Alias", "OID",
    ),
    "Variables": (
        "Order", "Dataset", "Variable", "Label", "Data Type", "Length", "Significant Digits", "Format",
        "Mandatory", "Codelist", *_ORIGIN, "Method", "Predecessor", "Role", "Has No Data", "Comment",
        "Non-Standard", "Role Codelist", "Value List", "SAS Name", "Alias", "OID",
    ),
    "ValueLevel": (
        "Order", "Dataset", "Variable", "Where Clause", "Label", "Data Type", "Length", "Significant Digits",
        "Format", "Mandatory", "Codelist", *_ORIGIN, "Method", "Predecessor", "Comment", "Name", "Role",
        "Has No Data", "Non-Standard", "Role Codelist", "SAS Name", "Alias", "OID", "Value List",
        "Value List Description",
    ),
    "WhereClauses": ("ID", "Dataset", "Variable", "Comparator", "Value", "Comment", "Soft/Hard", "Item"),
    "Codelists": (
        "ID", "Name", "NCI Codelist Code", "Data Type", "Terminology", "Comment", "Order", "Term",
        "NCI Term Code", "Decoded Value", "Extended", "Rank", "Non-Standard", "SAS Format",
        "Codelist Description", "Term Description",
    ),
    "Dictionaries": (
        "ID", "Name", "Data Type", "Dictionary", "Version", "Comment", "Href", "Ref", "Terminology",
        "Non-Standard", "SAS Format", "NCI Codelist Code", "Codelist Description",
    ),
    "Methods": (
        "ID", "Name", "Type", "Description", "Expression Context", "Expression Code", "Document", "Pages",
        "Expressions", "Alias",
    ),
    "Comments": ("ID", "Description", "Document", "Pages"),
    "Documents": ("ID", "Title", "Href", "Role"),
    "Analysis Displays": ("ID", "Title", "Description", "Document", "Pages"),
    "Analysis Results": (
        "Display", "ID", "Description", "Reason", "Purpose", "Parameter", "Dataset", "Variables",
        "Selection Criteria", "Join Comment", "Documentation", "Programming Context", "Programming Code",
        "Documentation Refs", "Programming Document",
    ),
}  # fmt: skip


def sheets(define: Define) -> dict[str, list[Row]]:
    """The rows of every tab.

    A document of Define-XML 2.1 only: the workbook has no place for what is of 2.0 alone.

    Raises
    ------
    ValueError
        The document is of version 2.0.
    """
    if define.version != "2.1":
        raise ValueError(f"a document of Define-XML {define.version}; the workbook is that of 2.1")
    result = _Sheets(define)
    return {name: list(getattr(result, name.lower().replace(" ", "_"))()) for name in COLUMNS}


def taken(element: Any, columns: dict[str, str]) -> Row:
    """Fields of an element by column."""
    return {column: getattr(element, field) for column, field in columns.items()}


class _Sheets:
    def __init__(self, define: Define) -> None:
        self.define, self.metadata, self.index = define, define.metadata, define.index
        self.lang = language(define)
        self.crf = crf_of(self.metadata)

    def study(self) -> Iterator[Row]:
        study = self.define.study
        head: dict[str, Any] = {"Language": self.lang, "Stylesheet": self.define.stylesheet}
        for owner, fields in (
            (self.define, HEAD),
            (study and study.global_variables, STUDY),
            (self.metadata, VERSION),
        ):
            head |= {name: getattr(owner, field) for field, name in fields.items() if owner is not None}
        head["Study OID"] = study.oid if study else None
        yield from ({"Attribute": name, "Value": value} for name, value in head.items() if value is not None)

    def standards(self) -> Iterator[Row]:
        for item in self.metadata.standards.standards if self.metadata.standards else ():
            yield taken(item, STANDARD)

    def datasets(self) -> Iterator[Row]:
        for group in self.metadata.item_groups:
            leaf = group.leaf
            plain = leaf is not None and leaf.id == group.archive_location_id and leaf.title == leaf.href
            yield taken(group, DATASET) | {
                "Label": text_cell(group.description, self.lang),
                "Class": group.class_,
                "SubClass": many_cell(group.class_2_1.sub_classes) if group.class_2_1 else None,
                "Key Variables": list_cell([self._name(ref) for ref in group.keys]),
                "File": leaf.href if leaf else None,
                "Leaf": many_cell([leaf]) if leaf and not plain else None,
                "Alias": many_cell(group.aliases),
            }

    def _name(self, ref: ItemRef) -> str:
        item = self.index.items.get(ref.item_oid)
        return item.name if item else ref.item_oid

    def _item(self, ref: ItemRef, item: ItemDef) -> Row:
        return (
            taken(item, ITEM)
            | taken(ref, REF)
            | origin_cells(item.origins, self.lang, self.crf)
            | {
                "Label": text_cell(item.description, self.lang),
                "Codelist": item.codelist_ref.codelist_oid if item.codelist_ref else None,
                "Alias": many_cell(item.aliases),
            }
        )

    def variables(self) -> Iterator[Row]:
        for group in self.metadata.item_groups:
            for ref in group.item_refs:
                item = self.index.items.get(ref.item_oid, ItemDef(oid=ref.item_oid))
                values = item.value_list_ref
                yield self._item(ref, item) | {
                    "Dataset": group.name,
                    "Variable": item.name,
                    "Value List": values.value_list_oid if values else None,
                }

    def valuelevel(self) -> Iterator[Row]:
        parents = {
            item.value_list_ref.value_list_oid: (group, item)
            for group in reversed(self.metadata.item_groups)
            for ref in group.item_refs
            if (item := self.index.items.get(ref.item_oid)) and item.value_list_ref
        }
        for values in self.metadata.value_lists:
            group, variable = parents.get(values.oid, (ItemGroupDef(), ItemDef()))
            for ref in values.item_refs:
                item = self.index.items.get(ref.item_oid, ItemDef(oid=ref.item_oid))
                yield self._item(ref, item) | {
                    "Dataset": group.name,
                    "Variable": variable.name,
                    "Where Clause": list_cell([one.where_clause_oid for one in ref.where_clause_refs]),
                    "Name": item.name,
                    "Value List": values.oid,
                    "Value List Description": text_cell(values.description, self.lang),
                }

    def whereclauses(self) -> Iterator[Row]:
        for clause in self.metadata.where_clauses:
            for check in clause.range_checks:
                home, item = self.index.dataset_of.get(check.item_oid), self.index.items.get(check.item_oid)
                yield {
                    "ID": clause.oid, "Dataset": home.name if home else None,
                    "Variable": item.name if item else None, "Comparator": check.comparator,
                    "Value": list_cell(check.check_values), "Comment": clause.comment_oid,
                    "Soft/Hard": check.soft_hard, "Item": check.item_oid,
                }  # fmt: skip

    def codelists(self) -> Iterator[Row]:
        for codelist in self.metadata.codelists:
            if codelist.external is not None:
                continue
            head = taken(codelist, CODELIST) | {
                "NCI Codelist Code": code_cell(codelist.aliases),
                "Codelist Description": text_cell(codelist.description, self.lang),
            }
            for term in codelist.items:
                yield (
                    head
                    | taken(term, TERM)
                    | {
                        "NCI Term Code": code_cell(term.aliases),
                        "Decoded Value": text_cell(getattr(term, "decode", None), self.lang),
                        "Term Description": many_cell(term.descriptions),
                    }
                )
            if not codelist.items:
                yield head

    def dictionaries(self) -> Iterator[Row]:
        for codelist in self.metadata.codelists:
            if codelist.external is not None:
                yield (
                    taken(codelist, CODELIST)
                    | taken(codelist.external, DICTIONARY)
                    | {
                        "NCI Codelist Code": code_cell(codelist.aliases),
                        "Codelist Description": text_cell(codelist.description, self.lang),
                    }
                )

    def methods(self) -> Iterator[Row]:
        for method in self.metadata.methods:
            expressions = method.formal_expressions
            row: Row = {
                "ID": method.oid, "Name": method.name, "Type": method.type,
                "Description": text_cell(method.description, self.lang),
                "Pages": pages_cell(method.document_refs, self.crf), "Alias": many_cell(method.aliases),
            }  # fmt: skip
            if len(expressions) == 1 and expressions[0].value:
                row |= {"Expression Context": expressions[0].context, "Expression Code": expressions[0].value}
            else:
                row["Expressions"] = many_cell(expressions)
            yield row

    def comments(self) -> Iterator[Row]:
        for comment in self.metadata.comments:
            yield {
                "ID": comment.oid, "Description": text_cell(comment.description, self.lang),
                "Pages": pages_cell(comment.document_refs, self.crf),
            }  # fmt: skip

    def documents(self) -> Iterator[Row]:
        roles: dict[str, str] = {}
        for role, documents in (
            ("Annotated CRF", self.metadata.annotated_crf),
            ("Supplemental", self.metadata.supplemental_doc),
        ):
            for ref in documents.document_refs if documents else ():
                roles[ref.leaf_id] = role
        for leaf in self.metadata.leaves:
            yield {
                "ID": leaf.id, "Title": leaf.title, "Href": leaf.href, "Role": roles.get(leaf.id),
            }  # fmt: skip

    def analysis_displays(self) -> Iterator[Row]:
        for display in self._displays():
            yield {
                "ID": display.oid, "Title": display.name,
                "Description": text_cell(display.description, self.lang),
                "Pages": pages_cell(display.document_refs, self.crf),
            }  # fmt: skip

    def _displays(self) -> list[Any]:
        results = self.metadata.analysis_results
        return results.result_displays if results else []

    def analysis_results(self) -> Iterator[Row]:
        for display in self._displays():
            for result in display.analysis_results:
                used = result.analysis_datasets.analysis_datasets if result.analysis_datasets else []
                stated, code = result.documentation, result.programming_code
                head: Row = {
                    "Display": display.oid, "ID": result.oid,
                    "Description": text_cell(result.description, self.lang),
                    "Reason": result.analysis_reason, "Purpose": result.analysis_purpose,
                    "Parameter": result.parameter_oid,
                    "Join Comment": result.analysis_datasets.comment_oid if result.analysis_datasets else None,
                    "Documentation": text_cell(stated.description, self.lang) if stated else None,
                    "Documentation Refs": pages_cell(stated.document_refs, self.crf) if stated else None,
                    "Programming Context": code.context if code else None,
                    "Programming Code": code.code if code else None,
                    "Programming Document": pages_cell(code.document_refs, self.crf) if code else None,
                }  # fmt: skip
                for item in used:
                    yield head | {
                        "Dataset": item.item_group_oid,
                        "Variables": list_cell([variable.item_oid for variable in item.analysis_variables]),
                        "Selection Criteria": item.where_clause_ref.where_clause_oid
                        if item.where_clause_ref
                        else None,
                    }
                if not used:
                    yield head


def language(define: Define) -> str:
    """The language of the first dataset's label; English where there is none."""
    for group in define.metadata.item_groups:
        for text in group.description.translated_texts if group.description else ():
            if text.lang:
                return text.lang
    return "en"


def crf_of(metadata: MetaDataVersion) -> str | None:
    """ID of the annotated CRF's leaf."""
    refs = metadata.annotated_crf.document_refs if metadata.annotated_crf else []
    return refs[0].leaf_id if refs else None
