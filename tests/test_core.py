"""CDISC CORE on the trial's SDTM, where an interpreter with its engine is named.

``CDISC_NPC_CORE_PYTHON`` names a Python 3.12 with ``cdisc-rules-engine``; a run takes minutes.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from cdisc_npc.run.build import build_sdtm
from cdisc_npc.simulate import simulate
from cdisc_npc.spec.explanations import load_explanations
from cdisc_npc.spec.standards import mappings_root
from cdisc_npc.study import load_study

SHARED = Path(os.environ.get("CDISC_NPC_SHARED", Path(__file__).parents[1] / "../shared")).resolve()
PYTHON = os.environ.get("CDISC_NPC_CORE_PYTHON")


@pytest.mark.slow
@pytest.mark.skipif(not PYTHON, reason="CDISC_NPC_CORE_PYTHON names no interpreter with the CORE engine")
@pytest.mark.skipif(not (SHARED / "core").is_dir(), reason="the reference material has no CORE rules")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_core_finds_nothing_that_is_not_explained(tmp_path: Path, seed: int):
    simulate(tmp_path / "raw", seed=seed, clean=True)
    build_sdtm(tmp_path / "raw", tmp_path / "out", load_study("npc"), package=True)
    (data,) = (tmp_path / "out").glob("m5/**/sdtm")
    call = [
        str(PYTHON),
        str(SHARED / "core" / "core_check.py"),
        "--sdtm",
        str(data),
        "--define",
        str(data / "define.xml"),
    ]
    call += [
        "--cache",
        str(SHARED / "core" / "cache"),
        "--ct",
        "sdtmct-2025-03-28",
        "--jobs",
        "1",
        "-o",
        str(tmp_path / "found.json"),
    ]
    subprocess.run(call, check=False, capture_output=True)
    explained = load_explanations(mappings_root() / "npc")
    rules = json.loads((tmp_path / "found.json").read_text())["rules"]
    assert len(rules) > 400
    left = [
        (rule["core_id"], found["dataset"], found["message"])
        for rule in rules
        for found in rule["findings"]
        if not any(
            each.rule == rule["core_id"]
            and (found["dataset"] == "N/A" or each.explanation.covers(found["dataset"]))
            for each in explained
        )
    ]
    assert left == []
