"""A simulated trial with the disorder that endpoints have to bear, converted; on the whole or at a data cut."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import cdisc_npc as npc
from cdisc_npc.simulate import simulate
from cdisc_npc.simulate.messy import kinds
from cdisc_npc.standards.sdtmig import mappings_root

# Kinds of disorder that truth.json knows of: they take away dates of deaths, responses and doses.
KNOWN = ("partial_deaths", "undated_responses", "undated_infusions", "open_log_lines")
CUT = "2022-12-31"
_LINES = """
data_cut:
  date: "{date}"
  entered: RFICDTC
  rules: {{default: date, DM: special, TS: none}}
"""


@dataclass
class Trial:
    """Datasets of a trial, and what is true of its subjects and adverse events; by USUBJID."""

    sdtm: npc.Sdtm
    adam: npc.Adam
    subjects: pd.DataFrame
    events: pd.DataFrame
    cut: str

    def adsl(self) -> pd.DataFrame:
        """ADSL of the subjects of the truth, in its order."""
        return self.adam.datasets["ADSL"].set_index("USUBJID").reindex(self.subjects.index)

    def parameter(self, dataset: str, code: str) -> pd.DataFrame:
        """A parameter of each subject of the truth; nothing where one has no record."""
        table = self.adam.datasets[dataset]
        return table[table["PARAMCD"] == code].set_index("USUBJID").reindex(self.subjects.index)


def text(dates: pd.Series) -> list[str]:
    """Dates as ISO 8601, blank for none."""
    return dates.dt.strftime("%Y-%m-%d").fillna("").tolist()


def converted(folder: Path, subjects: int, seed: int, cut: str = "") -> Trial:
    """Simulate and convert a trial."""
    without = tuple(name for name in kinds() if name not in KNOWN)
    simulate(folder / "raw", subjects=subjects, seed=seed, without=without, cut=cut or None)
    study = npc.load_study(_with_cut(folder / "study", cut) if cut else "npc")
    sdtm = npc.to_sdtm(npc.read_raw(folder / "raw", study), study)
    existing = json.loads((folder / "raw" / "truth.json").read_text(encoding="utf-8"))
    existing = existing["cut"] if cut else existing
    dm = sdtm.datasets["DM"]
    names = dict(zip(dm["SUBJID"], dm["USUBJID"], strict=True))
    subject, event = (
        pd.DataFrame(existing[name]).assign(USUBJID=lambda table: table["SUBJID"].map(names))
        for name in ("subjects", "adverse_events")
    )
    # Of who was first dosed after the cut nothing is to be said.
    treated = subject[subject["TRTSDATE"] != ""].set_index("USUBJID")
    return Trial(sdtm, npc.to_adam(sdtm, study), treated, event, cut)


def _with_cut(folder: Path, cut: str) -> Path:
    shutil.copytree(mappings_root() / "npc", folder)
    path = folder / "study.yaml"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8") + _LINES.format(date=cut), encoding="utf-8")
    return folder


def name_of(number: int) -> str:
    """USUBJID of a subject that `alike` gives."""
    return f"ALIKE-{number:03}"


def alike(
    sdtm: dict[str, pd.DataFrame], who: str, changes: Sequence[Callable[[dict[str, pd.DataFrame]], None]]
) -> dict[str, pd.DataFrame]:
    """The trial with one subject more for each change: as ``who``, and then changed.

    What becomes of a subject does not depend on the others: one derivation serves all changes. A change gets the
    subject's records, with an index of their own, and changes them or puts others in their place.
    """
    parts = {name: [frame] for name, frame in sdtm.items()}
    for number, change in enumerate(changes):
        data = {
            name: frame[frame["USUBJID"] == who].assign(USUBJID=name_of(number)).reset_index(drop=True)
            for name, frame in sdtm.items()
            if "USUBJID" in frame
        }
        change(data)
        for name, frame in data.items():
            parts[name].append(frame)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
