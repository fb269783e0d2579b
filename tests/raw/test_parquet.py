from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from cdisc_npc.findings import Refused
from cdisc_npc.raw.parquet import read_parquet, tables_in

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


def test_nested_columns_and_damage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lb.parquet"
    parquet.write_table(pa.table({"X": pa.array([[1]]), "Y": pa.array([b"\xff"])}), path)
    with pytest.raises(Refused) as refused:
        read_parquet(path)
    found = refused.value.findings.frame()
    assert found[["code", "variable"]].to_numpy().tolist() == [["RAW_UNREADABLE", "X"], ["RAW_ENCODING", "Y"]]
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(Refused, match=r"lb\.parquet: cannot be read"):
        read_parquet(path)
