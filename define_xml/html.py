"""The document as a reviewer sees it: one HTML page, made by CDISC's stylesheet.

Browsers refuse a stylesheet of the local disk, and are giving up XSLT; so the page is made when
the package is. It holds its own style and script, and links to the files beside it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lxml import etree

from define_xml.elements import DEF_NS
from define_xml.model import Define
from define_xml.read import parse
from define_xml.schema import folder_of
from define_xml.write import to_bytes

STYLESHEET = "define2-1.xsl"

_KEYS = {
    "ItemGroupDefs": ("odm:ItemGroupDef", "@OID"),
    "ItemDefs": ("odm:ItemDef", "@OID"),
    "CodeLists": ("odm:CodeList", "@OID"),
    "ValueListDefs": ("def:ValueListDef", "@OID"),
    "MethodDefs": ("odm:MethodDef", "@OID"),
    "CommentDefs": ("def:CommentDef", "@OID"),
    "WhereClauseDefs": ("def:WhereClauseDef", "@OID"),
    "Standard": ("def:Standard", "@OID"),
    "ItemDefNames": ("odm:ItemDef", "@Name"),
    "ValueListRefs": ("odm:ItemDef/def:ValueListRef", "@ValueListOID"),
    "GroupItemRefs": ("odm:ItemGroupDef/odm:ItemRef", "@ItemOID"),
}
# Searches of the stylesheet by identifier, and the key that gives the same nodes.
_SEARCHES = (
    (re.compile(r"\$g_seqItemGroupDefs/odm:ItemRef\[@ItemOID ?= ?([^\[\]]+)\]"), r"key('GroupItemRefs', \1)"),
    (re.compile(r"\$g_seq(\w+)\[@OID ?= ?([^\[\]]+)\]"), r"key('\1', \2)"),
    (re.compile(r"\$g_seqItemDefs\[@Name ?= ?([^\[\]]+)\]"), r"key('ItemDefNames', \1)"),
    (
        re.compile(r"\.\./\.\./odm:ItemDef/def:ValueListRef\[@ValueListOID ?= ?([^\[\]]+)\]"),
        r"key('ValueListRefs', \1)",
    ),
    (re.compile(r"\.\./\.\./odm:ItemDef\[@OID ?= ?([^\[\]]+)\]"), r"key('ItemDefs', \1)"),
    (
        re.compile(
            r"/odm:ODM/odm:Study/odm:MetaDataVersion/odm:(ItemDef|ItemGroupDef)\[@OID ?= ?([^\[\]]+)\]"
        ),
        r"key('\1s', \2)",
    ),
)


def stylesheet() -> bytes:
    """CDISC's stylesheet for Define-XML 2.1 and ARM 1.0, as the package defineutils has it."""
    folder = folder_of("defineutils")
    if folder is None:
        raise ModuleNotFoundError(
            "defineutils, which has the stylesheet, is not installed", name="defineutils"
        )
    return (folder / "definehtml" / STYLESHEET).read_bytes()


@cache
def _transform() -> etree.XSLT:
    """The stylesheet with keys in place of its searches: these take time with the square of the variables."""
    root = etree.fromstring(stylesheet(), etree.XMLParser(resolve_entities=False, no_network=True))
    xsl = root.nsmap["xsl"]
    for node in root.iter(f"{{{xsl}}}*"):
        for name in ("select", "test"):
            path = node.get(name)
            if path:
                for search, key in _SEARCHES:
                    path = search.sub(key, path)
                node.set(name, path)
    for name, (match, use) in _KEYS.items():
        root.insert(0, etree.Element(f"{{{xsl}}}key", name=name, match=match, use=use))
    # It reads and writes no other file.
    control = etree.XSLTAccessControl.DENY_ALL  # type: ignore[attr-defined]
    return etree.XSLT(root, access_control=control)


def to_html(source: str | Path | bytes | Define) -> bytes:
    """Render a Define-XML 2.1 document.

    Raises
    ------
    ValueError
        It is of version 2.0, for which there is no stylesheet, or no Define-XML.
    """
    tree = parse(to_bytes(source) if isinstance(source, Define) else source)
    if DEF_NS["2.1"] not in tree.getroot().nsmap.values():
        raise ValueError("a document of Define-XML 2.0; the stylesheet is that of 2.1")
    # As the stylesheet says how it wants to be written: HTML, with no empty tags closed in themselves.
    return bytes(_transform()(tree))
