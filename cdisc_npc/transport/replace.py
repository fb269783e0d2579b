"""Whole or not at all: an output replaces the old one only when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cdisc_npc.findings import Refused

# What makes a folder ours: each package that this tool writes has it at its top.
MARKER = "manifest.json"


@contextmanager
def replacing(path: str | os.PathLike[str], *, folder: bool = False) -> Iterator[Path]:
    """Give a temporary sibling to write to, and move it onto `path` when it is whole.

    1. The sibling is made in the same folder, so on the same file system, under
       a name that nobody can foresee; never over something that exists.
    2. When the block ends well, all that was written is flushed to the disk,
       and the sibling takes the place of `path`: a file by one rename, a folder
       by renaming the old one aside, the new one in, and deleting the old one.
    3. When the block fails in any way, Ctrl-C included, the sibling is removed
       and `path` is as it was.

    A killed process can leave a sibling, named ``.<name>.<random>.tmp``; killed
    between the two renames of a folder, also the old folder as ``….old``.

    Parameters
    ----------
    path
        What will be made or replaced. Its parent must exist. A symbolic link
        is kept, and what it points to is replaced.
    folder
        Whether `path` is a folder; it is then replaced as a whole.

    Yields
    ------
    Path
        The sibling: an empty file, or an empty folder.

    Raises
    ------
    Refused
        ``OUTPUT_OCCUPIED``: `path` is of the other kind, or a folder with
        content that this tool did not make (it has no ``manifest.json``).
        Looked at before the block, and again before the move.
    FileNotFoundError
        There is no folder to make it in.
    """
    goal = Path(os.path.realpath(path))
    if not goal.parent.is_dir():
        raise FileNotFoundError(f"no such folder: {goal.parent}")
    refuse_occupied(goal, folder=folder)
    new = _sibling(goal, "tmp")
    ours = True
    try:
        try:
            if folder:
                new.mkdir()
            else:
                # Exclusive, and with the permissions that the user's umask gives.
                os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            ours = False
            raise
        yield new
        _flush(new)
        refuse_occupied(goal, folder=folder)
        if folder:
            _swap(new, goal)
        else:
            new.replace(goal)
    except BaseException:
        if ours:
            _remove(new)
        raise
    _flush_entry(goal.parent)


def _sibling(goal: Path, kind: str) -> Path:
    return goal.with_name(f".{goal.name}.{secrets.token_hex(8)}.{kind}")


def refuse_occupied(goal: Path, *, folder: bool = False) -> None:
    """Refuse a place as `replacing` will: long work asks first."""
    if not goal.exists():
        return
    expected = f"an empty folder, or one with {MARKER}" if folder else "a file"
    if goal.is_dir() != folder:
        value = "a folder" if goal.is_dir() else "a file"
    elif folder and any(goal.iterdir()) and not (goal / MARKER).is_file():
        value = "a folder that this tool did not make"
    else:
        return
    raise Refused.because("OUTPUT_OCCUPIED", file=str(goal), value=value, expected=expected)


def _swap(new: Path, goal: Path) -> None:
    """Put the folder `new` in the place of `goal`, or leave `goal` as it was."""
    if not goal.exists():
        new.rename(goal)
        return
    old = _sibling(goal, "old")
    try:
        goal.rename(old)
        new.rename(goal)
    except BaseException:
        # Ctrl-C may come between any two steps: look at what is there, not at what was meant.
        if old.exists() and not goal.exists():
            old.rename(goal)
        elif old.exists():
            _remove(old)
        raise
    # The new folder is in place: what cannot be deleted of the old one is no failure.
    shutil.rmtree(old, ignore_errors=True)


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _flush(path: Path) -> None:
    """Flush a file, or a folder's files and then its entries, to the disk."""
    if path.is_file():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        return
    for top, _, names in os.walk(path, topdown=False):
        for name in names:
            file_path = Path(top, name)
            if not file_path.is_symlink():
                _flush(file_path)
        _flush_entry(Path(top))


def _flush_entry(folder: Path) -> None:
    # Windows cannot open a folder; there the rename alone has to do.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
