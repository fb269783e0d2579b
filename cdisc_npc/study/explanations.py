"""Findings that stay, and why: of any study, and of one study's choosing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, RootModel
from pydantic import Field as Setting

from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.parts import load_part
from cdisc_npc.study.problems import Problems
from cdisc_npc.verbs.base import Model, Names

# The columns of findings that an explanation may look into.
CONTENT = ("variable", "value", "USUBJID", "keys")


class Explanation(Model):
    """Why findings of a rule stay: those that agree with all that is stated here.

    Attributes
    ----------
    kind
        ``withdrawn``: the rule was taken back by its authors; ``misfire``: the rule, or its engine, does not
        do what it says; ``sponsor choice``: so it was decided; ``as collected``: the finding is true, and the
        data were confirmed.
    datasets
        That it is true of; none: all. Findings of what is no dataset have the name of the form or the file.
    variable, value, USUBJID, keys
        A text, or several, one of which the finding shows exactly as the report does; none: any.
    """

    kind: Literal["withdrawn", "misfire", "sponsor choice", "as collected"]
    reason: str
    datasets: Names = Setting(default=[], description="datasets that it is true of; none: all")
    variable: Names = []
    value: Names = []
    USUBJID: Names = []
    keys: Names = []

    def covers(self, dataset: str) -> bool:
        """Whether findings in a dataset may be explained."""
        return not self.datasets or dataset in self.datasets

    @property
    def content(self) -> dict[str, list[str]]:
        """What it looks for in a finding, by column."""
        return {name: getattr(self, name) for name in CONTENT if getattr(self, name)}


def _several(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class Explanations(RootModel[dict[str, Annotated[list[Explanation], BeforeValidator(_several)]]]):
    """A file of explanations: one or several for the id of a rule, or the code of a finding."""

    root: dict[str, Annotated[list[Explanation], BeforeValidator(_several)]] = {}


@dataclass(frozen=True)
class Explained:
    """An explanation, the rule whose findings it explains, and whether it is of every study."""

    rule: str
    explanation: Explanation
    common: bool


def load_explanations(study: Path | None = None, file: Path | None = None) -> list[Explained]:
    """Explanations of a study, of a file, and of every study: in the order in which they are tried.

    Parameters
    ----------
    study
        Folder with, or without, ``explanations.yaml``.
    file
        Of the same form, for a package without a study.

    Raises
    ------
    Refused
        A file that cannot be read, with file, line and what was expected.
    """
    problems = Problems()
    places = [(study, "explanations.yaml")] if study else []
    if file is not None:
        places.append((file.parent, file.name))
    common = (mappings_root() / "standards", "core.yaml")
    result: list[Explained] = []
    for folder, name in [*places, common]:
        loaded = load_part(folder, name, Explanations, problems, needed=folder != study)
        if loaded:
            own = (folder, name) != common
            result += [
                Explained(rule, one, not own) for rule, several in loaded[0].root.items() for one in several
            ]
    problems.found.refuse_if_worst()
    return result
