"""How the commands print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdisc_npc.printable import printable

if TYPE_CHECKING:
    from rich.console import Console


class Listed(click.Group):
    """A group whose list of commands gives the whole first sentence of each, on as many lines as it takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        shown = [(name, item.get_short_help_str(limit=1000)) for name, item in commands if item]
        with formatter.section("Commands"):
            formatter.write_dl(shown)


def console(width: int) -> Console:
    """Where tables are printed: texts of a study are no markup of rich; `width` where nobody watches."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width, markup=False, emoji=False, highlight=False)


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text that a study, a file or its data may have a part in."""
    click.echo(printable(text), err=err, nl=nl)


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
