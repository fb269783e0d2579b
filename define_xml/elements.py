"""How a dataclass states an XML element: its attributes, its text and its children, in order.

A model class lists what the standard's table of the element lists, each line with the
standard's name::

    @dataclass
    class WhereClauseDef(Element):
        oid: str = attribute("OID")
        comment_oid: str | None = attribute("def:CommentOID")
        range_checks: list[RangeCheck] = children("RangeCheck", RangeCheck)

The reader and the writer know nothing of single elements; they follow these statements.
Everything may be absent (None), required or not: a document with a fault must be readable
for the validator to tell of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal

ODM_NS = "http://www.cdisc.org/ns/odm/v1.3"
XLINK_NS = "http://www.w3.org/1999/xlink"
XML_NS = "http://www.w3.org/XML/1998/namespace"
XSI_NS = "http://www.w3.org/2001/XMLSchema-instance"
ARM_NS = "http://www.cdisc.org/ns/arm/v1.0"
DEF_NS = {"2.0": "http://www.cdisc.org/ns/def/v2.0", "2.1": "http://www.cdisc.org/ns/def/v2.1"}

_PREFIXES = {"xlink": XLINK_NS, "xml": XML_NS, "xsi": XSI_NS, "arm": ARM_NS}

Kind = Literal["attribute", "text", "child", "children", "text child", "text children"]


@dataclass(frozen=True)
class Part:
    """One line of an element's table.

    Attributes
    ----------
    field : str
        Name of the dataclass field.
    name : str
        Name in the standard, with its prefix unless it is of ODM: ``def:Origin``.
    of : type or None
        Class of a child element; ``int`` for an attribute that is a whole number.
    only : str
        The one version of Define-XML that has it; blank for both.
    place : int
        Its line of the table.
    """

    field: str
    kind: Kind
    name: str
    of: Any
    only: str
    place: int

    def qualified(self, version: str) -> str:
        """Name as lxml wants it, of an element or attribute in a version of Define-XML."""
        return _qualified(self.name, version, self.kind == "attribute")


@cache
def _qualified(name: str, version: str, attribute: bool) -> str:
    prefix, _, local = name.rpartition(":")
    if not prefix:
        return local if attribute else f"{{{ODM_NS}}}{local}"
    return f"{{{DEF_NS[version] if prefix == 'def' else _PREFIXES[prefix]}}}{local}"


def _part(kind: Kind, name: str, of: Any = None, only: str = "") -> dict[str, Any]:
    return {"part": (kind, name, of, only)}


def attribute(name: str, of: Any = str, *, only: str = "") -> Any:
    """An attribute; with ``of=int`` a number, that stays text where the document has none.

    Parameters
    ----------
    name
        In the document.
    of
        Type of the value.
    only
        The version of Define-XML that alone has it; default: all.
    """
    return field(default=None, metadata=_part("attribute", name, of, only))


def child(name: str, of: Any, *, only: str = "") -> Any:
    """A child element that stands once.

    Parameters
    ----------
    name
        In the document.
    of
        Its class.
    only
        The version of Define-XML that alone has it; default: all.
    """
    return field(default=None, metadata=_part("child", name, of, only))


def children(name: str, of: Any, *, only: str = "") -> Any:
    """Child elements, in the order of the document.

    Parameters
    ----------
    name
        In the document.
    of
        Their class.
    only
        The version of Define-XML that alone has them; default: all.
    """
    return field(default_factory=list, metadata=_part("children", name, of, only))


def text_child(name: str) -> Any:
    """A child element that holds nothing but text."""
    return field(default=None, metadata=_part("text child", name))


def text_children(name: str) -> Any:
    """Child elements that hold nothing but text."""
    return field(default_factory=list, metadata=_part("text children", name))


def text() -> Any:
    """The element's own text."""
    return field(default="", metadata=_part("text", ""))


@dataclass
class Element:
    """What every element has: the line of the document where it stands, if it was read."""

    line: int | None = field(default=None, compare=False, repr=False, kw_only=True)


def _parts(kind: Any) -> tuple[Part, ...]:
    stated = [(item.name, item.metadata["part"]) for item in fields(kind) if "part" in item.metadata]
    return tuple(
        Part(field, how, name, of, only, place) for place, (field, (how, name, of, only)) in enumerate(stated)
    )


# The lines of an element's table, in the standard's order.
parts: Callable[[Any], tuple[Part, ...]] = cache(_parts)
