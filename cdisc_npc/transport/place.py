"""Where an output may go: what of a folder is ours, and what an output must not cover."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Container, Iterable, Iterator
from importlib.metadata import version
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import Any

from cdisc_npc.findings import Refused

# Each folder that this tool writes has it at its top: the tool, and every file with its SHA-256.
MARKER = "manifest.json"
_TOOL = "cdisc-npc"
# The file managers of macOS and Windows leave these in any folder that somebody looks at.
_OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}
_SHOWN = 5


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Write the manifest of a folder: the tool, what is stated, and every file with its SHA-256."""
    _write(folder, {"tool": f"{_TOOL} {version('cdisc-npc')}"} | content, digests(folder))


def _write(folder: Path, content: dict[str, Any], files: dict[str, str]) -> None:
    text = json.dumps(content | {"files": files}, indent=1, ensure_ascii=False)
    (folder / MARKER).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """What ``manifest.json`` of a folder says; nothing where there is none, or another file of that name."""
    path = folder / MARKER
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def update_manifest(folder: Path, before: dict[str, str]) -> None:
    """Write the manifest again, after a command has written into the folder.

    Parameters
    ----------
    before
        The files' digests before it did. What it did not write stays as it was listed, or unlisted.
    """
    content = read_manifest(folder)
    listed = content.get("files", {})
    stated = {
        name: listed.get(name) if before.get(name) == digest else digest
        for name, digest in digests(folder).items()
    }
    _write(folder, content, {name: digest for name, digest in stated.items() if digest})


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder but its manifest, by path below it."""
    paths = (path for path in _entries(folder) if path.is_file())
    result = {path.relative_to(folder).as_posix(): sha256(path) for path in paths}
    result.pop(MARKER, None)
    return dict(sorted(result.items()))


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _entries(folder: Path, entered: Container[str] | None = None) -> Iterator[Path]:
    """Everything in a folder that is no folder itself; a link is not followed.

    Parameters
    ----------
    entered
        Paths below the folder of the folders that are looked into; another one is given itself. Default: all.
    """

    def unreadable(error: OSError) -> None:
        raise error

    for top, folders, files in os.walk(folder, onerror=unreadable):
        yield from (Path(top, name) for name in files)
        for name in list(folders):
            path = Path(top, name)
            is_entered = entered is None or path.relative_to(folder).as_posix() in entered
            if path.is_symlink() or not is_entered:
                folders.remove(name)
                yield path


def is_ours(folder: Path) -> bool:
    """Whether a folder's manifest is of this tool, and lists files."""
    content = read_manifest(folder)
    tool, files = content.get("tool"), content.get("files")
    return isinstance(tool, str) and tool.split()[:1] == [_TOOL] and isinstance(files, dict)


def strangers(folder: Path, *, contents: bool = True) -> list[str]:
    """What of a folder this tool did not write, or was changed since: paths below the folder.

    A folder in which no listed file has its place is given as a whole, also when it is empty.

    Parameters
    ----------
    contents
        Whether the listed files are read, to find those that were changed.
    """
    listed = read_manifest(folder)["files"] | {MARKER: None} if is_ours(folder) else {}
    folders = {parent.as_posix() for name in listed for parent in PurePosixPath(name).parents}
    result = []
    for path in _entries(folder, folders):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if name not in listed or not stat.S_ISREG(mode):
            if path.name not in _OF_THE_SYSTEM:
                result.append(f"{name}/" if stat.S_ISDIR(mode) else name)
        elif contents and name != MARKER and sha256(path) != listed[name]:
            result.append(f"{name} (changed)")
    return sorted(result)


def replaces(path: str | os.PathLike[str]) -> bool:
    """Whether something is there already that an output at `path` will replace."""
    goal = Path(path)
    return goal.is_file() or (goal.is_dir() and any(goal.iterdir()))


def refuse_place(
    path: str | os.PathLike[str],
    *,
    folder: bool = False,
    inputs: Iterable[str | os.PathLike[str]] = (),
    contents: bool = True,
) -> None:
    """Refuse a place that an output must not go to; long work asks before it begins.

    Parameters
    ----------
    path
        Where the output is to be.
    folder
        Whether it is a folder.
    inputs
        Files and folders that the output must neither be, hold nor lie in. Links, ``..`` and the case of
        names, where the file system ignores it, make no difference.
    contents
        Whether the files of a folder are read, to find those that were changed.

    Raises
    ------
    Refused
        ``OUTPUT_OCCUPIED``: an input; something of the other kind; a place below a file; the top of a file
        system; what may only be read; a folder without a manifest of this tool, or with a file that the
        manifest does not list or that was changed since, or with a folder of something else.
    """
    goal = Path(os.path.realpath(path))

    def refuse(value: str, expected: str) -> None:
        raise Refused.because("OUTPUT_OCCUPIED", file=str(path), value=value, expected=expected)

    for source in map(Path, inputs):
        if _within(goal, source):
            refuse(f"the input {source}", "a place outside of every input")
        if goal.is_dir() and _within(source, goal):
            refuse(f"a folder that holds the input {source}", "a place outside of every input")
    if goal.is_symlink():
        refuse("a link that leads to itself", "a folder" if folder else "a file")
    if not goal.exists():
        above = next(parent for parent in goal.parents if parent.exists())
        if not above.is_dir():
            refuse(f"the file {above}, in its path", "a place that folders lead to")
        return
    if goal.is_dir() != folder or not (goal.is_dir() or goal.is_file()):
        value = "a folder" if goal.is_dir() else "a file" if goal.is_file() else "no regular file"
        refuse(value, "an empty folder, or one that this tool made" if folder else "a file")
    if os.path.ismount(goal):  # it cannot change places with another folder
        refuse("the top of a file system", "a folder in it")
    if not os.access(goal, os.W_OK):
        refuse("a folder or file that may only be read", "one that may be written")
    if folder and (result := strangers(goal, contents=contents)):
        shown = ", ".join(result[:_SHOWN]) + (f" and {len(result) - _SHOWN} more" if result[_SHOWN:] else "")
        what = "beside those it made" if is_ours(goal) else "in a folder that it did not make"
        refuse(
            f"what this tool did not make, {what}: {shown}",
            f"an empty folder, or one with nothing but what its {MARKER} lists",
        )


def refuse_one_place(outputs: Iterable[Path]) -> None:
    """Refuse outputs of one command that would replace each other.

    Raises
    ------
    Refused
        ``OUTPUT_OCCUPIED``: two are the same file, be it by links, by ``..`` or by the case of names.
    """
    for one, other in combinations(outputs, 2):
        if os.path.realpath(one) == os.path.realpath(other) or _same(one, other):
            value, expected = f"another output of the command, {one}", "a place of its own for every output"
            raise Refused.because("OUTPUT_OCCUPIED", file=str(other), value=value, expected=expected)


def _within(path: Path, folder: Path) -> bool:
    """Whether a path is a file or folder, or lies in it."""
    real = Path(os.path.realpath(path))
    return any(_same(item, folder) for item in (real, *real.parents))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
