"""The package that faults are planted in."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import cdisc_npc as npc
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.simulate import simulate

EXAMPLE = Path(__file__).parents[2] / "examples" / "pilot"


@pytest.fixture(scope="session")
def pilot_package(tmp_path_factory) -> Path:
    """The example of the pilot study, built: DM, AE, DS, EX and their SUPP--, with define.xml."""
    out = tmp_path_factory.mktemp("pilot") / "package"
    build_package(EXAMPLE, out, npc.load_study("cdiscpilot"))
    return out


@pytest.fixture(scope="session")
def clean_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of the clean trial of seed 1, made once for all workers; not to be changed."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "clean of seed 1"
    done = folder.with_suffix(".done")
    try:
        folder.mkdir()
    except FileExistsError:
        while not done.exists():
            time.sleep(0.1)
        return folder / "package"
    try:
        simulate(folder / "raw", seed=1, clean=True)
        build_package(folder / "raw", folder / "package", npc.load_study("npc"))
    finally:
        done.touch()
    return folder / "package"
