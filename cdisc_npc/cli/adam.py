"""The commands `adam`, `explain` and `policies`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from cdisc_npc.cli.options import (
    InputPath,
    encoding_option,
    json_option,
    out_argument,
    package_argument,
    study_option,
)
from cdisc_npc.cli.printing import echo, written


@click.command()
@click.argument("sdtm", type=InputPath(exists=True, path_type=Path))
@out_argument
@study_option()
@encoding_option("XPT, SAS7BDAT and CSV")
@json_option()
def adam(sdtm: Path, out: Path, study: str, encoding: str | None, as_json: bool) -> None:
    """Derive the analysis datasets from the folder SDTM (XPT, Parquet or Dataset-JSON).

    The folder OUT gets *.xpt, exchange/*.parquet, and report/: the findings, and the ledger that
    `explain` reads.
    """
    from cdisc_npc.pipeline.analysis import build_adam
    from cdisc_npc.study.packaged import load_study
    from cdisc_npc.transport.place import replaces

    replaced = replaces(out)
    outcome = build_adam(sdtm, out, load_study(study), encoding=encoding)
    findings = outcome.findings.counts().to_dict("records")
    if as_json:
        click.echo(
            json.dumps(
                {"folder": str(out), "replaced": replaced, "datasets": outcome.counts, "findings": findings},
                ensure_ascii=False,
            )
        )
    else:
        for name, count in outcome.counts.items():
            echo(f"{name:<8} {count:>10} records")
        for row in findings:
            echo(f"{row['severity']:<8} {row['code']}: {row['findings']}")
        written(outcome.folder, replaced)
    if outcome.findings.worst == "error":
        sys.exit(1)


@click.command()
@package_argument
@click.argument("usubjid")
@click.argument("paramcd", required=False)
@json_option("the rows of the ledger")
def explain(package: Path, usubjid: str, paramcd: str | None, as_json: bool) -> None:
    """Say how the outcomes of subject USUBJID came about: every candidate, what decided, the outcome.

    PACKAGE is a folder that `adam` or `build` has made; PARAMCD asks for one endpoint only.
    """
    from cdisc_npc.adam.explain import explanation
    from cdisc_npc.package.ledger import rows_of

    rows = rows_of(package, usubjid, paramcd)
    if as_json:
        click.echo(rows.to_json(orient="records", force_ascii=False))
        return
    echo("\n".join(explanation(rows)))


@click.command()
@package_argument
@study_option()
@click.option(
    "--vary", "policies", multiple=True, required=True, metavar="NAME=VALUE",
    help="A policy to compare with the specified one: confirm_days=21, missed=off; repeatable.",
)  # fmt: skip
@encoding_option("XPT, SAS7BDAT and CSV")
@json_option("the changes")
def policies(
    package: Path, study: str, policies: tuple[str, ...], encoding: str | None, as_json: bool
) -> None:
    """Run policies side by side on the SDTM of PACKAGE: whose outcome changes, and by which rule."""
    from cdisc_npc.adam.compare_policies import compare_policies
    from cdisc_npc.package.inputs import read_sdtm
    from cdisc_npc.pipeline.analysis import specified
    from cdisc_npc.study.packaged import load_study

    spec = specified(load_study(study))
    changes = compare_policies(read_sdtm(package, spec, encoding)[0], spec, list(policies))
    if as_json:
        click.echo(changes.to_json(orient="records", force_ascii=False))
        return
    for policy in policies:
        rows = changes[changes["POLICY"] == policy]
        subjects = rows["USUBJID"].nunique()
        echo(f"{policy}: {len(rows)} outcomes of {subjects} subjects change")
        for row in rows.to_dict("records"):
            stated = f" ({row['RULE']})" if row["RULE"] else ""
            echo(f"  {row['USUBJID']} {row['PARAMCD']:<8} {row['BASE']} -> {row['VARIED']}{stated}")
