"""Codelists: their terms, with or without decodes, or the dictionary that they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from define_xml.common import Alias, Description
from define_xml.elements import Element, attribute, child, children


@dataclass
class EnumeratedItem(Element):
    """A term that needs no decode."""

    coded_value: str = attribute("CodedValue")
    rank: str | None = attribute("Rank")
    order_number: int | None = attribute("OrderNumber", int)
    extended_value: str | None = attribute("def:ExtendedValue")
    aliases: list[Alias] = children("Alias", Alias)
    descriptions: list[Description] = children("Description", Description)


@dataclass
class CodeListItem(Element):
    """A term and its decode."""

    coded_value: str = attribute("CodedValue")
    rank: str | None = attribute("Rank")
    order_number: int | None = attribute("OrderNumber", int)
    extended_value: str | None = attribute("def:ExtendedValue")
    decode: Description | None = child("Decode", Description)
    aliases: list[Alias] = children("Alias", Alias)
    descriptions: list[Description] = children("Description", Description)


@dataclass
class ExternalCodeList(Element):
    """A dictionary outside the document, such as MedDRA."""

    dictionary: str | None = attribute("Dictionary")
    version: str | None = attribute("Version")
    ref: str | None = attribute("ref")
    href: str | None = attribute("href")


@dataclass
class CodeList(Element):
    """The terms that an item may have."""

    oid: str = attribute("OID")
    name: str = attribute("Name")
    data_type: str = attribute("DataType")
    sas_format_name: str | None = attribute("SASFormatName")
    standard_oid: str | None = attribute("def:StandardOID", only="2.1")
    is_non_standard: str | None = attribute("def:IsNonStandard", only="2.1")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child("Description", Description)
    codelist_items: list[CodeListItem] = children("CodeListItem", CodeListItem)
    enumerated_items: list[EnumeratedItem] = children("EnumeratedItem", EnumeratedItem)
    external: ExternalCodeList | None = child("ExternalCodeList", ExternalCodeList)
    aliases: list[Alias] = children("Alias", Alias)

    @property
    def items(self) -> list[CodeListItem] | list[EnumeratedItem]:
        """Its terms, with or without decodes."""
        return self.codelist_items or self.enumerated_items

    @property
    def terms(self) -> list[str]:
        """Its submission values."""
        return [item.coded_value for item in self.items]
