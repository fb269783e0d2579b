"""No cell of the packaged studies is lost in silence; see `canaries`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.raw.read import RawData, read_raw
from cdisc_npc.simulate.simulation import simulate
from cdisc_npc.study.packaged import load_study
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.raw_tables import RawTable
from tests.sdtm.canaries import Canaries, copies


def trial(folder: Path, spec: Specification, subjects: int, *, clean: bool) -> RawData:
    """A simulated export of the trial, its subjects so often that there are so many."""
    simulate(folder / "raw", subjects=14, seed=7, clean=clean)
    raw = read_raw(folder / "raw", spec)
    once = raw.forms["dm"]["SUBJID"].nunique()
    return copies(raw, "SUBJID", -(-subjects // once), {"dm": "INITIALS"})


def pilot(spec: Specification, subjects: int, *, clean: bool) -> RawData:
    """An export with the forms of the pilot study, drawn from the words of its forms.

    Where it is not clean, one cell of 20 is empty, and one in lower case between blanks.
    """
    rng = np.random.default_rng(3)
    words = {
        "IT.SEX": ["F", "M"], "IT.ETHNIC": ["Hispanic or Latino", "Not Hispanic or Latino"], "IT.RACE": ["White", "Asian"],
        "COUNTRY": ["USA"], "IT.AGE": ["63", "71"], "AEOUTCOME": ["Fatal", "Recovered/Resolved"],
        "IT.AESEV": ["Mild Adverse Event", "Severe Adverse Event"], "IT.AEREL": ["Not Related", "Remote"],
        "IT.AEACN": ["DOSE NOT CHANGED", ""], "VISITNAME": ["Baseline", "Week 2"], "IT.ECDSTXT": ["54", "81"],
        "IT.ECDOSU": ["mg"], "DOSFM": ["patch"], "DOSFRQ": ["QD"], "IT.ECROUTE": ["Transdermal"],
        "INSTANCE": ["Week 26", "Week 2"],
        "IT.DSDECOD": ["Completed", "Death", ""], "IT.DSTERM": ["Protocol Completed", "Died"], "OTHERSP": ["", "Final lab visit"],
        "DSTMCOL": ["", "11:45"],
    }  # fmt: skip
    yes_no = {"IT.AESER", "AESCAN", "AESCNO", "AEDIS", "IT.AESDTH", "IT.AESHOSP", "IT.AESLIFE", "AESOD"}
    arms = [("Placebo", "Pbo"), ("Xan Low", "Xan_Lo"), ("Screen Failure", "Scrnfail")]
    forms = {}
    for name, times in (("dm", 1), ("ae", 2), ("ec", 2), ("ds", 2)):
        size, columns = subjects * times, {}
        for field, fact in spec.contract.forms[name].fields.items():
            choice = words.get(field, ["No", "Yes"] if field in yes_no else [f"{field} text"])
            if fact.type == "date":
                choice = [
                    f"{day:02}-Feb-2014" if name == "ec" else f"02/{day:02}/2014" for day in range(1, 29)
                ]
            elif fact.type == "integer" and field not in words:
                choice = ["10003058", "10018065"]
            columns[field] = rng.choice(choice, size)
        frame = pd.DataFrame(columns, dtype="str")
        frame["PATNUM"] = [f"701-{1001 + place // times}" for place in range(size)]
        if name == "dm":
            chosen = rng.integers(0, 3, size)
            for place, part in enumerate(("PLANNED_ARM", "PLANNED_ARMCD")):
                frame[part] = frame[part.replace("PLANNED", "ACTUAL")] = [arms[arm][place] for arm in chosen]
        if not clean:
            drawn = rng.random(frame.shape)
            messy = " " + frame.apply(lambda column: column.str.lower()) + " "
            frame = frame.mask(drawn < 0.05, "").mask(drawn > 0.95, messy)
        forms[name] = frame.astype("str")
    tables = {name: RawTable(name, frame, f"{name}.csv") for name, frame in forms.items()}
    return RawData(forms, tables)


@pytest.mark.parametrize(
    ("cells", "subjects", "clean"),
    [
        pytest.param(200, 200, True, marks=pytest.mark.slow),
        pytest.param(1_000, 500, False, marks=pytest.mark.slow),
        pytest.param(6_000, 2_000, True, marks=pytest.mark.long),
        pytest.param(8_000, 2_000, False, marks=pytest.mark.long),
    ],
)
def test_no_cell_of_the_trial_is_lost_in_silence(tmp_path: Path, cells: int, subjects: int, clean: bool):
    spec = load_study("npc")
    canaries = Canaries(trial(tmp_path, spec, subjects, clean=clean), spec, seed=cells)
    assert canaries.silent(cells) == []
    if cells > 200:
        assert canaries.references(50) == []
    assert canaries.fates.total() >= cells


@pytest.mark.parametrize(
    ("cells", "subjects", "clean"),
    [
        (100, 100, True),
        pytest.param(2_000, 1_000, False, marks=pytest.mark.slow),
        pytest.param(3_000, 1_000, True, marks=pytest.mark.long),
        pytest.param(3_000, 1_000, False, marks=pytest.mark.long),
    ],
)
def test_no_cell_of_the_pilot_study_is_lost_in_silence(cells: int, subjects: int, clean: bool):
    spec = load_study("cdiscpilot")
    canaries = Canaries(pilot(spec, subjects, clean=clean), spec, seed=cells)
    assert canaries.silent(cells) == []
    assert canaries.fates.total() == cells
