"""The XML schema: CDISC's own, of Define-XML 2.1 with ARM 1.0, from the package defineutils."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from define_xml.issues import Issue

_BRACES = re.compile(r"\{[^}]*\}")
_KINDS = {
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "XSD_ATTRIBUTE_MISSING",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "XSD_ATTRIBUTE_UNKNOWN",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "XSD_ATTRIBUTE_UNKNOWN",
    "SCHEMAV_CVC_IDC": "XSD_DUPLICATE",
}
_VALUES = (
    "SCHEMAV_CVC_DATATYPE",
    "SCHEMAV_CVC_ENUMERATION",
    "SCHEMAV_CVC_PATTERN",
    "SCHEMAV_CVC_M",
    "SCHEMAV_CVC_LENGTH",
)


@cache
def schema(version: str) -> etree.XMLSchema | None:
    """The schema of a version; that of 2.0 only where the package odmlib is installed."""
    homes = {
        "2.1": ("defineutils", "validate/schema/cdisc-arm-1.0/arm1-0-0.xsd"),
        "2.0": ("odmlib", "schemas/define/2.0/define2-0-0.xsd"),
    }
    package, file = homes[version]
    folder = folder_of(package)
    path = folder / file if folder else None
    return etree.XMLSchema(etree.parse(path)) if path and path.is_file() else None


def folder_of(package: str) -> Path | None:
    """Where an installed package lies; it is not imported, which takes long: its files are wanted, not its code."""
    result = find_spec(package)
    return Path(result.origin).parent if result and result.origin else None


def check_schema(tree: etree._ElementTree, version: str) -> Iterator[Issue]:
    """Check a document against the schema.

    Parameters
    ----------
    tree
        The document.
    version
        Of Define-XML: 2.0 or 2.1.
    """
    checked = schema(version)
    if checked is None:
        yield Issue("XSD_NOT_CHECKED", "ODM", "", None, version, "install odmlib for that of 2.0")
        return
    if checked.validate(tree):
        return
    seen = set()
    for error in checked.error_log:  # type: ignore[attr-defined]
        code = _code(error.type_name, error.message)
        node = _node(tree, error.path)
        # A value that breaks its type is reported by its facet, its type and its union: once will do.
        attribute = re.search(r"attribute '([^']+)'", error.message)
        once = (
            code,
            error.line,
            error.path,
            attribute[1] if attribute and code == "XSD_VALUE" else error.message,
        )
        if code == "XSD_VALUE" and once in seen:
            continue
        seen.add(once)
        element = etree.QName(node).localname if node is not None else ""
        yield Issue(code, element, _oid(node), error.line, _BRACES.sub("", error.message))


def _code(kind: str, message: str) -> str:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return "XSD_ELEMENT_MISSING" if "Missing child" in message else "XSD_ELEMENT_UNEXPECTED"
    if kind in _KINDS:
        return _KINDS[kind]
    return "XSD_VALUE" if kind.startswith(_VALUES) else "XSD_OTHER"


def _node(tree: etree._ElementTree, path: str | None) -> etree._Element | None:
    if not path:
        return None
    prefixes = {prefix: uri for prefix, uri in tree.getroot().nsmap.items() if prefix}
    try:
        result = tree.xpath(path.partition("/@")[0], namespaces=prefixes)
    except etree.XPathEvalError:
        return None  # a prefix that is declared further down
    return result[0] if isinstance(result, list) and result else None  # type: ignore[return-value]


def _oid(node: etree._Element | None) -> str:
    while node is not None:
        for name in ("OID", "ID", "ItemOID", "CodedValue", "FileOID"):
            if node.get(name):
                return str(node.get(name))
        node = node.getparent()
    return ""
