import json
import subprocess

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.findings import Refused
from cdisc_npc.transport.compare_files import compare_files
from cdisc_npc.transport.convert import convert
from cdisc_npc.transport.file_forms import read_datasets
from cdisc_npc.transport.split import FDA_LIMIT
from cdisc_npc.transport.xpt import Member, Variable, read_xpt, write_xpt

NAN = float("nan")
FRAME = pd.DataFrame({
    "STUDYID": ["S1", "S1", "S1"], "USUBJID": ["001", "2", "3"], "SEQ": [1.0, 2, 3],
    "TERM": ['a, "b"\nc', "", "x"], "RES": [0.1, NAN, 1e-70], "DT": [22523.0, NAN, 1],
})  # fmt: skip
MEMBER = Member(
    "AE",
    "Adverse Events",
    (
        Variable("STUDYID", "Study", length=4), Variable("USUBJID", "Subject", length=3),
        Variable("SEQ", "Seq", "Num", 8), Variable("TERM", "Term", length=20),
        Variable("RES", "Result", "Num", 8, "8.2"), Variable("DT", "Date", "Num", 8, "DATE9."),
    ),
)  # fmt: skip


@pytest.fixture
def source(tmp_path):
    write_xpt(FRAME, tmp_path / "ae.xpt", MEMBER)
    return tmp_path / "ae.xpt"


@pytest.mark.parametrize("form", ["json", "ndjson", "parquet"])
def test_there_and_back_is_the_same_file(tmp_path, source, form):
    convert(source, tmp_path / f"x.{form}")
    convert(tmp_path / f"x.{form}", tmp_path / "back.xpt")
    assert (tmp_path / "back.xpt").read_bytes() == source.read_bytes()


def test_csv_keeps_values_and_types_and_like_gives_the_rest(tmp_path, source):
    convert(source, tmp_path / "ae.csv")
    assert (tmp_path / "ae.csv").read_text().splitlines()[:2] == [
        '"STUDYID","USUBJID","SEQ","TERM","RES","DT"', '"S1","001",1,"a, ""b""',
    ]  # fmt: skip
    convert(tmp_path / "ae.csv", tmp_path / "back.xpt")
    pd.testing.assert_frame_equal(read_xpt(tmp_path / "back.xpt")[0], FRAME)
    convert(tmp_path / "ae.csv", tmp_path / "back.xpt", like=source)
    assert (tmp_path / "back.xpt").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(("values", "kind"), [
    (["1", "-2.5", "", "0", "1e-70"], "Num"), (["001", "2"], "Char"), (["1.50"], "Char"), (["", ""], "Char"),
    (["1", "x"], "Char"), (["1e400"], "Char"), (["NaN"], "Char"), (["9007199254740993"], "Char"), (["-"], "Char"),
])  # fmt: skip
def test_numbers_in_a_csv_without_quotes(tmp_path, values, kind):
    (tmp_path / "x.csv").write_text("A,B\n" + "".join(f"k,{value}\n" for value in values))
    (dataset,) = read_datasets(tmp_path / "x.csv")
    assert dataset.member.variables[1].type == kind
    if kind == "Char":
        assert dataset.frame["B"].tolist() == values


@pytest.mark.parametrize(("line", "kinds"), [
    ('"k","1",2,', ["Char", "Char", "Num", "Num"]), ('"k","1",2,x', ["Char", "Num", "Num", "Char"]),
    ("k,1,2,", ["Char", "Num", "Num", "Char"]),
])  # fmt: skip
def test_quotes_tell_text_where_all_text_has_them(tmp_path, line, kinds):
    (tmp_path / "x.csv").write_text(f'A,"B, b",C,D\n{line}\n')
    (dataset,) = read_datasets(tmp_path / "x.csv")
    assert [variable.type for variable in dataset.member.variables] == kinds


def test_from_sas7bdat(tmp_path, rscript):
    """The one that R's haven brings: pyreadstat cannot write any."""
    find = 'cat(system.file("examples", "iris.sas7bdat", package = "haven"))'
    result = subprocess.run(
        [rscript, "--vanilla", "-e", find], capture_output=True, text=True, check=True
    ).stdout
    if not result:
        pytest.skip("this haven has no iris.sas7bdat")
    # Its names are no names of version 5.
    with pytest.raises(Refused, match="SEPAL_LENGTH"):
        convert(result, tmp_path / "iris.xpt")
    convert(result, tmp_path / "iris.json")
    (dataset,) = read_datasets(tmp_path / "iris.json")
    assert [(v.name, v.type, v.length) for v in dataset.member.variables][-2:] == [
        ("Petal_Width", "Num", 8),
        ("Species", "Char", 6),
    ]
    assert len(dataset.frame) == 150
    assert dataset.frame.iloc[0].tolist() == [5.1, 3.5, 1.4, 0.2, "setosa"]
    # R wrote them cut off.
    assert dataset.frame["Species"].unique().tolist() == ["setosa", "versic", "virgin"]


