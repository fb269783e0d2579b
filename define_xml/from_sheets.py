"""The tabs of a spec workbook as the model: the way back of `define_xml.sheets`."""

from __future__ import annotations

from typing import Any

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
from define_xml.cells import Cell, of_code, of_list, of_many, of_origins, of_pages, of_text
from define_xml.codelist import CodeListItem, EnumeratedItem, ExternalCodeList
from define_xml.common import Alias, Description, DocumentRef, FormalExpression, WhereClauseRef
from define_xml.model import (
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
    RangeCheck,
    Standard,
    Standards,
    Study,
    SubClass,
    ValueListDef,
    ValueListRef,
    WhereClauseDef,
)
from define_xml.sheets import (
    CODELIST,
    DATASET,
    DICTIONARY,
    HEAD,
    ITEM,
    REF,
    STANDARD,
    STUDY,
    TERM,
    VERSION,
    Row,
    crf_of,
)

_NUMBERS = ("Order", "Length", "Significant Digits")


class WorkbookError(ValueError):
    """The workbook cannot be read; the text names tab, row and column."""


def define_of(tables: dict[str, list[Row]]) -> Define:
    """Give the document of a workbook's tabs.

    Parameters
    ----------
    tables
        Rows by tab, every tab of `define_xml.sheets.COLUMNS`.

    Raises
    ------
    WorkbookError
        A cell does not hold what its column is for.
    """
    return _Reader(tables).define()


