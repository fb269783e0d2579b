"""Cells of the spec workbook: what is plain stands as text, what is more stands as JSON.

A label in the document's one language is its text; one in two languages is JSON. So a workbook
is read by people, and nothing is lost in it.
"""

from __future__ import annotations

import json
from typing import Any

from define_xml.common import Alias, Description, DocumentRef, PDFPageRef, describe
from define_xml.elements import Element, parts
from define_xml.model import NCI_CODE, Origin

Cell = str | int | None


def to_data(element: Element) -> dict[str, Any]:
    """An element as plain data, without what it has not."""
    data: dict[str, Any] = {}
    for part in parts(type(element)):
        value = getattr(element, part.field)
        if value is None or value == []:
            continue
        if part.kind == "child":
            value = to_data(value)
        elif part.kind == "children":
            value = [to_data(item) for item in value]
        data[part.field] = value
    return data


def of_data(kind: type[Element], data: dict[str, Any]) -> Any:
    """The element that `to_data` gave.

    Raises
    ------
    ValueError
        The data are not those of such an element.
    """
    if not isinstance(data, dict):
        raise ValueError(f"expected the parts of {kind.__name__}, not {data!r}")
    existing = {part.field: part for part in parts(kind)}
    if unknown := set(data) - set(existing):
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    result: dict[str, Any] = {}
    for name, value in data.items():
        part = existing[name]
        if part.kind == "child":
            value = of_data(part.of, value)
        elif part.kind == "children":
            value = [of_data(part.of, item) for item in value]
        result[name] = value
    return kind(**result)


def many_cell(elements: list[Any]) -> Cell:
    """Elements as JSON; nothing for none."""
    return json.dumps([to_data(item) for item in elements], ensure_ascii=False) if elements else None


def of_many(kind: type[Element], cell: Cell) -> list[Any]:
    """The elements of a cell of `many_cell`."""
    return [of_data(kind, item) for item in json.loads(str(cell))] if cell else []


def _is_json(cell: Cell) -> bool:
    return isinstance(cell, str) and cell[:1] in ("[", "{")


def text_cell(description: Description | None, lang: str) -> Cell:
    """A description as its text, where it has one in the document's language."""
    if description is None:
        return None
    texts = description.translated_texts
    if len(texts) == 1 and texts[0].lang == lang and texts[0].value and not _is_json(texts[0].value):
        return texts[0].value
    return json.dumps(to_data(description), ensure_ascii=False)


def of_text(cell: Cell, lang: str) -> Description | None:
    """The description of a cell of `text_cell`."""
    if cell in (None, ""):
        return None
    if _is_json(cell):
        result: Description = of_data(Description, json.loads(str(cell)))
        return result
    return describe(str(cell), lang)


def code_cell(aliases: list[Alias]) -> Cell:
    """An NCI code; other aliases as JSON."""
    if len(aliases) == 1 and aliases[0].context == NCI_CODE and not _is_json(aliases[0].name):
        return aliases[0].name
    return many_cell(aliases)


def of_code(cell: Cell) -> list[Alias]:
    """The aliases of a cell of `code_cell`."""
    if _is_json(cell) or not cell:
        return of_many(Alias, cell)
    return [Alias(NCI_CODE, str(cell))]


def pages_cell(refs: list[DocumentRef], crf: str | None) -> Cell:
    """Pages of the annotated CRF as numbers; other references as JSON."""
    if len(refs) == 1 and refs[0].leaf_id == crf and len(refs[0].pdf_page_refs) == 1:
        page = refs[0].pdf_page_refs[0]
        if page.page_refs and page == PDFPageRef("PhysicalRef", page.page_refs):
            return page.page_refs
    return many_cell(refs)


def of_pages(cell: Cell, crf: str | None) -> list[DocumentRef]:
    """The references of a cell of `pages_cell`."""
    if _is_json(cell) or not cell:
        return of_many(DocumentRef, cell)
    return [DocumentRef(crf or "", [PDFPageRef("PhysicalRef", str(cell))])]


def origin_cells(origins: list[Origin], lang: str, crf: str | None) -> dict[str, Cell]:
    """One origin in its four columns; several as JSON in the first."""
    if not origins:
        return {}
    first = origins[0]
    if len(origins) > 1 or first.type in (None, ""):
        return {"Origin": many_cell(origins)}
    return {
        "Origin": first.type,
        "Source": first.source,
        "Pages": pages_cell(first.document_refs, crf),
        "Predecessor": text_cell(first.description, lang),
    }


def of_origins(row: dict[str, Cell], lang: str, crf: str | None) -> list[Origin]:
    """The origins of the columns of `origin_cells`."""
    kind = row.get("Origin")
    if not kind:
        return []
    if _is_json(kind):
        return of_many(Origin, kind)
    source = row.get("Source")
    return [
        Origin(
            str(kind), str(source) if source else None, of_text(row.get("Predecessor"), lang),
            of_pages(row.get("Pages"), crf),
        )
    ]  # fmt: skip


def list_cell(values: list[str]) -> Cell:
    """Values separated by commas; as JSON where that would not tell them apart."""
    plain = ", ".join(values)
    if [part.strip() for part in plain.split(",")] == values and not _is_json(plain) and plain:
        return plain
    return json.dumps(values, ensure_ascii=False) if values else None


def of_list(cell: Cell) -> list[str]:
    """The values of a cell of `list_cell`."""
    if cell in (None, ""):
        return []
    if _is_json(cell):
        return [str(item) for item in json.loads(str(cell))]
    return [part.strip() for part in str(cell).split(",")]
