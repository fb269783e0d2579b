"""Typed text made plain, and what the study's encoding cannot hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.plain_text import holds, plain
from tests.sdtm.small_study import MakeStudy, found


@pytest.mark.parametrize(
    ("text", "ascii_", "chinese"),
    [
        ("  Rash ", "Rash", "Rash"),
        ("Oedema\r\nperipheral", "Oedema peripheral", "Oedema peripheral"),
        ("a \t b  c", "a b c", "a b c"),
        ("a  b", "a  b", "a  b"),  # typed blanks are nobody's business
        ("Left\u00a0node", "Left node", "Left\u00a0node"),
        ("Normal，not （yet）", "Normal,not (yet)", "Normal，not （yet）"),
        ("１２＋", "12+", "１２＋"),
        ("鼻咽（左）", "鼻咽（左）", "鼻咽（左）"),  # stays foreign as a whole
        ("\ufeffRash\u3000", "Rash", "\ufeffRash"),
    ],
)
def test_plain(text: str, ascii_: str, chinese: str):
    assert plain(text, "us-ascii") == ascii_
    assert plain(text, "gb18030") == chinese


@given(st.text(max_size=30))
def test_plain_text_is_on_one_line_and_plain_again(text: str):
    once = plain(text, "us-ascii")
    assert not set(once) & {*map(chr, range(32)), "\x7f", "\x85", "\u2028", "\u2029"}
    assert plain(once, "us-ascii") == once
    if text.isascii() and text.isprintable():
        assert once == text.strip()


def test_encodings():
    assert holds("us-ascii", "abc") and not holds("us-ascii", "é")
    assert holds("cp1252", "é") and not holds("cp1252", "鼻")


DV = "dataset: DV\nrecords:\n  - {from: dv, variables: {DVTERM: {assign: TERM%s}, DVSTDTC: {iso8601: DAY}}}\n"
FORM = "SUBJ | TERM | DAY\n1 | Rash\tof skin | 2020-01-01\n1 | 皮疹 | 2020-01-02\n1 | Rash\tof skin | 2020-01-03\n"


def test_what_was_built_plain_is_counted(make_study: MakeStudy):
    study = make_study({"dv": FORM}, DV % ", translate: words", codelists="terms: {words: {皮疹: Rash}}\n")
    result = study.convert()
    assert result.datasets["DV"]["DVTERM"].tolist() == ["Rash of skin", "Rash", "Rash of skin"]
    (note,) = found(result, "MAP_TEXT_PLAIN")
    assert [note[name] for name in ("variable", "value", "expected", "row")] == [
        "DVTERM",
        "Rash\tof skin",
        "Rash of skin",
        1,
    ]
    assert note["params"] == '{"records": 2}'
    assert not found(result, "MAP_UNTRANSLATED")


def test_untranslated_text_refuses_or_is_written_as_code_points(make_study: MakeStudy):
    with pytest.raises(Refused) as refused:
        make_study({"dv": FORM}, DV % "").convert()
    frame = refused.value.findings.frame()
    assert frame[frame["severity"] == "refuse"][["code", "row", "value"]].to_numpy().tolist() == [
        ["MAP_UNTRANSLATED", 2, "皮疹"]
    ]
    result = make_study({"dv": FORM}, DV % "", study="policies: {untranslated: report}\n").convert()
    assert result.datasets["DV"]["DVTERM"].tolist()[1] == "\\u76ae\\u75b9"
    assert [item["severity"] for item in found(result, "MAP_UNTRANSLATED")] == ["error"]
