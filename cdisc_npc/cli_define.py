"""The command `define`, and the commands of `spec` that read and write Define-XML."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

_MESSAGES = 20


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", metavar="OUT.xml", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--study",
    default="cdiscpilot",
    show_default=True,
    help="Name of a packaged study, or path of a mapping folder.",
)
@click.option("--model", type=click.Choice(["sdtm", "adam"]), default="sdtm", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def define(data: Path, out: Path, study: str, model: str, as_json: bool) -> None:
    """Write the define.xml of the datasets in the folder DATA, with its stylesheet and page beside it.

    The datasets are those that the study's specification makes, as XPT, Dataset-JSON or Parquet.
    The document is validated: by CDISC's schema, by rules, and against the data.
    """
    from cdisc_npc.define.files import describe_sdtm, read_sdtm
    from cdisc_npc.findings import Refused
    from cdisc_npc.study import load_study

    spec = load_study(study)
    if model == "adam":
        raise Refused.because(
            "DEFINE_REFUSED",
            dataset=spec.study.study,
            value="states no analysis datasets",
            expected="--model sdtm",
        )
    made = describe_sdtm(spec, *read_sdtm(data, spec), out, data)
    metadata = made.define.metadata
    if as_json:
        outcome = {
            "file": str(out),
            "datasets": [group.name for group in metadata.item_groups],
            "variables": sum(len(group.item_refs) for group in metadata.item_groups),
            "findings": made.findings.frame().to_dict("records"),
        }
        click.echo(json.dumps(outcome, ensure_ascii=False, default=str))
    else:
        for text in made.findings.messages(_MESSAGES):
            click.echo(text, err=True)
        count = sum(len(group.item_refs) for group in metadata.item_groups)
        click.echo(
            f"{len(metadata.item_groups)} datasets, {count} variables, {len(metadata.value_lists)} value lists, "
            f"{len(metadata.codelists)} codelists, {len(metadata.methods)} methods; {len(made.findings)} finding(s)"
        )
        click.echo(f"Written: {out}, {out.with_suffix('.html')}")
    if made.findings.worst == "error":
        sys.exit(1)
