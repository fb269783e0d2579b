"""The command line: outcome, exit status, and what is (not) written."""

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from cdisc_npc.cli.main import main
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.packaged import load_study

COMMANDS = ["sdtm", "build", "demo", "simulate", "spec", "spec check", "spec show", "ct", "ct import"]
BAD = "AELLTCD: {assign: AELLTCD}"
BAD_LINE = 1 + next(
    index
    for index, line in enumerate(
        (mappings_root() / "cdiscpilot" / "sdtm" / "ae.yaml").read_text().splitlines()
    )
    if BAD in line
)
HEAVY = ("pandas", "numpy", "pydantic", "lxml", "pyarrow", "rich", "yaml")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def process(*words: object) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", "from cdisc_npc.cli.main import main; main(prog_name='cdisc-npc')"]
    return subprocess.run([*call, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture
def bad_study(tmp_path: Path) -> Path:
    """The pilot study with an unknown field in ae.yaml."""
    folder = tmp_path / "bad"
    shutil.copytree(mappings_root() / "cdiscpilot", folder)
    path = folder / "sdtm" / "ae.yaml"
    path.write_text(path.read_text().replace(BAD, "AELLTCD: {assign: AELTCD}"))
    return folder


# One subject's records, by form and field; every other field is blank.
VALUES = {
    "dm": {
        "IT.AGE": "63", "IT.SEX": "F", "IT.RACE": "White", "IT.ETHNIC": "Not Hispanic or Latino", "COUNTRY": "USA",
        "PLANNED_ARM": "Placebo", "PLANNED_ARMCD": "Pbo", "ACTUAL_ARM": "Placebo", "ACTUAL_ARMCD": "Pbo",
        "COL_DT": "01/02/2014", "IC_DT": "01/02/2014",
    },
    "ae": {"IT.AETERM": "Headache", "AEDECOD": "Headache", "IT.AESEV": "Mild Adverse Event", "IT.AESTDAT": "01/05/2014"},
    "ec": {"VISITNAME": "Baseline", "DRUGAD": "PLACEBO", "IT.ECSTDAT": "01/03/2014", "IT.ECENDAT": "01/20/2014"},
    "ds": {"INSTANCE": "Baseline", "IT.DSTERM": "Randomized", "IT.DSDECOD": "Randomized", "IT.DSSTDAT": "01/03/2014"},
}  # fmt: skip


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw export of the pilot study: one subject, one record a form."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for name, form in load_study("cdiscpilot").contract.forms.items():
        record = (
            dict.fromkeys(form.fields, "") | {"STUDY": "CDISCPILOT01", "PATNUM": "701-1015"} | VALUES[name]
        )
        with (folder / f"{form.file}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, record)
            writer.writeheader()
            writer.writerow(record)
    return folder


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_tells_the_story(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: main {command}".rstrip())
    assert len(done.stdout.splitlines()) > 5
    assert run(*command.split(), "-h").stdout == done.stdout


def imported_by(*words: str) -> list[str]:
    code = (
        "import sys\nfrom cdisc_npc.cli.main import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert "Usage:" in done.stdout
    return json.loads(done.stderr.replace("'", '"'))


def test_help_imports_nothing_heavy() -> None:
    assert imported_by("--help") == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    assert imported_by(*command.split(), "--help") == []


def test_a_wrong_command_is_a_usage_error() -> None:
    done = run("sdmt")
    assert done.exit_code == 2
    assert "No such command 'sdmt'" in done.stderr


def test_check_says_valid() -> None:
    done = run("spec", "check", "cdiscpilot")
    assert done.exit_code == 0
    assert done.stdout == "valid: CDISCPILOT01, 4 forms, datasets DM, EX, AE, DS\n"
    assert run("spec", "check", "cdiscpilot", "--json").stdout == "[]\n"


def test_check_lists_every_error_with_its_place(bad_study: Path) -> None:
    done = run("spec", "check", bad_study)
    assert done.exit_code == 2
    assert done.stdout == ""
    first, second, last = done.stderr.splitlines()
    assert first == (
        f"sdtm/ae.yaml line {BAD_LINE}: AE.AELLTCD: AELTCD is not there to read; did you mean AELLTCD? [SPEC_INVALID]"
    )
    assert second.startswith("raw.yaml line ")
    assert "ae.AELLTCD is read by no dataset" in second
    assert last == "Refused: 2 finding(s); nothing was written."


def test_check_gives_its_errors_as_json(bad_study: Path) -> None:
    done = run("spec", "check", bad_study, "--json")
    assert done.exit_code == 2
    result = json.loads(done.stdout)
    assert [(item["code"], item["file"], item["dataset"], item["variable"]) for item in result] == [
        ("SPEC_INVALID", "sdtm/ae.yaml", "AE", "AELLTCD"),
        ("SPEC_INVALID", "raw.yaml", "", "AELLTCD"),
    ]
    assert json.loads(result[0]["params"]) == {"line": BAD_LINE}


def test_many_errors_are_cut_and_counted(bad_study: Path) -> None:
    path = bad_study / "sdtm" / "ae.yaml"
    path.write_text(path.read_text().replace("{assign: ", "{asign: "))
    done = run("spec", "check", bad_study)
    assert done.exit_code == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 22
    assert lines[-2].startswith("... and ")
    assert len(json.loads(run("spec", "check", bad_study, "--json").stdout)) > 20


def test_no_such_study_is_refused() -> None:
    done = run("spec", "check", "nostudy")
    assert done.exit_code == 2
    assert "there is no study 'nostudy'; expected one of " in done.stderr


def test_show_prints_a_dataset() -> None:
    done = run("spec", "show", "cdiscpilot", "ae")
    assert done.exit_code == 0
    assert "AE: Adverse Events (One record per adverse event per subject)" in done.stdout
    assert "SUPPAE.AETRTEM" in done.stdout
    assert "DM:" not in done.stdout


def test_show_gives_every_dataset_as_json() -> None:
    shown = json.loads(run("spec", "show", "cdiscpilot", "--json").stdout)
    assert list(shown) == ["DM", "EX", "AE", "DS"]
    severity = next(row for row in shown["AE"] if row["Variable"] == "AESEV")
    assert severity == {
        "Variable": "AESEV", "Label": "Severity/Intensity", "Type": "Char", "Length": "as the data",
        "Codelist": "Severity/Intensity Scale for Adverse Events (C66769)", "Origin": "Collected",
        "How it is made": "IT.AESEV, decoded by severity",
    }  # fmt: skip
    assert list(json.loads(run("spec", "show", "cdiscpilot", "EX", "--json").stdout)) == ["EX"]


def test_show_of_a_dataset_that_is_not_there() -> None:
    done = run("spec", "show", "cdiscpilot", "LB")
    assert done.exit_code == 2
    assert "LB is none of DM, EX, AE, DS" in done.stderr


CT = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\tCDISC Synonym(s)\t"
    "CDISC Definition\tNCI Preferred Term\n"
    "C66731\t\tNo\tSex\tSEX\tSex\tThe sex.\tCDISC SDTM Sex of Individual Terminology\n"
    "C16576\tC66731\t\tSex\tF\tFemale\tA female.\tFemale\n"
)


def test_terminology_is_imported(tmp_path: Path) -> None:
    (tmp_path / "SDTM Terminology.txt").write_text(CT)
    done = run("ct", "import", tmp_path / "SDTM Terminology.txt", "--to", tmp_path / "sdtmct-new")
    assert done.exit_code == 0, done.output
    assert "1 codelists, 1 terms" in done.stdout
    assert (tmp_path / "sdtmct-new" / "terms.csv").read_text().splitlines()[
        1
    ] == "C66731,C16576,F,Female,Female"


def test_wrong_terminology_is_refused_and_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "ct.txt").write_text(CT.replace("C16576", "16576"))
    done = run("ct", "import", tmp_path / "ct.txt", "--to", tmp_path / "new")
    assert done.exit_code == 2
    assert "ct.txt line 3: " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ct.txt"]


@pytest.mark.parametrize("command", ["sdtm", "build"])
def test_a_bad_study_stops_a_conversion(command: str, raw: Path, bad_study: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = run(command, raw, tmp_path / "deep" / "out", "--study", bad_study)
    assert done.exit_code == 2
    assert f"sdtm/ae.yaml line {BAD_LINE}" in done.stderr
    assert "nothing was written" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_bad_raw_data_stops_a_conversion(raw: Path, tmp_path: Path) -> None:
    (raw / "ae_raw.csv").unlink()
    before = sorted(tmp_path.rglob("*"))
    done = run("sdtm", raw, tmp_path / "out", "--study", "cdiscpilot")
    assert done.exit_code == 2
    assert "form ae has no file" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_raw_data_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    done = run("sdtm", tmp_path / "nowhere", tmp_path / "out")
    assert done.exit_code == 2
    assert "does not exist" in done.stderr


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest states the version of the installed tool; a checkout may have none."""
    monkeypatch.setattr("cdisc_npc.pipeline.build.version", lambda name: "0.0.0", raising=False)


@pytest.mark.usefixtures("installed")
def test_sdtm_converts_and_reports(raw: Path, tmp_path: Path) -> None:
    done = run("sdtm", raw, tmp_path / "out", "--study", "cdiscpilot", "--json")
    assert done.exit_code in (0, 1), done.output
    outcome = json.loads(done.stdout)
    assert {name: outcome["datasets"][name] for name in ("DM", "EX", "AE", "DS")} == dict.fromkeys(
        ("DM", "EX", "AE", "DS"), 1
    )
    severities = {item["severity"] for item in outcome["findings"]}
    assert done.exit_code == (1 if "error" in severities else 0)
    assert {"dm.xpt", "ae.xpt", "ex.xpt", "ds.xpt", "manifest.json", "report"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }


@pytest.mark.usefixtures("installed")
def test_build_puts_the_datasets_where_a_regulator_expects_them(raw: Path, tmp_path: Path) -> None:
    done = run("build", raw, tmp_path / "out", "--study", "cdiscpilot")
    assert done.exit_code in (0, 1), done.output
    assert f"Written: {tmp_path / 'out'}" in done.stdout
    folder = tmp_path / "out" / "m5" / "datasets" / "cdiscpilot01" / "tabulations" / "sdtm"
    assert (folder / "dm.xpt").read_bytes().startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD")


@pytest.mark.usefixtures("installed")
def test_an_occupied_place_is_left_as_it_is(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("precious")
    done = run("sdtm", raw, tmp_path / "out", "--study", "cdiscpilot")
    assert done.exit_code == 2
    assert "the place of the output is occupied" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_process_exits_with_the_outcome(bad_study: Path) -> None:
    good = process("spec", "check", "cdiscpilot")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("valid: ")
    bad = process("spec", "check", bad_study)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.endswith("nothing was written.\n")
    assert "Traceback" not in bad.stderr


def test_a_fault_of_the_machine_is_reported_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(study: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cdisc_npc.study.packaged.load_study", full)
    done = run("spec", "check", "cdiscpilot")
    assert done.exit_code == 3
    assert "No space left on device" in done.stderr


@pytest.mark.slow
def test_demo_simulates_and_converts_and_says_what_to_open(tmp_path):
    done = run("demo", tmp_path / "demo", "--subjects", "2", "--seed", "5")
    assert done.exit_code == 0, done.stderr
    for line in done.stdout.splitlines()[-4:]:
        assert Path(line.strip().partition(":")[0]).exists(), line
    assert (tmp_path / "demo" / "raw" / "truth.json").is_file()
    assert "Findings" in done.stdout and " TR " in done.stdout and " ADTTE " in done.stdout
    package = tmp_path / "demo" / "package"
    assert len(list(package.glob("m5/datasets/*/analysis/adam/datasets/*.xpt"))) == 6
    subject = pd.read_parquet(package / "report" / "adam" / "ledger.parquet")["USUBJID"][0]
    assert f"{subject}  PFS" in run("explain", package, subject, "PFS").stdout


@pytest.mark.parametrize("group", ["", "spec", "ct"])
def test_the_list_of_commands_gives_whole_sentences(group: str) -> None:
    text = run(*group.split(), "--help").stdout.partition("Commands:")[2]
    assert "..." not in text
    for line in re.split(r"\n  (?=\w)", text.strip()):
        assert not line.endswith(("…", ",")) and len(line.split()) > 2, line
