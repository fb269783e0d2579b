"""No command deletes what it did not write: every command, over folders of somebody, and over its input."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdisc_npc.cli.main import main
from cdisc_npc.transport.place import strangers

ROOT = Path(__file__).parents[1]
CT = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\n"
    "C66731\t\tNo\tSex\tSEX\t\t\tSex\nC16576\tC66731\t\tSex\tF\tFemale\t\tFemale\n"
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw data, a study, a package, datasets and files to read, once for all tests."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(ROOT / "examples" / "pilot", folder / "raw")
    shutil.copytree(ROOT / "mappings" / "cdiscpilot", folder / "study")
    for arguments in (
        ["sdtm", folder / "raw", folder / "pkg", "--study", folder / "study"],
        ["define", folder / "pkg", folder / "define.xml", "--study", folder / "study"],
        ["convert", folder / "pkg", folder / "json", "--to", "json"],
    ):
        assert run(*arguments).exit_code in (0, 1)
    (folder / "ct.txt").write_text(CT)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that, as the current folder."""
    shutil.copytree(made, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


# Every command that writes a folder; OUT is the place.
FOLDERS = {
    "sdtm": ["sdtm", "raw", "OUT", "--study", "study"],
    "build": ["build", "raw", "OUT", "--study", "study"],
    "adam": ["adam", "pkg", "OUT", "--study", "npc"],
    "check": ["check", "pkg", "OUT", "--study", "none"],
    "simulate": ["simulate", "OUT", "--subjects", "1"],
    "convert": ["convert", "json", "OUT", "--to", "csv"],
    "from-define": ["spec", "from-define", "define.xml", "--to", "OUT"],
    "ct": ["ct", "import", "ct.txt", "--to", "OUT"],
}


def command(name: str, out: str) -> list[str]:
    return [out if word == "OUT" else word for word in FOLDERS[name]]


def content(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("name", ["sdtm", "simulate", "convert", "from-define", "ct"])
def test_a_command_replaces_what_it_wrote_and_says_so(name: str, here: Path) -> None:
    done = run(*command(name, "out"))
    assert done.exit_code in (0, 1), done.output
    assert "Written: out\n" in done.output
    assert strangers(here / "out") == []
    again = run(*command(name, "out"))
    assert again.exit_code == done.exit_code, again.output
    assert "Written: out, in place of what was there\n" in again.output
    assert not [path for path in here.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("theirs", ["manifest.json", "thesis/draft.docx"])
def test_a_command_leaves_a_folder_of_somebody(name: str, theirs: str, here: Path) -> None:
    (here / "out" / "thesis").mkdir(parents=True)
    (here / "out" / theirs).write_text('{"name": "a web page"}')
    before = content(here)
    done = run(*command(name, "out"))
    assert done.exit_code == 2, done.output
    assert theirs.replace("draft.docx", "") in done.stderr
    assert content(here) == before


@pytest.mark.parametrize("name", ["sdtm", "simulate", "convert"])
def test_a_file_that_was_added_to_an_output_is_kept(name: str, here: Path) -> None:
    assert run(*command(name, "out")).exit_code in (0, 1)
    (here / "out" / "acrf.pdf").write_text("annotated by hand")
    before = content(here)
    done = run(*command(name, "out"))
    assert done.exit_code == 2 and "acrf.pdf" in done.stderr
    assert content(here) == before


OVER_AN_INPUT = [
    ["build", "raw", "raw", "--study", "study"],
    ["build", "raw", ".", "--study", "study"],
    ["build", "raw", "raw/out", "--study", "study"],
    ["build", "raw", "study", "--study", "study"],
    ["build", "raw", "study/out", "--study", "study"],
    ["build", "pkg/raw", "pkg", "--study", "study"],
    ["sdtm", "raw", "link", "--study", "study"],
    ["sdtm", "raw", "json/../raw", "--study", "study"],
    ["sdtm", "link", "raw/new", "--study", "study"],
    ["adam", "pkg", "pkg", "--study", "npc"],
    ["adam", "pkg/raw", "pkg", "--study", "npc"],
    ["adam", "pkg", "pkg/out", "--study", "npc"],
    ["check", "pkg", "pkg"],
    ["check", "pkg", "pkg/report"],
    ["check", "pkg/report", "pkg"],
    ["convert", "json", "json", "--to", "xpt"],
    ["convert", "json/dm.json", "json", "--to", "xpt"],
    ["convert", "json/dm.json", "json/dm.json"],
    ["convert", "json", "json/new.xpt"],
    ["convert", "json/dm.json", "dm.xpt", "--like", "dm.xpt"],
    ["ct", "import", "ct.txt", "--to", "."],
    ["spec", "from-define", "pkg/define.xml", "--to", "pkg"],
    ["spec", "workbook", "define.xml", "define.xlsx"],
    ["compare", "json/dm.json", "json/ae.json", "--html", "json/ae.json"],
    ["compare", "json", "pkg", "--xlsx", "pkg/compare.xlsx"],
]


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
@pytest.mark.parametrize("arguments", OVER_AN_INPUT, ids=lambda arguments: " ".join(arguments[:3]))
def test_an_output_never_covers_its_input(arguments: list[str], here: Path) -> None:
    (here / "link").symlink_to("raw")
    shutil.copytree(here / "raw", here / "pkg" / "raw")
    shutil.copy(here / "pkg" / "dm.xpt", here / "dm.xpt")
    shutil.copy(here / "define.xml", here / "pkg" / "define.xml")
    (here / "define.xlsx").symlink_to("define.xml")
    before = content(here)
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert "the place of the output is occupied by" in done.stderr and "the input" in done.stderr
    assert content(here) == before


@pytest.mark.parametrize("name", ["simulate", "convert"])
def test_json_says_what_was_replaced(name: str, here: Path) -> None:
    for replaced in (False, True):
        done = run(*command(name, "out"), "--json")
        assert json.loads(done.stdout)["replaced"] is replaced


def test_define_extends_the_folder_it_writes_into(here: Path) -> None:
    assert run("convert", "pkg", "out", "--to", "xpt").exit_code == 0
    (here / "out" / "acrf.pdf").write_text("annotated by hand")
    done = run("define", "out", "out/define.xml", "--study", "study")
    assert done.exit_code in (0, 1), done.output
    assert strangers(here / "out") == ["acrf.pdf"]
    assert (here / "out" / "define.xml").is_file() and (here / "out" / "dm.xpt").is_file()
    (here / "out" / "acrf.pdf").unlink()
    assert run("convert", "pkg", "out", "--to", "xpt").exit_code == 0
    assert not (here / "out" / "define.xml").exists()
    assert not [path for path in here.iterdir() if path.name.startswith(".")]


def test_demo_looks_at_both_places_first(here: Path) -> None:
    (here / "demo" / "package").mkdir(parents=True)
    (here / "demo" / "package" / "thesis.txt").write_text("mine")
    done = run("demo", "demo", "--subjects", "1")
    assert done.exit_code == 2 and "thesis.txt" in done.stderr
    assert [path.name for path in (here / "demo").iterdir()] == ["package"]