def test_sas7bdat_by_what_pyreadstat_tells(tmp_path, monkeypatch):
    import pyreadstat

    frame = pd.DataFrame(
        {"NAME": ["x ", None], "DT": pd.Series([22523.0, "A"], dtype=object), "N": [1.0, NAN]}
    )
    meta = type("Meta", (), {
        "column_names": ["NAME", "DT", "N"], "column_labels": ["The name", None, ""], "table_name": "ae", "file_label": None,
        "original_variable_types": {"NAME": "$20", "DT": "DATE9", "N": "BEST"},
        "readstat_variable_types": {"NAME": "string", "DT": "double", "N": "double"},
        "variable_storage_width": {"NAME": 300, "DT": 8, "N": 8},
    })  # fmt: skip
    monkeypatch.setattr(pyreadstat, "read_sas7bdat", lambda *a, **k: (frame, meta))
    (tmp_path / "ae.sas7bdat").write_bytes(b"x")
    result = convert(tmp_path / "ae.sas7bdat", tmp_path / "ae.xpt")
    back, member, tags = read_xpt(tmp_path / "ae.xpt", missing_tags=True)
    assert back["NAME"].tolist() == ["x", ""]
    assert tags["DT"].tolist() == ["", ".A"]
    assert [(v.label, v.length, v.format) for v in member.variables] == [
        ("The name", 1, "$20."),
        ("", 8, "DATE9."),
        ("", 8, "BEST."),
    ]
    assert result.findings.frame()["value"].tolist() == ["the length 300 was reduced to the data"]
    (tmp_path / "bad.sas7bdat").write_bytes(b"x" * 2000)
    monkeypatch.undo()
    with pytest.raises(Refused, match="CONVERT_REFUSED"):
        read_datasets(tmp_path / "bad.sas7bdat")


def test_what_a_form_cannot_hold_is_said(tmp_path):
    write_xpt(pd.DataFrame({"A": [1.0, NAN]}), tmp_path / "x.xpt", missing_tags={"A": ["", ".B"]})
    result = convert(tmp_path / "x.xpt", tmp_path / "x.json")
    assert result.findings.counts()["code"].tolist() == ["CONVERT_LOSS"]
    assert len(convert(tmp_path / "x.xpt", tmp_path / "x.parquet").findings) == 0


def test_a_folder_whole_or_not_at_all(tmp_path, source):
    folder = tmp_path / "src"
    folder.mkdir()
    write_xpt(FRAME, folder / "ae.xpt", MEMBER)
    write_xpt(FRAME[["USUBJID"]], folder / "dm.xpt")
    result = convert(folder, tmp_path / "out", to="json")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "ae.json",
        "dm.json",
        "manifest.json",
    ]
    assert [line["dataset"] for line in result.datasets] == ["AE", "DM"]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["encoding"] == "utf-8"
    assert compare_files(folder, tmp_path / "out").equal
    # One that cannot be read: all stay as they were, and all reasons are told.
    (folder / "ae.xpt").write_bytes(b"")
    (folder / "zz.csv").write_text("a,b\n1\n")
    with pytest.raises(Refused) as caught:
        convert(folder, tmp_path / "out", to="xpt")
    assert {"XPT_UNREADABLE", "RAW_RAGGED_ROW"} <= set(caught.value.findings.frame()["code"])
    assert (tmp_path / "out" / "ae.json").exists()


def test_encodings_are_stated_in_the_manifest(tmp_path):
    (tmp_path / "x.csv").write_text("A\n知\n", encoding="utf-8")
    with pytest.raises(Refused, match="characters of us-ascii"):
        convert(tmp_path / "x.csv", tmp_path / "out", to="xpt")
    assert not (tmp_path / "out").exists()
    convert(tmp_path / "x.csv", tmp_path / "out", to="xpt", encoding="gb18030")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["encoding"] == "gb18030"
    assert read_xpt(tmp_path / "out" / "x.xpt", encoding="gb18030")[0]["A"].tolist() == ["知"]


def test_names_in_lower_case_become_sas_names(tmp_path):
    (tmp_path / "x.csv").write_text("usubjid,Age\n1a,5\n")
    result = convert(tmp_path / "x.csv", tmp_path / "x.xpt")
    assert list(read_xpt(tmp_path / "x.xpt")[0]) == ["USUBJID", "AGE"]
    assert result.findings.frame()["variable"].tolist() == ["usubjid", "Age"]


def test_several_datasets_of_one_file(tmp_path, source):
    other = tmp_path / "dm.xpt"
    write_xpt(FRAME[["USUBJID"]], other)
    both = tmp_path / "both.xpt"
    both.write_bytes(source.read_bytes() + other.read_bytes()[240:])
    with pytest.raises(Refused, match="the datasets AE, DM"):
        convert(both, tmp_path / "x.json")
    convert(both, tmp_path / "x.json", member="DM")
    assert read_datasets(tmp_path / "x.json")[0].member.name == "DM"
    assert len(convert(both, tmp_path / "out", to="xpt").datasets) == 2


def run(*arguments):
    return CliRunner().invoke(main, ["convert", *map(str, arguments)])


