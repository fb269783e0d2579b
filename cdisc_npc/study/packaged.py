"""A study: its mapping folder, found by name or path, loaded and checked."""

from __future__ import annotations

from pathlib import Path

from cdisc_npc.findings import Refused
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.load import load_specification
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.strict_yaml import read_yaml


def packaged_studies() -> list[str]:
    """Names of the studies that come with the tool."""
    return sorted(path.parent.name for path in mappings_root().glob("*/study.yaml"))


def study_of(identifier: str) -> str | None:
    """Name of the packaged study that states this identifier as its own; None where there is none."""
    for name in packaged_studies():
        stated = read_yaml(mappings_root() / name / "study.yaml").data
        if isinstance(stated, dict) and stated.get("study") == identifier:
            return name
    return None


def load_study(study: str | Path) -> Specification:
    """Load a study's specification.

    Parameters
    ----------
    study
        A packaged study's name, such as ``cdiscpilot``, or the path of a mapping folder.

    Raises
    ------
    Refused
        There is no such study, or its folder has errors: all of them, with file and line.
    """
    packaged = packaged_studies()
    if str(study) in packaged:
        return load_specification(mappings_root() / str(study))
    folder = Path(study)
    if not (folder / "study.yaml").is_file():
        raise Refused.because(
            "STUDY_NOT_FOUND",
            value=str(study),
            expected=f"one of {', '.join(packaged)}, or a folder with study.yaml",
        )
    return load_specification(folder)
