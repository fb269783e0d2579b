"""The truth table of the overall response."""

import json
import os
from pathlib import Path

import pytest

from cdisc_npc.recist.overall import NONTARGET, TARGET, overall_response

SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or Path(__file__).resolve().parents[3] / "shared")

# RECIST 1.1, tables 1 and 2, without a new lesion.
TABLE = """
target | CR | NON-CR/NON-PD | PD | NE            | NA
CR     | CR | PR            | PD | PR            | CR
PR     | PR | PR            | PD | PR            | PR
SD     | SD | SD            | PD | SD            | SD
PD     | PD | PD            | PD | PD            | PD
NE     | NE | NE            | PD | NE            | NE
NA     | CR | NON-CR/NON-PD | PD | NE            | NE
"""


def test_the_table_without_a_new_lesion():
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    for target, *expected in lines[1:]:
        assert overall_response([target] * 5, lines[0][1:], [False] * 5).tolist() == expected


def test_a_new_lesion_is_progression_whatever_else():
    pairs = [(target, nontarget) for target in TARGET for nontarget in NONTARGET]
    assert set(overall_response(*zip(*pairs, strict=True), [True] * 30)) == {"PD"}


def test_all_sixty_rows_of_the_vectors():
    path = SHARED / "vectors.json"
    if not path.is_file():
        pytest.skip(f"{path} is absent (set CDISC_NPC_SHARED)")
    rows = json.loads(path.read_text())["overall"]
    assert len(rows) == 60
    target, nontarget, new, expected = zip(*rows, strict=True)
    assert overall_response(target, nontarget, [flag == "Y" for flag in new]).tolist() == list(expected)


def test_a_response_that_is_none_is_refused():
    with pytest.raises(ValueError, match="Stable"):
        overall_response(["Stable"], ["CR"], [False])
