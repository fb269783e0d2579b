"""The stages of a build: each is given what it needs, and gives its result and what it noticed.

None changes what it is given; the build joins what they noticed, in the order of the stages (`build.build`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from cdisc_npc import recist
from cdisc_npc.adam.derive import Adam, derive
from cdisc_npc.check.report.content import Report
from cdisc_npc.check.report.write import write_checks
from cdisc_npc.define.write import write_define
from cdisc_npc.findings import Findings, Refused, joined
from cdisc_npc.package import layout as names
from cdisc_npc.package.layout import Layout
from cdisc_npc.package.members import adam_members
from cdisc_npc.pipeline.checks import report_of
from cdisc_npc.pipeline.outputs import write_findings, write_table
from cdisc_npc.pipeline.stage_names import STAGES
from cdisc_npc.recist.policies import DEFAULT, Policies
from cdisc_npc.sdtm.mapper import Sdtm
from cdisc_npc.sdtm.translate import in_language
from cdisc_npc.study.specification import AdamSpecification, Specification
from cdisc_npc.study.translation import localise
from cdisc_npc.study.written_study import Recist
from cdisc_npc.transport.parquet import write_parquet
from cdisc_npc.transport.xpt import Member, write_xpt


def left_out(skip: Collection[str]) -> frozenset[str]:
    """Refuse a stage to leave out that there is none of (``STAGE_UNKNOWN``)."""
    unknown = list(dict.fromkeys(name for name in skip if name not in STAGES))
    if unknown:
        raise Refused.because("STAGE_UNKNOWN", value=unknown, expected=", ".join(STAGES))
    return frozenset(skip)


def compute_responses(
    datasets: Mapping[str, pd.DataFrame], rule: Recist | None
) -> tuple[pd.DataFrame | None, Findings]:
    """Compute the response of each time point.

    Parameters
    ----------
    datasets
        SDTM by name, with TU and TR.
    rule
        What the study says of RECIST; None: nothing is computed.

    Returns
    -------
    computed : DataFrame or None
        As `recist.responses` gives it.
    findings : Findings
        What the computation noticed.
    """
    findings = Findings()
    if rule is None:
        return None, findings
    return recist.responses(datasets["TU"], datasets["TR"], _policies(rule), findings), findings


def compare_responses(
    computed: pd.DataFrame | None, datasets: Mapping[str, pd.DataFrame], rule: Recist | None
) -> Findings:
    """Set the responses computed, if any, against RS: what disagrees with it."""
    if computed is None or rule is None:
        return Findings()
    return recist.compare_responses(computed, datasets["RS"], rule.category, _policies(rule))


def _policies(rule: Recist) -> Policies:
    return replace(DEFAULT, **rule.policies)  # type: ignore[arg-type]


def translate(
    sdtm: Sdtm, spec: Specification, language: str | None
) -> tuple[tuple[Sdtm, Specification], Findings]:
    """Give SDTM, and the specification that describes it, in a language of the study; None: as they are.

    Parameters
    ----------
    sdtm
        In the terms of the standard.
    spec
        The study.
    language
        Name of a file of the study's ``languages``, such as zh.
    """
    if language is None:
        return (sdtm, spec), Findings()
    localised, findings = localise(spec, language), Findings()
    datasets = in_language(sdtm.datasets, localised, language, findings)
    return (replace(sdtm, datasets=datasets), localised.spec), joined(localised.findings, findings)


def place_package(folder: Path, study: str) -> tuple[Layout, Findings]:
    """Lay out a package; where a study's name cannot name a folder, ``NAME_UNSAFE`` says what does.

    Parameters
    ----------
    folder
        OUT.
    study
        Its name, as in `study.yaml`.
    """
    layout, findings = Layout.of_study(folder, study), Findings()
    if layout.study != study.lower():
        findings.add("NAME_UNSAFE", value=study, expected=layout.study)
    return layout, findings


def write_datasets(
    datasets: Mapping[str, pd.DataFrame], files: Mapping[str, Member], folder: Path, encoding: str,
    stems: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Write datasets as XPT.

    Parameters
    ----------
    files
        What the file of each is.
    stems
        Names of files by dataset; default: the dataset's in lower case.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in datasets.items():
        stem = stems[name] if stems else name.lower()
        write_xpt(frame, folder / f"{stem}.xpt", files[name], encoding=encoding)


def write_exchange(
    datasets: Mapping[str, pd.DataFrame], files: Mapping[str, Member], folder: Path, stems: Mapping[str, str]
) -> None:
    """Write datasets as Parquet, for analysis tools; see `write_datasets`.

    Parameters
    ----------
    datasets
        By name.
    files
        What the file of each is.
    folder
        Made where it is not there.
    stems
        Names of files by dataset, without ending.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in datasets.items():
        write_parquet(frame, folder / f"{stems[name]}.parquet", files[name])


