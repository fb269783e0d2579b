"""XML to the model."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import unescape

from lxml import etree

from define_xml.elements import DEF_NS, ODM_NS, Element, Part, parts
from define_xml.model import Define, Misplaced, Unread


class _Notes(NamedTuple):
    """What the reader met and the model does not hold."""

    unread: list[Unread]
    misplaced: list[Misplaced]


_STYLESHEET = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class DefineUnreadableError(ValueError):
    """The file is no Define-XML document; the text says what was found and expected."""


def parse(source: str | Path | bytes) -> etree._ElementTree:
    """Parse a document, with entities and the network off.

    Raises
    ------
    DefineUnreadableError
        It is no XML, declares a document type, or is no Define-XML 2.0 or 2.1.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DefineUnreadableError(f"not well-formed XML: {error.msg}") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise DefineUnreadableError("the document declares a document type; expected none")
    if root.tag != f"{{{ODM_NS}}}ODM" or not set(root.nsmap.values()) & set(DEF_NS.values()):
        raise DefineUnreadableError(
            f"the root is {root.tag}; expected ODM 1.3 with the namespace of Define-XML 2.0 or 2.1"
        )
    return root.getroottree()


def read(source: str | Path | bytes) -> Define:
    """Read a Define-XML 2.0 or 2.1 document.

    Comments and white space between elements are not kept, nor what the model has no
    place for: that is listed in `Define.unread`.

    Parameters
    ----------
    source
        A path, or the document itself as bytes.

    Raises
    ------
    DefineUnreadableError
        See `parse`.
    OSError
        The file cannot be read.
    """
    return of_tree(parse(source))


def of_tree(tree: etree._ElementTree) -> Define:
    """Make the model of a document that `parse` gave."""
    root = tree.getroot()
    version = "2.1" if DEF_NS["2.1"] in root.nsmap.values() else "2.0"
    notes = _Notes([], [])
    define: Define = _element(root, Define, version, notes)
    define.unread, define.misplaced = tuple(notes.unread), tuple(notes.misplaced)
    for before in root.itersiblings(preceding=True):
        if isinstance(before, etree._ProcessingInstruction) and before.target == "xml-stylesheet":
            result = _STYLESHEET.search(before.text or "")
            define.stylesheet = unescape(result[1] or result[2] or "", {"&quot;": '"'}) if result else None
    return define


def _names(kind: Any, version: str) -> tuple[dict[str, Part], dict[str, Part], Part | None]:
    existing = [part for part in parts(kind) if part.only in ("", version)]
    attributes = {part.qualified(version): part for part in existing if part.kind == "attribute"}
    elements = {part.qualified(version): part for part in existing if part.kind not in ("attribute", "text")}
    return attributes, elements, next((part for part in existing if part.kind == "text"), None)


_by_name: Callable[[Any, str], tuple[dict[str, Part], dict[str, Part], Part | None]] = cache(_names)


def _element(node: etree._Element, kind: type[Element], version: str, notes: _Notes) -> Any:
    attributes, elements, text = _by_name(kind, version)
    line = _line(node)
    element = kind(line=line)
    for name, value in node.items():
        part = attributes.get(str(name))
        if part is None:
            notes.unread.append(Unread(line, _local(node.tag), _local(name)))
        else:
            setattr(element, part.field, _number(str(value)) if part.of is int else value)
    if text is not None:
        setattr(element, text.field, node.text or "")
    last: Part | None = None
    for child in node.iterchildren(etree.Element) if len(node) else ():
        part = elements.get(str(child.tag))
        if part and last and part.place < last.place:
            notes.misplaced.append(Misplaced(_line(child), _local(node.tag), _local(child.tag), last.name))
        last = part or last
        if part is None or (
            part.kind in ("child", "text child") and getattr(element, part.field) is not None
        ):
            notes.unread.append(Unread(_line(child), _local(node.tag), _local(child.tag)))
        elif part.kind == "child":
            setattr(element, part.field, _element(child, part.of, version, notes))
        elif part.kind == "children":
            getattr(element, part.field).append(_element(child, part.of, version, notes))
        elif part.kind == "text child":
            setattr(element, part.field, child.text or "")
        else:
            getattr(element, part.field).append(child.text or "")
    return element


def _line(node: etree._Element) -> int | None:
    line = node.sourceline
    return line if isinstance(line, int) else None


def _number(text: str) -> int | str:
    # What is no plain whole number stays as it is, for the validator to tell of.
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def _local(name: Any) -> str:
    return etree.QName(name).localname
