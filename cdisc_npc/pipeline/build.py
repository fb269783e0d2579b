"""A conversion from files to files: whole or not at all."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from cdisc_npc.check.report.content import Report
from cdisc_npc.define.write import write_define
from cdisc_npc.findings import Findings, joined
from cdisc_npc.package.layout import DEFINE, Layout
from cdisc_npc.package.members import sdtm_members
from cdisc_npc.pipeline.outputs import write_run_manifest
from cdisc_npc.pipeline.stages import (
    analyse,
    check_files,
    compare_responses,
    compute_responses,
    counts,
    left_out,
    place_package,
    report_account,
    report_findings,
    translate,
    write_datasets,
)
from cdisc_npc.raw.read import read_export
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.sdtm.submitted import submitted
from cdisc_npc.side_by_side import side_by_side
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.place import refuse_place
from cdisc_npc.transport.replace import replacing


@dataclass(frozen=True)
class Outcome:
    """What a build made: counts of records by dataset, the account, the findings.

    Attributes
    ----------
    report : Report or None
        Of a package: what the checks of the files as written found, and which findings are explained.
    """

    folder: Path
    counts: dict[str, int]
    records: pd.DataFrame
    fields: pd.DataFrame
    findings: Findings
    report: Report | None = None

    @property
    def failed(self) -> bool:
        """Whether there is an error that nothing explains."""
        return self.report.failed if self.report else self.findings.worst == "error"


def build_sdtm(
    raw: str | Path,
    out: str | Path,
    spec: Specification,
    *,
    language: str | None = None,
    encoding: str | None = None,
) -> Outcome:
    """Convert a raw export to SDTM files.

    Parameters
    ----------
    raw
        Folder or file of the export.
    out
        Folder to make or replace: ``*.xpt``, ``report/`` and ``manifest.json``.
    language
        Labels, terms and encoding of the study's ``languages/<language>.yaml``; the account, the lineage
        and RECIST are those of the conversion.
    encoding
        Of the texts of delimited and SAS files, in place of what is found.

    Raises
    ------
    Refused
        The input, the specification or the output folder; nothing is written.
    """
    out = Path(out)
    sdtm, inputs = _convert(raw, out, spec, encoding)
    findings = joined(sdtm.findings)
    with _whole(raw, out, spec) as folder:
        layout = Layout(folder)
        computed, noticed = compute_responses(sdtm.datasets, spec.study.recist)
        findings.extend(noticed)
        findings.extend(compare_responses(computed, sdtm.datasets, spec.study.recist))
        (sdtm, spec), noticed = translate(sdtm, spec, language)
        findings.extend(noticed)
        datasets, noticed = submitted(sdtm.datasets, spec)
        findings.extend(noticed)
        files = sdtm_members(datasets, spec)
        write_datasets(datasets, files, layout.datasets("sdtm"), spec.study.encoding)
        report_account(layout, sdtm, computed)
        report_findings(layout, findings)
        write_run_manifest(folder, spec, inputs, language)
    return Outcome(out, counts(sdtm.datasets), sdtm.records, sdtm.fields, findings)


def build_package(
    raw: str | Path,
    out: str | Path,
    spec: Specification,
    *,
    skip: Collection[str] = (),
    language: str | None = None,
    encoding: str | None = None,
) -> Outcome:
    """Convert a raw export to a package as a regulator expects it, and check the files as written.

    Parameters
    ----------
    raw, language, encoding
        As of `build_sdtm`. The analysis datasets are derived from the terms of the standard, whatever language
        the tabulations are given.
    out
        Folder to make or replace: ``m5/``, ``exchange/``, ``report/`` and ``manifest.json``; see
        `cdisc_npc.package.layout`.
    skip
        Stages to leave out, of `cdisc_npc.pipeline.stage_names.STAGES`.

    Raises
    ------
    Refused
        The input, the specification, the output folder or a stage to leave out; nothing is written.
    """
    out, skip = Path(out), left_out(skip)
    sdtm, inputs = _convert(raw, out, spec, encoding)
    findings = joined(sdtm.findings)
    with _whole(raw, out, spec) as folder:
        layout, unsafe = place_package(folder, spec.study.study)
        computed, noticed = compute_responses(sdtm.datasets, None if "recist" in skip else spec.study.recist)
        findings.extend(noticed)
        work = partial(analyse, sdtm.datasets, spec, layout, skip, (computed, noticed))
        with side_by_side(work) if spec.adam and "analysis" not in skip else nullcontext() as analysis:
            findings.extend(compare_responses(computed, sdtm.datasets, spec.study.recist))
            (sdtm, spec), noticed = translate(sdtm, spec, language)
            findings.extend(noticed)
            findings.extend(unsafe)
            datasets, noticed = submitted(sdtm.datasets, spec)
            findings.extend(noticed)
            files = sdtm_members(datasets, spec)
            write_datasets(datasets, files, layout.datasets("sdtm"), spec.study.encoding)
            if "define" not in skip:
                # What is wrong with them is found by the checks of the files as written.
                write_define(spec, "sdtm", datasets, files, layout.datasets("sdtm") / DEFINE)
            analysed, of_analysis = analysis() if analysis else ({}, Findings())
        findings.extend(of_analysis)
        report_account(layout, sdtm, computed)
        result, records, fields = counts(sdtm.datasets) | analysed, sdtm.records, sdtm.fields
        # The checks read the files as written, and need the memory of what was written.
        del sdtm, computed, datasets, work, analysis
        report = None
        if "check" not in skip:
            report, noticed = check_files(layout, spec, findings)
            findings.extend(noticed)
        report_findings(layout, findings.without(of_analysis))  # those of the analysis are in its own report
        write_run_manifest(folder, spec, inputs, language)
    return Outcome(out, result, records, fields, findings, report)


def _convert(
    raw: str | Path, out: Path, spec: Specification, encoding: str | None
) -> tuple[Sdtm, dict[str, Path]]:
    """Read the export and convert it, unless the output may not stand where it is to; and its files by name."""
    refuse_place(out, folder=True, inputs=[raw, spec.folder])
    export, folder = read_export(raw, spec.contract, encoding=encoding), Path(raw)
    inputs = {
        table.file: folder / table.file if folder.is_dir() else folder for table in export.tables.values()
    }
    return to_sdtm(export, spec), inputs


def _whole(raw: str | Path, out: Path, spec: Specification) -> AbstractContextManager[Path]:
    """A folder to write into, which takes the place of the output when it is whole."""
    out.parent.mkdir(parents=True, exist_ok=True)
    return replacing(out, folder=True, inputs=[raw, spec.folder])
