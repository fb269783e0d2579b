from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from cdisc_npc.findings import Refused
from cdisc_npc.raw.parquet import read_parquet, tables_in
from cdisc_npc.transport.parquet import read_parquet as read_dataset

NOON = datetime(2021, 8, 31, 10, 30)


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (["007", "", None, " x "], pa.string(), ["007", "", "", " x "]),
        (["男", "女", "男"], pa.dictionary(pa.int32(), pa.string()), ["男", "女", "男"]),
        ([1, None, 2**62], pa.int64(), ["1", "", "4611686018427387904"]),
        ([250.0, 0.1, None, 1e22], pa.float64(), ["250", "0.1", "", "10000000000000000000000"]),
        ([0.1, 250.0], pa.float32(), ["0.1", "250"]),
        ([Decimal("1.50"), None], pa.decimal128(10, 2), ["1.50", ""]),
        ([True, False, None], pa.bool_(), ["true", "false", ""]),
        ([date(2021, 8, 31), None], pa.date32(), ["2021-08-31", ""]),
        ([NOON], pa.timestamp("us"), ["2021-08-31T10:30:00"]),
        ([NOON.replace(microsecond=500_000)], pa.timestamp("us"), ["2021-08-31T10:30:00.5"]),
        ([NOON, None], pa.timestamp("ms", "UTC"), ["2021-08-31T10:30:00Z", ""]),
        ([NOON, None], pa.timestamp("ns"), ["2021-08-31T10:30:00", ""]),
        ([NOON], pa.timestamp("ns", "UTC"), ["2021-08-31T10:30:00Z"]),
        ([NOON], pa.timestamp("ns", "America/New_York"), ["2021-08-31T06:30:00-04:00"]),
        ([NOON], pa.timestamp("us", "America/New_York"), ["2021-08-31T06:30:00-04:00"]),
        ([1630405800000000001], pa.timestamp("ns"), ["2021-08-31T10:30:00.000000001"]),
        ([time(10, 30), None], pa.time64("us"), ["10:30:00", ""]),
        ([time(10, 30)], pa.time64("ns"), ["10:30:00"]),
        (["皮疹".encode(), None], pa.binary(), ["皮疹", ""]),
        ([None, None], pa.null(), ["", ""]),
        ([4611686018427387904, -1], pa.duration("ns"), ["4611686018.427387904", "-0.000000001"]),
        ([2**62, 90], pa.duration("s"), ["4611686018427387904", "90"]),
        ([86_399_999, 0], pa.time32("ms"), ["23:59:59.999", "00:00:00"]),
        ([2_932_896, -719_162], pa.date32(), ["9999-12-31", "0001-01-01"]),
    ],
)  # fmt: skip
def test_every_type_is_exact_text(
    tmp_path: Path, values: list[object], kind: pa.DataType, texts: list[str]
) -> None:
    path = tmp_path / "lb.parquet"
    parquet.write_table(pa.table({"X": pa.array(values, kind)}), path)
    table = read_parquet(path)
    assert table.frame["X"].tolist() == texts
    assert table.frame["X"].dtype == "str"
    assert tables_in(path) == ["lb"]


def not_utf8() -> pa.Array:
    return pa.array([b"ab", b"a\xff"], pa.binary()).view(pa.string())


UNSOUND = [
    (pa.array([0, 2_932_897], pa.int32()).view(pa.date32()), 2, "a date of the years 1 to 9999"),
    (pa.array([-719_163], pa.int32()).view(pa.date32()), 1, "a date of the years 1 to 9999"),
    (pa.array([0, 2**62], pa.int64()).view(pa.timestamp("us")), 2, "a date of the years 1 to 9999"),
    (pa.array([-(2**62)], pa.int64()).view(pa.timestamp("ms", "UTC")), 1, "a date of the years 1 to 9999"),
    (pa.array([0, None, 86_400_000], pa.int32()).view(pa.time32("ms")), 3, "a time of day"),
    (pa.array([-5], pa.int64()).view(pa.time64("us")), 1, "a time of day"),
    (pa.array([86_400 * 10**9], pa.int64()).view(pa.time64("ns")), 1, "a time of day"),
    (not_utf8(), 2, "text in UTF-8"),
    (not_utf8().cast(pa.large_string()), 2, "text in UTF-8"),
    (pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), not_utf8()), None, "text in UTF-8"),
]


