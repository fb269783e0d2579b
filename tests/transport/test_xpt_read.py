import struct
from datetime import datetime

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdisc_npc.findings import Refused
from cdisc_npc.transport import xpt_read, xpt_scan
from cdisc_npc.transport.ibm import out_of_range
from cdisc_npc.transport.xpt import Member, Variable, members, read_xpt, write_xpt
from cdisc_npc.transport.xpt_layout import library_records, member_records

NAN = float("nan")
SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
OBSERVATIONS = 3 * 80 + 5 * 80 + 4 * 80 + 80  # where those of a file of two variables begin


def frame_of(rows=3):
    return pd.DataFrame({"A": [f"subject {i}" for i in range(rows)], "B": np.arange(rows) / 7})


@pytest.fixture
def valid(tmp_path):
    write_xpt(frame_of(), tmp_path / "x.xpt")
    return tmp_path / "x.xpt"


def refused(path, *arguments, **options):
    with pytest.raises(Refused) as caught:
        read_xpt(path, *arguments, **options)
    table = caught.value.findings.frame()
    assert table["code"].tolist() == ["XPT_UNREADABLE"]
    assert table["file"].tolist() == [str(path)]
    return table.iloc[0]


def joined(tmp_path, *frames):
    """Put several datasets into one file, as PROC COPY does."""
    parts = []
    for number, frame in enumerate(frames, start=1):
        write_xpt(frame, tmp_path / f"d{number}.xpt")
        parts.append((tmp_path / f"d{number}.xpt").read_bytes()[240:])
    path = tmp_path / "all.xpt"
    path.write_bytes(library_records(datetime(2020, 1, 1)) + b"".join(parts))
    return path


def test_values_types_and_description(valid):
    frame, member = read_xpt(valid)
    pd.testing.assert_frame_equal(frame, frame_of())
    assert frame["A"].dtype == "str"
    assert member == Member("X", "", (Variable("A", length=9), Variable("B", type="Num", length=8)))
    assert members(valid) == [member]


def test_missing_values_and_their_tags(tmp_path):
    frame = pd.DataFrame({"A": [NAN, NAN, NAN, NAN, 1.0], "B": [NAN, 1, 2, 3, 4]})
    tags = ["", "._", ".A", ".Z", ""]
    write_xpt(frame, tmp_path / "x.xpt", missing_tags={"A": tags})
    back, _, result = read_xpt(tmp_path / "x.xpt", missing_tags=True)
    pd.testing.assert_frame_equal(back, frame)
    assert {name: column.tolist() for name, column in result.items()} == {"A": [".", "._", ".A", ".Z", ""]}
    write_xpt(
        back,
        tmp_path / "y.xpt",
        Member("X", variables=read_xpt(tmp_path / "x.xpt")[1].variables),
        missing_tags=result,
    )
    assert (tmp_path / "y.xpt").read_bytes() == (tmp_path / "x.xpt").read_bytes()


def test_several_datasets(tmp_path, monkeypatch):
    frames = [frame_of(3), frame_of(0), frame_of(40)]
    path = joined(tmp_path, *frames)
    for block in (80, 8000):
        monkeypatch.setattr(xpt_scan, "_BLOCK", block)
        monkeypatch.setattr(xpt_read, "BLOCK", block)
        assert [member.name for member in members(path)] == ["D1", "D2", "D3"]
        for number, frame in enumerate(frames, start=1):
            pd.testing.assert_frame_equal(read_xpt(path, f"D{number}")[0], frame, check_index_type=False)
    assert "D1, D2, D3" in refused(path)["value"]
    assert refused(path, "AE")["expected"] == "one named AE"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp1252"])
def test_the_encoding_is_detected_or_given(tmp_path, encoding):
    text = "±5 µg" if encoding == "cp1252" else "无进展生存期"
    frame = pd.DataFrame({"A": [text, "", "ascii"]})
    member = Member("X", text, (Variable("A", text, length=20),))
    write_xpt(frame, tmp_path / "x.xpt", member, encoding=encoding)
    for given_encoding in (None, encoding):
        back, described = read_xpt(tmp_path / "x.xpt", encoding=given_encoding)
        pd.testing.assert_frame_equal(back, frame)
        assert described == member
    assert "ascii" in refused(tmp_path / "x.xpt", encoding="ascii")["value"]
    assert "nonesuch" in refused(tmp_path / "x.xpt", encoding="nonesuch")["value"]


def test_bytes_that_no_encoding_has(valid):
    data = bytearray(valid.read_bytes())
    data[OBSERVATIONS : OBSERVATIONS + 2] = b"\x81\x20"
    valid.write_bytes(data)
    row = refused(valid)
    assert row["variable"] == "A"
    assert row["expected"] == "text in utf-8, gb18030 or cp1252, or the option --encoding with another"


