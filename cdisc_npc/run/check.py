"""Check a package on disk and write the report; also the package that is being built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cdisc_npc.check.core import Core
from cdisc_npc.check.explain import looked_into
from cdisc_npc.check.package import read_package
from cdisc_npc.check.report.content import Report, make_report
from cdisc_npc.check.report.write import write_checks
from cdisc_npc.check.run import check_package
from cdisc_npc.check.verdict import Checked
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.run.report import write_hashes
from cdisc_npc.spec.explanations import load_explanations
from cdisc_npc.spec.load import Specification
from cdisc_npc.study import load_study, study_of
from cdisc_npc.transport.replace import MARKER, refuse_occupied, replacing


def run_checks(
    package: Path,
    out: Path,
    study: str | None = None,
    explanations: Path | None = None,
    core: Core | None = None,
    dictionaries: Mapping[str, Path] | None = None,
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

    Raises
    ------
    Refused
        The package, the study, the explanations or the output folder; nothing is written.
    """
    goal, source = out.resolve(), package.resolve()
    if source.is_relative_to(goal) or goal.is_relative_to(source):
        raise Refused.because(
            "OUTPUT_OCCUPIED",
            file=str(out),
            value="the package that is checked",
            expected="a folder outside of it",
        )
    refuse_occupied(goal, folder=True)
    spec = _study(package, study)
    _, report = report_of(package, source.name, spec, explanations, core=core, dictionaries=dictionaries)
    goal.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out, folder=True) as folder:
        write_checks(report, folder)
        write_hashes(folder, {"tool": report.head["tool"], "package": report.head["package"]})
    return report


def report_of(
    folder: Path,
    name: str,
    spec: Specification | None = None,
    explanations: Path | None = None,
    conversion: Findings | None = None,
    core: Core | None = None,
    dictionaries: Mapping[str, Path] | None = None,
) -> tuple[Checked, Report]:
    """Check the package in a folder; see `make_report`."""
    explained = load_explanations(spec.folder if spec else None, explanations)
    package = read_package(folder, spec, dictionaries)
    checked = check_package(package, looked_into(explained), core, processes=2)
    return checked, make_report(checked, package, name, explained, conversion)


def _study(package: Path, named: str | None) -> Specification | None:
    if named == "none":
        return None
    if named is not None:
        return load_study(named)
    try:
        manifest = json.loads((package / MARKER).read_text(encoding="utf-8"))
        stated = manifest["study"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # No package of ours: its rules are those of the standards.
        return None
    found = study_of(stated)
    return load_study(found) if found else None
