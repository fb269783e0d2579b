"""The commands of `spec`: a study's specification, and what it is made from."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdisc_npc.cli.options import InputPath, json_option
from cdisc_npc.cli.printing import Listed, console, echo, written
from cdisc_npc.printable import printable

if TYPE_CHECKING:
    from define_xml.model import Define


@click.group(cls=Listed)
def spec() -> None:
    """Look at a study's specification."""


@spec.command()
@click.argument("study")
@json_option()
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
@json_option()
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


@spec.command()
@json_option()
def verbs(as_json: bool) -> None:
    """List the verbs: where each stands, its arguments (in brackets those that may be left out), what it gives."""
    from cdisc_npc.verbs.reference import COLUMNS, reference

    rows = reference()
    if as_json:
        click.echo(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], ensure_ascii=False))
        return
    from rich.table import Table

    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*map(printable, row))
    console(160).print(table)


@spec.command(name="from-define")
@click.argument("file", type=InputPath(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="Folder to make; default: ./<name of the study>.")
def from_define(file: Path, to: Path | None) -> None:
    """Make a study's folder, to begin with, from FILE: a define.xml (2.0 or 2.1), or a spec workbook (xlsx).

    Datasets, keys, origins, methods, codelists, qualifiers and value-level metadata are carried over. Each
    variable is assigned from a field of its own name: say then where it is collected.
    """
    from cdisc_npc.define.skeleton import write_skeleton
    from cdisc_npc.findings import Findings
    from cdisc_npc.transport.names import safe_name
    from cdisc_npc.transport.place import replaces

    document = _read(file)
    study = document.study.global_variables if document.study else None
    name = (study.study_name if study else None) or file.stem
    folder = to or Path(safe_name(name, "study"))
    replaced = replaces(folder)
    findings = Findings()
    if to is None and str(folder) != name:
        findings.add("NAME_UNSAFE", value=name, expected=str(folder))
    findings.extend(write_skeleton(document, folder, file))
    for text in findings.messages():
        echo(text, err=True)
    written(folder, replaced)
    echo(f"See cdisc-npc spec check {folder}")


@spec.command()
@click.argument("source", type=InputPath(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def workbook(source: Path, target: Path) -> None:
    """Write the spec workbook of a define.xml, or the define.xml of a spec workbook.

    The endings tell: SOURCE is .xml and TARGET .xlsx, or the other way round. The tabs are those of
    Pinnacle 21; there and back changes nothing.
    """
    from cdisc_npc.transport.place import replaces
    from cdisc_npc.transport.replace import replacing
    from define_xml.workbook import to_workbook
    from define_xml.write import to_bytes

    wanted = {".xml": ".xlsx", ".xlsx": ".xml"}.get(source.suffix.lower())
    if wanted is None or target.suffix.lower() != wanted:
        raise click.UsageError("expected an .xml and an .xlsx, or an .xlsx and an .xml")
    document = _read(source)
    try:
        content = to_workbook(document) if wanted == ".xlsx" else to_bytes(document)
    except ValueError as error:
        raise _refused(source, error) from None
    replaced = replaces(target)
    with replacing(target, inputs=[source]) as new:
        new.write_bytes(content)
    written(target, replaced)


def _read(file: Path) -> Define:
    """The document of a define.xml or a workbook."""
    from define_xml.read import read
    from define_xml.workbook import of_workbook

    try:
        return of_workbook(file) if file.suffix.lower() == ".xlsx" else read(file)
    except ValueError as error:
        raise _refused(file, error) from None


def _refused(file: Path, error: Exception) -> Exception:
    from cdisc_npc.findings import Refused

    return Refused.because(
        "DEFINE_UNREADABLE", file=file.name, value=str(error), expected="Define-XML or its workbook"
    )
