"""The commands `convert` and `compare`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from cdisc_npc.cli.options import InputPath, encoding_option, json_option, report_option
from cdisc_npc.cli.printing import echo, written

_MESSAGES = 20
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KMGT]?)B?", re.IGNORECASE)


def _bytes(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    """Read a size: 5GB, 500 MB, 1000."""
    if text is None:
        return None
    result = _SIZE.fullmatch(text.strip())
    if not result:
        raise click.BadParameter(f"{text} is no size such as 5GB or 500MB")
    return int(float(result[1]) * 1000 ** " KMGT".index(result[2].upper() or " "))


@click.command()
@click.argument("source", metavar="SRC", type=InputPath(path_type=Path))
@click.argument("destination", metavar="DST", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Choice(["xpt", "json", "ndjson", "parquet", "csv"]),
    help="Form of the files, where DST is a folder.",
)
@click.option("--member", help="Which dataset of a transport file with several; default: all.")
@click.option(
    "--like",
    type=InputPath(exists=True, path_type=Path),
    help="File whose labels, types, lengths and formats to take.",
)
@click.option(
    "--encoding", default="us-ascii", show_default=True, help="Encoding of the texts of XPT files written."
)
@encoding_option("SRC", "--source-encoding")
@click.option(
    "--split-by", "split_variable", metavar="VARIABLE", help="Also write a part for each category, to split/."
)
@click.option(
    "--split-size", callback=_bytes, metavar="SIZE",
    help="Also write parts of at most this size, to split/.  [default: 5GB for XPT]",
)  # fmt: skip
@json_option()
def convert(source: Path, destination: Path, as_json: bool, **options: Any) -> None:
    """Convert SRC to DST: XPT, Dataset-JSON (json, ndjson), Parquet, CSV; from SAS7BDAT too.

    The endings of the names tell the forms. SRC may be a folder; DST then is one too,
    made or replaced as a whole, and --to says in what form.
    """
    from cdisc_npc.transport.convert import convert as run
    from cdisc_npc.transport.place import replaces

    replaced = replaces(destination)
    result = run(source, destination, **options)
    if as_json:
        findings = result.findings.frame().fillna("").to_dict("records")
        content = {"datasets": result.datasets, "replaced": replaced, "findings": findings}
        click.echo(json.dumps(content, ensure_ascii=False, default=str))
        return
    for line in result.datasets:
        echo(f"{line['dataset']}: {line['records']} records, {line['source']} -> {line['file']}")
    written(destination, replaced)
    messages = result.findings.messages()
    for message in messages[:_MESSAGES]:
        echo(message, err=True)
    if len(messages) > _MESSAGES:
        echo(f"... and {len(messages) - _MESSAGES} more", err=True)


def _keys(texts: tuple[str, ...]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for text in texts:
        dataset, _, names = text.rpartition("=")
        keys[dataset.strip().upper()] = [name for name in re.split("[, ]+", names.strip()) if name]
    return keys


@click.command()
@click.argument("base", type=InputPath(exists=True, path_type=Path))
@click.argument("compare", type=InputPath(exists=True, path_type=Path))
@click.option(
    "--keys", "-k", multiple=True, metavar="[DATASET=]VAR,VAR",
    help="Match records by these variables; in a variable -- stands for the dataset's first two letters, in a DATASET"
    " (SUPP--) for any. Default: by position.",
)  # fmt: skip
@click.option(
    "--tolerance", "-t", default=0.0, show_default=True, help="The most that two numbers may differ."
)
@click.option(
    "--method", type=click.Choice(["absolute", "relative", "percent"]), default="absolute", show_default=True,
    help="What the tolerance is measured in.",
)  # fmt: skip
@click.option("--order", "check_order", is_flag=True, help="Another order of the variables is a difference.")
@click.option("--unique", is_flag=True, help="Refuse keys that stand more than once.")
@click.option(
    "--limit", default=100, show_default=True, help="Details for each variable and side; 0 for all."
)
@encoding_option("XPT, SAS7BDAT and CSV")
@json_option()
@report_option("html", "Write a report to FILE.")
@report_option("xlsx", "Write a workbook to FILE.")
def compare(
    base: Path, compare: Path, keys: tuple[str, ...], limit: int, as_json: bool,
    html_file: Path | None, xlsx_file: Path | None, **options: Any,
) -> None:  # fmt: skip
    """Compare the datasets of BASE and COMPARE: two files or two folders, of any form that convert reads.

    Exit status: 0 equal; 1 different; 2 refused.
    """
    from cdisc_npc.transport import compare_report as report
    from cdisc_npc.transport.compare_files import compare_files
    from cdisc_npc.transport.place import refuse_one_place, refuse_place

    outputs = [file for file in (html_file, xlsx_file) if file]
    for file in outputs:
        refuse_place(file, inputs=[base, compare])
    refuse_one_place(outputs)
    result = compare_files(base, compare, keys=_keys(keys), limit=limit or None, **options)
    for message in result.findings.messages(_MESSAGES):
        echo(message, err=True)
    if html_file:
        report.write_html(result, html_file)
    if xlsx_file:
        report.write_xlsx(result, xlsx_file)
    if as_json:
        click.echo(json.dumps(report.as_json(result), ensure_ascii=False))
    else:
        echo(report.as_text(result), nl=False)
    if not result.equal:
        sys.exit(1)
