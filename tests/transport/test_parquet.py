from datetime import date, datetime, time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport.parquet import read_parquet, write_parquet
from cdisc_npc.transport.xpt import Member, Variable

NAN = float("nan")
FRAME = pd.DataFrame({"A": ["x", "", "知"], "B": [0.1, NAN, -0.0], "C": [22523.0, NAN, 1.5]})
MEMBER = Member(
    "LB", "Laboratory",
    (Variable("A", "a", length=3, format="$3."), Variable("B", "b", "Num", 8, "", "8.2"), Variable("C", "", "Num", 8, "DATE9.")),
)  # fmt: skip


def test_there_and_back_with_special_missing_values(tmp_path):
    tags = {"B": ["", ".A", ""], "C": ["", ".", ""]}
    write_parquet(FRAME, tmp_path / "lb.parquet", MEMBER, missing_tags=tags)
    read = read_parquet(tmp_path / "lb.parquet")
    pd.testing.assert_frame_equal(read.frame, FRAME)
    assert np.signbit(read.frame["B"][2])
    assert read.member == MEMBER
    assert {name: list(values) for name, values in read.tags.items()} == tags


def test_what_other_tools_see(tmp_path):
    write_parquet(FRAME, tmp_path / "lb.parquet", MEMBER)
    table = pq.read_table(tmp_path / "lb.parquet")
    assert table.to_pydict() == {"A": ["x", "", "知"], "B": [0.1, None, -0.0], "C": [22523.0, None, 1.5]}
    assert table.schema.field("A").metadata[b"label"] == b"a"
    assert table.schema.field("C").metadata[b"format"] == b"DATE9."


def test_frames_become_row_groups(tmp_path):
    write_parquet((FRAME.iloc[[row]] for row in range(3)), tmp_path / "lb.parquet", MEMBER)
    assert pq.ParquetFile(tmp_path / "lb.parquet").num_row_groups == 3
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "lb.parquet").frame, FRAME)


def test_files_of_others(tmp_path):
    table = pa.table({
        "T": pa.array(["x", None]).dictionary_encode(),
        "I": pa.array([1, None], pa.int32()),
        "B": pa.array([True, None]),
        "D": pa.array([date(2021, 8, 31), None]),
        "M": pa.array([datetime(1960, 1, 1, 0, 1), None], pa.timestamp("us")),
        "T8": pa.array([time(1, 0, 0, 500_000), None], pa.time64("ns")),
        "R": pa.array([datetime(1960, 1, 1, 0, 1), None], pa.timestamp("us", "UTC")),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "x.parquet")
    read = read_parquet(tmp_path / "x.parquet")
    assert read.frame["T"].tolist() == ["x", ""]
    assert read.frame.drop(columns="T").iloc[0].tolist() == [1, 1, 22523, 60, 3600.5, 60]
    assert read.frame.drop(columns="T").iloc[1].isna().all()
    assert [v.format for v in read.member.variables] == [
        "",
        "",
        "",
        "DATE9.",
        "DATETIME20.",
        "TIME8.",
        "DATETIME20.",
    ]
    assert (read.member.name, read.member.label) == ("X", "")


@pytest.mark.parametrize("column", [
    pa.array([2**53 + 1]), pa.array([[1]]), pa.array([b"x"]),
    pa.array([datetime(2021, 1, 1)], pa.timestamp("us", "Asia/Shanghai")),
])  # fmt: skip
def test_columns_that_sas_does_not_have(tmp_path, column):
    pq.write_table(pa.table({"X": column}), tmp_path / "x.parquet")
    with pytest.raises(Refused, match="PARQUET_UNREADABLE"):
        read_parquet(tmp_path / "x.parquet")


def test_damage_is_named(tmp_path):
    path = tmp_path / "x.parquet"
    write_parquet(FRAME, path, MEMBER)
    whole = path.read_bytes()
    for data in (b"", whole[:50], whole[:-1], b"x" * 100, whole + b"x"):
        path.write_bytes(data)
        with pytest.raises(Refused, match="PARQUET_UNREADABLE"):
            read_parquet(path)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(Refused, match="no column but those described"):
        write_parquet(FRAME.assign(D=1), tmp_path / "x.parquet", MEMBER)
    with pytest.raises(Refused, match="a column for each variable"):
        write_parquet(FRAME.drop(columns="A"), tmp_path / "x.parquet", MEMBER)
    assert not list(tmp_path.iterdir())
