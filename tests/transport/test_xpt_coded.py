"""Transport files by their columns: each text once, as the frame has it."""

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport import xpt_read
from cdisc_npc.transport.xpt import Member, Variable, read_xpt, write_xpt
from cdisc_npc.transport.xpt_read import read_xpt_coded


@pytest.mark.parametrize("block", [80, 4 << 20])
@pytest.mark.parametrize(
    "texts",
    [["b", "a", "b", ""], [], [f"{number:08}" for number in range(200)], ["无进展", "a", "无进展", "生存期"]],
)
def test_a_coded_column_has_every_text_once_and_is_what_the_frame_has(tmp_path, monkeypatch, block, texts):
    frame = pd.DataFrame({"A": pd.Series(texts, dtype="str"), "B": np.arange(len(texts)) / 7})
    write_xpt(frame, tmp_path / "x.xpt", encoding="utf-8")
    monkeypatch.setattr(xpt_read, "BLOCK", block)
    (read,) = read_xpt_coded(tmp_path / "x.xpt")
    assert read.columns["A"].kinds.to_pylist() == list(dict.fromkeys(texts))
    whole, member = read_xpt(tmp_path / "x.xpt")
    assert read.member == member and not read.repeats
    for name, column in read.columns.items():
        pd.testing.assert_series_equal(
            column.series(), whole[name], check_names=False, check_index_type=False
        )


def test_texts_that_differ_in_their_filling_alone_are_one(tmp_path):
    write_xpt(
        pd.DataFrame({"A": ["ab", "ab", "c"]}),
        tmp_path / "x.xpt",
        Member("X", variables=(Variable("A", length=4),)),
    )
    data = (tmp_path / "x.xpt").read_bytes()
    (tmp_path / "x.xpt").write_bytes(data.replace(b"ab  ", b"ab\0\0", 1))
    (read,) = read_xpt_coded(tmp_path / "x.xpt")
    assert read.columns["A"].kinds.to_pylist() == ["ab", "c"] and read.columns["A"].codes.tolist() == [
        0,
        0,
        1,
    ]


def test_a_nul_within_a_text_is_refused_with_its_record(tmp_path):
    write_xpt(pd.DataFrame({"A": ["abc", "xyz", "xyz"]}), tmp_path / "x.xpt")
    data = (tmp_path / "x.xpt").read_bytes()
    (tmp_path / "x.xpt").write_bytes(data.replace(b"abcxyzxyz", b"abcxyzx\0z"))
    with pytest.raises(Refused) as caught:
        read_xpt_coded(tmp_path / "x.xpt")
    assert caught.value.findings.frame()[["variable", "row"]].values.tolist() == [["A", 3]]
