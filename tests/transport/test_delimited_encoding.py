from __future__ import annotations

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport.delimited_encoding import to_utf8
from cdisc_npc.transport.encodings import Judgement, judge

CHINESE = (
    "受试者,性别,不良事件\n01001,男,皮疹（轻度）\n01002,女,血压升高，已用药\n01003,女,张喆：手足综合征\n"
)
FRENCH = (
    "SUBJID,TERME\n1,Fièvre élevée à 39°C\n2,Éruption généralisée\n3,Nausées répétées\n4,Œdème – œil gauche\n"
)
GERMAN = "SUBJID,BEGRIFF\n1,Übelkeit\n2,große Müdigkeit\n3,Größenabnahme «Läsion»\n4,Häufiges Stoßaufstoßen\n"


def refusal(data: bytes, encoding: str | None = None) -> list[tuple[str, str, str]]:
    with pytest.raises(Refused) as refused:
        to_utf8(data, "ae.csv", encoding)
    findings = refused.value.findings.frame()
    assert (findings["file"] == "ae.csv").all()
    return list(findings[["code", "value", "params"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gb18030"), (CHINESE, "utf-8"), (FRENCH, "cp1252"), (GERMAN, "cp1252"), (FRENCH, "utf-8"),
        ("TERM\nSchmerz µg/L ±2 m²\n", "cp1252"), ("TERM\nété\n", "cp1252"), ("TERM\n男\n", "gb18030"),
        ("TERM\nINFECÇÃO\nHIPERTENSÃO\n", "cp1252"), ("TERM\nHBV阳性，CT示肺转移\n", "gb18030"),
        ("TERM\nAGE ≥ 18，是\n", "gb18030"),
    ],
)  # fmt: skip
def test_text_without_a_mark_is_detected_by_what_it_says(text: str, encoding: str) -> None:
    assert to_utf8(text.encode(encoding), "ae.csv") == (text.encode(), encoding)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_marks_and_unmarked_utf16_are_detected(encoding: str) -> None:
    text = "SUBJID,TERM\n01001,皮疹\n"
    utf8, result = to_utf8(text.encode(encoding), "ae.csv")
    assert utf8 == text.encode()
    assert result.startswith(encoding[:5])


def test_an_explicit_encoding_wins() -> None:
    data = "TERM\né©\n".encode()
    assert to_utf8(data, "ae.csv", "cp1252") == ("TERM\nÃ©Â©\n".encode(), "cp1252")
    assert refusal("TERM\nété\n".encode("cp1252"), "utf-8") == [("RAW_ENCODING", "e9", '{"line": 2}')]


def test_lines_of_another_encoding_are_named() -> None:
    lines = [line.encode() for line in CHINESE.splitlines()]
    lines[2] = "01002,男,皮疹".encode("gb18030")
    assert refusal(b"\n".join(lines)) == [("RAW_ENCODING", "c4 d0", '{"line": 3}')]
    lines = [line.encode("gb18030") for line in CHINESE.splitlines()]
    lines[3] = "01003,女,手足综合征".encode()
    ((code, _, params),) = refusal(b"\n".join(lines))
    assert (code, params) == ("RAW_ENCODING", '{"line": 4}')


def test_utf8_among_windows_1252_is_named() -> None:
    data = FRENCH.encode("cp1252") + "5,Fièvre\n".encode() + b"6,normal\n"
    assert [params for _, _, params in refusal(data)] == ['{"line": 6}']


def test_damaged_chinese_is_not_read_as_western() -> None:
    data = "TERM\n血压升高血压升高".encode("gb18030")[:-1] + b"\n"
    assert refusal(data)[0][0] == "ENCODING_UNCLEAR"


def test_bytes_that_no_encoding_has_are_named() -> None:
    ((code, value, params),) = refusal(b"A,B\n1,2\n3,\x81\n")
    assert (code, value, params) == ("RAW_ENCODING", "81", '{"line": 3}')


def test_nul_is_named_by_line() -> None:
    assert refusal(b"A,B\n1,2\n3,\0\n4,\0\0\n") == [
        ("RAW_NUL", "", '{"line": 3}'),
        ("RAW_NUL", "", '{"line": 4}'),
    ]


def test_judge_of_nothing_is_utf8() -> None:
    assert judge([]).encoding == "utf-8"


def test_signs_that_only_gb18030_writes_so_are_gb18030():
    pieces = ["Left\u00a0node".encode("gb18030"), "Pelvis\u00a0".encode("gb18030")]
    assert judge(pieces) == Judgement("gb18030", [], "no-break blanks that only it writes so")
    answers = [text.encode("gb18030") for text in ("是,a", "b,是")]
    assert judge([*answers, *pieces]) == Judgement("gb18030", [], "2 of 2 characters are common Chinese")
    # One among Western lines is a piece in another encoding.
    assert judge(["Größe".encode("cp1252"), "Länge".encode("cp1252"), pieces[0]]).bad == [2]
