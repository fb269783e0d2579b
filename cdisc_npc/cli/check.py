"""The command `check`, and what it prints of a report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdisc_npc.cli.options import InputPath, encoding_option, folder_option, json_option, package_argument
from cdisc_npc.cli.printing import console, echo, status, written
from cdisc_npc.printable import printable

if TYPE_CHECKING:
    from cdisc_npc.check.report.content import Report

# Issues printed; all are in the report.
_PRINTED = 40


@click.command(name="check")
@package_argument
@click.argument("out", required=False, type=click.Path(path_type=Path))
@click.option(
    "--study",
    help="Name of a packaged study, path of a mapping folder, or none.  [default: as the package's manifest says]",
)
@click.option(
    "--explanations",
    type=InputPath(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Findings that stay, and why: as a study's explanations.yaml.",
)
@folder_option(
    "--core-cache",
    "Rules of CDISC CORE; with them its engine is run too, which takes minutes.  [env: CDISC_NPC_CORE_CACHE]",
)
@click.option(
    "--core-python",
    help="A Python 3.12 that has cdisc-rules-engine.  [env: CDISC_NPC_CORE_PYTHON; default: one that is found]",
)
@folder_option(
    "--meddra", "MedDRA's files (llt.asc, mdhier.asc): coded events are checked against them.", "FOLDER"
)
@folder_option(
    "--whodrug",
    "WHODrug's files in format B3 (DD.txt, DDA.txt, INA.txt): coded drugs are checked against them.",
    "FOLDER",
)
@encoding_option("XPT, SAS7BDAT and CSV")
@json_option()
def run_check(
    package: Path, out: Path | None, study: str | None, explanations: Path | None, core_cache: Path | None,
    core_python: str | None, meddra: Path | None, whodrug: Path | None, encoding: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Try every rule on PACKAGE, whoever made it, and write a report to the folder OUT.

    PACKAGE is a folder with m5, or one of datasets in XPT, Dataset-JSON or Parquet. OUT is made or replaced;
    default: ./<name of the package>-check. Exit status: 0 no error that is unexplained; 1 such errors; 2 refused.
    """
    from cdisc_npc.check.core import find_core
    from cdisc_npc.pipeline.checks import run_checks
    from cdisc_npc.transport.place import replaces

    core = find_core(core_python, core_cache)
    out = out or Path(f"{package.resolve().name}-check")
    replaced = replaces(out)
    with status(f"Checking {package} ..."):
        named = {"MedDRA": meddra, "WHODrug": whodrug}
        dictionaries = {name: folder for name, folder in named.items() if folder}
        report = run_checks(package, out, study, explanations, core, dictionaries, encoding)
    if as_json:
        from cdisc_npc.check.report.program import to_json

        click.echo(to_json(report, replaced=replaced), nl=False)
    else:
        print_report(report)
        if core.absent:
            echo(core.absent)
        echo(f"Report: {out / 'findings.html'}")
        written(out, replaced)
    if report.failed:
        sys.exit(1)


def print_report(report: Report) -> None:
    """Print the issues, what they count up to, and what was not evaluated."""
    from rich.table import Table

    shown = report.issues.head(_PRINTED)
    if len(shown):
        table = Table(
            "Severity", "Rule", "Dataset", "Variable", "Findings", "Explained", "What must hold",
            title="Issues", title_justify="left",
        )  # fmt: skip
        names = ["severity", "rule", "dataset", "variable", "findings", "explained", "title"]
        for row in shown[names].to_numpy(dtype=str).tolist():
            table.add_row(*map(printable, row))
        console(140).print(table)
    if len(report.issues) > len(shown):
        echo(f"... and {len(report.issues) - len(shown)} more issues")
    for severity, of in report.counts().items():
        echo(f"{severity}: {of['findings']} findings, {of['explained']} of them explained")
    of = report.statuses
    echo(
        f"{sum(of.values())} rules: {of['failed']} failed, {of['passed']} passed, "
        f"{of['not evaluated']} not evaluated for want of data"
    )
    stale = report.explanations.loc[report.explanations["state"] == "stale", "rule"].unique()
    if len(stale):
        echo(f"Explanations that match nothing: {', '.join(stale)}")
