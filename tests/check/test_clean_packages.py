"""Packages made of clean raw data: what the checks find in them is explained, or no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdisc_npc.check.report.content import Report
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.pipeline.checks import report_of
from cdisc_npc.simulate import simulate
from cdisc_npc.study.packaged import load_study


def assert_nothing_is_left(report: Report | None) -> None:
    assert report is not None
    assert report.statuses["passed"] > 600
    left = report.issues.query("severity == 'error' and findings > explained")
    assert left.empty, left.to_string()
    assert not report.failed


@pytest.mark.slow
def test_a_clean_package_has_no_error_that_nothing_explains(clean_package: Path):
    study = load_study("npc")
    assert_nothing_is_left(report_of(clean_package, study.study.study, study)[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "subjects"),
    [
        (2, 140),  # as many subjects as ten of the others; most of the time goes by the package
        *(pytest.param(seed, 14, marks=pytest.mark.long) for seed in range(2, 11)),
    ],
)
def test_a_clean_build_has_no_error_that_nothing_explains(seed: int, subjects: int, tmp_path: Path):
    simulate(tmp_path / "raw", subjects=subjects, seed=seed, clean=True)
    outcome = build_package(tmp_path / "raw", tmp_path / "package", load_study("npc"))
    assert_nothing_is_left(outcome.report)
    assert not outcome.failed