def test_vax_records_and_short_numbers(tmp_path):
    path = tmp_path / "x.xpt"
    member = Member("X", variables=(Variable("A", type="Num"), Variable("B")))
    head = member_records(member, [3, 2], datetime(2020, 1, 1), "ascii")
    namestr = head[400:680]
    shorter = namestr[:136] + namestr[140:276]
    head = head[:400].replace(b"0000140", b"0000136") + shorter + b" " * (-len(shorter) % 80) + head[-80:]
    rows = bytes.fromhex("411000") + b"ab" + bytes.fromhex("2E0000") + b"c " + bytes.fromhex("C11800") + b"  "
    path.write_bytes(library_records(datetime(2020, 1, 1)) + head + rows.ljust(80))
    frame, described = read_xpt(path)
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"A": [1, NAN, -1.5], "B": ["ab", "c", ""]}))
    assert [variable.length for variable in described.variables] == [3, 2]


def test_version_8(tmp_path):
    frame = pd.DataFrame({"ALongVariableName": [1.5, 2], "B": ["x" * 300, "y"]})
    labels = ["A label of more than forty bytes, which version 5 cannot hold", "short"]
    path = tmp_path / "x.xpt"
    pyreadstat.write_xport(
        frame, str(path), file_format_version=8, table_name="LONGTABLENAME", column_labels=labels
    )
    back, member = read_xpt(path)
    pd.testing.assert_frame_equal(back, frame)
    assert member.name == "LONGTABLENAME"
    assert [variable.label for variable in member.variables] == labels
    data = path.read_bytes()
    at = data.index(b"OBSV8") + 28
    path.write_bytes(data[:at] + b"              3" + data[at + 15 :])
    assert "as counted" in refused(path)["expected"]


def test_version_9_has_long_formats_too(tmp_path):
    label = "A label of more than forty bytes, which version 5 cannot hold"
    path = tmp_path / "x.xpt"
    pyreadstat.write_xport(
        pd.DataFrame({"A": [1.5, 2], "B": ["x", "y"]}),
        str(path),
        file_format_version=8,
        table_name="T",
        column_labels=[label, "short"],
        variable_format={"A": "ALONGFORMATNAME12.3", "B": "$ANOTHERLONGNAME8."},
    )
    _, member = read_xpt(path)
    assert [(v.label, v.format) for v in member.variables] == [
        (label, "ALONGFORMATNAME12.3"),
        ("short", "$ANOTHERLONGNAME8."),
    ]
    # Another order of the texts, as some writers had it, is told by the label's length.
    data = path.read_bytes()
    sizes = struct.pack(">2h", len(label), len("ALONGFORMATNAME12.3"))
    assert sizes in data
    path.write_bytes(data.replace(sizes, sizes[2:] + sizes[:2]))
    assert "as its NAMESTR says" in refused(path)["expected"]
    path.write_bytes(data.replace(b"NAME12.3", b"NAME12-3"))
    assert "ALONGFORMATNAME12-3" in refused(path)["value"]


