"""The command `define`, and the commands of `spec` that read and write Define-XML."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdisc_npc.cli.printing import InputPath, echo, encoding_option, written

if TYPE_CHECKING:
    from define_xml.model import Define

_MESSAGES = 20


@click.command()
@click.argument("data", type=InputPath(exists=True, file_okay=False, path_type=Path))
@click.argument("out", metavar="OUT.xml", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--study",
    default="cdiscpilot",
    show_default=True,
    help="Name of a packaged study, or path of a mapping folder.",
)
@click.option("--model", type=click.Choice(["sdtm", "adam"]), default="sdtm", show_default=True)
@encoding_option("XPT files")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def define(data: Path, out: Path, study: str, model: str, encoding: str | None, as_json: bool) -> None:
    """Write the define.xml of the datasets in the folder DATA, with its stylesheet and page beside it.

    The datasets are those that the study's specification makes, as XPT, Dataset-JSON or Parquet.
    The document is validated: by CDISC's schema, by rules, and against the data.
    """
    from cdisc_npc.define.write import describe_adam, describe_sdtm, read_specified
    from cdisc_npc.findings import joined
    from cdisc_npc.study.packaged import load_study
    from cdisc_npc.transport.file_forms import is_dataset_file
    from cdisc_npc.transport.place import refuse_place, replaces
    from cdisc_npc.transport.replace import extending, package_around

    if out.suffix.lower() != ".xml":
        raise click.BadParameter(f"{out} does not end in .xml", param_hint="OUT.xml")
    refuse_place(out, inputs=[file for file in data.iterdir() if is_dataset_file(file)])
    replaced = replaces(out)
    spec = load_study(study)
    describe = describe_sdtm if model == "sdtm" else describe_adam
    datasets, members, findings = read_specified(data, spec, model, encoding)
    package = package_around(out)
    with extending(package) if package else nullcontext() as copy:
        place = copy / Path(os.path.realpath(out)).relative_to(package) if copy and package else out
        made = replace(describe(spec, datasets, members, place, data), path=out)
    findings = joined(made.findings, findings)
    metadata = made.define.metadata
    if as_json:
        outcome = {
            "file": str(out),
            "replaced": replaced,
            "datasets": [group.name for group in metadata.item_groups],
            "variables": sum(len(group.item_refs) for group in metadata.item_groups),
            "findings": findings.frame().to_dict("records"),
        }
        click.echo(json.dumps(outcome, ensure_ascii=False, default=str))
    else:
        for text in findings.messages(_MESSAGES):
            echo(text, err=True)
        count = sum(len(group.item_refs) for group in metadata.item_groups)
        echo(
            f"{len(metadata.item_groups)} datasets, {count} variables, {len(metadata.value_lists)} value lists, "
            f"{len(metadata.codelists)} codelists, {len(metadata.methods)} methods; {len(findings)} finding(s)"
        )
        echo(f"As a page: {out.with_suffix('.html')}")
        written(out, replaced)
    if findings.worst == "error":
        sys.exit(1)


@click.command(name="from-define")
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


@click.command()
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
