"""Packages made of clean raw data: what the checks find in them is explained, or no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdisc_npc.check.explain import explain, rule_ids
from cdisc_npc.check.run import check_folder
from cdisc_npc.run.build import build_sdtm
from cdisc_npc.simulate import simulate
from cdisc_npc.spec.explanations import load_explanations
from cdisc_npc.study import load_study


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_clean_package_has_no_error_that_nothing_explains(seed: int, tmp_path: Path):
    study = load_study("npc")
    simulate(tmp_path / "raw", seed=seed, clean=True)
    build_sdtm(tmp_path / "raw", tmp_path / "package", study, package=True)
    checked = check_folder(tmp_path / "package", study)
    assert set(checked.verdicts()["status"]) >= {"passed", "not evaluated"}
    errors = checked.findings.frame().query("severity == 'error'").reset_index(drop=True)
    explained = explain(rule_ids(errors), errors["dataset"], errors, load_explanations(study.folder)) >= 0
    left = errors[~explained]
    assert left.empty, left[["rule", "dataset", "variable", "USUBJID", "value", "expected"]].to_string()
