"""The commands of `ct`: controlled terminology."""

from __future__ import annotations

from pathlib import Path

import click

from cdisc_npc.cli.options import InputPath
from cdisc_npc.cli.printing import Listed, echo, written


@click.group(cls=Listed)
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

    result = import_terminology(file, to)
    echo(f"{result.codelists} codelists, {result.terms} terms, released {result.release or 'unknown'}")
    written(result.destination, result.replaced)
