import json
from pathlib import Path

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport import strict_yaml as module
from cdisc_npc.transport.strict_yaml import read_yaml


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "part.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusals(path: Path) -> list[tuple[int | None, str]]:
    """Line and text of each reason."""
    with pytest.raises(Refused) as refused:
        read_yaml(path)
    frame = refused.value.findings.frame()
    assert set(frame["code"]) == {"SPEC_INVALID"}
    assert set(frame["file"]) == {"part.yaml"}
    lines = [json.loads(params)["line"] if params else None for params in frame["params"]]
    return list(zip(lines, frame["expected"], strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "No",
        "yes",
        "0123",
        "1.10",
        "12:30",
        "null",
        "~",
        "1e3",
        "2021-01-01",
        "0x1F",
        "1_000",
        ".inf",
        "on",
        "=",
        "<<",
    ],
)
def test_a_scalar_stays_the_text_that_was_written(tmp_path: Path, text: str) -> None:
    assert read_yaml(write(tmp_path, f"plain: {text}\nitems: [{text}]\n")).data == {
        "plain": text,
        "items": [text],
    }


def test_keys_stay_text_and_an_absent_value_is_blank(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "No: 1\n0123: 2\nnull:\n")).data == {"No": "1", "0123": "2", "null": ""}


def test_unicode_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "\ufefflabel: {zh: 严重程度}\r\nb: 2\r\n")).data == {
        "label": {"zh": "严重程度"},
        "b": "2",
    }


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    for text in ("", "\n\n", "# nothing but a comment\n", "---\n"):
        assert read_yaml(write(tmp_path, text)).data in ({}, "")


LINES = """\
# a comment
study: A
visits:
  - {visitnum: 1,
     visit: ONE}
  -
    visitnum: 2
records:
  - from: ae
    variables:
      AETERM:
        assign: TERM
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("study",), 2),
        (("visits",), 3),
        (("visits", 0), 4),
        (("visits", 0, "visit"), 5),
        (("visits", 1, "visitnum"), 7),
        (("records", 0, "from"), 9),
        (("records", 0, "variables", "AETERM", "assign"), 12),
    ],
)
def test_the_line_of_every_key_and_item_is_kept(tmp_path: Path, place: tuple, line: int) -> None:
    document = read_yaml(write(tmp_path, LINES))
    assert document.lines[place] == document.line(place) == line


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("records", 0, "variables", "AETERM", "assign", "assign"), 12),  # the tag of a verb is passed over
        (("records", 0, "variables", "AETERM", "hardcode", "assign"), 12),
        (("records", 0, "variables", "AESEV"), 10),  # not in the file: what stands around it
        (("visits", 7, "visit"), 3),
        (("nowhere",), 2),
        ((), 2),
    ],
)
def test_a_place_that_is_not_there_has_the_line_around_it(tmp_path: Path, place: tuple, line: int) -> None:
    assert read_yaml(write(tmp_path, LINES)).line(place) == line


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object:os.system {}",
        "!!python/object/apply:os.system [ls]",
        "!own x",
        "!!str 1",
        "!!int 5",
        "!!set {a}",
    ],
)
def test_any_tag_is_refused(tmp_path: Path, value: str) -> None:
    (result,) = refusals(write(tmp_path, f"a: 1\nb: {value}\n"))
    assert result[0] == 2
    assert result[1].startswith("the tag ")


def test_anchors_and_aliases_are_refused_every_on_its_line(tmp_path: Path) -> None:
    result = refusals(write(tmp_path, "a: &one {x: 1}\nb: *one\nc:\n  <<: *one\n"))
    assert [line for line, _ in result] == [1, 2, 4]
    assert "anchor (&one)" in result[0][1]
    assert "alias (*one)" in result[1][1]


def test_a_part_that_holds_itself_is_refused(tmp_path: Path) -> None:
    assert [line for line, _ in refusals(write(tmp_path, "a: &a\n  - *a\n"))] == [1, 2]


def test_an_explosion_of_aliases_is_refused_without_being_built(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    result = refusals(write(tmp_path, "\n".join(rows)))
    assert len(result) == 30 + 29 * 10


def test_all_refusals_of_a_file_come_together(tmp_path: Path) -> None:
    result = refusals(write(tmp_path, "a: 1\na: 2\nb: !x 3\nc: {d: 1, d: 2}\n[e]: 4\n"))
    assert sorted(line for line, _ in result if line) == [2, 3, 4, 5]
    texts = {text for _, text in result}
    assert {"the key a stands twice", "the key d stands twice", "a key must be plain text"} < texts


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "cannot be read as YAML in UTF-8: invalid continuation byte"),
        (b"\xff\xfea\x00:\x00", 1, "invalid start byte"),
        (b"a: 1\nb: \x00\n", 2, "character 0x0"),
        (b"a: 1\n---\nb: 2\n", 2, "another document"),
        (b"a: [1, 2\nb: 3\n", 2, "while parsing a flow sequence"),
        (b"a: 1\n  b: 2\n", 2, "mapping values are not allowed"),
        (b'a: "open\n', 2, "while scanning a quoted scalar"),
        (b"a: *nowhere\n", 1, "an alias (*nowhere)"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, content: bytes, line: int, reason: str
) -> None:
    (result,) = refusals(write(tmp_path, content))
    assert result[0] == line
    assert reason in result[1]
    assert "\n" not in result[1]


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a: " + "{a: " * 3000, "- " * 3000 + "x", "a: " + "[" * 45 + "]" * 45]
)
def test_deep_nesting_is_refused(tmp_path: Path, text: str) -> None:
    (result,) = refusals(write(tmp_path, text))
    assert "nested more than 40 deep" in result[1] or "maximum nesting depth" in result[1]


def test_nesting_as_deep_as_allowed_is_read(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "[" * 39 + "x" + "]" * 39)).data


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_BYTES", 10)
    assert read_yaml(write(tmp_path, "a: 345678\n")).data
    assert refusals(write(tmp_path, "a: 3456789\n")) == [
        (None, "cannot be read as YAML in UTF-8: larger than 10 bytes")
    ]


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    assert refusals(path) == [(None, "cannot be read as YAML in UTF-8: No such file or directory")]
    path.mkdir()
    assert refusals(path) == [(None, "cannot be read as YAML in UTF-8: it is no regular file")]


def test_the_name_shown_is_the_callers(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^sdtm/ae.yaml line 1: the key a stands twice \[SPEC_INVALID\]$"):
        read_yaml(write(tmp_path, "{a: 1, a: 2}"), "sdtm/ae.yaml")
