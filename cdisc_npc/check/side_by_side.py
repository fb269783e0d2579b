"""Two pieces of work at the same time, where the system can split a process."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Callable
from typing import TypeVar

Outcome = TypeVar("Outcome")


def side_by_side(work: Callable[[], Outcome]) -> Callable[[], Outcome]:
    """Begin work in a process of its own; the function that is given waits for what it gives.

    The process is a copy of this one, so it needs nothing handed over; where none can be made so, or where it
    ends without an outcome, the work is done here, when it is waited for.

    Parameters
    ----------
    work
        Changes nothing that is looked at afterwards; its outcome can be pickled.
    """
    # A copy of a process is safe on Linux only: libraries of macOS forbid it, and Windows has none.
    if sys.platform != "linux":
        return work
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(work()), daemon=True)
    # Neither process looks for garbage among what both have: all modules and data, and looking would copy them.
    gc.freeze()
    process.start()
    sender.close()

    def outcome() -> Outcome:
        try:
            found: Outcome = receiver.recv()
        except EOFError:
            return work()
        finally:
            gc.unfreeze()
        process.join()
        return found

    return outcome