def test_reads_what_pyreadstat_writes(tmp_path):
    frame = frame_of(50)
    pyreadstat.write_xport(
        frame, str(tmp_path / "x.xpt"), file_format_version=5, table_name="T", variable_format={"B": "DATE9."}
    )
    back, member = read_xpt(tmp_path / "x.xpt")
    pd.testing.assert_frame_equal(back, frame)
    assert member.variables[1].format == "DATE9."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: b"", "0 bytes"),
        (lambda d: b"**COMPRESSED** " + d, "CPORT"),
        (lambda d: b"USUBJID,AGE\n1,2\n".ljust(80), "the LIBRARY header record"),
        (lambda d: b"USUBJID,AGE\n1,2\n", "the LIBRARY header record"),
        (lambda d: d[:80], "first record"),
        (lambda d: d[:240], "no dataset"),
        (lambda d: d[:300], "cut off"),
        (lambda d: d[:320], "the DSCRPTR header record"),
        (lambda d: d[:720], "the records of 2 variables"),
        (lambda d: d[:960], "the OBS header record"),
        (lambda d: d[:-1], "cut off"),
        (lambda d: d + b"\n", "cut off or has an addition"),
        (lambda d: d + b" " * 80, "2020202020202020"),
        (lambda d: d + b"garbage".ljust(80), "2020202020202020"),
        (lambda d: d[:OBSERVATIONS] + b"x" * 80, "less than 80, all blank"),
        (lambda d: d + d[240:], "each name once"),
        (lambda d: d + d[320:], "among the observations"),
        (lambda d: d.replace(b"SASLIB", b"SASLIP"), "SASLIB"),
        (lambda d: d.replace(b"SASDATA", b"SASVIEW"), "SASDATA"),
        (lambda d: d.replace(b"00000000140", b"00000000144"), "144 bytes"),
        (lambda d: d.replace(b"!0000000002", b"!0000000003"), "blanks after"),
        (lambda d: d.replace(b"!0000000002", b"!0000000001"), "blanks after"),
        (lambda d: d.replace(b"!0000000002", b"!0000009999"), "9999 variables"),
        (lambda d: d.replace(b"!0000000002", b"!00000x0002"), "whole number"),
        (lambda d: d.replace(struct.pack(">4h", 1, 0, 8, 2), struct.pack(">4h", 3, 0, 8, 2)), "the type 3"),
        (lambda d: d.replace(struct.pack(">4h", 1, 0, 8, 2), struct.pack(">4h", 1, 0, 9, 2)), "9 bytes"),
        (lambda d: d.replace(struct.pack(">4h", 2, 0, 9, 1), struct.pack(">4h", 2, 0, 8, 1)), "starts at 9"),
        (lambda d: d.replace(struct.pack(">4h", 2, 0, 9, 1), struct.pack(">4h", 2, 0, -9, 1)), "-9 bytes"),
        (lambda d: d.replace(b"\x00\x02B       ", b"\x00\x02A       "), "more than once"),
        (lambda d: d.replace(b"\x00\x02B       ", b"\x00\x02\xff       "), "the name"),
        (lambda d: d[:1049] + b"\x30" + bytes(7) + d[1057:], "3000000000000000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(valid, change, said):
    valid.write_bytes(change(valid.read_bytes()))
    row = refused(valid)
    assert said in f"{row['value']}; {row['expected']}"


def test_an_odd_number_is_placed(valid):
    data = bytearray(valid.read_bytes())
    data[OBSERVATIONS + 17 + 9 : OBSERVATIONS + 34] = b"\x30".ljust(8, b"\0")
    valid.write_bytes(data)
    row = refused(valid)
    assert (row["dataset"], row["variable"], row["row"]) == ("X", "B", 2)


@pytest.mark.parametrize("rows", range(12))
@pytest.mark.parametrize("width", [1, 7, 8, 16, 40, 79, 80, 81, 160])
def test_padding_is_reported_from_observations(tmp_path, rows, width):
    text = pd.Series([""] * (rows - 1) + ["x"] * min(rows, 1), dtype="str")
    member = Member("X", variables=(Variable("A", length=width),))
    write_xpt(pd.DataFrame({"A": text}), tmp_path / "x.xpt", member)
    assert read_xpt(tmp_path / "x.xpt")[0]["A"].tolist() == text.tolist()


TEXTS = st.text(st.characters(exclude_categories=[]), max_size=12)


@SETTINGS
@given(
    st.lists(st.tuples(TEXTS, st.floats(), st.text("ab ", max_size=3), st.floats(-1e6, 1e6)), max_size=12),
    st.sampled_from(["us-ascii", "utf-8", "gb18030"]),
)
def test_any_frame_comes_back_or_is_refused(tmp_path, records, encoding):
    table = list(zip(*records, strict=True)) or [[]] * 4
    frame = pd.DataFrame({
        "A": pd.Series(table[0], dtype=object),
        "B": pd.Series(table[1], dtype=float),
        "C": pd.Series(table[2], dtype="str"),
        "D": pd.Series(table[3], dtype=float),
    })  # fmt: skip
    path = tmp_path / "x.xpt"
    try:
        write_xpt(frame, path, encoding=encoding)
    except Refused as refusal:
        for variable, row in refusal.findings.frame()[["variable", "row"]].itertuples(index=False):
            value = frame[variable][row - 1]
            if isinstance(value, float):
                assert out_of_range(np.array([value]))[0]
            else:
                assert (
                    "\0" in value
                    or any("\ud800" <= c <= "\udfff" for c in value)
                    or not encodes(value, encoding)
                )
        return
    back, _ = read_xpt(path, encoding=encoding)
    assert back["A"].tolist() == [value.rstrip(" ") for value in frame["A"]]
    assert back["C"].tolist() == [value.rstrip(" ") for value in frame["C"]]
    for name in "BD":
        np.testing.assert_array_equal(back[name], frame[name])
    if len(frame) and encoding != "gb18030":
        other, _ = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
        assert other["A"].tolist() == back["A"].tolist()
        np.testing.assert_array_equal(other["D"], back["D"])


def encodes(value, encoding):
    try:
        return value.encode(encoding).decode(encoding) == value
    except UnicodeError:
        return False


def test_full_values_outlive_the_block_they_were_read_in(tmp_path, monkeypatch):
    frame = pd.DataFrame({"A": [f"{number:08}" for number in range(1000)]})
    write_xpt(frame, tmp_path / "x.xpt")
    monkeypatch.setattr(xpt_read, "BLOCK", 80)
    assert read_xpt(tmp_path / "x.xpt")[0]["A"].tolist() == frame["A"].tolist()
