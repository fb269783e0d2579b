"""The documentation does what it says: its files and commands, run as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyreadstat
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.study.written_study import Policies
from cdisc_npc.verbs.verb import verbs_of

ROOT = Path(__file__).parents[1]


def _block(text: str, before: str, language: str) -> str:
    """The block of a language that follows a phrase."""
    result = re.search(re.escape(before) + r".*?```" + language + r"\n(.*?)```", text, re.DOTALL)
    assert result, before
    return result[1]


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def followed(tmp_path, monkeypatch):
    """The how-to, followed to the letter in a folder of its own."""
    text = (ROOT / "docs" / "add-a-domain.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "mappings" / "cdiscpilot", "my-study")
    shutil.copytree(ROOT / "examples" / "pilot", "my-raw")
    Path("my-raw/vs_raw.csv").write_text(_block(text, "`my-raw/vs_raw.csv`:", "csv"), encoding="utf-8")
    with Path("my-study/raw.yaml").open("a", encoding="utf-8") as stream:
        stream.write(_block(text, "Append to `my-study/raw.yaml`:", "yaml"))
    Path("my-study/sdtm/vs.yaml").write_text(
        _block(text, "`my-study/sdtm/vs.yaml`:", "yaml"), encoding="utf-8"
    )
    study = Path("my-study/study.yaml")
    line = _block(text, "Change the line of `unscheduled`", "yaml")
    study.write_text(re.sub(r"unscheduled: .*\n", line, study.read_text(encoding="utf-8")), encoding="utf-8")
    commands = re.findall(r"^cdisc-npc (.*)$", text, re.MULTILINE)
    return text, [_run(*command.split()) for command in commands]


def test_a_domain_is_added_by_writing_yaml_only(followed):
    text, outputs = followed
    assert outputs[0].startswith("valid") and "VS" in outputs[1]
    assert "Systolic" not in outputs[2] and "VSTESTCD" in outputs[2]
    frame, _ = pyreadstat.read_xport("my-out/vs.xpt")
    assert len(frame) == 26
    table = [
        [cell.strip() for cell in row.strip("|\n").split("|")]
        for row in re.findall(r"^\| .*$", text, re.MULTILINE)
    ]
    header, rows = table[0], table[2:]
    shown = frame[header].astype("str").replace({"nan": ""})
    for column in ("VISITNUM", "VSDY"):
        shown[column] = frame[column].map("{:g}".format)
    for row in rows:
        assert (shown == row).all(axis=1).sum() == 1, row


def test_the_readmes_commands_begin_with_pip_install():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    assert [block.strip().count("\n") for block in blocks] == [0, 0]
    assert all(block.startswith("pip install ") for block in blocks)


def test_documents_that_are_named_are_there():
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), (path.name, link)


def test_the_language_is_documented_whole():
    text = (ROOT / "docs" / "mapping-language.md").read_text(encoding="utf-8")
    assert [name for name in verbs_of("record", "dataset") if f"`{name}" not in text] == []
    assert [name for name in Policies.model_fields if name not in text] == []


def test_the_commands_and_examples_of_transport_run(tmp_path, monkeypatch):
    text = (ROOT / "docs" / "transport.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _run("sdtm", str(ROOT / "examples" / "pilot"), "out", "--study", "cdiscpilot")
    commands = re.findall(r"^cdisc-npc (.*)$", text, re.MULTILINE)
    assert len(commands) == 10
    for command in commands:
        _run(*command.split())
    assert (
        Path("out/ae.xpt").read_bytes() == Path("again.xpt").read_bytes() == Path("from-csv.xpt").read_bytes()
    )
    assert sorted(path.name for path in Path("parts").iterdir()) == ["ae.xpt", "manifest.json", "split"]
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        subprocess.run([sys.executable, "-c", block], check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert Path("ae.xpt").read_bytes() == Path("out/ae.xpt").read_bytes()
    assert set(pyreadstat.read_xport("serious.xpt")[0]["AESER"]) == {"Y"}
