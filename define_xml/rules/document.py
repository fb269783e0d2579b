"""Rules of the document as a whole: its head, its standards, its texts and files."""

from __future__ import annotations

import re

from define_xml.common import Alias, Description, FormalExpression, PDFPageRef
from define_xml.issues import Report
from define_xml.model import NCI_CODE, Define, Leaf
from define_xml.rules import walk

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_STATUSES = ("Final", "Draft", "Provisional")
_GUIDES = (
    "SDTMIG", "SDTMIG-AP", "SDTMIG-MD", "SENDIG", "SENDIG-AR", "SENDIG-DART", "SENDIG-GENETOX", "ADaMIG",
    "ADaMIG-MD", "ADaMIG-NCA", "ADaMIG-popPK", "ADaM-OCCDSIG", "BIMO",
)  # fmt: skip
_NCI = re.compile(r"C\d+")


def check_head(define: Define, report: Report) -> None:
    """ODM, the study and the version."""
    for misplaced in define.misplaced:
        report.add_at("ELEMENT_ORDER", misplaced.element, misplaced.line, misplaced.name, misplaced.before)
    if define.file_type != "Snapshot":
        report.add("FILE_TYPE", define, define.file_type)
    expected = ("1.3.2",) if define.version == "2.1" else ("1.3.2", "1.3.1", "1.3.0")
    if define.odm_version not in expected:
        report.add("ODM_VERSION", define, define.odm_version or "missing", expected[0])
    if not (define.metadata.define_version or "").startswith(f"{define.version}."):
        report.add("NAMESPACE", define.metadata, define.metadata.define_version, define.version)
    if not define.stylesheet:
        report.add("STYLESHEET_MISSING", define, "", f"define{define.version.replace('.', '-')}.xsl")
    study = define.study
    if study is not None and study.global_variables is not None:
        for name in ("study_name", "study_description", "protocol_name"):
            if not (getattr(study.global_variables, name) or "").strip():
                report.add("STUDY_TEXT_MISSING", study.global_variables, name.replace("_", " "))
    if study is not None and study.metadata is not None and not (study.metadata.name or "").strip():
        report.add("STUDY_TEXT_MISSING", study.metadata, "Name")


def check_standards(define: Define, report: Report) -> None:
    """def:Standards of 2.1; the two attributes of 2.0."""
    metadata = define.metadata
    if define.version == "2.0":
        for name in ("standard_name", "standard_version"):
            if not getattr(metadata, name):
                report.add("STANDARD_2_0", metadata, "def:" + name.title().replace("_", ""))
        return
    standards = metadata.standards.standards if metadata.standards else []
    if not standards:
        report.add("STANDARDS_MISSING", metadata)
        return
    if not any(item.type == "IG" for item in standards):
        report.add("STANDARD_IG_MISSING", metadata)
    if not any(item.type == "CT" for item in standards) and metadata.codelists:
        report.add("STANDARD_CT_MISSING", metadata)
    used = {group.standard_oid for group in metadata.item_groups}
    used |= {codelist.standard_oid for codelist in metadata.codelists}
    for item in standards:
        if (item.type == "CT") != bool(item.publishing_set):
            expected = "one, such as SDTM" if item.type == "CT" else "none: Type is IG"
            report.add("STANDARD_PUBLISHING_SET", item, item.publishing_set or "missing", expected)
        existing = ("CDISC/NCI",) if item.type == "CT" else _GUIDES
        if item.name not in existing:
            report.add("STANDARD_NAME", item, item.name, ", ".join(existing))
        if item.status not in _STATUSES:
            report.add("STANDARD_STATUS", item, item.status, ", ".join(_STATUSES))
        if item.type == "CT" and not _DATE.fullmatch(item.version or ""):
            report.add("STANDARD_CT_VERSION", item, item.version)
        # The terminology of Define-XML is that of the document itself: nothing refers to it.
        if item.oid not in used and item.publishing_set != "DEFINE-XML":
            report.add("STANDARD_UNUSED", item, item.name)


def check_texts(define: Define, report: Report) -> None:
    """Descriptions, decodes, aliases, expressions and page references, wherever they stand."""
    for element in walk(define):
        match element:
            case Description(translated_texts=texts):
                for text in texts:
                    if not text.lang:
                        report.add("LANG_MISSING", text)
                    if not text.value.strip():
                        report.add("TEXT_BLANK", text, "TranslatedText")
                if len(texts) > 1:
                    for lang in _twice([text.lang for text in texts if text.lang]):
                        report.add("LANG_DUPLICATE", element, lang)
            case Alias(context=context, name=name):
                # A sponsor may have contexts of its own; one that means NCI's must be written so.
                if not context or (context.casefold().startswith("nci") and context != NCI_CODE):
                    report.add("ALIAS_CONTEXT", element, context, NCI_CODE)
                elif context == NCI_CODE and not _NCI.fullmatch(name or ""):
                    report.add("CODE_INVALID", element, name)
            case FormalExpression(context=context, value=value):
                if not value.strip():
                    report.add("EXPRESSION_BLANK", element, "text")
                if not (context or "").strip():
                    report.add("EXPRESSION_BLANK", element, "Context")
            case PDFPageRef():
                _pages(element, report)
            case Leaf(href=href, title=title):
                _leaf(element, href, title, report)


def _pages(ref: PDFPageRef, report: Report) -> None:
    first, last = ref.first_page, ref.last_page
    if not (ref.page_refs or "").strip() and (first is None or last is None):
        report.add("PAGES_MISSING", ref)
    elif ref.page_refs and (first is not None or last is not None):
        report.add("PAGES_INVALID", ref, f"{ref.page_refs} and {first} to {last}", "a list or a range")
    elif ref.page_refs and ref.type == "PhysicalRef":
        if not all(page.isdigit() and page != "0" for page in ref.page_refs.split()):
            report.add("PAGES_INVALID", ref, ref.page_refs, "page numbers, separated by blanks")
    elif isinstance(first, int) and isinstance(last, int) and first > last:
        report.add("PAGES_INVALID", ref, f"{first} to {last}", "the first page before the last")


def _leaf(leaf: Leaf, href: str, title: str | None, report: Report) -> None:
    if not (title or "").strip():
        report.add("TEXT_BLANK", leaf, "def:title")
    href = href or ""
    if not href or "\\" in href or href.startswith("/") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", href):
        report.add("LEAF_HREF", leaf, href, "a path relative to the document, with slashes")


def _twice(values: list[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if values.count(value) > 1]
