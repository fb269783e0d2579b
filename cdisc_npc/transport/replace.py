"""Whole or not at all: an output replaces the old one only when it is complete."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cdisc_npc.transport.journal import journal, settle, swap
from cdisc_npc.transport.place import digests, is_ours, refuse_place, update_manifest

# Folders that will take a place when they are whole; what is written into them goes with them.
_unfinished: list[Path] = []


@contextmanager
def replacing(
    path: str | os.PathLike[str],
    *,
    folder: bool = False,
    inputs: Iterable[str | os.PathLike[str]] = (),
) -> Iterator[Path]:
    """Give a temporary sibling to write to, and move it onto `path` when it is whole.

    1. What a killed run has left beside `path` is completed or removed.
    2. The sibling is made in the same folder, so on the same file system, under
       a name that nobody can foresee; never over something that exists. Its
       permissions are those that the umask gives, and no wider than the old one's.
    3. When the block ends well, all that was written is flushed to the disk,
       and the sibling takes the place of `path`: a file by one rename, a folder
       by one exchange where the system has it, else by two renames that the
       next run completes where this one is killed between them.
    4. When the block fails in any way, Ctrl-C included, the sibling is removed
       and `path` is as it was.

    Within a folder that is itself being made so, there is nothing to replace: `path` is written where it is,
    and flushed and moved with the folder.

    Parameters
    ----------
    path
        What will be made or replaced. Its parent must exist. A symbolic link
        is kept, and what it points to is replaced.
    folder
        Whether `path` is a folder; it is then replaced as a whole.
    inputs
        What the output must neither be, hold nor lie in.

    Yields
    ------
    Path
        The sibling: an empty file, or an empty folder.

    Raises
    ------
    Refused
        ``OUTPUT_OCCUPIED``, as `refuse_place` says. Looked at before the block,
        and again, with the contents of the old files, before the move.
    FileNotFoundError
        There is no folder to make it in.
    """
    goal, inputs = Path(os.path.realpath(path)), list(inputs)
    if not goal.parent.is_dir():
        raise FileNotFoundError(f"no such folder: {goal.parent}")
    if not goal.exists() and any(goal.is_relative_to(above) for above in _unfinished):
        yield from _within(goal, folder)
        return
    settle(goal)
    # What is long looked at the contents before it began; they are read where it matters, before the move.
    refuse_place(goal, folder=folder, inputs=inputs, contents=False)
    with journal(goal) as siblings:
        new = siblings.new
        if folder:
            new.mkdir()
        else:
            # Exclusive, and with the permissions that the user's umask gives.
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        if goal.exists():
            # Whom the old one was closed to, the new one is too: it may hold data of patients.
            new.chmod(new.stat().st_mode & (goal.stat().st_mode | stat.S_IRWXU))
        with _making(new):
            yield new
        _flush(new)
        refuse_place(goal, folder=folder, inputs=inputs)
        if folder:
            swap(siblings, goal)
        else:
            new.replace(goal)
        _flush_entry(goal.parent)


@contextmanager
def extending(path: Path, *, inputs: Iterable[str | os.PathLike[str]] = ()) -> Iterator[Path]:
    """Give a copy of a folder of this tool to write into, which takes its place when it is whole.

    The manifest is written again: with what the block wrote, and the rest as it was listed. A file of
    somebody else in the folder stays, and stays unlisted.

    Parameters
    ----------
    path
        The folder, such as a package.
    inputs
        What the folder must neither be nor lie in.
    """
    goal = Path(os.path.realpath(path))
    settle(goal)
    with journal(goal) as siblings:
        shutil.copytree(goal, siblings.new, symlinks=True)
        before = digests(siblings.new)
        with _making(siblings.new):
            yield siblings.new
        update_manifest(siblings.new, before)
        _flush(siblings.new)
        swap(siblings, goal)
        _flush_entry(goal.parent)


@contextmanager
def _making(folder: Path) -> Iterator[None]:
    """While a folder is being made, what is written into it is no place of its own."""
    _unfinished.append(folder)
    try:
        yield
    finally:
        _unfinished.remove(folder)


def _within(goal: Path, folder: bool) -> Iterator[Path]:
    """Give a place in a folder that is being made; where the block fails, nothing is left there."""
    try:
        if folder:
            goal.mkdir()
        else:
            goal.touch(exist_ok=False)
        yield goal
    except BaseException:
        if goal.is_dir():
            shutil.rmtree(goal)
        else:
            goal.unlink(missing_ok=True)
        raise


def package_around(path: Path) -> Path | None:
    """The outermost folder of this tool that a path lies in, if any."""
    real = Path(os.path.realpath(path))
    return next((folder for folder in reversed(real.parents) if is_ours(folder)), None)


def _flush(path: Path) -> None:
    """Flush a file, or a folder's files and then its entries, to the disk."""
    if path.is_file():
        # Windows flushes only what may be written; elsewhere a file that may only be read is flushed too.
        with path.open("rb" if os.name == "posix" else "rb+") as file:
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
