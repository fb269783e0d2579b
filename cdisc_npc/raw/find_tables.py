"""The tables of a raw folder or file, and the reader of each."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.raw_tables import RawTable

# The module that reads each ending; modules are imported when the first file needs them.
KINDS = {
    ".csv": "transport.delimited", ".tsv": "transport.delimited", ".txt": "transport.delimited",
    ".sas7bdat": "raw.sas", ".xpt": "raw.sas", ".xlsx": "raw.xlsx", ".parquet": "raw.parquet", ".xml": "raw.odm",
}  # fmt: skip
_SIDECAR_ENDINGS = {".json", ".md", ".yaml", ".yml"}
_SIDECAR_NAMES = ("readme", "license", "changelog", "~$")


@dataclass(frozen=True)
class TableSource:
    """Where a table is: its name in the file, and the reader of the file.

    ``alone`` says that the file holds no other table, so the file's stem names
    it as well as its own name does (an XPT member ``AE`` in ``ae_raw.xpt``).
    """

    name: str
    path: Path
    kind: str
    alone: bool

    def is_called(self, name: str) -> bool:
        """Whether a form may name the table so; case is of no account."""
        names = {self.name.casefold(), self.path.stem.casefold()} if self.alone else {self.name.casefold()}
        return name.casefold() in names


class Reader(Protocol):
    """What each module of a format offers."""

    def tables_in(self, path: Path) -> list[str]:
        """Names of the file's tables, without reading their data."""

    def read_tables(self, path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
        """Read these tables of the file, or refuse with what is wrong in any of them."""


def reader(kind: str) -> Reader:
    """The module that reads a kind of file."""
    return cast(Reader, importlib.import_module(f"cdisc_npc.{kind}"))


def find_tables(path: Path) -> tuple[list[TableSource], Findings]:
    """List the tables of a folder or of one file, without reading their data.

    A delimited, SAS or Parquet file is a table of its stem's name; an XPT file
    has one for each member, a workbook one for each sheet, an ODM file one for
    each form (see `cdisc_npc.raw.odm`). Subfolders are not entered.

    Parameters
    ----------
    path
        A folder, or a single file of any kind in `KINDS`.

    Returns
    -------
    sources, findings
        The tables by file name, and what could not be listed. Hidden files and
        sidecars (README, JSON, YAML) are passed over silently, any other file of
        unknown ending with ``RAW_IGNORED_FILE``.
    """
    findings = Findings()
    if not path.exists():
        raise Refused.because(
            "RAW_UNREADABLE", file=path.name, value="no such file", expected="a folder or a file of raw data"
        )
    home = (path if path.is_dir() else path.parent).resolve()
    sources: list[TableSource] = []
    for entry in sorted(path.iterdir()) if path.is_dir() else [path]:
        if _is_sidecar(entry):
            continue
        target = entry.resolve()
        # A file that the user names may be a link; a folder's files may not leave it.
        if entry != path and not target.is_relative_to(home):
            findings.add("RAW_OUTSIDE_FOLDER", file=entry.name, value=str(target))
            continue
        kind = KINDS.get(entry.suffix.lower())
        if kind is None or not entry.is_file():
            what = "a folder" if entry.is_dir() else "unknown ending"
            findings.add("RAW_IGNORED_FILE", file=entry.name, value=what, expected=" ".join(KINDS))
            continue
        try:
            names = reader(kind).tables_in(entry)
        except Refused as refused:
            findings.extend(refused.findings)
        except OSError as error:
            findings.add("RAW_UNREADABLE", file=entry.name, value=str(error), expected="a readable file")
        else:
            if not names:
                findings.add("RAW_IGNORED_FILE", file=entry.name, value="no table in it", expected="a table")
            sources += [TableSource(name, entry, kind, len(names) == 1) for name in names]
    return sources, findings


def _is_sidecar(entry: Path) -> bool:
    name = entry.name.lower()
    return name.startswith((".", *_SIDECAR_NAMES)) or entry.suffix.lower() in _SIDECAR_ENDINGS
