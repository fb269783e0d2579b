"""The command line: each command calls one function and prints its outcome.

Exit status: 0 done; 1 done, with findings of severity error; 2 the input or the
specification was refused, nothing written; 3 a fault of the machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdisc_npc.cli_adam import adam, explain
from cdisc_npc.cli_transport import compare, convert

if TYPE_CHECKING:
    from cdisc_npc.run.build import Outcome

_MESSAGES = 20


class _Group(click.Group):
    """Turns a refusal into exit status 2 and a fault of the machine into 3."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except (OSError, MemoryError) as error:
            click.echo(f"cdisc-npc: {error or 'out of memory'}", err=True)
            context.exit(3)
        except Exception as error:
            from cdisc_npc.findings import Refused

            if not isinstance(error, Refused):
                raise
            messages = error.findings.messages(_MESSAGES)
            click.echo("\n".join(messages), err=True)
            if len(error.findings) > len(messages):
                click.echo(f"... and {len(error.findings) - len(messages)} more", err=True)
            click.echo(f"Refused: {len(error.findings)} finding(s); nothing was written.", err=True)
            context.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cdisc-npc")
def main() -> None:
    """Raw clinical-trial data in, a regulator-ready CDISC package out."""


def _study_option(command: Callable[..., Any]) -> Callable[..., Any]:
    text = "Name of a packaged study, or path of a mapping folder."
    return click.option("--study", "study", default="npc", show_default=True, help=text)(command)


def _json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")(command)


def _status(text: str) -> Any:
    """A line while the work lasts; silent where nobody watches."""
    from rich.console import Console

    console = Console(stderr=True)
    from contextlib import nullcontext

    return console.status(text) if console.is_terminal else nullcontext()