@pytest.mark.parametrize(("values", "row", "expected"), UNSOUND)
def test_values_that_their_type_cannot_have_are_refused_by_record(
    tmp_path: Path, values: pa.Array, row: int | None, expected: str
) -> None:
    path = tmp_path / "lb.parquet"
    parquet.write_table(pa.table({"Y": pa.array(["1"] * len(values)), "X": values}), path)
    for read, code in ((read_parquet, "RAW_UNREADABLE"), (read_dataset, "PARQUET_UNREADABLE")):
        with pytest.raises(Refused) as refused:
            read(path)
        (result,) = refused.value.findings.frame().to_dict("records")
        assert (result["code"], result["variable"], result["expected"]) == (code, "X", expected)
        # Parquet's writer tells of a dictionary as of text, whose records are known.
        assert pd.isna(result["row"]) if row is None else result["row"] == row


def test_a_time_zone_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    parquet.write_table(
        pa.table({"X": pa.array([NOON], pa.timestamp("us", "Mars/North"))}), tmp_path / "x.parquet"
    )
    with pytest.raises(Refused, match="time zone Mars/North"):
        read_parquet(tmp_path / "x.parquet")


@pytest.mark.parametrize("size", [1, 2])
def test_columns_of_one_name_are_refused(tmp_path: Path, size: int) -> None:
    columns = [pa.array([str(place)] * size) for place in range(3)]
    parquet.write_table(pa.Table.from_arrays(columns, names=["A", "B", "A"]), tmp_path / "x.parquet")
    for read in (read_parquet, read_dataset):
        with pytest.raises(Refused, match="stands more than once"):
            read(tmp_path / "x.parquet")


def test_a_dictionary_with_nulls_has_blanks(tmp_path: Path) -> None:
    values = pa.DictionaryArray.from_arrays(pa.array([0, None, 1, 0], pa.int32()), pa.array(["a", "b"]))
    parquet.write_table(pa.table({"X": values}), tmp_path / "x.parquet")
    assert read_parquet(tmp_path / "x.parquet").frame["X"].tolist() == ["a", "", "b", "a"]
    assert read_dataset(tmp_path / "x.parquet").frame["X"].tolist() == ["a", "", "b", "a"]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.int64()), pa.struct([("a", pa.int64())]), pa.map_(pa.string(), pa.int64())]
)
def test_nested_types_are_refused(tmp_path: Path, kind: pa.DataType) -> None:
    parquet.write_table(pa.table({"X": pa.array([None], kind)}), tmp_path / "x.parquet")
    for read in (read_parquet, read_dataset):
        with pytest.raises(Refused, match="UNREADABLE"):
            read(tmp_path / "x.parquet")


def test_a_file_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"X": pa.nulls(20_000_000, pa.int8())}), tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").stat().st_size < 50_000
    for read in (read_parquet, read_dataset):
        with pytest.raises(Refused, match="20000000 cells in"):
            read(tmp_path / "x.parquet")


def test_nested_columns_and_damage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lb.parquet"
    parquet.write_table(pa.table({"X": pa.array([[1]]), "Y": pa.array([b"\xff"])}), path)
    with pytest.raises(Refused) as refused:
        read_parquet(path)
    findings = refused.value.findings.frame()
    assert findings[["code", "variable"]].to_numpy().tolist() == [
        ["RAW_UNREADABLE", "X"],
        ["RAW_ENCODING", "Y"],
    ]
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(Refused, match=r"lb\.parquet: cannot be read"):
        read_parquet(path)
