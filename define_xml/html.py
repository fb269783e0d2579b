"""The document as a reviewer sees it: one HTML page, made by CDISC's stylesheet.

Browsers refuse a stylesheet of the local disk, and are giving up XSLT; so the page is made when
the package is. It holds its own style and script, and links to the files beside it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from lxml import etree

from define_xml.model import Define
from define_xml.read import parse
from define_xml.write import to_bytes

STYLESHEET = "define2-1.xsl"


def stylesheet() -> bytes:
    """CDISC's stylesheet for Define-XML 2.1 and ARM 1.0, as the package defineutils has it."""
    return files("defineutils").joinpath("definehtml", STYLESHEET).read_bytes()


@cache
def _transform() -> etree.XSLT:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    control = etree.XSLTAccessControl.DENY_ALL
    return etree.XSLT(etree.fromstring(stylesheet(), parser), access_control=control)


def to_html(source: str | Path | bytes | Define) -> bytes:
    """Render a Define-XML 2.1 document.

    Raises
    ------
    ValueError
        It is of version 2.0, for which there is no stylesheet, or no Define-XML.
    """
    tree = parse(to_bytes(source) if isinstance(source, Define) else source)
    if "http://www.cdisc.org/ns/def/v2.1" not in tree.getroot().nsmap.values():
        raise ValueError("a document of Define-XML 2.0; the stylesheet is that of 2.1")
    # As the stylesheet says how it wants to be written: HTML, with no empty tags closed in themselves.
    return bytes(_transform()(tree))
