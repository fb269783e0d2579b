"""The datasets that an analysis reads, from a package or a folder of files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.package.layout import dataset_folders
from cdisc_npc.package.read import dataset_files
from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.specification import AdamSpecification
from cdisc_npc.transport.file_forms import READ, read_datasets


def read_sdtm(
    folder: Path, adam: AdamSpecification, encoding: str | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Path], Findings]:
    """Read the SDTM datasets that the analysis datasets are made of.

    Parameters
    ----------
    folder
        Of the files, or a package.
    adam
        Says which datasets are read.
    encoding
        Of the texts of XPT, SAS7BDAT and CSV files, in place of what is found.

    Returns
    -------
    datasets : dict of DataFrame
    files : dict of Path
        By file name.
    findings : Findings
        What reading noticed: the encoding that was found.

    Raises
    ------
    Refused
        ADAM_NO_DATASET, for every dataset without a file at once; where DM has one, another dataset that the
        study makes has no records, and needs no file.
    """
    place = next(iter(dataset_folders(folder, "sdtm")), folder)
    there = dataset_files(place) if place.is_dir() else []
    files = {path.stem.lower(): path for path in reversed(there)}
    result, missing, noticed = adam.datasets.keys() | _tables_made(adam), Findings(), Findings()
    inputs: dict[str, Path] = {}
    datasets: dict[str, pd.DataFrame] = {}
    for name in adam.tables_read():
        if name in result:
            continue
        stem = adam.inputs.files.get(name, name).lower()
        for optional, file in ((False, stem), (True, f"supp{stem}")):
            path = files.get(file)
            if path is not None:
                read = read_datasets(path, encoding=encoding)[0]
                datasets[supplemental_of(name) if optional else name] = read.frame
                noticed.extend(read.findings)
                inputs[path.name] = path
            elif not optional and not ("dm" in files and name in adam.tabulations):
                missing.add(
                    "ADAM_NO_DATASET", dataset=name, value=name, file=str(place),
                    expected=f"a file {stem} in {', '.join(sorted(READ))}",
                )  # fmt: skip
    missing.refuse_if_worst()
    return datasets, inputs, noticed


def _tables_made(adam: AdamSpecification) -> set[str]:
    return {name for model in adam.datasets.values() for name in model.tables} | {
        block.name for model in adam.datasets.values() for block in model.records if block.name
    }
