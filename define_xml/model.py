"""Define-XML 2.0 and 2.1 as dataclasses, one for each element, in the order of the standard's schema.

One model serves both versions: what only one of them has says so (``only=``). The class of a
dataset is an attribute in 2.0 and an element in 2.1, and `ItemGroupDef.class_` in both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from define_xml.arm import AnalysisResultDisplays
from define_xml.codelist import CodeList
from define_xml.common import (
    Alias,
    Description,
    DocumentRef,
    FormalExpression,
    WhereClauseRef,
)
from define_xml.elements import Element, attribute, child, children, text_child, text_children

if TYPE_CHECKING:
    from define_xml.index import Index

NCI_CODE = "nci:ExtCodeID"


@dataclass
class Standard(Element):
    """An implementation guide (Type IG) or a terminology package (Type CT) that the data keep to."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    type: str = attribute("Type")
    publishing_set: str | None = attribute("PublishingSet")
    version: str = attribute("Version")
    status: str = attribute("Status")
    comment_oid: str | None = attribute("def:CommentOID")


@dataclass
class Standards(Element):
    """The standards of the document."""

    standards: list[Standard] = children("def:Standard", Standard)


@dataclass
class Documents(Element):
    """AnnotatedCRF and SupplementalDoc: the documents that go with the data."""

    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)


@dataclass
class ItemRef(Element):
    """A variable in its dataset, or a value definition in its list."""

    item_oid: str = attribute("ItemOID")
    order_number: int | None = attribute("OrderNumber", int)
    mandatory: str = attribute("Mandatory")
    key_sequence: int | None = attribute("KeySequence", int)
    method_oid: str | None = attribute("MethodOID")
    role: str | None = attribute("Role")
    role_codelist_oid: str | None = attribute("RoleCodeListOID")
    is_non_standard: str | None = attribute("def:IsNonStandard", only="2.1")
    has_no_data: str | None = attribute("def:HasNoData", only="2.1")
    where_clause_refs: list[WhereClauseRef] = children("def:WhereClauseRef", WhereClauseRef)


@dataclass
class ValueListDef(Element):
    """The definitions of a variable's values, each for the records of its where-clauses."""

    oid: str = attribute("OID")
    description: Description | None = child("Description", Description)
    item_refs: list[ItemRef] = children("ItemRef", ItemRef)


@dataclass
class RangeCheck(Element):
    """One condition: a variable, a comparator and a value; several values with IN and NOTIN."""

    comparator: str = attribute("Comparator")
    soft_hard: str = attribute("SoftHard")
    item_oid: str = attribute("def:ItemOID")
    check_values: list[str] = text_children("CheckValue")


@dataclass
class WhereClauseDef(Element):
    """Records that satisfy all of its range checks."""

    oid: str = attribute("OID")
    comment_oid: str | None = attribute("def:CommentOID")
    range_checks: list[RangeCheck] = children("RangeCheck", RangeCheck)


@dataclass
class SubClass(Element):
    """A subclass of a dataset's class, such as TIME-TO-EVENT."""

    name: str = attribute("Name")
    parent_class: str | None = attribute("ParentClass")


@dataclass
class Class(Element):
    """The class of a dataset, such as FINDINGS."""

    name: str = attribute("Name")
    sub_classes: list[SubClass] = children("def:SubClass", SubClass)


@dataclass
class Leaf(Element):
    """A file: a dataset or a document. ``href`` is relative to the document's folder."""

    id: str = attribute("ID")
    href: str = attribute("xlink:href")
    title: str | None = text_child("def:title")


@dataclass
class ItemGroupDef(Element):
    """A dataset."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    domain: str | None = attribute("Domain")
    sas_dataset_name: str | None = attribute("SASDatasetName")
    repeating: str = attribute("Repeating")
    is_reference_data: str | None = attribute("IsReferenceData")
    purpose: str | None = attribute("Purpose")
    structure: str = attribute("def:Structure")
    class_name_2_0: str | None = attribute("def:Class", only="2.0")
    archive_location_id: str | None = attribute("def:ArchiveLocationID")
    standard_oid: str | None = attribute("def:StandardOID", only="2.1")
    is_non_standard: str | None = attribute("def:IsNonStandard", only="2.1")
    has_no_data: str | None = attribute("def:HasNoData", only="2.1")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child("Description", Description)
    item_refs: list[ItemRef] = children("ItemRef", ItemRef)
    aliases: list[Alias] = children("Alias", Alias)
    class_2_1: Class | None = child("def:Class", Class, only="2.1")
    leaf: Leaf | None = child("def:leaf", Leaf)

    @property
    def class_(self) -> str | None:
        """Name of the class, as either version states it."""
        return self.class_2_1.name if self.class_2_1 else self.class_name_2_0

    @property
    def label(self) -> str:
        """The dataset's label."""
        return self.description.text if self.description else ""

    @property
    def keys(self) -> list[ItemRef]:
        """Its key variables, in the order of the key."""
        keyed = [ref for ref in self.item_refs if isinstance(ref.key_sequence, int)]
        return sorted(keyed, key=lambda ref: ref.key_sequence or 0)


@dataclass
class CodeListRef(Element):
    """Names the codelist of an item."""

    codelist_oid: str = attribute("CodeListOID")


@dataclass
class ValueListRef(Element):
    """Names the value list of a variable."""

    value_list_oid: str = attribute("ValueListOID")


@dataclass
class Origin(Element):
    """Where a value comes from."""

    type: str = attribute("Type")
    source: str | None = attribute("Source", only="2.1")
    description: Description | None = child("Description", Description)
    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)


