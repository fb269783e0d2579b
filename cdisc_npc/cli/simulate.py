"""The commands `simulate` and `demo`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cdisc_npc.cli.options import json_option, out_argument
from cdisc_npc.cli.outcome import print_outcome
from cdisc_npc.cli.printing import echo, status, written
from cdisc_npc.package.layout import DEFINE, FINDINGS, FINDINGS_PAGE, RECIST, RECORDS, Layout


@click.command()
@out_argument
@click.option(
    "--subjects",
    default=14,
    show_default=True,
    type=click.IntRange(1),
    help="Treated subjects; screen failures come on top.",
)
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0), help="The same seed gives the same bytes."
)
@click.option(
    "--format", "export", default="csv", show_default=True, type=click.Choice(["csv", "xlsx", "xpt", "odm"])
)
@click.option(
    "--encoding",
    default="utf-8",
    show_default=True,
    type=click.Choice(["utf-8", "gb18030"]),
    help="Of CSV files.",
)
@click.option(
    "--clean/--messy", default=False, help="Without or with (the default) the disorder of real exports."
)
@click.option(
    "--without",
    multiple=True,
    metavar="KIND",
    help="A kind of disorder to leave out (docs/simulator.md); repeatable.",
)
@click.option(
    "--cut",
    metavar="DATE",
    help="Date of a data cut, yyyy-mm-dd: truth.json tells what is true as of it, too; the export stays whole.",
)
@json_option()
def simulate(
    out: Path,
    subjects: int,
    seed: int,
    export: str,
    encoding: str,
    clean: bool,
    without: tuple[str, ...],
    cut: str | None,
    as_json: bool,
) -> None:
    """Write a realistic raw export of a synthetic trial, and what is true of it, to the folder OUT."""
    from cdisc_npc import simulate as simulator
    from cdisc_npc.transport.place import replaces

    replaced = replaces(out)
    with status(f"Simulating {subjects} subjects ..."):
        try:
            result = simulator.simulate(
                out,
                subjects=subjects,
                seed=seed,
                export=export,
                encoding=encoding,
                clean=clean,
                without=without,
                cut=cut,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    if as_json:
        outcome = {
            "folder": str(result.folder), "replaced": replaced, "records": result.records, "disorder": result.disorder,
        }  # fmt: skip
        click.echo(json.dumps(outcome, ensure_ascii=False))
        return
    echo(
        f"{sum(result.records.values())} records of {len(result.records)} forms, {sum(result.disorder.values())} disorders"
    )
    echo(f"What is true of it: {result.folder / 'truth.json'}")
    written(result.folder, replaced)


@click.command()
@click.argument("out", type=click.Path(path_type=Path), default=Path("cdisc-npc-demo"))
@click.option("--subjects", default=14, show_default=True, type=click.IntRange(1), help="Treated subjects.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the simulated trial.")
@click.option(
    "--clean/--messy", default=False, help="Without or with (the default) disorder in the raw data."
)
def demo(out: Path, subjects: int, seed: int, clean: bool) -> None:
    """Simulate the trial, convert it to a package, and say what to open; all in the folder OUT."""
    from cdisc_npc.pipeline.build import build_package
    from cdisc_npc.simulate import simulate as write_export
    from cdisc_npc.study.packaged import load_study
    from cdisc_npc.transport.place import refuse_place, replaces

    raw, package = out / "raw", out / "package"
    study = load_study("npc")
    refuse_place(package, folder=True)
    replaced = replaces(package)
    with status(f"Simulating {subjects} subjects ..."):
        result = write_export(raw, subjects=subjects, seed=seed, clean=clean)
    echo(
        f"Raw data: {raw}, {sum(result.records.values())} records of {len(result.records)} forms, "
        f"{sum(result.disorder.values())} disorders put in"
    )
    with status(f"Converting {raw} ..."):
        outcome = build_package(raw, package, study)
    print_outcome(outcome, account=False, replaced=replaced)
    echo("Findings are what the tool noticed in the raw data, each with its file, row and value; open")
    layout = Layout.of_study(package, study.study.study)
    report = layout.report()
    for path, what in (
        (report / FINDINGS_PAGE, "what the checks found, by rule and with likely causes"),
        (report / FINDINGS, "every finding, one a line"),
        (report / RECORDS, "what became of each raw record"),
        (report / RECIST, "RECIST 1.1 computed for each time point"),
        (
            (layout.datasets("sdtm") / DEFINE).with_suffix(".html"),
            "the SDTM datasets (XPT files beside it) as a reviewer sees them",
        ),
    ):
        echo(f"  {path}: {what}")
