"""Read datasets from a SAS transport file, version 5, or 8."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cdisc_npc.columns.column import Column
from cdisc_npc.findings import Findings
from cdisc_npc.transport.dataset import CodedDataset, Dataset
from cdisc_npc.transport.encodings import expected_of, judged
from cdisc_npc.transport.ibm import from_ibm, missing_tags, not_a_number
from cdisc_npc.transport.xpt_layout import RECORD, WORKERS, Format, Member, Variable
from cdisc_npc.transport.xpt_scan import Section, Source
from cdisc_npc.transport.xpt_text import coded, decoded, joined, keeps_ascii, trimmed

# What fills the last record of a file.
_FILLING = b" \0"

# Observations are read in blocks of about this many bytes.
BLOCK = 4 << 20

Tags = dict[str, "pd.Series[Any]"]


@overload
def read_xpt(
    path: str | os.PathLike[str],
    member: str | None = None,
    *,
    encoding: str | None = None,
    missing_tags: Literal[False] = False,
) -> tuple[pd.DataFrame, Member]: ...
@overload
def read_xpt(
    path: str | os.PathLike[str],
    member: str | None = None,
    *,
    encoding: str | None = None,
    missing_tags: Literal[True],
) -> tuple[pd.DataFrame, Member, Tags]: ...
def read_xpt(
    path: str | os.PathLike[str],
    member: str | None = None,
    *,
    encoding: str | None = None,
    missing_tags: bool = False,
) -> tuple[pd.DataFrame, Member] | tuple[pd.DataFrame, Member, Tags]:
    """Read one dataset of a transport file.

    Parameters
    ----------
    path
        A file of version 5, with NAMESTR records of 140 or of 136 bytes, or of
        version 8.
    member
        The dataset's name. It may be left out when the file has only one.
    encoding
        Of texts and labels. By default found, as `cdisc_npc.transport.encodings` says.
    missing_tags
        Whether special missing values are told apart.

    Returns
    -------
    frame
        Text columns of dtype ``str``, without the blanks at the end of a
        value; numbers as float64, every missing value as NaN. Dates stay SAS
        numbers: days or seconds since 1960.
    member
        The dataset's description.
    tags
        Only with `missing_tags`: for each numeric variable that has another
        missing value than ``"."``, a column of ``""`` for a number, ``"."``,
        ``"._"`` or ``".A"`` to ``".Z"``.

    Raises
    ------
    Refused
        ``XPT_UNREADABLE``: not a transport file, cut off, with something added,
        inconsistent, or not in the encoding; or the dataset is not in it.
        ``ENCODING_UNCLEAR``: the encoding has to be stated.
    """
    read = read_xpt_dataset(path, member, encoding=encoding, missing_tags=missing_tags)
    return (read.frame, read.member, dict(read.tags)) if missing_tags else (read.frame, read.member)


def read_xpt_dataset(
    path: str | os.PathLike[str],
    member: str | None = None,
    *,
    encoding: str | None = None,
    missing_tags: bool = True,
) -> Dataset:
    """Do what `read_xpt` does, and say what was noticed: the encoding that was found."""
    with Path(path).open("rb") as file:
        source = Source(file, Path(path))
        section = chosen_section(source, source.sections(), member)
        rows = count_records(source, section)
        columns, tags = _columns(source, section, rows, missing_tags)
    texts = {name: parts for name, parts in columns.items() if isinstance(parts, list)}
    findings = Findings()
    used = find_encoding(source, section, encoding, high_texts(section, texts), findings)
    series = {
        name: decoded(parts, used) if isinstance(parts, list) else parts for name, parts in columns.items()
    }
    frame = pd.DataFrame(series, index=pd.RangeIndex(rows), copy=False)
    existing = used if encoding or len(findings) or used != "utf-8" else None
    return Dataset(frame, described(section, used), tags, existing, findings)


def read_xpt_coded(path: str | os.PathLike[str], encoding: str | None = None) -> list[CodedDataset]:
    """Read all datasets by their columns: a text is looked at once, however many records have it."""
    result = []
    with Path(path).open("rb") as file:
        source = Source(file, Path(path))
        for section in source.sections():
            rows = count_records(source, section)
            columns, _ = _columns(source, section, rows, tagged=False, as_codes=True)
            parts = {name: item for name, item in columns.items() if isinstance(item, list)}
            findings = Findings()
            texts = {name: [part.kinds for part in item] for name, item in parts.items()}
            used = find_encoding(source, section, encoding, high_texts(section, texts), findings)
            result.append(
                CodedDataset(
                    {
                        name: joined(parts.pop(name), used) if name in parts else Column(numbers)
                        for name, numbers in columns.items()
                    },
                    described(section, used),
                    findings,
                )
            )
    return result


def members(path: str | os.PathLike[str], *, encoding: str | None = None) -> list[Member]:
    """Describe all datasets of a transport file, in their order; the arguments are those of `read_xpt`."""
    with Path(path).open("rb") as file:
        source = Source(file, Path(path))
        sections = source.sections()
        return [
            described(section, find_encoding(source, section, encoding, high_texts(section, {})))
            for section in sections
        ]


def member_names(path: str | os.PathLike[str]) -> list[str]:
    """Names of all datasets of a transport file, in their order; neither labels nor texts are decoded."""
    with Path(path).open("rb") as file:
        return [section.name for section in Source(file, Path(path)).sections()]


def chosen_section(source: Source, sections: list[Section], member: str | None) -> Section:
    names = [section.name for section in sections]
    if member is None and len(names) > 1:
        source.refuse(f"the datasets are {', '.join(names)}", "one, or the name of the one to read")
    if member is not None and member not in names:
        source.refuse(f"the datasets are {', '.join(names)}", f"one named {member}")
    return sections[0 if member is None else names.index(member)]


def count_records(source: Source, section: Section) -> int:
    """Count the observations: version 5 does not say how many there are.

    They fill their records but for blanks, less than a record of them; some writers fill with NULs. An
    observation of filling only, short enough to be among these, is padding.
    """
    width, size = section.width, section.size
    if section.rows is not None:
        rest = size - section.rows * width
        if rest not in range(RECORD) or (section.rows and not width):
            value = f"{size} bytes of observations"
            source.refuse(value, f"{section.rows} observations of {width} bytes, as counted", section.name)
        source.file.seek(section.start + size - rest)
        if source.file.read(rest).strip(_FILLING):
            source.refuse(f"{rest} bytes after the last observation", "blanks", section.name)
        return section.rows
    if width == 0:
        if size:
            source.refuse(f"{size} bytes of observations", "none, without a variable", section.name)
        return 0
    rows, rest = divmod(size, width)
    last = min(size, max(2 * RECORD, rest))
    source.file.seek(section.start + size - last)
    tail = source.file.read(last)
    if rest >= RECORD or tail[len(tail) - rest :].strip(_FILLING):
        value = f"{rest} bytes after the last whole observation"
        source.refuse(value, f"less than {RECORD}, all blank", section.name)
    while rows and (after := size - (rows - 1) * width) < RECORD:
        start = len(tail) - after
        if not _is_filling(section, tail[start : start + width]):
            break
        rows -= 1
    return rows


def _is_filling(section: Section, observation: bytes) -> bool:
    """Whether an observation holds blanks or NULs as no dataset has them: a number of NULs alone is a zero."""
    if observation.strip(_FILLING):
        return False
    fields = [(v.kind, observation[v.position : v.position + v.width]) for v in section.variables]
    return any(b"\0" in field if kind == 2 else b" " in field for kind, field in fields) or not any(
        b"\0" in field for _, field in fields
    )


def blocks_of(
    source: Source, section: Section, rows: int, step: int, memories: int = 1
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Read observations, block by block: the first one's place, and shape (n, width).

    A block's memory is used again after so many blocks as there are memories.
    """
    memory = [np.empty((min(rows, step), section.width), dtype=np.uint8) for _ in range(memories)]
    source.file.seek(section.start)
    for number, first in enumerate(range(0, rows, step)):
        block = memory[number % memories][: min(step, rows - first)]
        if source.file.readinto(block.data.cast("B")) < block.size:  # type: ignore[attr-defined]
            source.refuse("the file became shorter", "a file that nobody writes", section.name)
        yield first, block


