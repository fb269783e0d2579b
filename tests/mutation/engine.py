"""Mutated input for a reader: each case is read rightly or refused, in bounded time and memory.

The cases run in a forked process, one after the other, under a limit of memory; the parent watches the
clock, ends a case that is late, and goes on after it. A process that dies counts against the case it had.
"""

from __future__ import annotations

import io
import os
import random
import re
import resource
import selectors
import signal
import sys
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdisc_npc.findings import Refused

_READ, _REFUSED, _FAULT = b"r", b"x", b"f"
# What a case may say of its fault.
_TEXT = 4_000


@dataclass
class Tally:
    """How many cases were read and refused, and the faults of the others by their numbers."""

    read: int = 0
    refused: int = 0
    faults: dict[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        kinds = Counter(text.strip().splitlines()[-1][:160] for text in self.faults.values())
        lines = [f"{self.read} read, {self.refused} refused, {len(self.faults)} faults"]
        for kind, times in kinds.most_common(20):
            number = next(n for n, text in self.faults.items() if text.strip().splitlines()[-1][:160] == kind)
            lines += [f"{times} x, first in case {number}:", self.faults[number]]
        return "\n".join(lines)


def run_cases(
    make_case: Callable[[random.Random], Any],
    judge: Callable[[Any], object],
    count: int,
    seconds: float = 10,
    megabytes: int = 1_000,
    *,
    refusals: tuple[type[BaseException], ...] = (Refused,),
    only: Iterable[int] | None = None,
) -> Tally:
    """Make cases and judge each of them.

    Parameters
    ----------
    make_case
        Makes a case from its chance, which the case's number seeds: a case is the same in each run.
    judge
        Reads the case. It asserts what is right of the result; any exception but `refusals` is a fault.
    count
        Of the cases; those numbered 0 to ``count - 1``.
    seconds, megabytes
        Limits of a case; of memory, beyond what the process has before the first case.
    refusals
        Exceptions that are an error of ours, said to the user.
    only
        Numbers of the cases to run, to look at faults again.
    """
    tally = Tally()
    left = list(range(count)) if only is None else list(only)
    while left:
        done = _run_in_child(left, make_case, judge, seconds, megabytes, refusals, tally)
        left = left[done:]
    return tally


def _run_in_child(
    numbers: list[int],
    make_case: Any,
    judge: Any,
    seconds: float,
    megabytes: int,
    refusals: Any,
    tally: Tally,
) -> int:
    """Run cases until one of them ends the process; give how many are done with."""
    receive, send = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(receive)
        try:
            _limit_memory(megabytes)
            for number in numbers:
                _send(send, *_outcome(number, make_case, judge, refusals))
        finally:
            os._exit(0)
    os.close(send)
    done, why = 0, ""
    with os.fdopen(receive, "rb", buffering=0) as pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while done < len(numbers):
            if not selector.select(seconds):
                why = f"not done in {seconds} s"
                break
            head = _receive(pipe, 5)
            if len(head) < 5:
                break
            text = _receive(pipe, int.from_bytes(head[1:], "big")).decode(errors="replace")
            tally.read += head[:1] == _READ
            tally.refused += head[:1] == _REFUSED
            if head[:1] == _FAULT:
                tally.faults[numbers[done]] = text
            done += 1
    if done < len(numbers):
        os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    if done < len(numbers):
        tally.faults[numbers[done]] = why or f"the process ended with status {ended}"
        done += 1
    return done


def _outcome(number: int, make_case: Any, judge: Any, refusals: Any) -> tuple[bytes, str]:
    try:
        judge(make_case(random.Random(number)))
    except refusals:
        return _REFUSED, ""
    except BaseException as error:
        text = "".join(traceback.format_exception(error)[-6:])
        return _FAULT, text[-_TEXT:] or type(error).__name__
    return _READ, ""


def _limit_memory(megabytes: int) -> None:
    result = re.search(r"VmSize:\s*([0-9]+)", Path("/proc/self/status").read_text())
    size = int(result[1]) * 1024 if result else 0
    resource.setrlimit(resource.RLIMIT_AS, (size + megabytes * 10**6, resource.RLIM_INFINITY))


def _send(pipe: int, kind: bytes, text: str) -> None:
    data = text.encode(errors="replace")
    os.write(pipe, kind + len(data).to_bytes(4, "big") + data)


def _receive(pipe: Any, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := pipe.read(size - len(data))):
        data += part
    return data


# What stands for a number or a text where a reader does not think of it.
EXTREMES = (
    b"1e400", b"-1e400", b"1e-400", b"1e999999999", b"1e-999999999", b"1" + b"0" * 400, b"123456789012345678901",
    b"0." + b"1" * 400, b"-0", b"NaN", b"Infinity", b"inf", b"", b"-", b".", b"0x10", b"1_0", b"9999-12-31",
    b"0000-00-00", b"2014-02-30", b"99999999999999999999-01-01", b"null", b"true", b"[]", b"{}", b"\xef\xbc\x91",
)  # fmt: skip
BYTES = (
    b"\0", b"\0" * 80, b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80", b"\x80", b"\x1b[31m", b"\r",
    b"\n", b"\r\n", b'"', b"'", b"<", b"&", b"&#0;", b"\\u0000", b"\\ud800", b" " * 80, b"A" * 70_000, b"(" * 5_000,
    b"[" * 5_000, b"\xa1\xaf", b"\x92", b"..\\/", b"%s{0}",
)  # fmt: skip
_NUMBER = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Change bytes in one to three ways: flips, cuts, splices, lines, numbers of text and of bytes."""
    new = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if new:
            chance.choice(MUTATORS)(new, chance)
    return bytes(new)


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 8, 32))):
        data[chance.randrange(len(data))] = chance.choice((0, 1, 32, 127, 128, 255, chance.randrange(256)))


def _truncate(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _span(data: bytearray, chance: random.Random, step: int = 1) -> slice:
    start = chance.randrange(0, len(data), step)
    return slice(start, start + step * chance.choice((1, 1, 2, 8, 40)))


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[_span(data, chance, chance.choice((1, 1, 80)))]


def _splice(data: bytearray, chance: random.Random) -> None:
    """Copy a piece to another place, over what is there or between it."""
    step = chance.choice((1, 1, 80))
    piece, to = data[_span(data, chance, step)], chance.randrange(0, len(data), step)
    data[to : to + chance.choice((0, len(piece)))] = piece


def _insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.choice(BYTES)


def _line(data: bytearray, chance: random.Random) -> None:
    """Delete, double or move a line."""
    lines = data.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.choice((0, 1, 2))):
        lines.insert(chance.randrange(len(lines) + 1), line)
    data[:] = b"".join(lines)


def _extreme(data: bytearray, chance: random.Random) -> None:
    """Put an extreme value in the place of a number of the text."""
    numbers = list(_NUMBER.finditer(data))
    if numbers:
        at = chance.choice(numbers).span()
        data[slice(*at)] = chance.choice(EXTREMES)


def _binary(data: bytearray, chance: random.Random) -> None:
    """Put an extreme integer or double in the place of 1, 2, 4 or 8 bytes, of either order."""
    size = chance.choice((1, 2, 4, 8))
    at = chance.randrange(0, len(data), chance.choice((1, 2, 4)))
    value = chance.choice((0, 1, 2, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**63 - 1, 2**64 - 1))
    data[at : at + size] = (value % 256**size).to_bytes(size, chance.choice(("little", "big")))


MUTATORS = (_flip, _truncate, _cut, _splice, _insert, _line, _extreme, _binary)


def mutated_zip(
    data: bytes,
    chance: random.Random,
    pick: Callable[[list[str], random.Random], str] = lambda names, chance: chance.choice(names),
    change: Callable[[bytes, random.Random], bytes] = mutated,
) -> bytes:
    """Change one member of an archive and pack it again, so that its text is reached; at times the archive itself."""
    if chance.random() < 0.15:
        return mutated(data, chance)
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = archive.namelist()
        chosen = pick(names, chance)
        for name in names:
            content = archive.read(name)
            new.writestr(name, change(content, chance) if name == chosen else content)
    return result.getvalue()
