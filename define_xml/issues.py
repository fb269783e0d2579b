"""What the validator notices: codes, severities and texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from define_xml.elements import Element


class Code(NamedTuple):
    """What a code means; ``text`` may name value and expected."""

    severity: str
    text: str


def _error(text: str) -> Code:
    return Code("error", text)


def _warning(text: str) -> Code:
    return Code("warning", text)


CODES: dict[str, Code] = {
    # The schema
    "XSD_ATTRIBUTE_MISSING": _error("{value}"),
    "XSD_ATTRIBUTE_UNKNOWN": _error("{value}"),
    "XSD_ELEMENT_MISSING": _error("{value}"),
    "XSD_ELEMENT_UNEXPECTED": _error("{value}"),
    "XSD_VALUE": _error("{value}"),
    "XSD_DUPLICATE": _error("{value}"),
    "XSD_OTHER": _error("{value}"),
    "XSD_NOT_CHECKED": _warning("no schema of Define-XML {value} is installed; {expected}"),
    # The document
    "ELEMENT_ORDER": _error("{value} stands too late; expected it before {expected}"),
    "FILE_TYPE": _error("FileType is {value}; expected Snapshot"),
    "ODM_VERSION": _error("ODMVersion is {value}; expected {expected}"),
    "NAMESPACE": _error("def:DefineVersion is {value}; the namespace is that of {expected}"),
    "STYLESHEET_MISSING": _warning("the document names no stylesheet; expected {expected}"),
    "STUDY_TEXT_MISSING": _error("{value} is blank; expected a text"),
    "LANG_MISSING": _error("a TranslatedText has no xml:lang; expected one such as en"),
    "LANG_DUPLICATE": _error("two texts of the language {value}; expected one of each"),
    "TEXT_BLANK": _error("{value} is blank; expected a text"),
    # Standards
    "STANDARDS_MISSING": _error("no def:Standards; expected the standards of datasets and codelists"),
    "STANDARD_IG_MISSING": _error("no standard of Type IG; expected an implementation guide"),
    "STANDARD_CT_MISSING": _error("no standard of Type CT; expected the terminology of the codelists"),
    "STANDARD_PUBLISHING_SET": _error("PublishingSet is {value}; expected {expected}"),
    "STANDARD_NAME": _warning("the standard is {value}; expected one of {expected}"),
    "STANDARD_STATUS": _error("Status is {value}; expected {expected}"),
    "STANDARD_CT_VERSION": _error("Version of the terminology is {value}; expected its date, YYYY-MM-DD"),
    "STANDARD_UNUSED": _warning("no dataset or codelist refers to the standard {value}"),
    "STANDARD_2_0": _error("{value} is missing; Define-XML 2.0 expects it"),
    # References
    "OID_DUPLICATE": _error("the OID {value} is that of another {expected} too"),
    "STANDARD_UNKNOWN": _error("StandardOID {value} is no def:Standard"),
    "ITEM_UNKNOWN": _error("ItemOID {value} is no ItemDef"),
    "DATASET_UNKNOWN": _error("ItemGroupOID {value} is no ItemGroupDef"),
    "CODELIST_UNKNOWN": _error("CodeListOID {value} is no CodeList"),
    "METHOD_UNKNOWN": _error("MethodOID {value} is no MethodDef"),
    "COMMENT_UNKNOWN": _error("CommentOID {value} is no def:CommentDef"),
    "VALUE_LIST_UNKNOWN": _error("ValueListOID {value} is no def:ValueListDef"),
    "WHERE_CLAUSE_UNKNOWN": _error("WhereClauseOID {value} is no def:WhereClauseDef"),
    "LEAF_UNKNOWN": _error("{value} is the ID of no def:leaf"),
    "ITEM_UNUSED": _error("no dataset or value list refers to the ItemDef"),
    "CODELIST_UNUSED": _error("no ItemDef refers to the CodeList"),
    "METHOD_UNUSED": _error("no ItemRef refers to the MethodDef"),
    "COMMENT_UNUSED": _error("nothing refers to the def:CommentDef"),
    "VALUE_LIST_UNUSED": _error("no ItemDef refers to the def:ValueListDef"),
    "WHERE_CLAUSE_UNUSED": _error("nothing refers to the def:WhereClauseDef"),
    "LEAF_UNUSED": _error("nothing refers to the def:leaf"),
    # Documents
    "LEAF_HREF": _error("xlink:href is {value}; expected {expected}"),
    "LEAF_FILE_MISSING": _error("the file {value} is not beside the document"),
    "PAGES_MISSING": _error("a page reference has neither PageRefs nor FirstPage and LastPage"),
    "PAGES_INVALID": _error("pages {value}; expected {expected}"),
    # Datasets
    "DATASET_NAME": _error("the name is {value}; expected {expected}"),
    "DATASET_DUPLICATE": _error("a second dataset {value}; expected one of each name"),
    "DATASET_SAS_NAME": _error("SASDatasetName is {value}; expected {expected}"),
    "DATASET_DOMAIN_MISSING": _error("a tabulation dataset has no Domain"),
    "DATASET_LABEL_MISSING": _error("the dataset has no label (Description)"),
    "DATASET_LABEL_LONG": _error("the label {value} is too long; expected at most 40 bytes"),
    "DATASET_PURPOSE": _error("Purpose is {value}; expected Tabulation or Analysis"),
    "DATASET_STRUCTURE_BLANK": _error("def:Structure is blank; expected what a record is"),
    "DATASET_CLASS_MISSING": _error("the dataset has no def:Class"),
    "DATASET_SUBCLASS": _error("the subclass {value} is not of the class; expected {expected}"),
    "DATASET_REFERENCE_MISSING": _error("IsReferenceData is missing; expected Yes or No"),
    "DATASET_REFERENCE": _warning("IsReferenceData is {value}; expected {expected} for the class"),
    "DATASET_STANDARD": _error("{value}; expected either def:StandardOID or def:IsNonStandard"),
    "DATASET_STANDARD_TYPE": _error("the standard {value} is terminology; expected one of Type IG"),
    "DATASET_COMMENT_MISSING": _error("{value}; expected a comment that explains it"),
    "DATASET_LEAF_MISSING": _error("no def:leaf of def:ArchiveLocationID; expected the dataset's file"),
    "DATASET_LEAF_MISMATCH": _error("def:ArchiveLocationID is {value}; its def:leaf has the ID {expected}"),
    "DATASET_FILE_NAME": _error("the file is {value}; expected {expected}"),
    "DATASET_EMPTY": _error("the dataset has no variables"),
    "KEYS_MISSING": _error("no variable has a KeySequence; expected the keys of the dataset"),
    "KEYS_SEQUENCE": _error("the keys are numbered {value}; expected {expected}"),
    "ORDER_MISSING": _error("OrderNumber is missing"),
    "ORDER_DUPLICATE": _error("OrderNumber {value} stands twice"),
    "ORDER_GAP": _warning("the order numbers are {value}; expected {expected}"),
    "ITEM_TWICE": _error("the variable {value} stands twice in the dataset"),
    "NAME_TWICE": _error("two variables of the dataset have the name {value}"),
    "ROLE_MISSING": _warning("a variable of a tabulation dataset has no Role"),
    "WHERE_IN_DATASET": _error("a def:WhereClauseRef stands outside a value list"),
    "REQUIRED_VARIABLE": _error("the dataset has no variable {value}"),
    # Items
    "ITEM_NAME": _error("the name is {value}; expected {expected}"),
    "ITEM_SAS_NAME": _error("SASFieldName is {value}; expected {expected}"),
    "ITEM_LABEL_MISSING": _error("the variable has no label (Description)"),
    "ITEM_LABEL_LONG": _error("the label {value} is too long; expected at most 40 bytes"),
    "LENGTH_MISSING": _error("Length is missing; expected one for DataType {value}"),
    "LENGTH_NOT_ALLOWED": _error("Length is {value}; expected none for DataType {expected}"),
    "LENGTH_LONG": _error("Length is {value}; expected at most {expected}"),
    "DIGITS_MISSING": _error("SignificantDigits is missing; expected them for DataType float"),
    "DIGITS_NOT_ALLOWED": _error("SignificantDigits is {value}; expected none for DataType {expected}"),
    "DIGITS_LONG": _error("SignificantDigits is {value}; expected less than the Length, {expected}"),
    "FORMAT_INVALID": _error("def:DisplayFormat is {value}; expected {expected}"),
    "ORIGIN_MISSING": _error("there is no def:Origin"),
    "ORIGIN_DUPLICATE": _error("the origin {value} stands twice"),
    "ORIGIN_TYPE": _error("the origin is {value}; expected {expected}"),
    "ORIGIN_SOURCE_MISSING": _error("the origin {value} has no Source; expected {expected}"),
    "ORIGIN_SOURCE": _error("the Source is {value}; expected {expected}"),
    "ORIGIN_SOURCE_NOT_ALLOWED": _error("the origin {value} has the Source {expected}; expected none"),
    "ORIGIN_PAGES_MISSING": _warning("a collected variable refers to no page of the annotated CRF"),
    "PREDECESSOR_MISSING": _error("the origin Predecessor has no Description; expected DATASET.VARIABLE"),
    "METHOD_MISSING": _error("a derived variable has no MethodOID"),
    "METHOD_NOT_DERIVED": _warning("the variable has a MethodOID and the origin {value}; expected Derived"),
    "NO_DATA_COMMENT": _error("def:HasNoData is Yes; expected a comment that explains it"),
    "NO_DATA_MANDATORY": _error("def:HasNoData is Yes and Mandatory is Yes"),
    "NON_STANDARD_COMMENT": _error("def:IsNonStandard is Yes; expected a comment that explains it"),
    "CODELIST_TYPE": _error("the codelist {expected} does not have the DataType of the item, {value}"),
    "TERM_LONG": _error("the term {value} is longer than the item; expected at most {expected} bytes"),
    "DICTIONARY_TYPE": _error("the item {value} has a codelist; expected none for a date"),
    # Value level
    "VALUE_LIST_EMPTY": _error("the value list has no items"),
    "VALUE_WHERE_MISSING": _error("an item of a value list has no def:WhereClauseRef"),
    "VALUE_WHERE_TWICE": _error("two items of the value list are for the same records: {value}"),
    "VALUE_LENGTH": _error("Length is {value}; the variable has {expected}"),
    "VALUE_TYPE": _error("DataType is {value}; expected a number as the variable is, {expected}"),
    "WHERE_EMPTY": _error("a range check has no CheckValue"),
    "WHERE_SEVERAL": _error("{value} compares with several values; expected IN or NOTIN"),
    "WHERE_SINGLE": _warning("{value} has one value; expected {expected}"),
    "WHERE_VALUE": _error("{value} is no term of the codelist of {expected}"),
    "WHERE_NUMBER": _error("{value} is no number; the variable {expected} is one"),
    "WHERE_DATASET": _error("the clause reads {value}, which is not of the dataset {expected}; expected a comment"),
    "WHERE_TWICE": _error("two range checks are the same: {value}"),
    "SUPP_VALUES_MISSING": _error("QVAL has no value list; expected a definition for each QNAM"),
    # Codelists
    "CODELIST_NAME_TWICE": _warning("another codelist has the name {value}"),
    "CODELIST_EMPTY": _error("the codelist has no terms"),
    "CODELIST_STANDARD": _error("{value}; expected either def:StandardOID or def:IsNonStandard"),
    "CODELIST_STANDARD_TYPE": _error("the standard {value} is no terminology; expected one of Type CT"),
    "CODELIST_CODE_MISSING": _error("a codelist of the standard has no NCI code"),
    "CODE_INVALID": _error("the NCI code is {value}; expected C and a number"),
    "ALIAS_CONTEXT": _error("the Context of an Alias is {value}; expected {expected}"),
    "TERM_CODE_MISSING": _error("the term {value} has no NCI code and is not marked as extended"),
    "TERM_EXTENDED_CODE": _error("the extended term {value} has the NCI code {expected}; expected none"),
    "TERM_DUPLICATE": _error("the term {value} stands twice"),
    "TERM_BLANK": _error("a term has no CodedValue"),
    "TERM_NUMBER": _error("the term {value} is no number; the codelist's DataType is {expected}"),
    "TERM_ORDER": _error("the order number {value} stands twice"),
    "TERM_ORDER_PARTIAL": _error("some terms have an OrderNumber or Rank, others none"),
    "DECODE_MISSING": _error("the term {value} has no decode"),
    "DICTIONARY_NAME_MISSING": _error("the external codelist has no Dictionary"),
    "DICTIONARY_VERSION_MISSING": _error("the dictionary {value} has no Version"),
    # Methods and comments
    "METHOD_TEXT_MISSING": _error("the method has no text"),
    "COMMENT_TEXT_MISSING": _error("the comment has no text"),
    "EXPRESSION_BLANK": _error("a formal expression has no {value}"),
    # Analysis results
    "RESULT_TEXT_MISSING": _error("{value} has no description"),
    "RESULT_REASON": _error("AnalysisReason is {value}; expected {expected}"),
    "RESULT_PURPOSE": _error("AnalysisPurpose is {value}; expected {expected}"),
    "RESULT_VARIABLE": _error("the analysis variable {value} is not of the dataset {expected}"),
    "RESULT_NO_VARIABLES": _error("the analysis dataset {value} has no analysis variable"),
    "RESULT_JOIN_COMMENT": _error("several datasets are analysed; expected a comment that tells their join"),
    "RESULT_DOCUMENTATION": _warning("the result has no arm:Documentation"),
    "RESULT_CODE": _warning("the result has no arm:ProgrammingCode"),
    "RESULT_CODE_EMPTY": _error("arm:ProgrammingCode has neither code nor document"),
    # Against the data
    "DATA_FILE_MISSING": _error("{value}: no such dataset among the data"),
    "DATA_FILE_EXTRA": _error("{value}: the dataset is not in the document"),
    "DATA_DATASET_LABEL": _error("{value} is the dataset's label in the data; the document has {expected}"),
    "DATA_NO_RECORDS": _error("{value} has no records; expected def:HasNoData"),
    "DATA_HAS_RECORDS": _error("{value} has values; the document says def:HasNoData"),
    "DATA_VARIABLE_MISSING": _error("{value} is not in the data"),
    "DATA_VARIABLE_EXTRA": _error("{value} is not in the document"),
    "DATA_ORDER": _error("the variables stand in the order {value}; the document has {expected}"),
    "DATA_LABEL": _error("{value} is the label in the data; the document has {expected}"),
    "DATA_TYPE": _error("the data has {value}; the document has DataType {expected}"),
    "DATA_LENGTH": _error("the length in the data is {value}; the document has {expected}"),
    "DATA_VALUE_LONG": _error("the value {value} is longer than the Length, {expected}"),
    "DATA_DIGITS": _error("the value {value} has more decimals than SignificantDigits, {expected}"),
    "DATA_VALUE": _error("the value {value} is no {expected}"),
    "DATA_TERM": _error("the value {value} is no term of the codelist {expected}"),
    "DATA_MANDATORY": _error("{value} records have no value; Mandatory is Yes"),
    "DATA_KEYS": _error("{value} records share the key {expected} with another"),
    "DATA_KEYS_BLANK": _error("the keys are blank in {value} records"),
    "DATA_DOMAIN": _error("DOMAIN is {value}; the document has {expected}"),
    "DATA_NO_VALUES": _error("no record has a value; expected def:HasNoData"),
    "DATA_WHERE_EMPTY": _warning("no record satisfies the where-clause"),
    "DATA_VALUE_GAP": _error("{value} is described by no item of the value list"),
}  # fmt: skip


class Issue(NamedTuple):
    """One thing noticed.

    Attributes
    ----------
    element, oid : str
        The element, and its own OID or the one it refers to.
    line : int or None
        Of the document; None for a model that was not read.
    """

    code: str
    element: str
    oid: str
    line: int | None
    value: str = ""
    expected: str = ""

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return CODES[self.code].severity

    @property
    def text(self) -> str:
        """What it is."""
        return CODES[self.code].text.format(value=self.value or "blank", expected=self.expected)

    @property
    def message(self) -> str:
        """Where it is, what it is, and its code."""
        place = " ".join(part for part in (self.element, self.oid) if part)
        line = f"line {self.line}: " if self.line else ""
        return f"{line}{place}: {self.text} [{self.code}]"


@dataclass
class Report:
    """Issues while they are gathered."""

    issues: list[Issue]

    def add(self, code: str, element: Element, value: Any = "", expected: Any = "") -> None:
        """Note one at an element of the model."""
        if code not in CODES:
            raise KeyError(code)
        self.issues.append(
            Issue(code, type(element).__name__, oid_of(element), element.line, str(value), str(expected))
        )

    def add_at(self, code: str, element: str, line: int | None, value: str, expected: str) -> None:
        """Note one at an element that the model does not hold as such."""
        self.issues.append(Issue(code, element, "", line, value, expected))


def oid_of(element: Element) -> str:
    """The OID or ID of an element, or the one that it refers to."""
    for name in (
        "oid",
        "id",
        "item_oid",
        "item_group_oid",
        "where_clause_oid",
        "leaf_id",
        "file_oid",
        "coded_value",
    ):
        result = getattr(element, name, None)
        if result:
            return str(result)
    return ""
