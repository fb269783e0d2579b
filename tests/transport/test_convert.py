"""Datasets from one form to another, by command, and back to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import cdisc_npc as npc
from cdisc_npc.cli import main
from cdisc_npc.transport.xpt import Member, Variable

MEMBER = Member(
    "VS",
    "Vital Signs",
    (
        Variable("USUBJID", "Unique Subject Identifier", "Char", 12),
        Variable("VSSTRESN", "Numeric Result", "Num", 8),
        Variable("VSREASND", "Reason Not Performed", "Char", 40),
        Variable("VSDT", "Date", "Num", 8, "DATE9."),
    ),
)
FRAME = pd.DataFrame(
    {
        "USUBJID": ["S1-001", "S1-001", "S1-002"],
        "VSSTRESN": [36.6, float("nan"), 0.1],
        "VSREASND": ["", 'Cuff broken, "again"', ""],
        "VSDT": [22523.0, float("nan"), 22828.0],
    }
).astype({"USUBJID": "str", "VSREASND": "str"})


def run(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    npc.write_xpt(FRAME, tmp_path / "vs.xpt", MEMBER)
    return tmp_path


@pytest.mark.parametrize("form", ["json", "ndjson", "parquet"])
def test_a_form_that_keeps_all_gives_back_the_same_bytes(folder: Path, form: str) -> None:
    run("convert", folder / "vs.xpt", folder / f"vs.{form}")
    run("convert", folder / f"vs.{form}", folder / "back.xpt", "--member", "VS")
    assert (folder / "back.xpt").read_bytes() == (folder / "vs.xpt").read_bytes()


def test_a_csv_takes_its_attributes_from_a_file_like_it(folder: Path) -> None:
    run("convert", folder / "vs.xpt", folder / "vs.csv")
    assert (folder / "vs.csv").read_text(encoding="utf-8").splitlines()[
        0
    ] == '"USUBJID","VSSTRESN","VSREASND","VSDT"'
    run("convert", folder / "vs.csv", folder / "back.xpt", "--like", folder / "vs.xpt")
    frame, member = npc.read_xpt(folder / "back.xpt")
    pd.testing.assert_frame_equal(frame, FRAME)
    assert [variable.label for variable in member.variables] == [v.label for v in MEMBER.variables]


def test_dataset_json_says_what_the_standard_asks(folder: Path) -> None:
    run("convert", folder / "vs.xpt", folder / "vs.json")
    content = json.loads((folder / "vs.json").read_text(encoding="utf-8"))
    assert content["datasetJSONVersion"].startswith("1.1")
    assert (content["name"], content["label"], content["records"]) == ("VS", "Vital Signs", 3)
    assert [column["name"] for column in content["columns"]] == list(FRAME.columns)
    assert content["rows"][1][1] is None and content["rows"][0][1] == 36.6


def test_a_folder_is_converted_whole(folder: Path) -> None:
    run("convert", folder, folder.parent / "out", "--to", "parquet")
    assert [path.name for path in (folder.parent / "out").glob("*.parquet")] == ["vs.parquet"]


def test_a_form_that_is_none_is_refused(folder: Path) -> None:
    run("convert", folder / "vs.xpt", folder / "vs.docx", status=2)
    assert not (folder / "vs.docx").exists()


def test_a_broken_source_leaves_nothing(folder: Path) -> None:
    (folder / "vs.xpt").write_bytes((folder / "vs.xpt").read_bytes()[:500])
    run("convert", folder / "vs.xpt", folder / "vs.json", status=2)
    assert not (folder / "vs.json").exists()
