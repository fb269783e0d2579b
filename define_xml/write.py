"""The model to XML."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from define_xml.elements import ARM_NS, DEF_NS, ODM_NS, XLINK_NS, XSI_NS, Element, Kind, parts
from define_xml.model import Define


def to_bytes(define: Define) -> bytes:
    """Give the document as UTF-8 text, indented; the same model gives the same bytes.

    Raises
    ------
    ValueError
        A text holds a character that XML 1.0 has not, such as a control character.
    """
    namespaces: dict[Any, str] = {None: ODM_NS, "def": DEF_NS[define.version], "xlink": XLINK_NS}
    if define.metadata.analysis_results:
        namespaces["arm"] = ARM_NS
    if define.schema_location:
        namespaces["xsi"] = XSI_NS
    root = etree.Element(f"{{{ODM_NS}}}ODM", nsmap=namespaces)
    _fill(root, define, define.version)
    etree.indent(root)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    if define.stylesheet:
        reference = quoteattr(define.stylesheet)
        instruction = etree.ProcessingInstruction("xml-stylesheet", f'type="text/xsl" href={reference}')
        head += etree.tostring(instruction, encoding="UTF-8") + b"\n"
    return head + etree.tostring(root, encoding="UTF-8") + b"\n"


def write(define: Define, path: str | Path) -> None:
    """Write the document; a file that is there stays as it was until the new one is whole.

    Parameters
    ----------
    define
        The document.
    path
        The file.
    """
    path = Path(path)
    beside = path.with_name(path.name + ".partial")
    try:
        beside.write_bytes(to_bytes(define))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _fill(node: etree._Element, element: Element, version: str) -> None:
    for field, kind, name in _by_version(type(element), version):
        value = getattr(element, field)
        if value is None:
            continue
        match kind:
            case "attribute":
                node.set(name, str(value))
            case "text":
                node.text = value
            case "child":
                _fill(etree.SubElement(node, name), value, version)
            case "children":
                for item in value:
                    _fill(etree.SubElement(node, name), item, version)
            case "text child":
                etree.SubElement(node, name).text = value
            case "text children":
                for item in value:
                    etree.SubElement(node, name).text = item


def _names(kind: Any, version: str) -> list[tuple[str, Kind, str]]:
    return [
        (part.field, part.kind, part.qualified(version)) for part in parts(kind) if part.only in ("", version)
    ]


# Of a class, the fields that a version of Define-XML has, with their kinds and names.
_by_version: Callable[[Any, str], list[tuple[str, Kind, str]]] = cache(_names)
