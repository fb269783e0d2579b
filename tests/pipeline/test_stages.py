"""Stages of a build: which can be left out, what then is not there, and that they change nothing they are given."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import cdisc_npc as npc
from cdisc_npc.cli.main import main
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.pipeline.stage_names import STAGES
from cdisc_npc.pipeline.stages import left_out, translate
from cdisc_npc.simulate import simulate

EXAMPLE = Path(__file__).parents[2] / "examples" / "pilot"


# What a stage makes: parts of the paths of its files.
MAKES = {
    "recist": ("recist.csv",),
    "analysis": ("/analysis/", "report/adam/", "exchange/"),
    "exchange": ("exchange/",),
    "define": ("define.", "define2-1.xsl"),
    "check": ("findings.html", "findings.json", "findings.xlsx"),
}


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# For any two stages, one of these leaves out the first and not the second.
SKIPS = [
    ["recist", "analysis", "exchange"],
    ["recist", "define", "check"],
    ["analysis", "define"],
    ["exchange", "check"],
    list(STAGES),
]


def test_the_skips_tell_the_stages_apart():
    assert all(
        any(one in skip and other not in skip for skip in SKIPS)
        for one in STAGES
        for other in STAGES
        if one != other
    )


@pytest.mark.slow
@pytest.mark.parametrize("skip", SKIPS, ids=lambda skip: "+".join(skip))
def test_what_is_left_out_is_not_there_and_all_else_is(clean_trial, tmp_path, skip):
    result = build_package(clean_trial / "raw", tmp_path / "out", npc.load_study("npc"), skip=skip)
    whole = files_of(clean_trial / "package")
    lost = {name for name in whole if any(part in name for stage in skip for part in MAKES[stage])}
    assert lost
    assert files_of(result.folder) == whole - lost
    assert (result.report is None) == ("check" in skip)


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("results", ["results"]),
        ("check,results,documents,results", ["results", "documents"]),
        ("Check", ["Check"]),
    ],
)
def test_a_stage_that_there_is_none_of_is_refused_with_the_list(tmp_path, words, unknown):
    done = CliRunner().invoke(
        main, ["build", str(EXAMPLE), str(tmp_path / "out"), "--study", "cdiscpilot", "--skip", words]
    )
    assert done.exit_code == 2
    names = ", ".join(STAGES)
    assert done.stderr.splitlines()[:-1] == [
        f"there is no stage {name!r} to leave out; expected {names} [STAGE_UNKNOWN]" for name in unknown
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ["check,define", " check , define ", "check,check,,define,"])
def test_stages_are_written_with_commas(tmp_path, words):
    done = CliRunner().invoke(
        main, ["build", str(EXAMPLE), str(tmp_path / "out"), "--study", "cdiscpilot", "--skip", words]
    )
    assert done.exit_code == 0, done.output
    assert not {"define.xml", "findings.html"} & {path.name for path in (tmp_path / "out").rglob("*")}


def test_names_are_kept_once():
    assert left_out(["check", "define", "check"]) == {"check", "define"}
    assert left_out([]) == set()


@pytest.mark.slow
def test_a_language_changes_neither_the_datasets_nor_the_findings_that_are_given(tmp_path):
    study = npc.load_study("npc")
    simulate(tmp_path / "raw", subjects=2, seed=3, clean=True)
    sdtm = npc.to_sdtm(npc.read_raw(tmp_path / "raw", study), study)
    before, frames = sdtm.findings.frame(), dict(sdtm.datasets)
    (chinese, spec), noticed = translate(sdtm, study, "zh")
    assert spec.study.encoding == "gb18030" and not chinese.datasets["AE"].equals(frames["AE"])
    assert sdtm.findings.frame().equals(before)
    assert sdtm.datasets.keys() == frames.keys() and all(
        sdtm.datasets[name] is frames[name] for name in frames
    )
    assert translate(sdtm, study, None)[0] == (sdtm, study)
    assert set(noticed.frame()["code"]) <= {"LANGUAGE_VALUE", "LANGUAGE_LABEL"}
