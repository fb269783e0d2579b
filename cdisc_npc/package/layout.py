"""Where everything of a package stands, stated once.

Datasets stand where the FDA's Study Data Technical Conformance Guide (7.2) expects them, below ``m5/datasets``; what
is no part of a submission stands beside ``m5``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cdisc_npc.transport.names import safe_name

Kind = Literal["sdtm", "adam"]

M5 = "m5"
DATASETS = "datasets"
# Where the datasets of each model stand below the study's folder.
PLACES: dict[Kind, tuple[str, ...]] = {
    "sdtm": ("tabulations", "sdtm"),
    "adam": ("analysis", "adam", DATASETS),
}
# Beside the analysis datasets: what made them. Below the datasets: the parts of one that is too large.
PROGRAMS = "programs"
SPLIT = "split"
DEFINE = "define.xml"
# Of the report: every finding, the same as a page, what became of each raw record, of each field and of each
# cell, RECIST as computed, and how each outcome of a subject came about.
FINDINGS = "findings.csv"
FINDINGS_PAGE = "findings.html"
RECORDS = "records.csv"
FIELDS = "fields.csv"
CELLS = "cells.parquet"
RECIST = "recist.csv"
LEDGER = "ledger.parquet"


@dataclass(frozen=True)
class Layout:
    """The folders of a package, or of datasets of one model alone.

    Attributes
    ----------
    folder
        That of the package.
    study
        The study's folder below ``m5/datasets``; None: the datasets of one model stand in ``folder`` itself.
    """

    folder: Path
    study: str | None = None

    @classmethod
    def of_study(cls, folder: Path, study: str) -> Layout:
        """The layout of a study's package, by the name of the study."""
        return cls(folder, safe_name(study.lower(), "study"))

    def datasets(self, model: Kind) -> Path:
        """Of the datasets that are submitted, and what describes them."""
        if self.study is None:
            return self.folder
        return self.folder.joinpath(M5, DATASETS, self.study, *PLACES[model])

    def exchange(self, model: Kind) -> Path:
        """Of the same datasets for analysis tools, with real dates."""
        folder = self.folder / "exchange"
        return folder / model if self.study else folder

    def report(self, model: Kind = "sdtm") -> Path:
        """Of the findings; a package has its own and that of the conversion in one, that of the analysis below it."""
        folder = self.folder / "report"
        return folder / model if self.study and model == "adam" else folder

    @property
    def lineage(self) -> Path:
        """Of the tables that say which raw records each record of a dataset was made from."""
        return self.report() / "lineage"


def dataset_folders(package: Path, model: Kind) -> list[Path]:
    """Folders of a model's datasets in a package, of whatever study; none where it has no ``m5``."""
    return sorted(package.glob("/".join((M5, DATASETS, "*", *PLACES[model]))))


def stands_in_place(path: Path) -> bool:
    """Whether a file's path below ``m5`` is ``datasets/<study>/<place of a model>/[split/]<file>``."""
    below = path.parts[2:-1]
    return path.parts[0] == DATASETS and any(below in (place, (*place, SPLIT)) for place in PLACES.values())


def of_analysis(path: Path) -> bool:
    """Whether a file stands below the folder of analyses."""
    return PLACES["adam"][0] in path.parts[:-1]
