from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.transport.delimited import read_delimited

SHARED = Path(os.environ.get("CDISC_NPC_SHARED", Path(__file__).parents[3] / "shared"))
RAW = SHARED / "oracles" / "raw_to_sdtm" / "raw"

# Text as a file may hold it: all but NUL and lone surrogates, rich in what CSV finds hard.
HARD = st.sampled_from(
    ['"', '""', "\n", "\r\n", "\r", ",", ";", "\t", "|", "\xa0", "　", " ", "NA", "1e3", "007", "中", "é"]
)
TEXT = st.lists(
    HARD | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5), max_size=6
).map("".join)
GB_TEXT = st.text(
    st.characters(codec="gb18030", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8
)
WESTERN_TEXT = st.text(st.characters(codec="cp1252", exclude_characters="\0"), max_size=8)


def records(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    return st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(text, min_size=width, max_size=width), min_size=1, max_size=5)
    )


def write(
    path: Path, rows: list[list[str]], *, delimiter: str, encoding: str, quoting: int = csv.QUOTE_MINIMAL
) -> Path:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n", quoting=quoting)
    writer.writerow([f"C{place}" for place in range(len(rows[0]))])
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def read(tmp_path: Path, data: bytes, encoding: str | None = None) -> tuple[dict[str, list[str]], list[int]]:
    path = tmp_path / "ae.csv"
    path.write_bytes(data)
    table = read_delimited(path, encoding=encoding)
    assert table.lines is not None
    assert all(dtype == "str" for dtype in table.frame.dtypes)
    return table.frame.to_dict("list"), table.lines.tolist()


def refusal(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(tmp_path, data)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)
@given(
    rows=records(TEXT),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_round_trip_of_any_text(
    tmp_path: Path, encoding: str, rows: list[list[str]], delimiter: str, quoting: int
) -> None:
    # UTF-8 without a mark is weighed: letters of two bytes alone may as well be hanzi of GB18030 (test_encodings).
    letters = "".join(character for row in rows for text in row for character in text if character > "\x7f")
    assume(encoding != "utf-8" or not letters or max(letters) >= "\u0800")
    # A header of one column shows no delimiter; it is then taken to be the comma.
    delimiter = delimiter if len(rows[0]) > 1 else ","
    path = write(tmp_path / "ae.csv", rows, delimiter=delimiter, encoding=encoding, quoting=quoting)
    assert read_delimited(path).frame.to_numpy().tolist() == rows


@pytest.mark.parametrize(("encoding", "text"), [("gb18030", GB_TEXT), ("cp1252", WESTERN_TEXT)])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)
@given(data=st.data())
def test_round_trip_of_a_stated_legacy_encoding(
    tmp_path: Path, encoding: str, text: st.SearchStrategy[str], data: st.DataObject
) -> None:
    rows = data.draw(records(text))
    path = write(tmp_path / "ae.csv", rows, delimiter=",", encoding=encoding)
    assert read_delimited(path, encoding=encoding).frame.to_numpy().tolist() == rows


def test_what_the_file_stores_survives(tmp_path: Path) -> None:
    frame, lines = read(tmp_path, b'A,B,C,D\n007,NA,1e3,  \n"",,null,"5"" x"\n')
    assert frame == {"A": ["007", ""], "B": ["NA", ""], "C": ["1e3", "null"], "D": ["  ", '5" x']}
    assert lines == [2, 3]


def test_line_breaks_inside_quotes_are_kept_and_counted(tmp_path: Path) -> None:
    frame, lines = read(tmp_path, b'A,B\r\n1,"x\r\ny\n"\r\n2,z\r\n')
    assert frame == {"A": ["1", "2"], "B": ["x\r\ny\n", "z"]}
    assert lines == [2, 5]


def test_a_header_over_two_lines_is_one_record(tmp_path: Path) -> None:
    frame, lines = read(tmp_path, b'A,"B\nb"\n1,2\n')
    assert frame == {"A": ["1"], "B\nb": ["2"]}
    assert lines == [3]


