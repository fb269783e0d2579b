"""Check a package on disk and write the report; also the package that is being built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cdisc_npc.check.core import Core
from cdisc_npc.check.explained import looked_into
from cdisc_npc.check.report.content import Report, make_report
from cdisc_npc.check.report.write import write_checks
from cdisc_npc.check.run_checks import check_package
from cdisc_npc.check.verdict import Checked
from cdisc_npc.findings import Findings
from cdisc_npc.package.read import read_package
from cdisc_npc.study.explanations import load_explanations
from cdisc_npc.study.packaged import load_study, study_of
from cdisc_npc.study.specification import Specification
from cdisc_npc.transport.place import read_manifest, refuse_place, write_manifest
from cdisc_npc.transport.replace import replacing


def run_checks(
    package: Path,
    out: Path,
    study: str | None = None,
    explanations: Path | None = None,
    core: Core | None = None,
    dictionaries: Mapping[str, Path] | None = None,
    encoding: str | None = None,
) -> Report:
    """Check a package and write the report.

    Parameters
    ----------
    package
        Folder with ``m5``, or of datasets.
    out
        Folder to make or replace.
    study
        A packaged study's name, a mapping folder, or ``none``; default: the packaged study that the package's
        manifest names, if it does.
    explanations
        A file of explanations, beside those of the study.
    core
        CDISC CORE, as `find_core` finds it; None: it is not asked.
    dictionaries
        Folders of MedDRA and WHODrug, by these names.
    encoding
        Of the texts of XPT, SAS7BDAT and CSV files, in place of what the study states, or is found.

    Raises
    ------
    Refused
        The package, the study, the explanations or the output folder; nothing is written.
    """
    inputs = [package, *([explanations] if explanations else []), *(dictionaries or {}).values()]
    refuse_place(out, folder=True, inputs=inputs)
    spec = _study(package, study)
    inputs += [spec.folder] if spec else []
    name = package.resolve().name
    _, report = report_of(
        package, name, spec, explanations, core=core, dictionaries=dictionaries, encoding=encoding
    )
    refuse_place(out, folder=True, inputs=inputs, contents=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out, folder=True, inputs=inputs) as folder:
        write_checks(report, folder)
        write_manifest(folder, {"package": report.head["package"]})
    return report


def report_of(
    folder: Path,
    name: str,
    spec: Specification | None = None,
    explanations: Path | None = None,
    conversion: Findings | None = None,
    core: Core | None = None,
    dictionaries: Mapping[str, Path] | None = None,
    encoding: str | None = None,
) -> tuple[Checked, Report]:
    """Check the package in a folder; see `make_report`.

    Parameters
    ----------
    folder
        The package.
    name
        Of the study, for the report.
    spec
        The study; None: the rules of the standards alone.
    explanations
        A file of explanations beside those of the study.
    conversion
        What the conversion noticed, to be listed too.
    core
        How CDISC CORE is run; None: not at all.
    dictionaries
        Folders of MedDRA and WHODrug, by name.
    encoding
        Of the texts of the files; default: detected.
    """
    explained = load_explanations(spec.folder if spec else None, explanations)
    package = read_package(folder, spec, dictionaries, encoding)
    checked = check_package(package, looked_into(explained), core, processes=2)
    return checked, make_report(checked, package, name, explained, conversion)


def _study(package: Path, named: str | None) -> Specification | None:
    if named == "none":
        return None
    if named is not None:
        return load_study(named)
    # Where it is no package of ours, its rules are those of the standards.
    stated = read_manifest(package).get("study")
    result = study_of(stated) if isinstance(stated, str) else None
    return load_study(result) if result else None
