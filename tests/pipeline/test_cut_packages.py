"""Clean data of a trial, cut early and while most are on treatment: the package holds."""

from __future__ import annotations

import shutil

import pytest

import cdisc_npc as npc
from cdisc_npc.pipeline.analysis import build_adam
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.simulate import simulate
from cdisc_npc.standards.sdtmig import mappings_root

pytestmark = pytest.mark.slow
CUT = """
data_cut:
  date: "2022-10-15"
  entered: RFICDTC
  rules: {default: date, DM: special, TS: none}
"""


@pytest.mark.parametrize(("seed", "nobody_died"), [(5, True), (7, False)])
def test_a_clean_package_at_a_cut_has_no_error_that_nothing_explains(
    tmp_path, seed: int, nobody_died: bool
) -> None:
    simulate(tmp_path / "raw", subjects=4, seed=seed, clean=True)
    shutil.copytree(mappings_root() / "npc", tmp_path / "study")
    with (tmp_path / "study" / "study.yaml").open("a", encoding="utf-8") as stated:
        stated.write(CUT)
    study = npc.load_study(tmp_path / "study")
    built = build_package(tmp_path / "raw", tmp_path / "package", study)
    issues = built.report.issues
    failing = issues[(issues["severity"] == "error") & (issues["findings"] > issues["explained"])]
    assert failing[["rule", "dataset", "variable"]].values.tolist() == []
    assert not built.failed
    # A dataset without records is no file; who reads the files sees the same trial.
    folder = tmp_path / "package" / "m5" / "datasets" / study.study.study.lower()
    sdtm = folder / "tabulations" / "sdtm"
    empty = {name for name in study.plans if not built.counts[name]}
    assert empty == {name for name in study.plans if not (sdtm / f"{name.lower()}.xpt").exists()}
    assert ("DD" in empty) == nobody_died
    described = (sdtm / "define.xml").read_text(encoding="utf-8")
    assert all((f'Name="{name}"' in described) == (name not in empty) for name in study.plans)
    again = build_adam(tmp_path / "package", tmp_path / "adam", study)
    for name in again.counts:
        file = f"{name.lower()}.xpt"
        result = folder / "analysis" / "adam" / "datasets" / file
        assert (tmp_path / "adam" / file).read_bytes() == result.read_bytes()
