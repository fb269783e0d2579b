"""Defects planted in a clean package, one at a time: each is found where it is, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cdisc_npc.study.packaged import load_study
from tests.check import (
    defects_adam,
    defects_clinical,
    defects_dates,
    defects_define,
    defects_files,
    defects_links,
    defects_results,
    defects_terms,
)
from tests.check.defects import Defect
from tests.check.rerun import Rerun

TABLES = (
    defects_adam, defects_clinical, defects_dates, defects_define, defects_files, defects_links, defects_results,
    defects_terms,
)  # fmt: skip
DEFECTS: list[Defect] = [each for table in TABLES for each in table.DEFECTS]
# By which a finding is known again in another package.
ITSELF = ["rule", "dataset", "variable", "USUBJID", "keys", "value"]


@pytest.fixture(scope="module")
def checks(clean_package: Path) -> Iterator[Rerun]:
    with Rerun(clean_package, load_study("npc")) as rerun:
        yield rerun


def places(found: pd.DataFrame) -> set[str]:
    return {
        " ".join(place).strip() for place in found[["rule", "dataset", "variable"]].itertuples(index=False)
    }


def test_there_are_enough_kinds_of_defect():
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 150


@pytest.mark.slow
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_is_detected_and_nothing_else(defect: Defect, checks: Rerun):
    planted = defect.plant(checks.clean)
    result = checks.found(planted.package)
    before = set(checks.base[ITSELF].itertuples(index=False, name=None))
    result = result[[finding not in before for finding in result[ITSELF].itertuples(index=False, name=None)]]
    # A rule alone may strike wherever it will.
    existing = places(result) | set(result["rule"])
    assert set(defect.finds) <= existing
    rule, dataset, *_ = [*defect.finds[0].split(), ""]
    own = result[(result["rule"] == rule) & (result["dataset"] == dataset)]
    if planted.rows and dataset == planted.dataset and own["row"].notna().any():
        assert set(own["row"].dropna() - 1) & set(planted.rows)
    errors = result[result["severity"] == "error"]
    other = errors[~errors["rule"].isin(defect.finds)]
    assert places(other) <= set(defect.finds), other[
        ["rule", "dataset", "variable", "value", "expected"]
    ].to_string()
