"""A conversion from files to files: whole or not at all."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from cdisc_npc.check.report.content import Report
from cdisc_npc.check.report.write import write_checks
from cdisc_npc.define.write import describe_adam, describe_sdtm
from cdisc_npc.findings import Findings
from cdisc_npc.raw.read import read_export
from cdisc_npc.build.analysis import to_adam, write_adam, write_report
from cdisc_npc.build.checks import report_of
from cdisc_npc.build.outputs import write_findings, write_run_manifest, write_table
from cdisc_npc.side_by_side import side_by_side
from cdisc_npc.sdtm.translate import in_language
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.study.translation import localise
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.names import safe_name
from cdisc_npc.transport.place import refuse_place
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.xpt import Member, Variable, write_xpt


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
    package: bool = False,
    language: str | None = None,
    encoding: str | None = None,
) -> Outcome:
    """Convert a raw export to SDTM files; a package has the analysis datasets too, where the study has any.

    Parameters
    ----------
    raw
        Folder or file of the export.
    out
        Folder to make or replace: ``*.xpt``, ``report/`` and ``manifest.json``.
    package
        Put the datasets where a regulator expects them, under ``m5/datasets/<study>``, with define.xml, and
        check the files as written.
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
    refuse_place(out, folder=True, inputs=[raw, spec.folder])
    export = read_export(raw, spec.contract, encoding=encoding)
    sdtm = to_sdtm(export, spec)
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out, folder=True, inputs=[raw, spec.folder]) as folder:
        # Derived from the terms of the standard, whatever language the tabulations are then given.
        work = partial(_write_analysis, sdtm, spec, folder)
        with side_by_side(work) if package and spec.adam is not None else nullcontext() as analysis:
            computed = check_responses(sdtm, spec)
            if language:
                localised = localise(spec, language)
                sdtm.findings.extend(localised.findings)
                sdtm = replace(sdtm, datasets=in_language(sdtm.datasets, localised, language, sdtm.findings))
                spec = localised.spec
            findings = Findings()
            findings.extend(sdtm.findings)
            if package and (place := _study_folder(folder, spec).name) != spec.study.study.lower():
                findings.add("NAME_UNSAFE", value=spec.study.study, expected=place)
            _write_tabulations(sdtm, spec, folder, package=package)
            analysed, noticed = analysis() if analysis else ({}, Findings())
        report = None
        if package:
            conversion = Findings()
            conversion.extend(findings)
            conversion.extend(noticed)
            checked, report = report_of(folder, spec.study.study, spec, conversion=conversion)
            write_checks(report, folder / "report")
            findings.extend(checked.findings)
        _write_report(folder / "report", sdtm, findings)
        findings.extend(noticed)
        if computed is not None:
            write_table(computed, folder / "report" / "recist.csv")
        inputs = {table.file: _input_file(Path(raw), table.file) for table in export.tables.values()}
        write_run_manifest(folder, spec, inputs, language)
    counts = {name: len(frame) for name, frame in sdtm.datasets.items()} | analysed
    return Outcome(out, counts, sdtm.records, sdtm.fields, findings, report)


def _write_analysis(sdtm: Sdtm, spec: Specification, folder: Path) -> tuple[dict[str, int], Findings]:
    """Derive the analysis datasets, and write them, define.xml and their report into a package."""
    adam = to_adam(sdtm, spec)
    place = _study_folder(folder, spec) / "analysis" / "adam" / "datasets"
    described = write_adam(adam, spec, place, folder / "exchange" / "adam")
    write_report(adam, folder / "report" / "adam")
    describe_adam(spec, adam.datasets, described, place / "define.xml")
    return {name: len(frame) for name, frame in adam.datasets.items()}, adam.findings


def _write_tabulations(sdtm: Sdtm, spec: Specification, folder: Path, *, package: bool) -> None:
    """Write the SDTM datasets; into a package with define.xml."""
    members = xpt_members(sdtm, spec)
    place = _study_folder(folder, spec) / "tabulations" / "sdtm" if package else folder
    place.mkdir(parents=True, exist_ok=True)
    # A dataset without records is no file (FDA Study Data Technical Conformance Guide).
    datasets = {name: frame for name, frame in sdtm.datasets.items() if len(frame)}
    for name, frame in datasets.items():
        write_xpt(frame, place / f"{name.lower()}.xpt", members[name], encoding=spec.study.encoding)
    if package:
        # What is wrong with them is found by the checks of the files as written.
        describe_sdtm(spec, datasets, members, place / "define.xml")


def _study_folder(package: Path, spec: Specification) -> Path:
    return package / "m5" / "datasets" / safe_name(spec.study.study.lower(), "study")


def check_responses(sdtm: Sdtm, spec: Specification) -> pd.DataFrame | None:
    """Compute the response of each time point and set it against RS, where the study asks for it.

    Returns
    -------
    DataFrame or None
        As `recist.responses` gives it; what disagrees is added to the findings of ``sdtm``.
    """
    rule = spec.study.recist
    if rule is None:
        return None
    from cdisc_npc.recist import compare_responses, responses
    from cdisc_npc.recist.policies import DEFAULT

    policies = replace(DEFAULT, **rule.policies)  # type: ignore[arg-type]
    tu, tr, rs = (sdtm.datasets[name] for name in ("TU", "TR", "RS"))
    computed = responses(tu, tr, policies, sdtm.findings)
    sdtm.findings.extend(compare_responses(computed, rs, rule.category, policies))
    return computed


def _input_file(raw: Path, file: str) -> Path:
    return raw / file if raw.is_dir() else raw


def xpt_members(sdtm: Sdtm, spec: Specification) -> dict[str, Member]:
    """Names, labels, types and byte lengths of the files.

    A character variable is as long as its longest value in any dataset (FDA: the same
    length everywhere, no longer than the data), or as the specification states; each
    SUPP-- is measured by itself.
    """
    encoding = spec.study.encoding
    longest: dict[str, int] = {}
    own: dict[tuple[str, str], int] = {}
    for name, frame in sdtm.datasets.items():
        for column in frame.columns:
            if pd.api.types.is_numeric_dtype(frame[column].dtype):
                continue
            size = int(byte_lengths(frame[column], encoding).max(initial=1))
            own[name, column] = size
            if not name.startswith("SUPP"):
                longest[column] = max(longest.get(column, 1), size)
    members = {}
    for name, frame in sdtm.datasets.items():
        plan = spec.plans.get(name)
        facts = spec.standard.datasets[name]
        variables = []
        for column in frame.columns:
            fact = plan.variables[column] if plan else facts.variables[column]
            numeric = (name, column) not in own
            length = own.get((name, column)) if name.startswith("SUPP") else longest.get(column)
            stated = plan.variables[column].length if plan else None
            variables.append(
                Variable(
                    column, fact.label, "Num" if numeric else "Char", None if numeric else stated or length
                )
            )
        members[name] = Member(name, facts.label, tuple(variables))
    return members


def _write_report(folder: Path, sdtm: Sdtm, findings: Findings) -> None:
    (folder / "lineage").mkdir(parents=True, exist_ok=True)
    write_findings(findings, folder / "findings.csv")
    write_table(sdtm.records, folder / "records.csv")
    write_table(sdtm.fields, folder / "fields.csv")
    pq.write_table(sdtm.cells.table, folder / "cells.parquet")
    for name, lineage in sdtm.lineage.items():
        lineage.to_parquet(folder / "lineage" / f"{name.lower()}.parquet", index=False)
