"""Temporary siblings of an output, and the journal by which the next run tidies up after a killed one.

Beside ``out`` a run has ``.out.<16 hex digits>.tmp``, the output that is being written; ``….old``, the former
output while two renames put the new one in its place; and ``….journal``, which it holds locked. The system
lets go of the lock with the process, however that ends: siblings whose journal can be locked are left over.
"""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# What a journal says, with the process that writes.
_TEXT = re.compile(
    rb"(cdisc-npc: process ([0-9]+) writes here; the next run removes what a killed one has left\n)?"
)
# So many seconds a process that was killed may take to end: a part of it may go on for a moment.
_LAST_BREATH = 10.0
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


class Siblings:
    """Names beside an output, of one run."""

    def __init__(self, goal: Path, token: str) -> None:
        self.new, self.old, self.journal = (
            goal.with_name(f".{goal.name}.{token}.{kind}") for kind in ("tmp", "old", "journal")
        )

    def remove(self) -> None:
        """Remove what there is of them, the journal last."""
        for path in (self.new, self.old, self.journal):
            remove(path)


@contextmanager
def journal(goal: Path) -> Iterator[Siblings]:
    """Hold names beside `goal` that nobody can foresee; what is there under them is removed at the end."""
    while True:
        siblings = Siblings(goal, secrets.token_hex(8))
        handle = os.open(siblings.journal, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        # Between the two calls another run may have taken the journal for a left one, and removed it.
        if _lock(handle, without=True) and _is_at(handle, siblings.journal):
            break
        os.close(handle)
    try:
        os.write(
            handle,
            f"cdisc-npc: process {os.getpid()} writes here; the next run removes what a killed one has left\n".encode(),
        )
        for path in (siblings.new, siblings.old):
            if os.path.lexists(path):
                siblings.new = siblings.old = siblings.journal
                raise FileExistsError(17, "File exists", str(path))
        yield siblings
    finally:
        if sys.platform == "win32":  # an open file cannot be deleted there
            os.close(handle)
        siblings.remove()
        if sys.platform != "win32":
            os.close(handle)


def settle(goal: Path) -> None:
    """Complete the swap that a killed run had begun at `goal`, and remove what it has left."""
    pattern = re.compile(rf"\.{re.escape(goal.name)}\.([0-9a-f]{{16}})\.journal")
    for name in sorted(os.listdir(goal.parent)):  # noqa: PTH208 - names alone, in a folder of any size
        if not (result := pattern.fullmatch(name)):
            continue
        siblings = Siblings(goal, result[1])
        try:
            handle = os.open(siblings.journal, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            continue
        try:
            if not (_lock_of_the_dead(handle) and _is_at(handle, siblings.journal)):
                continue
            # The old folder was moved aside only when the new one was whole and on the disk.
            if siblings.old.exists() and not goal.exists():
                (siblings.new if siblings.new.exists() else siblings.old).rename(goal)
            if sys.platform != "win32":
                siblings.remove()
        finally:
            os.close(handle)
        if sys.platform == "win32":
            siblings.remove()


def _lock(handle: int, *, without: bool) -> bool:
    """Lock a file until it is closed or the process ends.

    Returns
    -------
    bool
        False where another process holds it; `without` where the file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return without
    return True


def _lock_of_the_dead(handle: int) -> bool:
    """Lock a journal whose process has ended; False where it lives, or the file is no journal."""
    locked = _lock(handle, without=False)
    if sys.platform == "win32" and not locked:  # what is locked there cannot be read
        return False
    said = _TEXT.fullmatch(os.read(handle, 200))
    if not said:
        return False
    ends = time.monotonic() + _LAST_BREATH
    while not locked and said[2] and not _lives(int(said[2])) and time.monotonic() < ends:
        time.sleep(0.01)
        locked = _lock(handle, without=False)
    return locked


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders change places in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    return bool(call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def swap(siblings: Siblings, goal: Path) -> None:
    """Put the new folder in the place of `goal`, or leave `goal` as it was."""
    if not goal.exists():
        siblings.new.rename(goal)
    elif not exchange(siblings.new, goal):
        try:
            goal.rename(siblings.old)
            siblings.new.rename(goal)
        except BaseException:
            # Ctrl-C may come between any two steps: look at what is there, not at what was meant.
            if siblings.old.exists() and not goal.exists():
                siblings.old.rename(goal)
            raise


def remove(path: Path) -> None:
    """Remove a file or a whole folder, where it is there; what cannot be deleted of a folder is left."""
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
