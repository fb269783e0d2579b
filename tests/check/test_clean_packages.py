"""Packages made of clean raw data: what the checks find in them is explained, or no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdisc_npc.run.build import build_sdtm
from cdisc_npc.simulate import simulate
from cdisc_npc.study import load_study


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_clean_package_has_no_error_that_nothing_explains(seed: int, tmp_path: Path):
    simulate(tmp_path / "raw", seed=seed, clean=True)
    outcome = build_sdtm(tmp_path / "raw", tmp_path / "package", load_study("npc"), package=True)
    report = outcome.report
    assert report is not None
    assert report.statuses["passed"] > 600
    left = report.issues.query("severity == 'error' and findings > explained")
    assert left.empty, left.to_string()
    assert not outcome.failed
