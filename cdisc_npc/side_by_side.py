"""Two pieces of work at the same time, where the system can split a process."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

Outcome = TypeVar("Outcome")


_PR_SET_PDEATHSIG = 1


def _end_with(parent: int) -> None:
    """Let this process end when the one that made it does, however that ends; interrupts are for that one."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def side_by_side(work: Callable[[], Outcome]) -> Iterator[Callable[[], Outcome]]:
    """Begin work in a process of its own; the function that is given waits for what it gives.

    The process is a copy of this one, so it needs nothing handed over; where none can be made so, or where it
    ends without an outcome, the work is done here, when it is waited for. On leaving, it has ended.

    Parameters
    ----------
    work
        Changes nothing that is looked at afterwards, but for files, which it can write again; its outcome can
        be pickled.
    """
    # A copy of a process is safe on Linux only: libraries of macOS forbid it, and Windows has none.
    if sys.platform != "linux":
        yield work
        return
    context = multiprocessing.get_context("fork")
    parent = os.getpid()
    receiver, sender = context.Pipe(duplex=False)

    def there() -> None:
        _end_with(parent)
        with suppress(Exception):  # it comes again, where the work is waited for
            sender.send(work())

    process = context.Process(target=there, daemon=True)
    # Neither process looks for garbage among what both have: all modules and data, and looking would copy them.
    gc.freeze()
    process.start()
    sender.close()

    def outcome() -> Outcome:
        try:
            result: Outcome = receiver.recv()
        except EOFError:
            return work()
        return result

    try:
        yield outcome
    finally:
        process.kill()
        process.join()
        receiver.close()
        gc.unfreeze()
