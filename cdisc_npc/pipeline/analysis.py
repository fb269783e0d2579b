"""SDTM files to ADaM files: whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cdisc_npc.adam.derive import Adam, derive
from cdisc_npc.findings import Findings, joined
from cdisc_npc.package.inputs import read_sdtm
from cdisc_npc.package.layout import Layout
from cdisc_npc.pipeline.outputs import write_run_manifest
from cdisc_npc.pipeline.stages import counts, specified, write_analysis
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.place import refuse_place
from cdisc_npc.transport.replace import replacing


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
    datasets, inputs, noticed = read_sdtm(Path(sdtm), specified(study), encoding)
    adam = to_adam(datasets, study)
    adam = replace(adam, findings=joined(adam.findings, noticed))
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out, folder=True, inputs=[sdtm, study.folder]) as folder:
        write_analysis(adam, study, Layout(folder), skip={"define"})
        write_run_manifest(folder, study, inputs)
    return AdamOutcome(out, counts(adam.datasets), adam.findings)