def test_carriage_returns_alone_end_records(tmp_path: Path) -> None:
    assert read(tmp_path, b"A,B\r1,2\r3,4\r") == ({"A": ["1", "3"], "B": ["2", "4"]}, [2, 3])


def test_quotes_in_an_unquoted_field_are_text(tmp_path: Path) -> None:
    frame, lines = read(tmp_path, b'A,B\n1,5" tube\n"2\n",x\n3, "y"\n')
    assert frame == {"A": ["1", "2\n", "3"], "B": ['5" tube', "x", ' "y"']}
    assert lines == [2, 3, 5]


def test_header_only_is_a_table_of_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf A ,B\r\n\r\n") == ({"A": [], "B": []}, [])


@pytest.mark.parametrize("data", [b"A\n1\n\n2\n\n\n", b'A\n1\n""\n2\n'])
def test_one_column_may_have_blanks(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == ({"A": ["1", "", "2"]}, [2, 3, 4])


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\r\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    assert (
        refusal(tmp_path, data) == "ae.csv: the file is empty; expected a header and records [RAW_EMPTY_FILE]"
    )


def test_every_ragged_record_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, b'A,B\n"x\ny",1\n1\n\n1,2,3\n').splitlines() == [
        "ae.csv row 2 line 4: the record has '1' fields; expected 2 [RAW_RAGGED_ROW]",
        "ae.csv row 3 line 5: the record has '0' fields; expected 2 [RAW_RAGGED_ROW]",
        "ae.csv row 4 line 6: the record has '3' fields; expected 2 [RAW_RAGGED_ROW]",
    ]
    assert refusal(tmp_path, b'A,B\n1,5" x\n1\n') == (
        "ae.csv row 2 line 3: the record has '1' fields; expected 2 [RAW_RAGGED_ROW]"
    )


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'A,B\n1,2\n3,"x\n4,5\n', "ae.csv row 2 line 3: a quoted field is never closed"),
        (b'A,B\n1,2\n3,"x"y\n', "ae.csv row 2 line 3: a quoted field is never closed, or goes on"),
        (b'"A,B\n1,2\n', "ae.csv line 1: a quoted field is never closed"),
    ],
)
def test_quotes_gone_wrong_are_named(tmp_path: Path, data: bytes, place: str) -> None:
    message = refusal(tmp_path, data)
    assert message.startswith(place)
    assert message.endswith("[RAW_QUOTE]")


def test_duplicate_and_unnamed_columns_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"A,B,A\n1,2,3\n") == (
        "ae.csv: column A stands more than once; expected each name once [RAW_DUPLICATE_COLUMN]"
    )
    assert "column number '2' has no name" in refusal(tmp_path, b"A,\n1,\n")


@pytest.mark.parametrize("mark", ["", '"'])
def test_long_fields_are_measured(tmp_path: Path, mark: str) -> None:
    field = mark + "x" * ((1 << 20) + 1) + mark
    message = refusal(tmp_path, f"A,B\n1,2\n{field},3\n".encode())
    assert message.startswith("ae.csv row 2 line 3: a field of ")
    # Long records of short fields are none.
    frame, _ = read(tmp_path, b"A,B,C\n" + b",".join([b"x" * 600_000] * 3))
    assert frame["C"] == ["x" * 600_000]


def test_a_long_field_in_a_file_with_loose_quotes_is_detected(tmp_path: Path) -> None:
    message = refusal(tmp_path, b'A,B\n1,5" x\n2,' + b"x" * ((1 << 20) + 1) + b"\n")
    assert "line 3: a field of '1048577' bytes" in message


@pytest.mark.parametrize(("name", "size"), [("ae", 1191), ("dm", 306), ("ds", 850), ("ec", 591)])
def test_real_files_agree_with_the_csv_module(name: str, size: int) -> None:
    path = RAW / f"{name}_raw.csv"
    if not path.exists():
        pytest.skip(f"the reference material is not at {SHARED}")
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    table = read_delimited(path)
    assert table.frame.columns.tolist() == header
    assert table.frame.to_numpy().tolist() == rows
    assert len(table.frame) == size
    assert table.lines is not None
    assert np.array_equal(table.lines, np.arange(2, len(rows) + 2))
