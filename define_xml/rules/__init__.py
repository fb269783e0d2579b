"""The rules that the schema cannot state, by the part of the document they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from define_xml.elements import Element
from define_xml.issues import Report
from define_xml.model import Define

Rule = Callable[[Define, Report], None]


def walk(element: Element) -> Iterator[Element]:
    """An element and all below it, in the order of the document."""
    yield element
    for each in fields(element):
        value = getattr(element, each.name)
        if isinstance(value, Element):
            yield from walk(value)
        elif isinstance(value, list) and value and isinstance(value[0], Element):
            for part in value:
                yield from walk(part)
