"""The command `check`: on packages of ours and of others, and what its exit status says."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.check.rule import load_rule, rule_folders
from cdisc_npc.cli.main import main
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.study.explanations import load_explanations
from cdisc_npc.study.packaged import load_study
from cdisc_npc.transport.xpt import Member, Variable, write_xpt

EXAMPLE = Path(__file__).parents[2] / "examples" / "pilot"
FILES = {"findings.html", "findings.xlsx", "findings.json", "manifest.json"}


def run(*arguments: object):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_package(EXAMPLE, tmp_path_factory.mktemp("built") / "out", load_study("cdiscpilot"))


@pytest.fixture
def foreign(tmp_path):
    """Two transport files by another tool; one event has an outcome that is no term."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    texts = {
        "DM": {
            "STUDYID": "S",
            "DOMAIN": "DM",
            "USUBJID": "S-1",
            "SUBJID": "1",
            "DTHDTC": "2021-03-04",
            "DTHFL": "Y",
        },
        "AE": {
            "STUDYID": "S",
            "DOMAIN": "AE",
            "USUBJID": "S-1",
            "AETERM": "STROKE",
            "AEOUT": "FATAL",
            "AEENDTC": "2021-03-01",
        },
    }
    for name, values in texts.items():
        frame = pd.DataFrame({column: [value] for column, value in values.items()}, dtype="str")
        variables = tuple(Variable(column, column, "Char", 20) for column in values)
        write_xpt(frame, folder / f"{name.lower()}.xpt", Member(name, name, variables), encoding="us-ascii")
    return folder


def test_a_build_is_checked_as_written(built):
    report = built.folder / "report"
    assert {path.name for path in report.iterdir()} >= {"findings.html", "findings.xlsx", "findings.json"}
    content = json.loads((report / "findings.json").read_text(encoding="utf-8"))
    assert content["head"]["package"] == content["head"]["study"] == "CDISCPILOT01"
    assert content["statuses"]["passed"] and content["statuses"]["not evaluated"]
    assert sum(content["statuses"].values()) >= len(rule_folders())
    assert built.failed == built.report.failed
    hashed = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert "report/findings.html" in hashed


def test_the_study_is_that_of_the_manifest(built, tmp_path):
    result = run(built.folder, tmp_path / "report", "--json")
    assert result.exit_code in (0, 1)
    assert json.loads(result.stdout)["head"]["study"] == "CDISCPILOT01"
    assert {path.name for path in (tmp_path / "report").iterdir()} == FILES
    result = run(built.folder, tmp_path / "report", "--json", "--study", "none")
    assert json.loads(result.stdout)["head"]["study"] == ""


def test_another_tools_package_beside_it(foreign, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(foreign)
    assert "NPC-AE-001" in result.stdout and "not evaluated for want of data" in result.stdout
    assert {path.name for path in (tmp_path / "theirs-check").iterdir()} == FILES


def test_explanations_decide_the_exit_status(foreign, tmp_path):
    first = json.loads(run(foreign, tmp_path / "report", "--json").stdout)
    errors = {issue["rule"] for issue in first["issues"] if issue["severity"] == "error"}
    assert run(foreign, tmp_path / "report").exit_code == bool(errors)
    why = tmp_path / "why.yaml"
    lines = [f"{name}: {{kind: as collected, reason: Seen}}" for name in sorted(errors)]
    why.write_text("\n".join([*lines, "NPC-AE-001: {kind: as collected, reason: x, value: no such}"]) + "\n")
    result = run(foreign, tmp_path / "report", "--explanations", why)
    assert result.exit_code == 0
    assert "Explanations that match nothing: NPC-AE-001" in result.stdout


def test_an_unreadable_file_is_an_error(foreign, tmp_path):
    (foreign / "cm.xpt").write_bytes(b"no transport file")
    result = run(foreign, tmp_path / "report")
    assert result.exit_code == 1 and "XPT_UNREADABLE" in result.stdout


def test_what_is_refused_leaves_nothing(foreign, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.yaml").write_text("NPC-AE-001: {kind: no, reason: x}\n")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("x")
    out = tmp_path / "report"
    for arguments, text in (
        ((tmp_path / "empty", out), "no datasets"),
        ((foreign, out, "--explanations", tmp_path / "bad.yaml"), "bad.yaml line 1"),
        ((foreign, out, "--study", "no-such"), "there is no study"),
        ((foreign, foreign), "the input"),
        ((foreign, foreign / "inner"), "the input"),
        ((foreign, tmp_path), "the input"),
        ((foreign, tmp_path / "taken"), "did not make"),
        ((tmp_path / "empty", tmp_path / "taken"), "did not make"),  # before anything is read
    ):
        result = run(*arguments)
        assert result.exit_code == 2 and text in result.stderr, (arguments, result.output)
    assert not out.exists() and {path.suffix for path in foreign.iterdir()} == {".xpt"}


def test_dictionaries_that_are_none_are_refused(foreign, tmp_path):
    (tmp_path / "dictionary").mkdir()
    result = run(foreign, tmp_path / "report", "--meddra", tmp_path / "dictionary")
    assert result.exit_code == 1 and "MedDRA could not be read" in (
        tmp_path / "report" / "findings.json"
    ).read_text("utf-8")


def test_what_the_documentation_shows_can_be_read(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    why, rule, values = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "why.yaml").write_text(why)
    own = [item.rule for item in load_explanations(file=tmp_path / "why.yaml") if not item.common]
    assert own == ["CORE-000213", "NPC-CT-001", "NPC-CT-001", "MAP_TERM_EXTENDED"]
    (tmp_path / "rule.yaml").write_text(rule + values)
    assert load_rule(tmp_path).values.keys() == {"doses", "first", "nadir", "day"}
