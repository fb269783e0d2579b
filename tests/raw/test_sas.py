from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.raw.sas import read_tables, tables_in
from tests.raw.sas7bdat_files import write_sas7bdat


def write_xpt(path: Path, frame: pd.DataFrame, member: str, version: int = 5, **formats: str) -> bytes:
    pyreadstat.write_xport(
        frame, str(path), table_name=member, file_format_version=version, variable_format=formats
    )
    return path.read_bytes()


def as_lists(path: Path, name: str, encoding: str | None = None) -> dict[str, list[str]]:
    table = read_tables(path, [name], encoding)[name]
    assert table.file == path.name
    assert all(dtype == "str" for dtype in table.frame.dtypes)
    return table.frame.to_dict("list")


def test_sas7bdat_is_text_as_stored(tmp_path: Path) -> None:
    path = write_sas7bdat(
        tmp_path / "ae.sas7bdat",
        [
            ("SUBJID", 8, ""),
            ("TERM", 24, ""),
            ("DAT", 0, "DATE9"),
            ("X", 0, ""),
            ("DTM", 0, "DATETIME20."),
            ("TIM", 0, "TIME5."),
        ],
        [
            (b"007", "皮疹  ".encode(), 22523.0, 0.1, 1945765800.0, 37800.0),
            (b"NA", b" x ", None, 250.0, 1945765800.5, 59.25),
            (b"", b"", 1e9, 1e22, None, -5.0),
        ],
    )
    assert tables_in(path) == ["ae"]
    assert as_lists(path, "ae") == {
        "SUBJID": ["007", "NA", ""],
        "TERM": ["皮疹", " x", ""],
        "DAT": ["2021-08-31", "", "1000000000"],
        "X": ["0.1", "250", "10000000000000000000000"],
        "DTM": ["2021-08-28T10:30:00", "2021-08-28T10:30:00.5", ""],
        "TIM": ["10:30:00", "00:00:59.25", "-5"],
    }


def test_sas7bdat_text_that_is_not_in_the_stated_encoding_is_named(tmp_path: Path) -> None:
    path = write_sas7bdat(
        tmp_path / "ae.sas7bdat",
        [("TERM", 24, "")],
        [(b"rash",), ("皮疹".encode("gb18030"),), ("皮疹".encode(),)],
    )
    with pytest.raises(Refused) as refused:
        read_tables(path, ["ae"])
    (result,) = refused.value.findings.frame().to_dict("records")
    assert (result["code"], result["file"], result["variable"], result["row"]) == (
        "RAW_ENCODING",
        "ae.sas7bdat",
        "TERM",
        2,
    )
    assert result["value"] == "c6 a4 d5 ee"


@pytest.mark.parametrize("version", [5, 8])
def test_xpt_of_both_versions(tmp_path: Path, version: int) -> None:
    frame = pd.DataFrame(
        {"TERM": ["é ", " 男", ""], "AGE": [61.0, float("nan"), 0.1], "DAT": [22523.0, 0.0, 22523.5]}
    )
    write_xpt(tmp_path / "ae.xpt", frame, "AE", version, DAT="YYMMDD10")
    assert tables_in(tmp_path / "ae.xpt") == ["AE"]
    assert as_lists(tmp_path / "ae.xpt", "AE") == {
        "TERM": ["é", " 男", ""],
        "AGE": ["61", "", "0.1"],
        "DAT": ["2021-08-31", "1960-01-01", "2021-08-31T12:00:00"],
    }


@pytest.mark.parametrize("encoding", ["gb18030", "cp1252"])
def test_xpt_in_a_legacy_encoding(tmp_path: Path, encoding: str) -> None:
    text = "血压升高" if encoding == "gb18030" else "fièvre"
    # The writer knows UTF-8 only: its bytes are replaced by as many of the other encoding.
    stand_in = "x" * len(text.encode(encoding))
    data = write_xpt(tmp_path / "ae.xpt", pd.DataFrame({"TERM": [stand_in, "ok"]}), "AE")
    (tmp_path / "ae.xpt").write_bytes(data.replace(stand_in.encode(), text.encode(encoding)))
    table = read_tables(tmp_path / "ae.xpt", ["AE"])["AE"]
    assert table.frame["TERM"].tolist() == [text, "ok"]
    assert table.encoding == encoding
    assert as_lists(tmp_path / "ae.xpt", "AE", encoding)["TERM"] == [text, "ok"]


def test_xpt_of_several_members(tmp_path: Path) -> None:
    first = write_xpt(tmp_path / "a.xpt", pd.DataFrame({"A": ["1", "2", "3"]}), "DM")
    second = write_xpt(tmp_path / "b.xpt", pd.DataFrame({"B": [1.5]}), "AE")
    start = second.index(b"HEADER RECORD*******MEMBER")
    (tmp_path / "all.xpt").write_bytes(first + second[start:])
    assert tables_in(tmp_path / "all.xpt") == ["DM", "AE"]
    tables = read_tables(tmp_path / "all.xpt", ["AE", "DM"])
    assert tables["DM"].frame.to_dict("list") == {"A": ["1", "2", "3"]}
    assert tables["AE"].frame.to_dict("list") == {"B": ["1.5"]}


def test_xpt_without_records(tmp_path: Path) -> None:
    write_xpt(
        tmp_path / "ae.xpt", pd.DataFrame({"A": pd.Series(dtype="str"), "B": pd.Series(dtype="float")}), "AE"
    )
    assert as_lists(tmp_path / "ae.xpt", "AE") == {"A": [], "B": []}


@pytest.mark.parametrize("name", ["ae.sas7bdat", "ae.xpt"])
@pytest.mark.parametrize(("data", "code"), [(b"", "RAW_EMPTY_FILE"), (b"no SAS file" * 40, "RAW_UNREADABLE")])
def test_what_is_no_sas_file_is_refused(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Refused, match=code):
        read_tables(tmp_path / name, ["ae"])


def test_special_missing_values_of_sas7bdat_come_with_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_sas7bdat(
        tmp_path / "lb.sas7bdat", [("N", 0, "BEST12"), ("M", 0, "")], [(1.0, None), (2.0, None)]
    )
    frame, meta = pyreadstat.read_sas7bdat(str(path))
    # ReadStat's writer knows no special missing value; its reader gives letters.
    for given, tags in ((["A", "_"], [".A", "._"]), ([1.0, "Z"], ["", ".Z"])):
        result = frame.assign(N=pd.Series(given, dtype=object))
        monkeypatch.setattr(pyreadstat, "read_sas7bdat", lambda *_, result=result, **__: (result, meta))
        table = read_tables(path, ["lb"])["lb"]
        assert table.tags["N"].tolist() == tags
        assert table.frame["N"].tolist() == ["" if tag else "1" for tag in tags]
        assert list(table.tags) == ["N"]
