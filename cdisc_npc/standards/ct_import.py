"""Controlled terminology as NCI EVS publishes it, made into the project's own tables.

Two forms are read, told apart by their content: the tab-delimited text (``SDTM
Terminology.txt``) and ODM 1.3.2 XML with the extensions of NCI (``SDTM Terminology.odm.xml``).
Both give the same tables. Definitions are left behind: no product of this project needs them,
and they are most of the published file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.standards.terminology import SYNONYM_SEPARATOR
from cdisc_npc.transport.names import safe_name
from cdisc_npc.transport.place import refuse_place, replaces, write_manifest
from cdisc_npc.transport.replace import replacing

CODELIST_COLUMNS = ("code", "value", "name", "extensible")
TERM_COLUMNS = ("codelist", "code", "value", "preferred", "synonyms")
FILES = ("codelists.csv", "terms.csv")

_TEXT_COLUMNS = {
    "code": "Code",
    "codelist": "Codelist Code",
    "extensible": "Codelist Extensible (Yes/No)",
    "name": "Codelist Name",
    "value": "CDISC Submission Value",
    "synonyms": "CDISC Synonym(s)",
    "preferred": "NCI Preferred Term",
}
# Newer releases state their package in a column that older ones (2022) lack.
_TEXT_RELEASE = "Standard and Date"

_ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
_NCI = "{http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC}"

_CODE = re.compile(r"C\d+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class ImportSummary:
    """What was imported.

    Attributes
    ----------
    release : str
        Date of the package (ISO 8601), blank where the file does not state it.
    replaced : bool
        Whether it took the place of an earlier import.
    """

    destination: Path
    release: str
    codelists: int
    terms: int
    replaced: bool


@dataclass
class _Entry:
    """A codelist (``codelist`` is blank) or a term, and the line where it stands."""

    line: int
    code: str
    codelist: str
    extensible: str
    name: str
    value: str
    synonyms: str
    preferred: str


@dataclass
class _Package:
    """What a file holds, as far as it is sound, and what is wrong with it."""

    file: str
    release: str = ""
    entries: list[_Entry] = field(default_factory=list)
    found: Findings = field(default_factory=Findings)

    def error(self, line: int | None, text: str) -> None:
        self.found.add("SPEC_INVALID", file=self.file, expected=text, params={"line": line} if line else None)


def import_terminology(
    source: Path, destination: Path | None = None, codelists: Iterable[str] | None = None
) -> ImportSummary:
    """Make a terminology package of the project from a file published by NCI EVS.

    1. The file is read whole; every malformed line or element is noted.
    2. Codelists and terms are checked: codes, blank and repeated values, terms of no codelist.
    3. The chosen codelists are kept, sorted by code, their terms by submission value.
    4. Both tables and the manifest are written beside the destination, which they then replace together.

    Parameters
    ----------
    source
        Text or ODM XML, whatever it is called.
    destination
        The package's folder, such as ``my-study/sdtmct-2025-09-26``; its name is what
        `load_terminology` is given. One that exists may hold nothing but what was imported. Left
        out: the current folder's ``<standard>ct-<release>``, as the file says.
    codelists
        C-codes or short names to keep; all where left out.

    Raises
    ------
    Refused
        With all errors of the file, the destination or ``codelists``. Nothing was written.
    """
    package = _read(source)
    lists, terms = _check(package)
    kept = _chosen(package, lists, codelists)
    if destination is None:
        destination = Path(
            f"{safe_name((source.name.split() or [''])[0].lower(), 'sdtm')}ct-{package.release}"
        )
        if not package.release:
            package.error(None, "the file does not state its release; name the folder to make")
    if len(package.found):
        raise Refused(package.found)
    refuse_place(destination, folder=True, inputs=[source])
    list_rows = [
        [lists[code].code, lists[code].value, lists[code].name, lists[code].extensible] for code in kept
    ]
    term_rows = [
        [term.codelist, term.code, term.value, term.preferred, term.synonyms]
        for code in kept
        for term in sorted(terms.get(code, {}).values(), key=lambda term: term.value)
    ]
    replaced = replaces(destination)
    _write(destination, source, package.release, list_rows, term_rows)
    return ImportSummary(destination, package.release, len(list_rows), len(term_rows), replaced)


def _read(source: Path) -> _Package:
    package = _Package(source.name)
    with source.open("rb") as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    # UTF-16 begins with a byte order mark; of the two forms only XML may be so.
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        _read_odm(source, package)
    else:
        _read_text(source, package)
    if not len(package.found) and not package.entries:
        package.error(None, "the file has no codelists")
    return package


def _read_text(source: Path, package: _Package) -> None:
    """Tab-delimited text. A quote is a character like any other: NCI does not quote fields."""
    header: list[str] = []
    places: dict[str, int] = {}
    for number, raw in enumerate(source.read_bytes().split(b"\n"), 1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r")
        except UnicodeDecodeError as error:
            package.error(number, f"bytes {error.object[error.start : error.end].hex()} are not UTF-8")
            continue
        if not line.strip():
            continue
        values = [value.strip() for value in line.split("\t")]
        if not header:
            missing = [name for name in _TEXT_COLUMNS.values() if name not in values]
            twice = [name for name in _TEXT_COLUMNS.values() if values.count(name) > 1]
            if missing:
                package.error(number, f"no column {', '.join(missing)}")
            if twice:
                package.error(number, f"more than one column {', '.join(twice)}")
            if missing or twice:
                return
            header = values
            places = {part: values.index(name) for part, name in _TEXT_COLUMNS.items()}
            continue
        if len(values) != len(header):
            package.error(number, f"{len(values)} fields; the header has {len(header)}")
            continue
        facts = {part: values[place] for part, place in places.items()}
        facts["synonyms"] = _synonyms(facts["synonyms"].split(";"))
        package.entries.append(_Entry(number, **facts))
        if not package.release and _TEXT_RELEASE in header:
            package.release = _date(values[header.index(_TEXT_RELEASE)])


def _read_odm(source: Path, package: _Package) -> None:
    """ODM XML, without document type, entities or network; a codelist at a time."""
    with source.open("rb") as file:
        elements = etree.iterparse(
            file, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True
        )
        try:
            for number, (event, element) in enumerate(elements):
                if number == 0 and not _is_odm(element, package):
                    return
                if event == "end" and element.tag == f"{_ODM}CodeList":
                    package.entries.extend(_odm_entries(element))
                    element.clear()
        except etree.XMLSyntaxError as error:
            package.error(error.lineno, f"no well-formed XML: {error.msg}")


def _is_odm(root: etree._Element, package: _Package) -> bool:
    """The prolog is read by now and nothing else: a document type is refused before its use."""
    if root.getroottree().docinfo.internalDTD is not None:
        package.error(1, "the XML declares a document type; expected none")
        return False
    if root.tag != f"{_ODM}ODM":
        package.error(_line(root), f"the root element is {root.tag}; expected ODM of {_ODM[1:-1]}")
        return False
    package.release = _date(root.get("SourceSystemVersion") or root.get("AsOfDateTime") or "")
    return True


def _line(element: etree._Element) -> int:
    return int(getattr(element, "sourceline", None) or 0)


def _odm_entries(codelist: etree._Element) -> Iterator[_Entry]:
    def texts(element: etree._Element, tag: str) -> list[str]:
        return [(child.text or "").strip() for child in element.findall(f"{_NCI}{tag}")]

    code = codelist.get(f"{_NCI}ExtCodeID", "")
    yield _Entry(
        _line(codelist), code, "",
        codelist.get(f"{_NCI}CodeListExtensible", ""), codelist.get("Name", "").strip(),
        " ".join(texts(codelist, "CDISCSubmissionValue")), _synonyms(texts(codelist, "CDISCSynonym")),
        " ".join(texts(codelist, "PreferredTerm")),
    )  # fmt: skip
    # Items of a codelist without a code would look like codelists; its own error says enough.
    for item in codelist.findall(f"{_ODM}EnumeratedItem") if code else ():
        yield _Entry(
            _line(item), item.get(f"{_NCI}ExtCodeID", ""), code, "", "",
            item.get("CodedValue", "").strip(), _synonyms(texts(item, "CDISCSynonym")),
            " ".join(texts(item, "PreferredTerm")),
        )  # fmt: skip


def _synonyms(names: Iterable[str]) -> str:
    return SYNONYM_SEPARATOR.join(name.strip() for name in names if name.strip())


def _date(text: str) -> str:
    result = _DATE.search(text)
    return result.group() if result else ""


def _check(package: _Package) -> tuple[dict[str, _Entry], dict[str, dict[str, _Entry]]]:
    """Codelists by code and their terms by submission value, each only once."""
    lists: dict[str, _Entry] = {}
    names: dict[str, _Entry] = {}
    for entry in package.entries:
        result = _CONTROL.search("".join((entry.value, entry.name, entry.synonyms, entry.preferred)))
        if result:
            what = f"{'term' if entry.codelist else 'codelist'} {entry.code}"
            package.error(entry.line, f"{what} has the control character {result.group()!r}; expected none")
        if entry.codelist:
            continue
        what = f"codelist {entry.value or entry.code}"
        if not _CODE.fullmatch(entry.code):
            package.error(entry.line, f"{what} has the code {entry.code!r}; expected C and digits")
        if not entry.value or not entry.name:
            package.error(entry.line, f"{what} has no submission value or no name")
        if entry.extensible not in ("Yes", "No"):
            package.error(entry.line, f"{what} is extensible {entry.extensible!r}; expected Yes or No")
        for existing, own in ((lists, entry.code), (names, entry.value)):
            if own in existing:
                package.error(entry.line, f"{what} stands already in line {existing[own].line}")
            existing[own] = entry
    terms: dict[str, dict[str, _Entry]] = {}
    for entry in package.entries:
        if not entry.codelist:
            continue
        own_terms = terms.setdefault(entry.codelist, {})
        what = f"term {entry.value or entry.code} of {entry.codelist}"
        if not _CODE.fullmatch(entry.code):
            package.error(entry.line, f"{what} has the code {entry.code!r}; expected C and digits")
        if not entry.value:
            package.error(entry.line, f"{what} has no submission value")
        if entry.codelist not in lists:
            package.error(entry.line, f"{what}: the file has no such codelist")
        if entry.value in own_terms:
            package.error(entry.line, f"{what} stands already in line {own_terms[entry.value].line}")
        own_terms[entry.value] = entry
    for code, entry in lists.items():
        if code and code not in terms:
            package.error(entry.line, f"codelist {entry.value or code} has no terms")
    return lists, terms


def _chosen(package: _Package, lists: dict[str, _Entry], wanted: Iterable[str] | None) -> list[str]:
    """Codes to keep, in their order."""
    codes = dict.fromkeys(lists)
    if wanted is not None:
        by_name = {entry.value: code for code, entry in lists.items()}
        chosen = {name: by_name.get(name, name) for name in wanted}
        for name, code in chosen.items():
            if code not in lists:
                package.error(None, f"the file has no codelist {name}")
        codes = dict.fromkeys(chosen.values())
    return sorted(codes, key=lambda code: (int(code[1:]) if _CODE.fullmatch(code) else 0, code))


def _write(destination: Path, source: Path, release: str, *tables: list[list[str]]) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    with replacing(destination, folder=True, inputs=[source]) as folder:
        for name, columns, rows in zip(FILES, (CODELIST_COLUMNS, TERM_COLUMNS), tables, strict=True):
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(rows)
        write_manifest(folder, {"source": source.name, "release": release})