@main.command()
@click.argument("raw", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@_study_option
@_json_option
def sdtm(raw: Path, out: Path, study: str, as_json: bool) -> None:
    """Convert the RAW export to SDTM: XPT files and a report in the folder OUT."""
    _build(raw, out, study, as_json, package=False)


@main.command()
@click.argument("raw", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@_study_option
@_json_option
def build(raw: Path, out: Path, study: str, as_json: bool) -> None:
    """Convert the RAW export to a submission package in the folder OUT (m5/…)."""
    _build(raw, out, study, as_json, package=True)


def _build(raw: Path, out: Path, study: str, as_json: bool, *, package: bool) -> None:
    from cdisc_npc.run.build import build_sdtm
    from cdisc_npc.study import load_study

    with _status(f"Converting {raw} ..."):
        outcome = build_sdtm(raw, out, load_study(study), package=package)
    if as_json:
        click.echo(json.dumps(_as_json(outcome), ensure_ascii=False))
    else:
        _print(outcome)
    if outcome.findings.worst == "error":
        sys.exit(1)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "folder": str(outcome.folder),
        "datasets": outcome.counts,
        "records": outcome.records.to_dict("records"),
        "fields": outcome.fields.to_dict("records"),
        "findings": outcome.findings.counts().to_dict("records"),
    }


def _print(outcome: Outcome) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 120)
    made = Table("Dataset", "Records", title="Datasets", title_justify="left")
    for name, count in outcome.counts.items():
        made.add_row(name, str(count))
    console.print(made)
    account = Table(
        *[str(name) for name in outcome.records.columns], title="Raw records", title_justify="left"
    )
    for row in outcome.records.to_numpy(dtype=str).tolist():
        account.add_row(*row)
    console.print(account)
    fields = Table(
        "form", "fields", "mapped", "condition only", "not submitted", "filled cells", "of them mapped", "reported",
        title="Raw fields", title_justify="left",
    )  # fmt: skip
    for form, group in outcome.fields.groupby("form", sort=False):
        uses = group["use"].value_counts()
        cells = (group[name].sum() for name in ("cells", "mapped", "reported"))
        shown = (uses.get(use, 0) for use in ("mapped", "condition only", "not submitted"))
        fields.add_row(str(form), *(str(number) for number in (len(group), *shown, *cells)))
    console.print(fields)
    counts = outcome.findings.counts()
    if len(counts):
        found = Table("Severity", "Code", "Findings", title="Findings", title_justify="left")
        for row in counts.to_numpy(dtype=str).tolist():
            found.add_row(*row)
        console.print(found)
        click.echo(f"Each finding: {outcome.folder / 'report' / 'findings.csv'}")
    click.echo(f"Written: {outcome.folder}")


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
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
@_json_option
def simulate(
    out: Path,
    subjects: int,
    seed: int,
    export: str,
    encoding: str,
    clean: bool,
    without: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a realistic raw export of a synthetic trial, and what is true of it, to the folder OUT."""
    from cdisc_npc import simulate as simulator

    with _status(f"Simulating {subjects} subjects ..."):
        try:
            made = simulator.simulate(
                out,
                subjects=subjects,
                seed=seed,
                export=export,
                encoding=encoding,
                clean=clean,
                without=without,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    if as_json:
        outcome = {"folder": str(made.folder), "records": made.records, "disorder": made.disorder}
        click.echo(json.dumps(outcome, ensure_ascii=False))
        return
    click.echo(
        f"{sum(made.records.values())} records of {len(made.records)} forms, {sum(made.disorder.values())} disorders"
    )
    click.echo(f"Written: {made.folder}; what is true of it: {made.folder / 'truth.json'}")


@main.group()
def spec() -> None:
    """Look at a study's specification."""


@spec.command()
@click.argument("study")
@_json_option
def check(study: str, as_json: bool) -> None:
    """Say "valid", or list every error of STUDY with file, line, dataset and variable."""
    from cdisc_npc.findings import Refused
    from cdisc_npc.study import load_study

    try:
        loaded = load_study(study)
    except Refused as refused:
        if not as_json:
            raise
        click.echo(refused.findings.frame().to_json(orient="records", force_ascii=False))
        sys.exit(2)
    names = ", ".join(loaded.plans)
    click.echo(
        "[]"
        if as_json
        else f"valid: {loaded.study.study}, {len(loaded.contract.forms)} forms, datasets {names}"
    )


@spec.command()
@click.argument("study")
@click.argument("dataset", required=False)
@_json_option
def show(study: str, dataset: str | None, as_json: bool) -> None:
    """Print what each DATASET of STUDY will be: variables, labels, types, codelists, origins, methods."""
    from cdisc_npc.spec.show import COLUMNS, dataset_rows
    from cdisc_npc.study import load_study

    loaded = load_study(study)
    wanted = [dataset.upper()] if dataset else list(loaded.plans)
    if wanted[0] not in loaded.plans:
        raise click.BadParameter(f"{dataset} is none of {', '.join(loaded.plans)}", param_hint="DATASET")
    tables = {name: dataset_rows(loaded, loaded.plans[name]) for name in wanted}
    if as_json:
        shown = {
            name: [dict(zip(COLUMNS, row, strict=True)) for row in rows] for name, rows in tables.items()
        }
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 160)
    for name, rows in tables.items():
        plan = loaded.plans[name]
        table = Table(*COLUMNS, title=f"{name}: {plan.label} ({plan.structure})", title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)


@main.group()
def ct() -> None:
    """Controlled terminology."""


@ct.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="Folder to make; default: ./sdtmct-<release>.")
def import_(file: Path, to: Path | None) -> None:
    """Make terminology tables from FILE as NCI EVS publishes it: tab-delimited text or ODM XML.

    The folder belongs into the study's folder; `terminology:` of study.yaml names it.
    """
    from cdisc_npc.spec.ct_import import import_terminology

    made = import_terminology(file, to)
    click.echo(
        f"{made.destination}: {made.codelists} codelists, {made.terms} terms, released {made.release or 'unknown'}"
    )


main.add_command(convert)
main.add_command(compare)
main.add_command(adam)
main.add_command(explain)