def test_the_command(tmp_path, source):
    done = run(source, tmp_path / "x.parquet")
    line = f"AE: 3 records, {source} -> {tmp_path / 'x.parquet'}\nWritten: {tmp_path / 'x.parquet'}"
    assert (done.exit_code, done.stdout) == (0, f"{line}\n")
    assert run(source, tmp_path / "x.parquet").stdout == f"{line}, in place of what was there\n"
    done = run(source, tmp_path / "out", "--to", "csv", "--json")
    assert json.loads(done.stdout)["datasets"][0]["records"] == 3
    assert run(source, tmp_path / "out2").exit_code == 2
    assert run(source, tmp_path / "x.docx").exit_code == 2
    assert run(tmp_path / "nope.xpt", tmp_path / "x.json").exit_code == 3
    (tmp_path / "bad.xpt").write_bytes(source.read_bytes()[:-1])
    done = run(tmp_path / "bad.xpt", tmp_path / "new.json")
    assert (done.exit_code, (tmp_path / "new.json").exists()) == (2, False)
    assert "bad.xpt" in done.stderr


def test_a_source_is_not_its_own_destination(tmp_path, source):
    before = source.read_bytes()
    with pytest.raises(Refused, match="the input"):
        convert(source, source)
    assert source.read_bytes() == before


def test_parts_have_lengths_in_the_encoding_of_the_file(tmp_path):
    # A CSV file states no lengths.
    (tmp_path / "lb.csv").write_text(
        "USUBJID,LBCAT,X\n1a,CHEMISTRY,知识\n2a,HEMATOLOGY,a\n", encoding="utf-8"
    )
    convert(tmp_path / "lb.csv", tmp_path / "out", to="xpt", encoding="gb18030", split_variable="LBCAT")
    for name in ("lbch", "lbhe"):
        _, member = read_xpt(tmp_path / "out" / "split" / f"{name}.xpt", encoding="gb18030")
        assert [v.length for v in member.variables] == [2, 10, 4]


def test_the_command_splits(tmp_path):
    frame = pd.DataFrame({
        "USUBJID": [f"{i:02}" for i in range(20)], "LBCAT": ["CHEMISTRY", "HEMATOLOGY"] * 10, "X": np.arange(20.0)
    })  # fmt: skip
    write_xpt(frame, tmp_path / "lb.xpt")
    done = run(tmp_path / "lb.xpt", tmp_path / "out", "--to", "xpt", "--split-by", "LBCAT")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out" / "split").iterdir()) == ["lbch.xpt", "lbhe.xpt"]
    done = run(tmp_path / "lb.xpt", tmp_path / "out", "--to", "xpt", "--split-size", "1.5 KB")
    assert sorted(path.name for path in (tmp_path / "out" / "split").iterdir()) == ["lb01.xpt", "lb02.xpt"], (
        done.output
    )
    assert all(path.stat().st_size <= 1500 for path in (tmp_path / "out" / "split").iterdir())
    assert run(tmp_path / "lb.xpt", tmp_path / "out", "--to", "xpt", "--split-size", "big").exit_code == 2
    # What cannot be split is not passed over.
    done = run(tmp_path / "lb.xpt", tmp_path / "out", "--to", "xpt", "--split-by", "LBCAX")
    assert (done.exit_code, "no dataset with this variable" in done.stderr) == (2, True)
    done = run(tmp_path / "lb.xpt", tmp_path / "one.xpt", "--split-by", "LBCAT")
    assert (done.exit_code, "a folder for the whole" in done.stderr) == (2, True)
    assert not (tmp_path / "one.xpt").exists()
    assert FDA_LIMIT == 5_000_000_000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("123456789012345678901", 123456789012345678901.0), ("1e-400", 0.0), ("0.1234567890123456789", 0.1234567890123456789),
        ("1e-999999999", 0.0),
    ],
)  # fmt: skip
def test_a_number_of_csv_that_a_double_rounds_is_a_finding(tmp_path, text, number):
    # Quotes tell that N is a number; without them such a column is text, and loses nothing.
    (tmp_path / "x.csv").write_text(f'A,N\n"x",1.5\n"y",{text}\n"z",0.1\n', encoding="utf-8")
    (dataset,) = read_datasets(tmp_path / "x.csv")
    assert dataset.frame["N"].tolist() == [1.5, number, 0.1]
    findings = dataset.findings.frame()
    assert findings[["code", "variable", "row", "value"]].to_numpy().tolist() == [
        ["CONVERT_LOSS", "N", 2, text]
    ]


@pytest.mark.parametrize("text", ["1e400", "1" + "0" * 400, "1e999999999"])
def test_a_number_of_csv_beyond_a_double_stays_text(tmp_path, text):
    for first in ('"x"', "x"):
        (tmp_path / "x.csv").write_text(f"A,N\n{first},1.5\n{first},{text}\n", encoding="utf-8")
        assert read_datasets(tmp_path / "x.csv")[0].frame["N"].tolist() == ["1.5", text]