class _Reader:
    """The tabs, read into a document."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables
        self.head = {str(row.get("Attribute")): str(row.get("Value") or "") for row in tables["Study"]}
        self.lang = self.head.get("Language", "en")
        self.metadata = MetaDataVersion(**self._head(VERSION))
        self.items: dict[str, ItemDef] = {}
        self._documents()
        self.crf = crf_of(self.metadata)

    def define(self) -> Define:
        for name, make in (
            ("Standards", self._standards), ("Datasets", self._dataset), ("Variables", self._variable),
            ("ValueLevel", self._value), ("WhereClauses", self._where), ("Codelists", self._codelist),
            ("Dictionaries", self._dictionary), ("Methods", self._method), ("Comments", self._comment),
            ("Analysis Displays", self._display), ("Analysis Results", self._result),
        ):  # fmt: skip
            for number, row in enumerate(self.tables[name], 2):
                try:
                    make(row)
                except RecursionError:
                    raise WorkbookError(f"{name} row {number}: JSON nested too deep") from None
                except (KeyError, ValueError, TypeError) as error:
                    reason = (
                        f"column {error} is missing or blank" if isinstance(error, KeyError) else str(error)
                    )
                    raise WorkbookError(f"{name} row {number}: {reason}") from None
        self._keys()
        metadata = self.metadata
        metadata.items = list(self.items.values())
        variables = GlobalVariables(**self._head(STUDY))
        study = Study(_or_none(self.head.get("Study OID")), variables, metadata)
        return Define(**self._head(HEAD), study=study, stylesheet=self.head.get("Stylesheet"))

    def _head(self, fields: dict[str, str]) -> dict[str, Any]:
        return {field: self.head.get(name) for field, name in fields.items()}

    def _taken(self, row: Row, columns: dict[str, str]) -> dict[str, Any]:
        """Fields by column; of text, but for numbers."""
        result: dict[str, Any] = {}
        for column, field in columns.items():
            value = row.get(column)
            if value is None or column in _NUMBERS:
                result[field] = value
            else:
                result[field] = str(value)
        return result

    def _text(self, row: Row, column: str) -> Description | None:
        return of_text(row.get(column), self.lang)

    def _pages(self, row: Row, column: str = "Pages") -> list[DocumentRef]:
        return of_pages(row.get(column), self.crf)

    def _documents(self) -> None:
        for row in self.tables["Documents"]:
            leaf = Leaf(str(row.get("ID")), str(row.get("Href")), _or_none(row.get("Title")))
            self.metadata.leaves.append(leaf)
            field = {"Annotated CRF": "annotated_crf", "Supplemental": "supplemental_doc"}.get(
                str(row.get("Role"))
            )
            if field:
                documents = getattr(self.metadata, field) or Documents()
                documents.document_refs.append(DocumentRef(leaf.id))
                setattr(self.metadata, field, documents)

    def _standards(self, row: Row) -> None:
        self.metadata.standards = self.metadata.standards or Standards()
        self.metadata.standards.standards.append(Standard(**self._taken(row, STANDARD)))

    def _dataset(self, row: Row) -> None:
        group = ItemGroupDef(**self._taken(row, DATASET), description=self._text(row, "Label"))
        group.aliases = of_many(Alias, row.get("Alias"))
        if row.get("Class"):
            group.class_2_1 = Class(str(row["Class"]), of_many(SubClass, row.get("SubClass")))
        if row.get("Leaf"):
            group.leaf = of_many(Leaf, row["Leaf"])[0]
        elif row.get("File"):
            group.leaf = Leaf(group.archive_location_id or "", str(row["File"]), str(row["File"]))
        group.oid = group.oid or f"IG.{group.name}"
        self.metadata.item_groups.append(group)

    def _item(self, row: Row, name: str, oid: str) -> tuple[ItemRef, ItemDef]:
        ref = ItemRef(item_oid=str(row.get("OID") or oid), **self._taken(row, REF))
        item = ItemDef(**self._taken(row, ITEM), name=name, description=self._text(row, "Label"))
        item.oid = ref.item_oid
        item.aliases = of_many(Alias, row.get("Alias"))
        item.origins = of_origins(row, self.lang, self.crf)
        if row.get("Codelist"):
            item.codelist_ref = CodeListRef(str(row["Codelist"]))
        # An item may be in several datasets: the first row tells it.
        return ref, self.items.setdefault(item.oid, item)

    def _variable(self, row: Row) -> None:
        dataset, name = _needed(row, "Dataset"), _needed(row, "Variable")
        group = next((one for one in self.metadata.item_groups if one.name == dataset), None)
        if group is None:
            raise ValueError(f"{dataset} is no dataset of the tab Datasets")
        ref, item = self._item(row, name, f"IT.{dataset}.{name}")
        if row.get("Value List"):
            item.value_list_ref = ValueListRef(str(row["Value List"]))
        group.item_refs.append(ref)

    def _value(self, row: Row) -> None:
        place = f"{row.get('Dataset')}.{row.get('Variable')}"
        oid = str(row.get("Value List") or f"VL.{place}")
        values = next((item for item in self.metadata.value_lists if item.oid == oid), None)
        if values is None:
            values = ValueListDef(oid, self._text(row, "Value List Description"))
            self.metadata.value_lists.append(values)
            parent = self.items.get(f"IT.{place}")
            if parent is not None and parent.value_list_ref is None:
                parent.value_list_ref = ValueListRef(oid)
        clauses = of_list(row.get("Where Clause"))
        name = str(row["Name"]) if row.get("Name") else _needed(row, "Variable")
        ref, _ = self._item(row, name, f"IT.{place}.{'.'.join(clauses)}")
        ref.where_clause_refs = [WhereClauseRef(clause) for clause in clauses]
        values.item_refs.append(ref)

    def _where(self, row: Row) -> None:
        oid = _needed(row, "ID")
        clauses = self.metadata.where_clauses
        if not clauses or clauses[-1].oid != oid:
            clauses.append(WhereClauseDef(oid, _or_none(row.get("Comment"))))
        item = str(row.get("Item") or f"IT.{_needed(row, 'Dataset')}.{_needed(row, 'Variable')}")
        clauses[-1].range_checks.append(
            RangeCheck(
                _needed(row, "Comparator"),
                str(row.get("Soft/Hard") or "Soft"),
                item,
                of_list(row.get("Value")),
            )
        )

    def _codelist(self, row: Row) -> None:
        codelists = self.metadata.codelists
        if not codelists or codelists[-1].oid != _needed(row, "ID"):
            codelists.append(self._list(row))
        if row.get("Term") is None:
            return
        result = self._taken(row, TERM) | {"aliases": of_code(row.get("NCI Term Code"))}
        result["descriptions"] = of_many(Description, row.get("Term Description"))
        decode, codelist = self._text(row, "Decoded Value"), codelists[-1]
        if decode is None and not codelist.codelist_items:
            codelist.enumerated_items.append(EnumeratedItem(**result))
        else:
            codelist.codelist_items.append(CodeListItem(**result, decode=decode))

    def _list(self, row: Row) -> CodeList:
        description = self._text(row, "Codelist Description")
        return CodeList(
            **self._taken(row, CODELIST),
            description=description,
            aliases=of_code(row.get("NCI Codelist Code")),
        )

    def _dictionary(self, row: Row) -> None:
        codelist = self._list(row)
        codelist.external = ExternalCodeList(**self._taken(row, DICTIONARY))
        self.metadata.codelists.append(codelist)

    def _method(self, row: Row) -> None:
        expressions = of_many(FormalExpression, row.get("Expressions"))
        if row.get("Expression Code"):
            expressions = [FormalExpression(str(row.get("Expression Context")), str(row["Expression Code"]))]
        self.metadata.methods.append(
            MethodDef(
                _needed(row, "ID"), _or_none(row.get("Name")), _or_none(row.get("Type")), self._text(row, "Description"),
                expressions, of_many(Alias, row.get("Alias")), self._pages(row),
            )
        )  # fmt: skip

    def _comment(self, row: Row) -> None:
        self.metadata.comments.append(
            CommentDef(_needed(row, "ID"), self._text(row, "Description"), self._pages(row))
        )

    def _display(self, row: Row) -> None:
        results = self.metadata.analysis_results or AnalysisResultDisplays()
        self.metadata.analysis_results = results
        results.result_displays.append(
            ResultDisplay(
                _needed(row, "ID"),
                _or_none(row.get("Title")),
                self._text(row, "Description"),
                self._pages(row),
            )
        )

    def _result(self, row: Row) -> None:
        displays = self.metadata.analysis_results.result_displays if self.metadata.analysis_results else []
        display = next((item for item in displays if item.oid == _needed(row, "Display")), None)
        if display is None:
            raise ValueError(f"{_needed(row, 'Display')} is no display of the tab Analysis Displays")
        results = display.analysis_results
        if not results or results[-1].oid != _needed(row, "ID"):
            results.append(self._new_result(row))
        if row.get("Dataset"):
            datasets = results[-1].analysis_datasets or AnalysisDatasets(_or_none(row.get("Join Comment")))
            results[-1].analysis_datasets = datasets
            clause = row.get("Selection Criteria")
            variables = [AnalysisVariable(oid) for oid in of_list(row.get("Variables"))]
            datasets.analysis_datasets.append(
                AnalysisDataset(
                    _needed(row, "Dataset"), WhereClauseRef(str(clause)) if clause else None, variables
                )
            )

    def _new_result(self, row: Row) -> AnalysisResult:
        result = AnalysisResult(
            _needed(row, "ID"), _or_none(row.get("Parameter")), _or_none(row.get("Reason")), _or_none(row.get("Purpose")),
            self._text(row, "Description"),
        )  # fmt: skip
        refs, documents = self._pages(row, "Documentation Refs"), self._pages(row, "Programming Document")
        if row.get("Documentation") or refs:
            result.documentation = Documentation(self._text(row, "Documentation"), refs)
        code, context = _or_none(row.get("Programming Code")), _or_none(row.get("Programming Context"))
        if code or context or documents:
            result.programming_code = ProgrammingCode(context, code, documents)
        return result

    def _keys(self) -> None:
        for row, group in zip(self.tables["Datasets"], self.metadata.item_groups, strict=True):
            keys = of_list(row.get("Key Variables"))
            for ref in group.item_refs:
                name = self.items[ref.item_oid].name
                if name in keys:
                    ref.key_sequence = keys.index(name) + 1


def _needed(row: Row, column: str) -> str:
    value = row.get(column)
    if value is None:
        raise KeyError(column)
    return str(value)


def _or_none(cell: Cell) -> Any:
    return None if cell is None else str(cell)
