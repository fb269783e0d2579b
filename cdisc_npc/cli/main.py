"""The command line: each command calls one function and prints its outcome.

Exit status: 0 done; 1 done, with findings of severity error; 2 the input or the
specification was refused, nothing written; 3 a fault of the machine; 130 interrupted, by Ctrl-C or a signal
that ends a process: outputs are as they were, or whole.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdisc_npc.build.stage_names import STAGES
from cdisc_npc.cli.adam import adam, explain, policies
from cdisc_npc.cli.check import run_check
from cdisc_npc.cli.define import define, from_define, workbook
from cdisc_npc.cli.outcome import outcome_as_json, print_outcome
from cdisc_npc.cli.printing import InputPath, console, echo, encoding_option, json_option, status, written
from cdisc_npc.cli.simulate import demo, simulate
from cdisc_npc.cli.transport import compare, convert
from cdisc_npc.printable import printable

if TYPE_CHECKING:
    from cdisc_npc.build.build import Outcome

_MESSAGES = 20


def _interrupt_on_signals() -> None:
    """Let a signal that asks the process to end tidy up as Ctrl-C does; one that is ignored stays so."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


class _Group(click.Group):
    """Turns a refusal into exit status 2, a fault of the machine into 3 and an interrupt into 130."""

    def invoke(self, context: click.Context) -> Any:
        # Hundreds of thousands of small objects (terms, the specification) live as long as the process:
        # looking through them again and again is a tenth of a short run.
        gc.set_threshold(200_000, 20, 100)
        _interrupt_on_signals()
        try:
            return super().invoke(context)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except KeyboardInterrupt:
            echo("Interrupted.", err=True)
            context.exit(130)
        except (OSError, MemoryError) as error:
            echo(f"cdisc-npc: {error or 'out of memory'}", err=True)
            context.exit(3)
        except Exception as error:
            from cdisc_npc.findings import Refused

            if not isinstance(error, Refused):
                raise
            messages = error.findings.messages(_MESSAGES)
            echo("\n".join(messages), err=True)
            if len(error.findings) > len(messages):
                echo(f"... and {len(error.findings) - len(messages)} more", err=True)
            echo(f"Refused: {len(error.findings)} finding(s); nothing was written.", err=True)
            context.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cdisc-npc")
def main() -> None:
    """Raw clinical-trial data in, a regulator-ready CDISC package out."""


def _study_option(command: Callable[..., Any]) -> Callable[..., Any]:
    text = "Name of a packaged study, or path of a mapping folder."
    return click.option("--study", "study", default="npc", show_default=True, help=text)(command)


def _names(context: click.Context, parameter: click.Parameter, text: str) -> list[str]:
    """Names, separated by commas."""
    return [name for each in text.split(",") if (name := each.strip())]


@main.command()
@click.argument("raw", type=InputPath(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@_study_option
@encoding_option("RAW's CSV and SAS files")
@json_option
def sdtm(raw: Path, out: Path, study: str, encoding: str | None, as_json: bool) -> None:
    """Convert the RAW export to SDTM: XPT files and a report in the folder OUT."""
    from cdisc_npc.build.build import build_sdtm

    _convert(build_sdtm, raw, out, study, as_json, encoding=encoding)


@main.command()
@click.argument("raw", type=InputPath(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@_study_option
@encoding_option("RAW's CSV and SAS files")
@json_option
@click.option(
    "--language",
    help="Labels, terms and encoding of the study's languages/LANGUAGE.yaml, such as zh for the NMPA.",
)
@click.option(
    "--skip", default="", metavar="STAGE,STAGE", callback=_names,
    help=f"Stages to leave out: {', '.join(STAGES)}.",
)  # fmt: skip
def build(raw: Path, out: Path, study: str, as_json: bool, **options: Any) -> None:
    """Convert the RAW export to a submission package in the folder OUT (m5/…)."""
    from cdisc_npc.build.build import build_package

    _convert(build_package, raw, out, study, as_json, **options)


def _convert(
    build: Callable[..., Outcome], raw: Path, out: Path, study: str, as_json: bool, **options: Any
) -> None:
    from cdisc_npc.study.packaged import load_study
    from cdisc_npc.transport.place import replaces

    replaced = replaces(out)
    with status(f"Converting {raw} ..."):
        outcome = build(raw, out, load_study(study), **options)
    if as_json:
        click.echo(json.dumps(outcome_as_json(outcome, replaced=replaced), ensure_ascii=False))
    else:
        print_outcome(outcome, replaced=replaced)
    if outcome.failed:
        sys.exit(1)


@main.group()
def spec() -> None:
    """Look at a study's specification."""


@spec.command()
@click.argument("study")
@json_option
def check(study: str, as_json: bool) -> None:
    """Say "valid", or list every error of STUDY with file, line, dataset and variable."""
    from cdisc_npc.findings import Refused
    from cdisc_npc.study.packaged import load_study

    try:
        loaded = load_study(study)
    except Refused as refused:
        if not as_json:
            raise
        click.echo(refused.findings.frame().to_json(orient="records", force_ascii=False))
        sys.exit(2)
    names = ", ".join([*loaded.plans, *(loaded.adam.datasets if loaded.adam else [])])
    echo(
        "[]"
        if as_json
        else f"valid: {loaded.study.study}, {len(loaded.contract.forms)} forms, datasets {names}"
    )


@spec.command()
@click.argument("study")
@click.argument("dataset", required=False)
@json_option
def show(study: str, dataset: str | None, as_json: bool) -> None:
    """Print what each DATASET of STUDY will be: variables, labels, types, codelists, origins, methods."""
    from cdisc_npc.study.packaged import load_study
    from cdisc_npc.study.show import COLUMNS, dataset_rows

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
    from rich.table import Table

    screen = console(160)
    for name, rows in tables.items():
        plan = loaded.plans[name]
        table = Table(
            *COLUMNS, title=printable(f"{name}: {plan.label} ({plan.structure})"), title_justify="left"
        )
        for row in rows:
            table.add_row(*map(printable, row))
        screen.print(table)


@main.group()
def ct() -> None:
    """Controlled terminology."""


@ct.command(name="import")
@click.argument("file", type=InputPath(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="Folder to make; default: ./sdtmct-<release>.")
def import_(file: Path, to: Path | None) -> None:
    """Make terminology tables from FILE as NCI EVS publishes it: tab-delimited text or ODM XML.

    The folder belongs into the study's folder; `terminology:` of study.yaml names it.
    """
    from cdisc_npc.standards.ct_import import import_terminology

    made = import_terminology(file, to)
    echo(f"{made.codelists} codelists, {made.terms} terms, released {made.release or 'unknown'}")
    written(made.destination, made.replaced)


main.add_command(demo)
main.add_command(simulate)
main.add_command(run_check)
main.add_command(convert)
main.add_command(compare)
main.add_command(define)
spec.add_command(from_define)
spec.add_command(workbook)
main.add_command(adam)
main.add_command(explain)
main.add_command(policies)