@dataclass
class ItemDef(Element):
    """A variable, or the definition of a part of its values."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    data_type: str = attribute("DataType")
    length: int | None = attribute("Length", int)
    significant_digits: int | None = attribute("SignificantDigits", int)
    sas_field_name: str | None = attribute("SASFieldName")
    display_format: str | None = attribute("def:DisplayFormat")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child("Description", Description)
    codelist_ref: CodeListRef | None = child("CodeListRef", CodeListRef)
    aliases: list[Alias] = children("Alias", Alias)
    origins: list[Origin] = children("def:Origin", Origin)
    value_list_ref: ValueListRef | None = child("def:ValueListRef", ValueListRef)

    @property
    def label(self) -> str:
        """The variable's label."""
        return self.description.text if self.description else ""


@dataclass
class MethodDef(Element):
    """How a derived value is made."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    type: str = attribute("Type")
    description: Description | None = child("Description", Description)
    formal_expressions: list[FormalExpression] = children("FormalExpression", FormalExpression)
    aliases: list[Alias] = children("Alias", Alias)
    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)


@dataclass
class CommentDef(Element):
    """A comment that elements refer to."""

    oid: str = attribute("OID")
    description: Description | None = child("Description", Description)
    document_refs: list[DocumentRef] = children("def:DocumentRef", DocumentRef)


@dataclass
class MetaDataVersion(Element):
    """All metadata of one package of datasets."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    description: str | None = attribute("Description")
    define_version: str = attribute("def:DefineVersion")
    standard_name: str | None = attribute("def:StandardName", only="2.0")
    standard_version: str | None = attribute("def:StandardVersion", only="2.0")
    comment_oid: str | None = attribute("def:CommentOID", only="2.1")
    standards: Standards | None = child("def:Standards", Standards, only="2.1")
    annotated_crf: Documents | None = child("def:AnnotatedCRF", Documents)
    supplemental_doc: Documents | None = child("def:SupplementalDoc", Documents)
    value_lists: list[ValueListDef] = children("def:ValueListDef", ValueListDef)
    where_clauses: list[WhereClauseDef] = children("def:WhereClauseDef", WhereClauseDef)
    item_groups: list[ItemGroupDef] = children("ItemGroupDef", ItemGroupDef)
    items: list[ItemDef] = children("ItemDef", ItemDef)
    codelists: list[CodeList] = children("CodeList", CodeList)
    methods: list[MethodDef] = children("MethodDef", MethodDef)
    comments: list[CommentDef] = children("def:CommentDef", CommentDef)
    leaves: list[Leaf] = children("def:leaf", Leaf)
    analysis_results: AnalysisResultDisplays | None = child(
        "arm:AnalysisResultDisplays", AnalysisResultDisplays
    )


@dataclass
class GlobalVariables(Element):
    """The study's name, description and protocol."""

    study_name: str | None = text_child("StudyName")
    study_description: str | None = text_child("StudyDescription")
    protocol_name: str | None = text_child("ProtocolName")


@dataclass
class Study(Element):
    """The study, with its metadata."""

    oid: str = attribute("OID")
    global_variables: GlobalVariables | None = child("GlobalVariables", GlobalVariables)
    metadata: MetaDataVersion | None = child("MetaDataVersion", MetaDataVersion)


class Unread(NamedTuple):
    """An attribute or element of the document that the model does not hold."""

    line: int | None
    element: str
    name: str


class Misplaced(NamedTuple):
    """A child element that stands behind one that the standard puts after it."""

    line: int | None
    element: str
    name: str
    before: str


@dataclass
class Define(Element):
    """A Define-XML document: the element ODM.

    Attributes
    ----------
    stylesheet : str or None
        The ``href`` of the stylesheet's processing instruction.
    misplaced : tuple of Misplaced
        What the reader met in another order than the writer writes.
    unread : tuple of Unread
        Vendors' extensions and faults that the reader met and the writer will not write.
    """

    description: str | None = attribute("Description")
    file_type: str = attribute("FileType")
    granularity: str | None = attribute("Granularity")
    archival: str | None = attribute("Archival")
    file_oid: str = attribute("FileOID")
    creation_date_time: str = attribute("CreationDateTime")
    prior_file_oid: str | None = attribute("PriorFileOID")
    as_of_date_time: str | None = attribute("AsOfDateTime")
    odm_version: str | None = attribute("ODMVersion")
    originator: str | None = attribute("Originator")
    source_system: str | None = attribute("SourceSystem")
    source_system_version: str | None = attribute("SourceSystemVersion")
    id: str | None = attribute("Id")
    context: str | None = attribute("def:Context", only="2.1")
    schema_location: str | None = attribute("xsi:schemaLocation")
    study: Study | None = child("Study", Study)
    stylesheet: str | None = field(default=None, kw_only=True)
    misplaced: tuple[Misplaced, ...] = field(default=(), kw_only=True, compare=False)
    unread: tuple[Unread, ...] = field(default=(), kw_only=True, compare=False)

    @property
    def metadata(self) -> MetaDataVersion:
        """The one MetaDataVersion; an empty one where the document has none."""
        return (self.study and self.study.metadata) or MetaDataVersion()

    @property
    def version(self) -> str:
        """``2.0`` or ``2.1``."""
        return "2.0" if (self.metadata.define_version or "").startswith("2.0") else "2.1"

    @cached_property
    def index(self) -> Index:
        """Definitions by OID; made once, when the document is complete."""
        from define_xml.index import Index

        return Index(self.metadata)
