"""XML of raw data, read as a stream: no document type, no entity, no network, and damage a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from cdisc_npc.findings import Refused

_PROLOG = 1 << 16
# Encodings in which the prolog's ASCII can be read as such; UTF-16 has its mark.
_ASCII_LIKE = {
    "utf-8",
    "us-ascii",
    "ascii",
    "gb18030",
    "gbk",
    "gb2312",
    "windows-1252",
    "iso-8859-1",
    "utf-16",
}
_XML = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def refuse_document_type(head: bytes, file: str) -> None:
    """Refuse XML with a document type, by its prolog, before anything is expanded.

    Parameters
    ----------
    head
        The file's first bytes, as far as 64 KiB.
    file
        Its name, for the finding.

    Raises
    ------
    Refused
        ``RAW_XML_ENTITY``; ``RAW_ENCODING`` where the declared encoding could hide
        one; ``RAW_UNREADABLE`` where no root element follows.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    head = head.removeprefix(b"\xef\xbb\xbf")
    declared = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", head)
    if declared and declared[1].decode().lower() not in _ASCII_LIKE:
        raise Refused.because(
            "RAW_ENCODING", file=file, value=declared[1].decode(), expected=", ".join(sorted(_ASCII_LIKE))
        )
    place = 0
    while True:
        place += len(head[place:]) - len(head[place:].lstrip())
        if head.startswith(b"<?", place):
            stop = head.find(b"?>", place) + 2
        elif head.startswith(b"<!--", place):
            stop = head.find(b"-->", place + 4) + 3
        elif head[place : place + 2].lower() == b"<!":
            what = head[place : place + 40].split(b"[")[0].decode("ascii", "backslashreplace").strip()
            raise Refused.because("RAW_XML_ENTITY", file=file, value=what)
        elif head.startswith(b"<", place):
            return
        else:
            stop = -1
        if stop <= place:
            raise Refused.because("RAW_UNREADABLE", file=file, value="no root element", expected="XML")
        place = stop


@lru_cache(1024)
def local(tag: str) -> str:
    """A tag without its namespace; a file has few of them."""
    return etree.QName(tag).localname


def drop(element: Any) -> None:
    """Free an element that was read, and its place among its siblings."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def stream(path: Path, **options: Any) -> Iterator[tuple[str, Any]]:
    """Parse events of an XML file; its damage is a refusal."""
    if path.stat().st_size == 0:
        raise Refused.because("RAW_EMPTY_FILE", file=path.name, expected="an ODM file")
    with path.open("rb") as file:
        refuse_document_type(file.read(_PROLOG), path.name)
        file.seek(0)
        try:
            yield from etree.iterparse(file, **options, **_XML)
        except (etree.XMLSyntaxError, ValueError, LookupError) as error:
            raise Refused.because(
                "RAW_UNREADABLE", file=path.name, value=str(error)[:200], expected="well-formed XML"
            ) from error
