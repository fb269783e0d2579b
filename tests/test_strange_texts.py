"""Texts, files and names of others: no markup of rich, no commands of a terminal, no formulas, no endless reads."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from cdisc_npc.cli.main import main
from cdisc_npc.cli.printing import console
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.pipeline.outputs import write_findings, write_table
from cdisc_npc.printable import printable
from cdisc_npc.transport.convert import convert
from cdisc_npc.transport.file_forms import read_datasets
from cdisc_npc.transport.strict_yaml import read_yaml

ROOT = Path(__file__).parents[1]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.fixture
def study(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "mappings" / "cdiscpilot", tmp_path / "study")
    return tmp_path / "study"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/]", "[link=http://x]y", "[bold", ":smile:"])
def test_markup_is_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table

    table = Table("Value", title=text)
    table.add_row(text)
    console(80).print(table)
    assert capsys.readouterr().out.count(text) == 2


def test_markup_in_a_study_is_shown_as_it_stands(study: Path) -> None:
    change(study / "raw.yaml", "forms:", "# [/red]\nforms:")
    change(study / "sdtm" / "dm.yaml", "dataset: DM", 'dataset: DM\ncomment: "[/red] [bold]"')
    change(study / "study.yaml", "study: CDISCPILOT01", 'study: "[/red]:smile:"')
    for arguments in (("spec", "show", study), ("spec", "check", study)):
        done = run(*arguments)
        assert done.exit_code == 0, done.output
    assert "[/red]:smile:" in done.output
    out = study.parent / "out"
    done = run("build", ROOT / "examples" / "pilot", out, "--study", study)
    assert done.exit_code in (0, 1), done.output


@pytest.mark.parametrize(("text", "shown"), [
    ("\x1b[31mred", "\\x1b[31mred"), ("a\rb", "a\\rb"), ("bell\x07", "bell\\x07"), ("\x9b2J", "\\x9b2J"),
    ("left\u202eright", "left\\u202eright"), ("two\nlines", "two\nlines"), ("知识 µg", "知识 µg"),
])  # fmt: skip
def test_what_a_terminal_shows(text: str, shown: str) -> None:
    assert printable(text) == shown
    findings = Findings()
    findings.add("SPEC_INVALID", expected=text, file=text)
    assert "\x1b" not in findings.messages()[0] and "\r" not in findings.messages()[0]


@pytest.mark.parametrize("control", ["\\x01", "\\e", "\\0", "\\uFFFF"])
@pytest.mark.parametrize("file", ["study.yaml", "raw.yaml", "sdtm/ae.yaml"])
def test_a_control_character_in_a_study_is_refused_with_its_line(
    study: Path, control: str, file: str
) -> None:
    text = (study / file).read_text(encoding="utf-8")
    (study / file).write_text(f'comment: "a{control}b"\n{text}', encoding="utf-8")
    done = run("spec", "check", study)
    assert done.exit_code == 2
    assert f"{file} line 1: a text has the control character" in done.stderr
    assert done.stderr.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")']
)
def test_a_report_has_no_formulas(tmp_path: Path, text: str) -> None:
    findings = Findings()
    findings.add("RAW_VALUE", form="ae", variable="AETERM", value=text, expected="x")
    write_findings(findings, tmp_path / "findings.csv")
    table = pd.read_csv(tmp_path / "findings.csv", dtype=str, keep_default_na=False)
    assert table["value"][0] == f"'{text}"
    assert not table["message"][0].startswith(("=", "+", "-", "@"))
    write_table(
        pd.DataFrame({"a": [text, "-5.2", "+1e-3", "-", "a=b"], "b": [1, 2, 3, 4, 5]}), tmp_path / "x.csv"
    )
    table = pd.read_csv(tmp_path / "x.csv", dtype=str)
    assert table["a"].tolist() == [f"'{text}", "-5.2", "+1e-3", "-", "a=b"]
    assert table["b"].tolist() == ["1", "2", "3", "4", "5"]


def test_a_dataset_with_formulas_is_written_exactly_and_noted(tmp_path: Path) -> None:
    (tmp_path / "ae.csv").write_text('"AETERM","X"\n"=1+1",1\n"b",2\n')
    result = convert(tmp_path / "ae.csv", tmp_path / "out.csv")
    frame = result.findings.frame()
    assert frame["variable"].tolist() == ["AETERM"] and "spreadsheet" in frame["value"][0]
    assert read_datasets(tmp_path / "out.csv")[0].frame["AETERM"].tolist() == ["=1+1", "b"]


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")
@pytest.mark.parametrize("kind", ["pipe", "loop", "nowhere", "folder"])
@pytest.mark.parametrize("name", ["dm.xpt", "dm.json", "dm.parquet", "dm.csv", "dm.sas7bdat"])
def test_no_regular_file_is_no_dataset(tmp_path: Path, name: str, kind: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ae.csv").write_text("A\nx\n")
    path = folder / name
    {
        "pipe": lambda: os.mkfifo(path),
        "loop": lambda: path.symlink_to(name),
        "nowhere": lambda: path.symlink_to("none"),
        "folder": path.mkdir,
    }[kind]()
    for source in (folder, path):
        if source.is_dir() and source is path:
            continue
        done = run("convert", source, tmp_path / "out", "--to", "csv")
        assert done.exit_code in (2, 3), done.output
        assert name in done.stderr
        assert "Traceback" not in done.output
    assert run("compare", folder, folder).exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_is_no_input(tmp_path: Path, study: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    for arguments in (
        ("ct", "import", tmp_path / "pipe.xml"),
        ("spec", "from-define", tmp_path / "pipe.xml"),
        ("spec", "workbook", tmp_path / "pipe.xml", tmp_path / "x.xlsx"),
        ("build", tmp_path / "pipe.xml", tmp_path / "out"),
        ("adam", tmp_path / "pipe.xml", tmp_path / "out"),
        ("check", study, "--explanations", tmp_path / "pipe.xml"),
    ):
        done = run(*arguments)
        assert done.exit_code == 2 and "neither a file nor a folder" in done.stderr, arguments
    (study / "sdtm" / "dm.yaml").unlink()
    os.mkfifo(study / "sdtm" / "dm.yaml")
    with pytest.raises(Refused, match="no regular file"):
        read_yaml(study / "sdtm" / "dm.yaml")


@pytest.mark.parametrize(
    "encoding", ["base64", "hex", "rot13", "zip", "bz2", "klingon", "undefined", "a\0b", "x" * 300]
)
@pytest.mark.parametrize("ending", [".xpt", ".csv", ".json", ".parquet"])
def test_an_encoding_of_no_text_is_refused(tmp_path: Path, encoding: str, ending: str) -> None:
    (tmp_path / "ae.csv").write_text("A\nx\n")
    convert(tmp_path / "ae.csv", tmp_path / f"in{ending}")
    done = run("convert", tmp_path / f"in{ending}", tmp_path / "out.csv", "--source-encoding", encoding)
    assert done.exit_code == 2 and "is no encoding" in done.stderr, done.output
    done = run("compare", tmp_path / f"in{ending}", tmp_path / f"in{ending}", "--encoding", encoding)
    assert done.exit_code == 2 and "is no encoding" in done.stderr, done.output
    if ending == ".xpt":
        done = run("convert", tmp_path / "ae.csv", tmp_path / "out.xpt", "--encoding", encoding)
        assert done.exit_code == 2 and "encoding" in done.stderr, done.output
