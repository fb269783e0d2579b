from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from define_xml.cells import (
    code_cell,
    list_cell,
    many_cell,
    of_code,
    of_list,
    of_many,
    of_origins,
    of_pages,
    of_text,
    origin_cells,
    pages_cell,
    text_cell,
)
from define_xml.common import Alias, Description, DocumentRef, PDFPageRef, TranslatedText
from define_xml.model import Origin
from define_xml.values import FORMS, fits, moment_type, narrowest, number_type

TEXT = st.text(max_size=12)
LANGS = st.sampled_from(["en", "zh", None])
DESCRIPTIONS = st.builds(Description, st.lists(st.builds(TranslatedText, LANGS, TEXT), max_size=3))
PAGES = st.builds(
    PDFPageRef, st.sampled_from(["PhysicalRef", "NamedDestination"]), st.none() | TEXT, st.none() | st.integers(1, 9),
    st.none() | st.integers(1, 9), st.none() | TEXT,
)  # fmt: skip
DOCUMENTS = st.lists(
    st.builds(DocumentRef, st.sampled_from(["LF.acrf", "LF.x"]), st.lists(PAGES, max_size=2)), max_size=2
)
ORIGINS = st.lists(
    st.builds(
        Origin, st.sampled_from(["Collected", "Derived", "Predecessor"]),
        st.sampled_from([None, "Sponsor", "Vendor"]), st.none() | DESCRIPTIONS, DOCUMENTS,
    ),
    max_size=2,
)  # fmt: skip


@given(DESCRIPTIONS)
def test_texts(description: Description) -> None:
    assert of_text(text_cell(description, "en"), "en") == description


@given(st.lists(TEXT, max_size=4))
def test_lists(values: list[str]) -> None:
    assert of_list(list_cell(values)) == values


@given(
    st.lists(st.builds(Alias, st.sampled_from(["nci:ExtCodeID", "Sponsor"]), TEXT.filter(bool)), max_size=3)
)
def test_codes(aliases: list[Alias]) -> None:
    assert of_code(code_cell(aliases)) == aliases
    assert of_many(Alias, many_cell(aliases)) == aliases


@given(DOCUMENTS)
def test_pages(refs: list[DocumentRef]) -> None:
    assert of_pages(pages_cell(refs, "LF.acrf"), "LF.acrf") == refs


@given(ORIGINS)
def test_origins(origins: list[Origin]) -> None:
    assert of_origins(dict(origin_cells(origins, "en", "LF.acrf")), "en", "LF.acrf") == origins


def test_narrowest_type_of_values() -> None:
    for values, expected in (
        (["2024-01-02"], "date"),
        (["2024-01-02T10:11:12"], "datetime"),
        (["2024", "2024-01", "2024-01-02"], "partialDate"),
        (["2024-01-02", "2024-01-02T10:11"], "partialDatetime"),
        (["2003---15", "--12-15"], "incompleteDatetime"),
        (["P21D", "-P1W", "PT30M", "P1Y2M3DT4H"], "durationDatetime"),
        (["2024-01-02/2024-02", "2024/P1M"], "intervalDatetime"),
        (["2024-13-01"], None),
        (["2024-01-02T-:15"], "incompleteDatetime"),
        (["soon"], None),
        (["P", "PT"], None),
    ):
        assert moment_type(values) == expected, values
    assert number_type(["1", "-20"]) == "integer"
    assert number_type(["1", ".5", "1e3"]) == "float"
    assert number_type(["1", "<5"]) is None
    assert narrowest([], ["date"]) == "date"
    assert fits("text", "anything") and not fits("time", "24:00:00")
    assert set(FORMS) >= {"partialTime", "time"}
