"""Files and folders compared by command: equal, different, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import cdisc_npc as npc
from cdisc_npc.cli.main import main

AE = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "2"],
        "AESEQ": [1.0, 2.0, 1.0],
        "AETERM": ["Rash", "Cough", "Rash"],
        "AESTDY": [3.0, 5.0, 9.0],
    }
).astype({"USUBJID": "str", "AETERM": "str"})


def run(*arguments: object, status: int) -> str:
    result = CliRunner().invoke(main, ["compare", *(str(argument) for argument in arguments)])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def files(tmp_path: Path):
    def write(base: pd.DataFrame, compare: pd.DataFrame) -> tuple[Path, Path]:
        paths = tmp_path / "base" / "ae.xpt", tmp_path / "compare" / "ae.xpt"
        for path, frame in zip(paths, (base, compare), strict=True):
            path.parent.mkdir(exist_ok=True)
            npc.write_xpt(frame, path)
        return paths

    return write


def test_equal_files_end_with_status_0(files) -> None:
    assert "The datasets are equal." in run(*files(AE, AE), status=0)


def test_a_value_that_differs_is_shown_with_its_keys(files) -> None:
    paths = files(AE, AE.assign(AETERM=["Rash", "COUGH", "Rash"]))
    output = run(*paths, "--keys", "USUBJID,AESEQ", status=1)
    assert "Cough" in output and "COUGH" in output
    result = json.loads(run(*paths, "--keys", "USUBJID,AESEQ", "--json", status=1))
    assert result["equal"] is False


def test_records_on_one_side_only_are_counted(files) -> None:
    output = run(*files(AE, AE.iloc[:2]), "--keys", "USUBJID,AESEQ", status=1)
    assert "3" in output and "2" in output and "AESEQ" in output


@pytest.mark.parametrize(("tolerance", "status"), [("0", 1), ("0.4", 1), ("0.5", 0)])
def test_numbers_may_differ_within_a_tolerance(files, tolerance: str, status: int) -> None:
    run(*files(AE, AE.assign(AESTDY=AE["AESTDY"] + 0.5)), "--tolerance", tolerance, status=status)


def test_folders_name_what_is_on_one_side_only(files) -> None:
    base, compare = files(AE, AE)
    npc.write_xpt(AE, base.parent / "cm.xpt")
    output = run(base.parent, compare.parent, status=1)
    assert "CM" in output


def test_an_unknown_key_is_refused(files) -> None:
    run(*files(AE, AE), "--keys", "AESPID", status=2)


def test_reports_are_written(files, tmp_path: Path) -> None:
    paths = files(AE, AE.assign(AETERM=["Rash", "<b>Cough</b>", "Rash"]))
    run(*paths, "--html", tmp_path / "r.html", "--xlsx", tmp_path / "r.xlsx", status=1)
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Cough&lt;/b&gt;" in html and "<b>Cough" not in html
    assert any("<b>Cough</b>" in map(str, sheet.to_numpy().ravel()) for sheet in _sheets(tmp_path / "r.xlsx"))


def _sheets(path: Path) -> list[pd.DataFrame]:
    return list(pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").values())


def test_keys_for_all_supplemental_datasets(tmp_path: Path) -> None:
    supplemental = pd.DataFrame({"USUBJID": ["1", "2"], "QNAM": ["A", "A"], "QVAL": ["x", "y"]}).astype("str")
    for side, frames in (("base", (AE, supplemental)), ("compare", (AE[::-1], supplemental[::-1]))):
        (tmp_path / side).mkdir()
        for name, frame in zip(("ae", "suppae"), frames, strict=True):
            npc.write_xpt(frame, tmp_path / side / f"{name}.xpt")
    sides = tmp_path / "base", tmp_path / "compare"
    run(*sides, "-k", "USUBJID,--SEQ", "-k", "SUPP--=USUBJID,QNAM", status=0)
    assert "SUSEQ" in run(*sides, "-k", "USUBJID,--SEQ", status=2)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("other", ["r", "./r", "sub/../r", "link", "linked/r"])
def test_two_reports_into_one_file_are_refused_and_nothing_is_written(
    files, tmp_path: Path, monkeypatch, other: str, there: bool
) -> None:
    paths = files(AE, AE)
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("link").symlink_to("r")
    Path("linked").symlink_to(tmp_path)
    if there:
        Path("r").write_text("old")
    for reports in (("r", other), (other, "r")):
        output = run(*paths, "--html", reports[0], "--xlsx", reports[1], status=2)
        assert f"another output of the command, {Path(reports[0])}" in output
        assert "a place of its own for every output" in output
        assert Path("r").exists() == there and (not there or Path("r").read_text() == "old")


def test_a_report_in_a_place_that_is_refused_leaves_the_other_unwritten(files, tmp_path: Path) -> None:
    base, compare = files(AE, AE)
    assert "OUTPUT_OCCUPIED" in run(base, compare, "--html", tmp_path / "r.html", "--xlsx", compare, status=2)
    assert not (tmp_path / "r.html").exists()
