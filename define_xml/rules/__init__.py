"""The rules that the schema cannot state, by the part of the document they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from define_xml.elements import Element, parts
from define_xml.issues import Report
from define_xml.model import Define

Rule = Callable[[Define, Report], None]


def walk(element: Element) -> Iterator[Element]:
    """An element and all below it, in the order of the document."""
    pending = [element]
    while pending:
        item = pending.pop()
        yield item
        for field in _below(type(item)):
            value = getattr(item, field)
            if isinstance(value, list):
                pending += value[::-1]
            elif value is not None:
                pending.append(value)


def _fields(kind: Any) -> list[str]:
    return [part.field for part in reversed(parts(kind)) if part.kind in ("child", "children")]


# Of a class, the fields that hold elements, the last first.
_below: Callable[[Any], list[str]] = cache(_fields)
