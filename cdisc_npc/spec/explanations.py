"""Findings of conformance rules that stay, and why: of any study, and of one study's choosing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from cdisc_npc.findings import Refused
from cdisc_npc.spec.base import Model, Names
from cdisc_npc.spec.standards import mappings_root
from cdisc_npc.spec.yaml import read_yaml


class Explanation(Model):
    """Why a rule's findings stay."""

    kind: Literal["withdrawn", "misfire", "sponsor choice"]
    reason: str
    datasets: Names = Setting(default=[], description="datasets that it is true of; none: all")

    def covers(self, dataset: str) -> bool:
        """Whether a finding in a dataset is explained."""
        return not self.datasets or dataset in self.datasets


_FILE = TypeAdapter(dict[str, Explanation])


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
    found: dict[str, Explanation] = {}
    files = [mappings_root() / "standards" / "core.yaml"]
    if study is not None and (study / "explanations.yaml").is_file():
        files.append(study / "explanations.yaml")
    for path in files:
        document = read_yaml(path)
        try:
            found |= _FILE.validate_python(document.data)
        except ValidationError as error:
            problems = error.errors()
            raise Refused.because(
                "SPEC_INVALID", file=path.name,
                expected=[f"{' '.join(map(str, each['loc']))}: {each['msg']}" for each in problems],
                params=[f'{{"line": {document.line(each["loc"])}}}' for each in problems],
            ) from error  # fmt: skip
    return found