def write_analysis(adam: Adam, spec: Specification, layout: Layout, skip: Collection[str] = ()) -> None:
    """Write the analysis datasets, what describes them and their report.

    Parameters
    ----------
    skip
        Of `STAGES`: ``exchange`` and ``define``.
    """
    model = specified(spec)
    files = adam_members(adam.datasets, spec, model)
    stems = {name: model.datasets[name].stem for name in adam.datasets}
    write_datasets(adam.datasets, files, layout.datasets("adam"), spec.study.encoding, stems)
    if "exchange" not in skip:
        write_exchange(adam.datasets, files, layout.exchange("adam"), stems)
    if "define" not in skip:
        write_define(spec, "adam", adam.datasets, files, layout.datasets("adam") / names.DEFINE)
    report_analysis(layout, adam)


def analyse(
    sdtm: Mapping[str, pd.DataFrame], spec: Specification, layout: Layout, skip: Collection[str] = (),
    computed: tuple[pd.DataFrame | None, Findings] = (None, Findings()),
) -> tuple[dict[str, int], Findings]:  # fmt: skip
    """Derive the analysis datasets from SDTM in the terms of the standard, and write them.

    Parameters
    ----------
    computed
        Of `compute_responses`.

    Returns
    -------
    counts : dict of int
        Records by dataset.
    findings : Findings
    """
    responses, noticed = computed
    # The findings are copied: those of the analysis are told apart from those of the conversion.
    adam = derive(sdtm, specified(spec), None if responses is None else (responses, deepcopy(noticed)))
    write_analysis(adam, spec, layout, skip)
    return counts(adam.datasets), adam.findings


def counts(datasets: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Records by dataset."""
    return {name: len(frame) for name, frame in datasets.items()}


def specified(spec: Specification) -> AdamSpecification:
    """The study's analysis datasets; refused where it has none."""
    if spec.adam is None:
        raise Refused.because(
            "ADAM_NOT_SPECIFIED", value=spec.study.study, expected="a folder adam with a file a dataset"
        )
    return spec.adam


def check_files(layout: Layout, spec: Specification, conversion: Findings) -> tuple[Report, Findings]:
    """Check the package as written, and write the report, with what the conversion noticed.

    Parameters
    ----------
    layout
        Where the package is.
    spec
        The study.
    conversion
        What the conversion noticed; it goes to the report.
    """
    checked, report = report_of(layout.folder, spec.study.study, spec, conversion=conversion)
    write_checks(report, layout.report())
    return report, checked.findings


def report_account(layout: Layout, sdtm: Sdtm, computed: pd.DataFrame | None) -> None:
    """Write the account of records, fields and cells, the lineage, and RECIST as computed.

    Parameters
    ----------
    layout
        Where the package is.
    sdtm
        The conversion.
    computed
        Responses by RECIST; None where the study has none.
    """
    folder = layout.report()
    layout.lineage.mkdir(parents=True, exist_ok=True)
    write_table(sdtm.records, folder / names.RECORDS)
    write_table(sdtm.fields, folder / names.FIELDS)
    pq.write_table(sdtm.cells.table, folder / names.CELLS)
    for name, lineage in sdtm.lineage.items():
        lineage.to_parquet(layout.lineage / f"{name.lower()}.parquet", index=False)
    if computed is not None:
        write_table(computed, folder / names.RECIST)


def report_findings(layout: Layout, findings: Findings) -> None:
    """Write the findings of a conversion.

    Parameters
    ----------
    layout
        Where the package is.
    findings
        What the conversion noticed.
    """
    write_findings(findings, layout.report() / names.FINDINGS)


def report_analysis(layout: Layout, adam: Adam) -> None:
    """Write the findings of the analysis, and the ledger.

    Parameters
    ----------
    layout
        Where the package is.
    adam
        With its findings and the ledger.
    """
    folder = layout.report("adam")
    folder.mkdir(parents=True, exist_ok=True)
    write_findings(adam.findings, folder / names.FINDINGS)
    adam.ledger.to_parquet(folder / names.LEDGER, index=False)
