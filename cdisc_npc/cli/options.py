"""The arguments and options that several commands share, stated once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


class InputPath(click.Path):
    """A file or folder that is read: a pipe or device, which might never end, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what is neither a file nor a folder."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.exists() and not (path.is_file() or path.is_dir()):
            self.fail(f"{path} is neither a file nor a folder", param, ctx)
        return path


# The folder that a command makes or replaces.
out_argument = click.argument("out", type=click.Path(path_type=Path))
# The export that a conversion reads.
raw_argument = click.argument("raw", type=InputPath(exists=True, path_type=Path))
# A package, or another folder of datasets.
package_argument = click.argument("package", type=InputPath(exists=True, file_okay=False, path_type=Path))


def study_option(default: str = "npc") -> Callable[..., Any]:
    """``--study``: the specification."""
    text = "Name of a packaged study, or path of a mapping folder."
    return click.option("--study", default=default, show_default=True, help=text)


def json_option(what: str = "the outcome") -> Callable[..., Any]:
    """``--json``: what is printed, for a program."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON.")


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--language``: that of a package."""
    text = "Labels, terms and encoding of the study's languages/LANGUAGE.yaml, such as zh for the NMPA."
    return click.option("--language", help=text)(command)


def conversion_arguments(command: Callable[..., Any]) -> Callable[..., Any]:
    """RAW, OUT and the options of every command that converts an export."""
    for add in (
        json_option(),
        encoding_option("RAW's CSV and SAS files"),
        study_option(),
        out_argument,
        raw_argument,
    ):
        command = add(command)
    return command


def folder_option(name: str, text: str, metavar: str | None = None) -> Callable[..., Any]:
    """Name a folder that is read."""
    return click.option(
        name, type=InputPath(exists=True, file_okay=False, path_type=Path), metavar=metavar, help=text
    )


def report_option(name: str, text: str) -> Callable[..., Any]:
    """Name a file that is written beside what is printed."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option(f"--{name}", f"{name}_file", type=kind, metavar="FILE", help=text)


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
