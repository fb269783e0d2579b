"""The package that faults are planted in."""

from __future__ import annotations

from pathlib import Path

import pytest

import cdisc_npc as npc
from cdisc_npc.pipeline.build import build_package

EXAMPLE = Path(__file__).parents[2] / "examples" / "pilot"


@pytest.fixture(scope="session")
def pilot_package(tmp_path_factory) -> Path:
    """The example of the pilot study, built: DM, AE, DS, EX and their SUPP--, with define.xml."""
    out = tmp_path_factory.mktemp("pilot") / "package"
    build_package(EXAMPLE, out, npc.load_study("cdiscpilot"))
    return out
