"""Errors of a specification, gathered over all its files."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from cdisc_npc.findings import Findings
from cdisc_npc.transport.strict_yaml import Document, Place


class Problems:
    """Errors of a specification, gathered over all its files."""

    def __init__(self) -> None:
        self.found = Findings()

    def add(self, document: Document, place: Place, text: str, dataset: str = "", variable: str = "") -> None:
        """Note one error at a place of a file."""
        if dataset:
            text = f"{dataset}{'.' if variable else ''}{variable}: {text}"
        self.found.add(
            "SPEC_INVALID", file=_shown(document.path), expected=text, dataset=dataset, variable=variable,
            params={"line": document.line(place)},
        )  # fmt: skip


def _shown(path: Path) -> str:
    """Path from the study's folder on, as the author sees it."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in ("sdtm", "adam") else path.name


def near(name: str, names: Iterable[str]) -> str:
    """A hint at the nearest of some names, to end a message with; blank where none is near.

    Parameters
    ----------
    name
        What was written.
    names
        What it might have been.
    """
    close = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean {close[0]}?" if close and close[0] != name else ""
