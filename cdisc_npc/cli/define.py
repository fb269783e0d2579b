"""The command `define`."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import click

from cdisc_npc.cli.options import InputPath, encoding_option, json_option, study_option
from cdisc_npc.cli.printing import echo, written

_MESSAGES = 20


@click.command()
@click.argument("data", type=InputPath(exists=True, file_okay=False, path_type=Path))
@click.argument("out", metavar="OUT.xml", type=click.Path(dir_okay=False, path_type=Path))
@study_option("cdiscpilot")
@click.option("--model", type=click.Choice(["sdtm", "adam"]), default="sdtm", show_default=True)
@encoding_option("XPT files")
@json_option()
def define(data: Path, out: Path, study: str, model: str, encoding: str | None, as_json: bool) -> None:
    """Write the define.xml of the datasets in the folder DATA, with its stylesheet and page beside it.

    The datasets are those that the study's specification makes, as XPT, Dataset-JSON or Parquet.
    The document is validated: by CDISC's schema, by rules, and against the data.
    """
    from cdisc_npc.define.write import read_specified, write_define
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
    datasets, members, findings = read_specified(data, spec, model, encoding)
    package = package_around(out)
    with extending(package) if package else nullcontext() as copy:
        place = copy / Path(os.path.realpath(out)).relative_to(package) if copy and package else out
        result = replace(write_define(spec, model, datasets, members, place, data), path=out)
    findings = joined(result.findings, findings)
    metadata = result.define.metadata
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
