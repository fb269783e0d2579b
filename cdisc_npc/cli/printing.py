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
