"""Elements that stand in many places: descriptions, aliases, references to documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from define_xml.elements import Element, attribute, children, text

_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass
class TranslatedText(Element):
    """A text in one language."""

    lang: str | None = attribute("xml:lang")
    value: str = text()


@dataclass
class Description(Element):
    """A text, in one or more languages; Decode has the same parts."""

    translated_texts: list[TranslatedText] = children("TranslatedText", TranslatedText)

    @property
    def text(self) -> str:
        """The English text, else the first, without the white space around it."""
        texts = self.translated_texts
        chosen = next((item for item in texts if (item.lang or "").startswith("en")), None)
        chosen = chosen or (texts[0] if texts else None)
        return (chosen.value or "").strip() if chosen else ""


def describe(value: str, lang: str | None = None) -> Description:
    """Make a description of one language: by default Chinese where it has Chinese characters, else English.

    Parameters
    ----------
    value
        The text.
    lang
        Of ``xml:lang``.
    """
    return Description([TranslatedText(lang or ("zh" if _HAN.search(value) else "en"), value)])


@dataclass
class Alias(Element):
    """Another name of an element, such as its NCI code (Context ``nci:ExtCodeID``)."""

    context: str = attribute("Context")
    name: str = attribute("Name")


@dataclass
class PDFPageRef(Element):
    """Pages of a PDF document: a list of numbers or named destinations, or a range."""

    type: str = attribute("Type")
    page_refs: str | None = attribute("PageRefs")
    first_page: int | None = attribute("FirstPage", int)
    last_page: int | None = attribute("LastPage", int)
    title: str | None = attribute("Title", only="2.1")


@dataclass
class DocumentRef(Element):
    """Names a document's leaf, and pages of it."""

    leaf_id: str = attribute("leafID")
    pdf_page_refs: list[PDFPageRef] = children("def:PDFPageRef", PDFPageRef)


@dataclass
class FormalExpression(Element):
    """A program or formula, in the language that Context names."""

    context: str = attribute("Context")
    value: str = text()


@dataclass
class WhereClauseRef(Element):
    """Names a where-clause."""

    where_clause_oid: str = attribute("WhereClauseOID")
