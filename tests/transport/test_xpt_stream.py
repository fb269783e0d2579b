"""Datasets larger than memory: frames in, frames out, in bounded memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.study.packaged import load_study
from cdisc_npc.transport import xpt_write
from cdisc_npc.transport.xpt import Member, Variable, XptBlocks, read_xpt, write_xpt

NAN = float("nan")
ROOT = Path(xpt_write.__file__).parents[2]
FRAME = pd.DataFrame(
    {"A": [f"t{i}" * (i % 4) + "é" * (i == 70) for i in range(100)] + ["x"], "B": [NAN, *range(100)]}
)
DECLARED = Member("X", "Label", (Variable("A", "a", length=12), Variable("B", "b", "Num")))


def pieces(frame, size):
    return [frame.iloc[start : start + size] for start in range(0, len(frame), size)]


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_frames_give_the_bytes_of_the_whole(tmp_path, size):
    write_xpt(FRAME, tmp_path / "x.xpt", encoding="utf-8")
    whole = (tmp_path / "x.xpt").read_bytes()
    write_xpt(pieces(FRAME, size), tmp_path / "x.xpt", encoding="utf-8")
    assert (tmp_path / "x.xpt").read_bytes() == whole
    # An iterator gives its frames only once: then each text has a declared length.
    write_xpt(FRAME, tmp_path / "x.xpt", DECLARED, encoding="utf-8")
    whole = (tmp_path / "x.xpt").read_bytes()
    write_xpt(iter(pieces(FRAME, size)), tmp_path / "x.xpt", DECLARED, encoding="utf-8")
    assert (tmp_path / "x.xpt").read_bytes() == whole


def test_an_iterator_without_lengths_or_without_frames_is_refused(tmp_path):
    with pytest.raises(Refused, match="only once"):
        write_xpt(iter(pieces(FRAME, 10)), tmp_path / "x.xpt", encoding="utf-8")
    with pytest.raises(Refused, match="no frame"):
        write_xpt(iter([]), tmp_path / "x.xpt")
    assert not list(tmp_path.iterdir())


def test_rows_are_counted_over_frames_and_the_old_file_stays(tmp_path):
    path = tmp_path / "x.xpt"
    path.write_bytes(b"old")
    bad = FRAME.assign(B=FRAME["B"].where(FRAME.index != 55, np.inf)).replace("x", "y" * 201)
    for frames in (pieces(bad, 10), iter(pieces(bad, 10))):
        with pytest.raises(Refused) as caught:
            write_xpt(frames, path, DECLARED if iter(frames) is frames else None, encoding="utf-8")
        findings = caught.value.findings.frame()
        assert list(zip(findings["variable"], findings["row"], strict=True)) == [("B", 56), ("A", 101)]
        assert path.read_bytes() == b"old"


def test_frames_of_other_columns_are_refused(tmp_path):
    with pytest.raises(Refused, match="a column of the frame"):
        write_xpt([FRAME, FRAME.assign(C=1.0)], tmp_path / "x.xpt", DECLARED, encoding="utf-8")


def test_tags_go_over_frames(tmp_path):
    frame = pd.DataFrame({"A": [1.0, NAN, 2, NAN]})
    tags = {"A": ["", ".A", "", "._"]}
    write_xpt(pieces(frame, 3), tmp_path / "x.xpt", missing_tags=tags)
    assert read_xpt(tmp_path / "x.xpt", missing_tags=True)[2]["A"].tolist() == tags["A"]
    parts = list(XptBlocks(tmp_path / "x.xpt", rows=3).with_tags())
    assert [list(part[1].get("A", [])) for part in parts] == [["", ".A", ""], ["._"]]
    with pytest.raises(Refused, match="5 tags"):
        write_xpt(pieces(frame, 3), tmp_path / "x.xpt", missing_tags={"A": [*tags["A"], ""]})


def test_a_blank_last_record_over_frames_is_refused(tmp_path):
    frames = [pd.DataFrame({"A": ["x"]}), pd.DataFrame({"A": [""]})]
    with pytest.raises(Refused, match="all blank"):
        write_xpt(frames, tmp_path / "x.xpt")


@pytest.mark.parametrize("rows", [1, 9, 500])
def test_blocks_are_the_whole(tmp_path, rows):
    write_xpt(FRAME, tmp_path / "x.xpt", DECLARED, encoding="utf-8")
    blocks = XptBlocks(tmp_path / "x.xpt", rows=rows)
    assert (blocks.records, blocks.encoding, blocks.member) == (101, "utf-8", DECLARED.__class__("X", "Label", (
        DECLARED.variables[0], Variable("B", "b", "Num", 8))))  # fmt: skip
    for _ in range(2):
        pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), FRAME)
    # They can be written again, with texts measured in a first pass.
    write_xpt(blocks, tmp_path / "x2.xpt", encoding="utf-8")
    pd.testing.assert_frame_equal(read_xpt(tmp_path / "x2.xpt")[0], FRAME)


def test_blocks_of_no_records_tell_the_columns(tmp_path):
    write_xpt(FRAME.iloc[:0], tmp_path / "x.xpt")
    (only,) = XptBlocks(tmp_path / "x.xpt")
    pd.testing.assert_frame_equal(only, FRAME.iloc[:0], check_index_type=False)


@pytest.mark.parametrize(("texts", "encoding"), [(["知", "x", "é"], "gb18030"), (["é", "x", "ÿ"], "cp1252")])
def test_one_encoding_for_all_blocks(tmp_path, texts, encoding):
    write_xpt(pd.DataFrame({"A": texts}), tmp_path / "x.xpt", encoding=encoding)
    frame, _ = read_xpt(tmp_path / "x.xpt")
    blocks = XptBlocks(tmp_path / "x.xpt", rows=1)
    assert pd.concat(blocks)["A"].tolist() == frame["A"].tolist() == texts
    with pytest.raises(Refused, match="text in"):
        list(XptBlocks(tmp_path / "x.xpt", rows=1, encoding="ascii"))


def test_a_specification_describes(tmp_path):
    study = load_study("cdiscpilot")
    plan = study.plans["DM"]
    columns = {v.name: [1.0] if v.type == "Num" else ["a"] for v in plan.submitted}
    frame = pd.DataFrame(columns)[[*reversed(columns)]]
    for spec in (plan, study):
        write_xpt(frame, tmp_path / "dm.xpt", spec)
        _, member = read_xpt(tmp_path / "dm.xpt")
        assert (member.name, member.label) == ("DM", "Demographics")
        assert [v.name for v in member.variables] == [v.name for v in plan.submitted]
        assert [v.label for v in member.variables] == [v.label for v in plan.submitted]
    with pytest.raises(Refused, match="a column for each variable described"):
        write_xpt(frame.drop(columns="AGE"), tmp_path / "dm.xpt", plan)
    with pytest.raises(Refused, match="no dataset of the specification"):
        write_xpt(frame, tmp_path / "zz.xpt", study)
    with pytest.raises(TypeError, match="not a description"):
        write_xpt(frame, tmp_path / "dm.xpt", "DM")


def test_a_table_describes(tmp_path):
    table = pd.DataFrame({
        "dataset": ["X", "X", "Y"], "variable": ["B", "A", "A"], "label": ["b", "a", "other"],
        "type": ["float", "text", "text"], "length": [8, 12, 1], "format": ["8.2", "", ""],
    })  # fmt: skip
    write_xpt(FRAME, tmp_path / "x.xpt", table, encoding="utf-8")
    _, member = read_xpt(tmp_path / "x.xpt")
    assert member.variables == (Variable("B", "b", "Num", 8, "8.2"), Variable("A", "a", "Char", 12))
    with pytest.raises(Refused, match="no row of the table"):
        write_xpt(FRAME.assign(C=1.0), tmp_path / "x.xpt", table, encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_a_stream_takes_little_memory(tmp_path):
    program = (
        "import sys, re, numpy as np, pandas as pd\n"
        "from cdisc_npc.transport.xpt import XptBlocks, write_xpt\n"
        "def peak(): return int(re.search('VmHWM:[^0-9]*([0-9]+)', open('/proc/self/status').read())[1]) / 1024\n"
        "one = pd.DataFrame({f'T{i}': [f'some text {i} {j}' for j in range(20_000)] for i in range(10)})\n"
        "class Frames:\n"
        "    def __iter__(self):\n"
        "        return (one for _ in range(40))\n"
        "write_xpt([one], sys.argv[1])\n"
        "before = peak()\n"
        "write_xpt(Frames(), sys.argv[1])\n"
        "print(sum(map(len, XptBlocks(sys.argv[1], rows=20_000))), peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x.xpt")], env={"PYTHONPATH": str(ROOT)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    records, more = done.stdout.split()
    # The whole is over 200 MB in memory, and 130 MB in the file.
    assert (int(records), float(more) < 100) == (800_000, True), done.stdout
