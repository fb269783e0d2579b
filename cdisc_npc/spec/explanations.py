"""Findings of conformance rules that stay, and why: of any study, and of one study's choosing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field as Setting
from pydantic import RootModel

from cdisc_npc.spec.base import Model, Names
from cdisc_npc.spec.load import Problems, load_part
from cdisc_npc.spec.standards import mappings_root


class Explanation(Model):
    """Why a rule's findings stay."""

    kind: Literal["withdrawn", "misfire", "sponsor choice"]
    reason: str
    datasets: Names = Setting(default=[], description="datasets that it is true of; none: all")

    def covers(self, dataset: str) -> bool:
        """Whether a finding in a dataset is explained."""
        return not self.datasets or dataset in self.datasets


class Explanations(RootModel[dict[str, Explanation]]):
    """A file of explanations, by rule id."""

    root: dict[str, Explanation] = {}


def load_explanations(study: Path | None = None) -> dict[str, Explanation]:
    """Explanations by rule id: those of every study, and those of a study's folder.

    Parameters
    ----------
    study
        Folder with, or without, ``explanations.yaml``.

    Raises
    ------
    Refused
        A file that cannot be read, with file, line and what was expected.
    """
    problems = Problems()
    found: dict[str, Explanation] = {}
    places = [(mappings_root() / "standards", "core.yaml")]
    if study is not None:
        places.append((study, "explanations.yaml"))
    for folder, name in places:
        loaded = load_part(folder, name, Explanations, problems, needed=folder != study)
        found |= loaded[0].root if loaded else {}
    problems.found.refuse_if_worst()
    return found
