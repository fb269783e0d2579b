"""What the commands print, and the options that they share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdisc_npc.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from cdisc_npc.build.build import Outcome


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``: the outcome for a program."""
    return click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")(command)


class InputPath(click.Path):
    """A file or folder that is read: a pipe or device, which might never end, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what is neither a file nor a folder."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.exists() and not (path.is_file() or path.is_dir()):
            self.fail(f"{path} is neither a file nor a folder", param, ctx)
        return path


def console(width: int) -> Console:
    """Where tables are printed: texts of a study are no markup of rich; `width` where nobody watches."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width, markup=False, emoji=False, highlight=False)


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text that a study, a file or its data may have a part in."""
    click.echo(printable(text), err=err, nl=nl)


def _codec(context: click.Context, parameter: click.Parameter, name: str | None) -> str | None:
    from cdisc_npc.transport.encodings import text_codec

    try:
        return None if name is None else text_codec(name)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def encoding_option(what: str, *names: str) -> Callable[..., Any]:
    """``--encoding``: of the texts that are read, in place of what is found."""
    text = f"Encoding of the texts of {what}, such as utf-8, gb18030, cp1252, shift_jis; default: found, and said."
    return click.option(*(names or ("--encoding",)), callback=_codec, metavar="NAME", help=text)


def status(text: str) -> Any:
    """A line while the work lasts; silent where nobody watches."""
    from contextlib import nullcontext

    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    return console.status(Text(printable(text))) if console.is_terminal else nullcontext()


def written(path: Path, replaced: bool) -> None:
    """Say what was written, and whether it took the place of something."""
    echo(f"Written: {path}{', in place of what was there' if replaced else ''}")


def outcome_as_json(outcome: Outcome, *, replaced: bool = False) -> dict[str, Any]:
    """Give an outcome as what `json` can write."""
    return {
        "folder": str(outcome.folder),
        "replaced": replaced,
        "datasets": outcome.counts,
        "records": outcome.records.to_dict("records"),
        "fields": outcome.fields.to_dict("records"),
        "findings": outcome.findings.counts().to_dict("records"),
    }


def print_outcome(outcome: Outcome, *, account: bool = True, replaced: bool = False) -> None:
    """Print records by dataset, the account of raw records and fields, and findings by code."""
    from rich.table import Table

    screen = console(120)
    made = Table("Dataset", "Records", title="Datasets", title_justify="left")
    for name, count in outcome.counts.items():
        made.add_row(printable(name), str(count))
    screen.print(made)
    if account:
        _print_account(outcome, screen)
    if outcome.report is not None:
        from cdisc_npc.cli.check import print_report

        print_report(outcome.report)
        echo(f"Each finding: {outcome.folder / 'report' / 'findings.html'}")
    elif len(counts := outcome.findings.counts()):
        found = Table("Severity", "Code", "Findings", title="Findings", title_justify="left")
        for row in counts.to_numpy(dtype=str).tolist():
            found.add_row(*row)
        screen.print(found)
        echo(f"Each finding: {outcome.folder / 'report' / 'findings.csv'}")
    written(outcome.folder, replaced)


def _print_account(outcome: Outcome, screen: Console) -> None:
    from rich.table import Table

    records = Table(
        *[str(name) for name in outcome.records.columns], title="Raw records", title_justify="left"
    )
    for row in outcome.records.to_numpy(dtype=str).tolist():
        records.add_row(*map(printable, row))
    screen.print(records)
    fields = Table(
        "form", "fields", "filled cells", "mapped", "decided", "left out", "rejected", "not used", "reported",
        title="Raw cells", title_justify="left",
    )  # fmt: skip
    for form, group in outcome.fields.groupby("form", sort=False):
        cells = group[["cells", "mapped", "decided", "left_out", "rejected", "not_used", "reported"]].sum()
        fields.add_row(printable(str(form)), *(str(number) for number in (len(group), *cells)))
    screen.print(fields)
