"""Read a dataset of a SAS transport file in blocks, for one larger than memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.transport.xpt_read import (
    Tags,
    blocks_of,
    chosen_section,
    count_records,
    described,
    find_encoding,
    high_texts,
    kept_tags,
    room_for,
    take_block,
    text_field,
)
from cdisc_npc.transport.xpt_scan import Source
from cdisc_npc.transport.xpt_text import decoded, trimmed


class XptBlocks:
    """A dataset of a transport file, in frames of some records each.

    Each iteration reads the file anew, so that the frames can be given to
    `write_xpt`, which may ask for them twice. There is always a first frame,
    which has no records when the dataset has none.

    Parameters
    ----------
    path, member, encoding
        As for `read_xpt`. Where the encoding is not given, the file is read
        once to find it.
    rows
        Records in a frame.

    Attributes
    ----------
    member : Member
        The dataset's description.
    records : int
        Of the whole dataset.
    encoding : str
        As given, or as found.
    findings : Findings
        The note of an encoding that was found.

    Raises
    ------
    Refused
        As `read_xpt` does; a wrong number, or a text that is not in the encoding
        given, only when its block is reached.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        member: str | None = None,
        *,
        encoding: str | None = None,
        rows: int = 50_000,
    ) -> None:
        self._path, self._rows = Path(path), rows
        with self._path.open("rb") as file:
            source = Source(file, self._path)
            self._section = chosen_section(source, source.sections(), member)
            self.records = count_records(source, self._section)
            self.findings = Findings()
            result = high_texts(self._section, {}) if encoding else self._texts(source)
            self.encoding = find_encoding(source, self._section, encoding, result, self.findings)
        self.member = described(self._section, self.encoding)

    def _texts(self, source: Source) -> dict[str, list[bytes]]:
        """Distinct values with non-ASCII bytes of all blocks."""
        section = self._section
        result = {name: set(pieces) for name, pieces in high_texts(section, {}).items()}
        for _, block in blocks_of(source, section, self.records, self._rows):
            texts = {
                name: [trimmed(text_field(block, variable.position, variable.width))]
                for variable, name in zip(section.variables, section.names, strict=True)
                if variable.kind == 2
            }
            for name, pieces in high_texts(section, texts).items():
                result.setdefault(name, set()).update(pieces)
        return {name: sorted(pieces) for name, pieces in result.items()}

    def with_tags(self) -> Iterator[tuple[pd.DataFrame, Tags]]:
        """Give each frame with its special missing values, as `read_xpt` does."""
        return self._frames(tagged=True)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return (frame for frame, _ in self._frames(tagged=False))

    def _frames(self, tagged: bool) -> Iterator[tuple[pd.DataFrame, Tags]]:
        with self._path.open("rb") as file:
            source = Source(file, self._path)
            for first, block in blocks_of(source, self._section, self.records, self._rows):
                columns, tags = room_for(self._section, len(block), tagged)
                take_block(source, self._section, first, block, columns, tags)
                texts = {name: parts for name, parts in columns.items() if isinstance(parts, list)}
                # Refuses what an encoding that was given cannot mean; one that was found can.
                find_encoding(source, self._section, self.encoding, high_texts(self._section, texts))
                frame, kept = self._framed(columns, len(block)), kept_tags(tags)
                # Else these columns would stay in memory beside those of the next block.
                del columns, texts, tags
                yield frame, kept
                del frame, kept
        if not self.records:
            yield self._framed(room_for(self._section, 0, False, texts=0)[0], 0), {}

    def _framed(self, columns: dict[str, Any], rows: int) -> pd.DataFrame:
        series = {
            name: decoded(parts, self.encoding) if isinstance(parts, list) else parts
            for name, parts in columns.items()
        }
        return pd.DataFrame(series, index=pd.RangeIndex(rows), copy=False)