def _columns(
    source: Source, section: Section, rows: int, tagged: bool, as_codes: bool = False
) -> tuple[dict[str, list[Any] | NDArray[np.float64]], Tags]:
    """Take the columns out of the observations: numbers whole, texts in pieces and not yet decoded."""
    step = max(1, BLOCK // max(1, section.width))
    columns, tags = room_for(section, rows, tagged, texts=-(-rows // step))
    if rows <= step:
        for first, block in blocks_of(source, section, rows, step):
            take_block(source, section, first, block, columns, tags, at=first, as_codes=as_codes)
        return columns, kept_tags(tags)
    # NumPy and Arrow let go of the interpreter while they copy, so threads do share the work;
    # each takes whole blocks, so that they seldom wait for one another.
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for first, block in blocks_of(source, section, rows, step, WORKERS + 1):
            job = partial(take_block, source, section, first, block, columns, tags, as_codes=as_codes)
            waiting.append(pool.submit(job, at=first, part=first // step))
            if len(waiting) > WORKERS:
                waiting.popleft().result()
        for one in waiting:
            one.result()
    return columns, kept_tags(tags)


def room_for(
    section: Section, rows: int, tagged: bool, texts: int = 1
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make room for the columns of some rows, texts in so many pieces, and for tags."""
    columns: dict[str, Any] = {}
    tags = {}
    for variable, name in zip(section.variables, section.names, strict=True):
        columns[name] = np.empty(rows) if variable.kind == 1 else [None] * texts
        if variable.kind == 1 and tagged:
            tags[name] = np.full(rows, "", dtype=object)
    return columns, tags


def kept_tags(tags: dict[str, Any]) -> Tags:
    """Keep the columns of tags that tell more than which numbers are missing."""
    kept = {name: values for name, values in tags.items() if not np.isin(values, ["", "."]).all()}
    return {name: pd.Series(values, dtype="str") for name, values in kept.items()}


def take_block(
    source: Source, section: Section, first: int, block: NDArray[np.uint8], columns: dict[str, Any],
    tags: dict[str, Any], *, at: int = 0, part: int = 0, as_codes: bool = False,
) -> None:  # fmt: skip
    """Take the columns out of a block of observations: numbers from row `at` on, texts as one piece.

    A piece is as `trimmed` gives it; or the `Column` of its distinct values.
    """
    place = slice(at, at + len(block))
    for variable, name in zip(section.variables, section.names, strict=True):
        if variable.kind == 2:
            field = text_field(block, variable.position, variable.width)
            codes, kinds = coded(field) if as_codes else (None, field)
            if not kinds.all():
                _refuse_nul(source, section, name, first, block, field)
            texts = trimmed(kinds)
            columns[name][part] = texts if codes is None else Column(texts, codes)
            continue
        words = _words(block, variable.position, variable.width)
        numbers = from_ibm(words)
        columns[name][place] = numbers
        # Blanks in the place of a number are something that was added to the file.
        blanks = int.from_bytes((b" " * variable.width).ljust(8, b"\0"), "big")
        odd = np.flatnonzero((numbers == 0) | (words == blanks))
        odd = odd[not_a_number(words[odd]) | (words[odd] == blanks)]
        if len(odd):
            row = int(odd[0])
            value = f"the bytes {words[row]:016X}"
            source.refuse(value, "a number or a missing value", section.name, name, first + row + 1)
        if name in tags:
            tags[name][place] = missing_tags(words)


def _refuse_nul(
    source: Source,
    section: Section,
    name: str,
    first: int,
    block: NDArray[np.uint8],
    field: NDArray[np.uint8],
) -> None:
    """Refuse a NUL before the end of a text, and an observation of NULs alone: a hole in the file."""
    for row in np.flatnonzero((field == 0).any(axis=1)).tolist():
        text = field[row].tobytes().rstrip(_FILLING)
        if b"\0" in text:
            value = f"the bytes {text[:40].hex(' ')}"
            source.refuse(value, "a text without NUL", section.name, name, first + row + 1)
        if not block[row].any():
            source.refuse("an observation of NULs", "values, or blanks", section.name, row=first + row + 1)


def text_field(block: NDArray[np.uint8], position: int, width: int) -> NDArray[np.uint8]:
    """Copy one variable's bytes together; shape (n, width)."""
    rows, size = block.shape
    field: NDArray[Any] = np.ndarray(rows, f"V{width}", block, offset=position, strides=(size,))
    return np.array(field).view(np.uint8).reshape(rows, width)


def _words(block: NDArray[np.uint8], position: int, width: int) -> NDArray[np.uint64]:
    rows, size = block.shape
    if width == 8:
        field: NDArray[Any] = np.ndarray(rows, ">u8", block, offset=position, strides=(size,))
        return field.astype(np.uint64)
    # Shorter numbers lack their lowest bytes.
    whole = np.zeros((rows, 8), np.uint8)
    whole[:, :width] = block[:, position : position + width]
    return whole.view(">u8").ravel().astype(np.uint64)


def high_texts(section: Section, texts: Mapping[str, Sequence[pa.Array]]) -> dict[str, list[bytes]]:
    """Distinct values with non-ASCII bytes of each variable, and such labels under a blank name."""
    labels = {section.label, *(variable.label for variable in section.variables)}
    high = {"": sorted(label.rstrip(b" \0") for label in labels if not label.isascii())}
    for name, parts in texts.items():
        # Pieces that are ASCII alone are of Arrow's text, not bytes.
        kinds = {
            item
            for part in parts
            if pa.types.is_large_binary(part.type)
            for item in part.unique().to_pylist()
        }
        high[name] = sorted(item for item in kinds if not item.isascii())
    return {name: pieces for name, pieces in high.items() if pieces}


def find_encoding(
    source: Source,
    section: Section,
    encoding: str | None,
    texts: Mapping[str, Sequence[bytes]],
    findings: Findings | None = None,
) -> str:
    """Find the encoding of all texts and labels, of which the distinct ones are given; or refuse."""
    if encoding and not keeps_ascii(encoding):
        source.refuse(f"the encoding {encoding}", "one that Python knows and that leaves ASCII as it is")
    noticed = Findings() if findings is None else findings
    used, wrong = judged(texts, str(source.path), encoding, noticed, section.name)
    for variable, pieces in wrong.items():
        value = f"the bytes {min(pieces)[:40].hex(' ')}"
        try:
            min(pieces).decode(used or "utf-8")
        except UnicodeError as error:
            value = str(error)
        source.refuse(value, f"text in {expected_of(used)}", section.name, variable)
    assert used  # None only with such texts
    return used


def described(section: Section, encoding: str) -> Member:
    variables = []
    for variable, name in zip(section.variables, section.names, strict=True):
        text = variable.kind == 2
        shown, read = (_format(*parts, text) for parts in (variable.format, variable.informat))
        written = variable.label.decode(encoding).rstrip(" \0")
        variables.append(Variable(name, written, "Char" if text else "Num", variable.width, shown, read))
    return Member(section.name, section.label.decode(encoding).rstrip(" \0"), tuple(variables))


def _format(name: bytes, width: int, decimals: int, text: bool) -> str:
    named = name.rstrip(b" \0").decode("ascii")
    if text and (named or width) and not named.startswith("$"):
        named = f"${named}"
    return str(Format(named, width, decimals))
