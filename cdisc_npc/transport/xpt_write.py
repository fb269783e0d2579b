"""Write a dataset as a SAS transport file, version 5."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.describe import Description, describe
from cdisc_npc.transport.replace import replacing
from cdisc_npc.transport.xpt_check import check_label, check_name, check_names, moment_of, shown
from cdisc_npc.transport.xpt_layout import FEW_ROWS, WORKERS, Member, Variable
from cdisc_npc.transport.xpt_number import NumberColumn
from cdisc_npc.transport.xpt_text import TextColumn, keeps_ascii

# Rows are laid out in blocks of about this many bytes, whatever the frame's size.
BLOCK = 4 << 20
# Of a stream with more refusals than this the rest is not looked at.
_ENOUGH = 10_000

Column = TextColumn | NumberColumn


def write_xpt(
    frame: pd.DataFrame | Iterable[pd.DataFrame],
    path: str | os.PathLike[str],
    spec: Description = None,
    *,
    encoding: str = "us-ascii",
    created: datetime | None = None,
    missing_tags: Mapping[str, Any] | None = None,
) -> None:
    """Write a frame as a version 5 transport file with one dataset.

    Every value is in the file as it is in the frame, or nothing is written.
    The same arguments give the same bytes, on any machine and at any time.

    Parameters
    ----------
    frame
        One row a record. Text columns are of dtype ``str``, null standing for
        blank; numbers are float64, NaN being missing; integers and booleans
        are taken where a double holds them exactly. A column of datetimes
        becomes days or seconds since 1960, as the variable's format says.
        In SAS the blanks at a value's end are no part of the value: they are
        accepted, and are not there when the file is read.

        Or frames, one after the other, for a dataset larger than memory. When
        a text has no declared length they are asked for twice, first to be
        measured; an iterator, which can give them only once, then will not do.
    path
        Replaced only once the new file is complete.
    spec
        Name, label and variables, in the order of the file: a `Member`, a
        dataset plan of the specification, the specification (its dataset of
        the file's name), or a table (`cdisc_npc.transport.describe`). Without
        it the name is the file's in upper case, and the variables are the
        frame's columns, without labels; datetimes get the format ``DATETIME20.``.
    encoding
        Of texts and labels; any that leaves ASCII as it is. The file does not
        tell its encoding: say it in the reviewer's guide.
    created
        The time in the headers; a time zone is converted to UTC. By default
        ``SOURCE_DATE_EPOCH`` of the environment, else 1960-01-01.
    missing_tags
        By variable, as long as the frame: which missing value, ``"."``,
        ``"._"``, ``".A"`` to ``".Z"``, stands where the number is NaN.

    Raises
    ------
    Refused
        ``XPT_REFUSED``, with all reasons at once: a name, label, length or
        format that TS-140 does not allow; columns and variables that do not
        pair; a text longer than its variable or than 200 bytes, outside the
        encoding, or with a NUL; a number outside 16**-65 up to 16**63, infinite
        or not exact as a double; a last record of less than 80 bytes that is
        all blank, which no reader can tell from the padding.
    """
    path = Path(path)
    frames, again = _frames(frame)
    first = next(iter(frames))
    member = describe(spec, first, path.stem.upper())
    findings = Findings()
    refuse = partial(findings.add, "XPT_REFUSED", dataset=shown(member.name))
    moment = moment_of(created, refuse)
    if not keeps_ascii(encoding):
        refuse(value=encoding, expected="an encoding that Python knows and that leaves ASCII as it is")
        encoding = "utf-8"
    check_name(member.name, refuse)
    check_label(member.label, encoding, refuse)
    # NumPy and Arrow let go of the interpreter while they copy, so threads do share the work.
    with ThreadPoolExecutor(WORKERS) as pool:
        work = _Work(member, encoding, missing_tags or {}, findings, pool)
        if isinstance(frame, pd.DataFrame):
            # Checked as a whole before anything is made; a stream is checked on the way.
            checked: Iterable[list[Column]] = [work.columns(frame)]
            findings.refuse_if_worst()
        else:
            if any(v.type == "Char" and v.length is None for v in member.variables):
                if not again:
                    refuse(
                        value="an iterator that gives its frames only once",
                        expected="a declared length of each text, or frames that can be given twice, as a list can",
                    )
                    raise Refused(findings)
                work.measure(frames)
            checked = map(work.columns, frames)
        _write(path, checked, work, moment)


def _write(path: Path, checked: Iterable[list[Column]], work: _Work, moment: datetime) -> None:
    """Write the columns of one frame after the other, or, where one was refused, only look at the rest."""
    result = work.found
    with replacing(path) as new, new.open("wb") as file:
        size, rows, last = 0, 0, b""
        for columns in checked:
            if result.worst:
                continue
            widths = [column.width for column in columns]
            if not size:
                size = sum(widths)
                file.write(layout.library_records(moment))
                file.write(layout.member_records(work.member, widths, moment, work.encoding))
            count = len(columns[0])
            for block in _blocks(columns, widths, count, work.pool):
                file.write(block)
                last = bytes(block[-size:])
            rows += count
            # Else they would stay in memory beside those of the next frame, as what Arrow sets aside would.
            del columns
            pa.default_memory_pool().release_unused()
        work.check_end(rows, size, last)
        result.refuse_if_worst()
        file.write(b" " * (-rows * size % layout.RECORD))


def _frames(frame: pd.DataFrame | Iterable[pd.DataFrame]) -> tuple[Iterable[pd.DataFrame], bool]:
    """Give frames whose first one can be looked at, and whether they can be given twice."""
    if isinstance(frame, pd.DataFrame):
        return [frame], True
    again = iter(frame) is not frame
    begun = iter(frame)
    first = next(begun, None)
    if first is None:
        raise Refused.because(
            "XPT_REFUSED", value="no frame", expected="at least one, which may have no records"
        )
    return (frame if again else _Peeked(first, begun)), again


class _Peeked:
    """An iterator whose first frame is given once more."""

    def __init__(self, first: pd.DataFrame, rest: Iterator[pd.DataFrame]) -> None:
        self._first, self._rest = first, rest

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return chain([self._first], self._rest)


class _Work:
    """Checks frame after frame of one dataset."""

    def __init__(
        self,
        member: Member,
        encoding: str,
        tags: Mapping[str, Any],
        found: Findings,
        pool: ThreadPoolExecutor,
    ) -> None:
        self.member, self.encoding, self.found, self.pool = member, encoding, found, pool
        self._tags = {name: np.asarray(values, dtype=object) for name, values in tags.items()}
        self._at = 0
        numbers = {v.name for v in member.variables if v.type == "Num"}
        for name in self._tags:
            if name not in numbers:
                self._refuse(
                    variable=name,
                    value="missing values given by tag",
                    expected="a numeric variable of the dataset",
                )

    def _refuse(self, **columns: Any) -> None:
        self.found.add("XPT_REFUSED", dataset=shown(self.member.name), **columns)

    def columns(self, frame: pd.DataFrame) -> list[Column]:
        """Check a frame, and give its columns as they will be written."""
        if len(self.found) > _ENOUGH:
            raise Refused(self.found)
        pairs = check_names(frame, self.member, self.encoding, self._refuse)
        # Each column notes what it refuses by itself, so that the order of the threads does not show.
        notes = [Findings() for _ in pairs]
        item = self.pool.map if len(frame) > FEW_ROWS else map
        columns = list(item(partial(self._column, frame), pairs, notes))
        for note in notes:
            self.found.extend(note)
        self._at += len(frame)
        return columns

    def _column(self, frame: pd.DataFrame, variable: Variable, note: Findings) -> Column:
        def refuse(row: Any = None, **columns: Any) -> None:
            place = None if row is None else row + self._at
            note.add("XPT_REFUSED", dataset=shown(self.member.name), row=place, **columns)

        column = frame[variable.name]
        if variable.type == "Char":
            return TextColumn(column, variable, self.encoding, refuse)
        tags = self._tags.get(variable.name)
        if tags is not None and tags.ndim == 1:
            tags = tags[self._at : self._at + len(frame)]
        return NumberColumn(column, variable, tags, refuse)

    def measure(self, frames: Iterable[pd.DataFrame]) -> None:
        """Go through all frames once, and declare each text as long as its longest value."""
        widths: list[int] = []
        for frame in frames:
            result = [column.width for column in self.columns(frame)]
            # Where the columns are wrong there is no width; the refusal comes below.
            widths = [max(pair) for pair in zip(widths or result, result, strict=False)]
        self.found.refuse_if_worst()
        variables = zip(self.member.variables, widths, strict=True)
        self.member = replace(
            self.member, variables=tuple(replace(v, length=width) for v, width in variables)
        )
        self._at = 0

    def check_end(self, rows: int, size: int, last: bytes) -> None:
        """Refuse tags that go on after the last record, and a last record that is no record to a reader."""
        for name, tags in self._tags.items():
            if not self.found.worst and tags.shape != (rows,):
                self._refuse(
                    variable=name,
                    value=f"{len(tags)} tags of missing values",
                    expected=f"one a record, {rows}",
                )
        if rows and size < layout.RECORD and last == b" " * size:
            self._refuse(
                row=rows,
                value="the last record is all blank",
                expected="a value, as readers take it for padding",
            )


def _blocks(
    columns: list[Column], widths: list[int], count: int, pool: ThreadPoolExecutor
) -> Iterator[memoryview]:
    """Lay out all rows; a block lasts until the next one is asked for."""
    size = sum(widths)
    step = max(1, min(BLOCK // size, count))
    if count <= min(step, FEW_ROWS):
        if count:
            yield _laid_out(columns, widths, 0, np.empty((count, size), dtype=np.uint8))
        return
    # One block more than are being laid out: that one is being written meanwhile.
    memory = [np.empty((step, size), dtype=np.uint8) for _ in range(min(WORKERS + 1, -(-count // step)))]
    waiting: deque[Future[memoryview]] = deque()
    for number, first in enumerate(range(0, count, step)):
        if len(waiting) == len(memory):
            yield waiting.popleft().result()
        block = memory[number % len(memory)][: min(step, count - first)]
        waiting.append(pool.submit(_laid_out, columns, widths, first, block))
    while waiting:
        yield waiting.popleft().result()


def _laid_out(columns: list[Column], widths: list[int], first: int, block: NDArray[np.uint8]) -> memoryview:
    """Fill a block of rows, shape (rows, size), column by column."""
    rows, size = block.shape
    position = 0
    for column, width in zip(columns, widths, strict=True):
        # Each column is a field repeated every `size` bytes: one strided copy fills it.
        field: NDArray[Any] = np.ndarray(rows, column.field, block, offset=position, strides=(size,))
        field[:] = column.values(first, rows)
        position += width
    return block.data.cast("B")
