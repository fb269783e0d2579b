"""The commands `sdtm` and `build`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdisc_npc.cli.options import conversion_arguments, language_option
from cdisc_npc.cli.outcome import outcome_as_json, print_outcome
from cdisc_npc.cli.printing import status
from cdisc_npc.pipeline.stage_names import STAGES

if TYPE_CHECKING:
    from cdisc_npc.pipeline.build import Outcome


def _names(context: click.Context, parameter: click.Parameter, text: str) -> list[str]:
    """Names, separated by commas."""
    return [name for item in text.split(",") if (name := item.strip())]


@click.command()
@conversion_arguments
def sdtm(raw: Path, out: Path, study: str, encoding: str | None, as_json: bool) -> None:
    """Convert the RAW export to SDTM: XPT files and a report in the folder OUT."""
    from cdisc_npc.pipeline.build import build_sdtm

    _convert(build_sdtm, raw, out, study, as_json, encoding=encoding)


@click.command()
@conversion_arguments
@language_option
@click.option(
    "--skip", default="", metavar="STAGE,STAGE", callback=_names,
    help=f"Stages to leave out: {', '.join(STAGES)}.",
)  # fmt: skip
def build(raw: Path, out: Path, study: str, as_json: bool, **options: Any) -> None:
    """Convert the RAW export to a submission package in the folder OUT (m5/…)."""
    from cdisc_npc.pipeline.build import build_package

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
