"""What fills the last record of a transport file is no observation, and a hole in it is no padding."""

from datetime import datetime

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.raw.sas import read_tables, tables_in
from cdisc_npc.transport.xpt import Member, Variable, XptBlocks, read_xpt
from cdisc_npc.transport.xpt_layout import library_records, member_records

ONE, TWO, ZERO, MISSING = (bytes.fromhex(f"{start}".ljust(16, "0")) for start in ("4110", "4120", "00", "2E"))
TEXT = Variable("A", length=8)
NUMBER = Variable("N", type="Num")
MOMENT = datetime(2020, 1, 1)


def file_of(folder, data, *variables):
    widths = [8 if variable.type == "Num" else variable.length for variable in variables]
    head = library_records(MOMENT) + member_records(Member("X", variables=variables), widths, MOMENT, "ascii")
    path = folder / "x.xpt"
    path.write_bytes(head + data)
    return path


def records(path):
    """As all readers agree on them."""
    frame, _ = read_xpt(path)
    blocks = list(XptBlocks(path, rows=1))
    assert sum(map(len, blocks)) == len(frame)
    raw = read_tables(path, tables_in(path))["X"].frame
    assert len(raw) == len(frame)
    return list(frame.itertuples(index=False, name=None))


def refusal(path):
    result = []
    for read in (lambda: read_xpt(path), lambda: read_tables(path, tables_in(path))):
        with pytest.raises(Refused) as refused:
            read()
        result.append(refused.value.findings.frame().iloc[0])
    assert [item["code"] for item in result] == ["XPT_UNREADABLE", "RAW_UNREADABLE"]
    for name in ("value", "expected", "variable", "row"):
        assert str(result[0][name]) == str(result[1][name])
    return result[0]


X, Y = b"x       " + ONE, b"y       " + TWO


@pytest.mark.parametrize(
    "filling",
    [
        bytes(48), b" " * 48, bytes(16) + b" " * 32, b" " * 16 + bytes(32), bytes(5) + b" " * 43, b" " * 20 + bytes(28),
        bytes(47) + b" ",
    ],
    ids=["NULs", "blanks", "NULs then blanks", "blanks then NULs", "few NULs", "many", "last blank"],
)  # fmt: skip
def test_filling_is_no_record(tmp_path, filling):
    assert records(file_of(tmp_path, X + Y + filling, TEXT, NUMBER)) == [("x", 1.0), ("y", 2.0)]


def test_a_blank_text_beside_a_zero_is_a_record(tmp_path):
    data = X + b" " * 8 + ZERO
    assert records(file_of(tmp_path, data + b" " * 48, TEXT, NUMBER)) == [("x", 1.0), ("", 0.0)]


def test_zeros_of_numbers_alone_are_records(tmp_path):
    assert records(file_of(tmp_path, ONE + bytes(32) + b" " * 40, NUMBER)) == [
        (1.0,),
        (0.0,),
        (0.0,),
        (0.0,),
        (0.0,),
    ]


def test_a_last_record_that_is_blank_but_for_a_number_stays(tmp_path):
    data = X * 4 + b" " * 8 + MISSING
    frame = records(file_of(tmp_path, data, TEXT, NUMBER))
    assert len(frame) == 5 and frame[4][0] == "" and frame[4][1] != frame[4][1]


def test_more_filling_than_a_record_has_is_a_hole(tmp_path):
    row = refusal(file_of(tmp_path, X + Y + bytes(128), TEXT, NUMBER))
    assert (row["value"], row["row"]) == ("an observation of NULs", 3)


def test_a_record_of_nuls_in_the_middle_is_a_hole(tmp_path):
    row = refusal(file_of(tmp_path, X + bytes(16) + Y + b" " * 32, TEXT, NUMBER))
    assert (row["value"], row["variable"], row["row"]) == ("an observation of NULs", "", 2)


def test_a_nul_in_the_middle_of_a_text_is_named(tmp_path):
    row = refusal(file_of(tmp_path, X + b"y\0z     " + TWO + b" " * 48, TEXT, NUMBER))
    assert (row["variable"], row["row"], row["value"]) == ("A", 2, "the bytes 79 00 7a")


def test_nuls_that_fill_up_a_text_go_as_blanks_do(tmp_path):
    data = b"x\0\0\0\0\0\0\0" + ONE + b"y  \0\0\0\0\0" + TWO + bytes(8) + ONE + b" " * 32
    assert records(file_of(tmp_path, data, TEXT, NUMBER)) == [("x", 1.0), ("y", 2.0), ("", 1.0)]


@pytest.mark.parametrize("cut", [1, 8, 16, 79, 80, 160, 239])
def test_a_file_that_is_cut_off_is_refused_by_both(tmp_path, cut):
    data = b"".join(b"%-8d" % number + ONE for number in range(26))
    path = file_of(tmp_path, data + b" " * (-len(data) % 80), TEXT, NUMBER)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    if cut % 80:
        assert "bytes" in refusal(path)["value"]
    else:
        # Version 5 has no count: a file cut at a record's end is a shorter one.
        assert len(records(path)) == (len(data) + -len(data) % 80 - cut) // 16


@pytest.mark.parametrize("tag", ["A", "Z", "_"])
def test_special_missing_values_of_raw_data_come_with_the_table(tmp_path, tag):
    data = b"1       " + tag.encode().ljust(8, b"\0") + X + b"2       " + MISSING
    table = read_tables(file_of(tmp_path, data + b" " * 32, TEXT, NUMBER), ["X"])["X"]
    assert table.frame["N"].tolist() == ["", "1", ""]
    assert table.tags["N"].tolist() == [f".{tag}", "", "."]
