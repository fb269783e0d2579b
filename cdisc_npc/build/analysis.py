"""SDTM files to ADaM files: whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cdisc_npc.adam.derive import Adam, derive
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.build.outputs import write_findings, write_run_manifest
from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.study.adam_check import label_of
from cdisc_npc.study.specification import AdamSpecification
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.file_forms import READ, read_datasets
from cdisc_npc.transport.parquet import write_parquet
from cdisc_npc.transport.place import refuse_place
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.xpt import Member, Variable, write_xpt


@dataclass(frozen=True)
class AdamOutcome:
    """What was made: counts of records by dataset, and the findings."""

    folder: Path
    counts: dict[str, int]
    findings: Findings


def to_adam(sdtm: object, study: Specification) -> Adam:
    """Derive the analysis datasets of a study from its SDTM.

    Parameters
    ----------
    sdtm
        SDTM datasets by name, or what `to_sdtm` gave.
    study
        The study, with a folder ``adam``.

    Returns
    -------
    Adam
        ``datasets``, ``ledger`` and ``findings``.

    Raises
    ------
    Refused
        As `cdisc_npc.adam.derive.derive`; ADAM_NOT_SPECIFIED where the study has no analysis datasets.
    """
    datasets = getattr(sdtm, "datasets", sdtm)
    if not isinstance(datasets, Mapping):
        raise TypeError(f"SDTM is a {type(sdtm).__name__}; expected datasets by name, or what to_sdtm gives")
    return derive(datasets, specified(study))


def specified(study: Specification) -> AdamSpecification:
    """The study's analysis datasets; refused where it has none."""
    if study.adam is None:
        raise Refused.because(
            "ADAM_NOT_SPECIFIED", value=study.study.study, expected="a folder adam with a file a dataset"
        )
    return study.adam


def build_adam(
    sdtm: str | Path, out: str | Path, study: Specification, *, encoding: str | None = None
) -> AdamOutcome:
    """Derive the analysis datasets from SDTM files.

    Parameters
    ----------
    sdtm
        Folder of SDTM files in XPT, Parquet or Dataset-JSON, or a package with one.
    out
        Folder to make or replace: ``*.xpt``, ``exchange/*.parquet``, ``report/`` and ``manifest.json``.
    encoding
        Of the texts of XPT, SAS7BDAT and CSV files, in place of what is found.

    Raises
    ------
    Refused
        The input, the specification or the output folder; nothing is written.
    """
    out = Path(out)
    refuse_place(out, folder=True, inputs=[sdtm, study.folder])
    noticed = Findings()
    datasets, inputs = read_sdtm(Path(sdtm), specified(study), encoding, noticed)
    adam = to_adam(datasets, study)
    adam.findings.extend(noticed)
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out, folder=True, inputs=[sdtm, study.folder]) as folder:
        write_adam(adam, study, folder, folder / "exchange")
        write_report(adam, folder / "report")
        write_run_manifest(folder, study, inputs)
    return AdamOutcome(out, {name: len(frame) for name, frame in adam.datasets.items()}, adam.findings)


def read_sdtm(
    folder: Path, spec: AdamSpecification, encoding: str | None = None, noticed: Findings | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Path]]:
    """Read the SDTM datasets that the analysis datasets are made of.

    Parameters
    ----------
    folder
        Of the files, or a package.
    spec
        Says which datasets are read.
    encoding
        Of the texts of XPT, SAS7BDAT and CSV files, in place of what is found.
    noticed
        Takes what reading notices: the encoding that was found.

    Returns
    -------
    datasets : dict of DataFrame
    files : dict of Path
        By file name.

    Raises
    ------
    Refused
        ADAM_NO_DATASET, for every dataset without a file at once; where DM has one, another dataset that the
        study makes has no records, and needs no file.
    """
    package = sorted(folder.glob("m5/datasets/*/tabulations/sdtm"))
    place = package[0] if package else folder
    there = sorted(place.iterdir(), reverse=True) if place.is_dir() else []
    files = {path.stem.lower(): path for path in there if path.suffix.lower() in READ}
    made, found = spec.datasets.keys() | _own_tables(spec), Findings()
    inputs: dict[str, Path] = {}
    datasets: dict[str, pd.DataFrame] = {}
    for name in spec.tables_read():
        if name in made:
            continue
        stem = spec.inputs.files.get(name, name).lower()
        for optional, file in ((False, stem), (True, f"supp{stem}")):
            path = files.get(file)
            if path is not None:
                read = read_datasets(path, encoding=encoding)[0]
                datasets[f"SUPP{name}" if optional else name] = read.frame
                if noticed is not None:
                    noticed.extend(read.findings)
                inputs[path.name] = path
            elif not optional and not ("dm" in files and name in spec.tabulations):
                found.add(
                    "ADAM_NO_DATASET", dataset=name, value=name, file=str(place),
                    expected=f"a file {stem} in {', '.join(sorted(READ))}",
                )  # fmt: skip
    found.refuse_if_worst()
    return datasets, inputs


def _own_tables(spec: AdamSpecification) -> set[str]:
    return {name for model in spec.datasets.values() for name in model.tables} | {
        block.name for model in spec.datasets.values() for block in model.records if block.name
    }


def write_adam(adam: Adam, study: Specification, place: Path, exchange: Path) -> dict[str, Member]:
    """Write each dataset as XPT and as Parquet, and tell what the files are."""
    spec = specified(study)
    place.mkdir(parents=True, exist_ok=True)
    exchange.mkdir(parents=True, exist_ok=True)
    made = members(adam, study)
    for name, member in made.items():
        stem = spec.datasets[name].stem
        write_xpt(adam.datasets[name], place / f"{stem}.xpt", member, encoding=study.study.encoding)
        write_parquet(adam.datasets[name], exchange / f"{stem}.parquet", member)
    return made


def members(adam: Adam, study: Specification) -> dict[str, Member]:
    """Names, labels, types, byte lengths and formats of the files.

    A character variable is as long as its longest value in any of the datasets.
    """
    spec = specified(study)
    longest: dict[str, int] = {}
    for frame in adam.datasets.values():
        for name in frame.columns:
            if pd.api.types.is_string_dtype(frame[name].dtype):
                size = int(byte_lengths(frame[name], study.study.encoding).max(initial=1))
                longest[name] = max(longest.get(name, 1), size)
    made = {}
    for dataset, frame in adam.datasets.items():
        model, adsl = spec.datasets[dataset], spec.datasets.get("ADSL")
        variables = []
        for name in map(str, frame.columns):
            label = label_of(model, name, study) or (label_of(adsl, name, study) if adsl else None) or ""
            moments = frame[name].dtype.kind == "M"
            timed = name in spec.datetimes.get(dataset, ())
            form = ("DATETIME20." if timed else "DATE9.") if moments else ""
            text = pd.api.types.is_string_dtype(frame[name].dtype)
            variables.append(
                Variable(name, label, "Char" if text else "Num", longest[name] if text else None, form)
            )
        made[dataset] = Member(dataset, model.label, tuple(variables))
    return made


def write_report(adam: Adam, folder: Path) -> None:
    """Write the findings and the ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    write_findings(adam.findings, folder / "findings.csv")
    adam.ledger.to_parquet(folder / "ledger.parquet", index=False)
