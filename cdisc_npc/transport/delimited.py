"""Delimited text (CSV, TSV, TXT): what the file stores, or a refusal that names line and row.

The file is decoded strictly (`cdisc_npc.transport.delimited_encoding`). Its delimiter is the one
of comma, semicolon, tab and bar that its header has most of. Quoting is that of
RFC 4180: doubled quotes are one quote, and delimiters and line breaks inside
quotes are text, kept as they are. Nothing is taken for null and nothing is
trimmed but the header's names.

The fast way checks the layout on the bytes (NumPy) and leaves the splitting to
Arrow. Arrow itself is lenient (a quote that is never closed, a blank line), so it
only sees a file whose quotes and records were found regular. Quotes in an
unquoted field (``5" tube``) are literal text; a file with such goes by way of
Python's csv module, which is slower and says where a quote goes wrong.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.delimited_encoding import to_utf8
from cdisc_npc.transport.raw_tables import LONGEST_FIELD, RawTable, header_names, line_params, text_frame

_DELIMITERS = ",;\t|"
_LF, _CR, _QUOTE = 10, 13, 34


def tables_in(path: Path) -> list[str]:
    """A delimited file is one table, of its stem's name."""
    return [path.stem]


def read_tables(path: Path, names: list[str], encoding: str | None = None) -> dict[str, RawTable]:
    """Read the one table of the file, under the name asked for."""
    return {name: read_delimited(path, name=name, encoding=encoding) for name in names}


def read_delimited(path: Path, *, name: str | None = None, encoding: str | None = None) -> RawTable:
    """Read one delimited file.

    Parameters
    ----------
    path
        The file.
    name
        The table's name; default: the file's stem.
    encoding
        Python codec; default: found as `cdisc_npc.transport.delimited_encoding` says.

    Returns
    -------
    RawTable
        One column for each name of the header; zero rows where there is only a header.

    Raises
    ------
    Refused
        ``RAW_EMPTY_FILE``, ``RAW_ENCODING``, ``ENCODING_UNCLEAR``, ``RAW_NUL``, ``RAW_FIELD_TOO_LONG``,
        ``RAW_QUOTE``, ``RAW_RAGGED_ROW``, ``RAW_DUPLICATE_COLUMN`` or
        ``RAW_UNNAMED_COLUMN``.
    """
    file = path.name
    findings = Findings()
    text, used = to_utf8(path.read_bytes(), file, encoding, findings)
    text = text.rstrip(b"\r\n")  # blank lines at the end are no records
    if not text.strip():
        raise Refused.because("RAW_EMPTY_FILE", file=file, expected="a header and records")
    layout = Layout.of(text)
    if layout.is_regular():
        layout.refuse_long_fields(file)
        columns, lines = _split_by_arrow(layout, file)
    else:
        columns, lines = _split_by_csv(layout, file)
    return RawTable(name or path.stem, text_frame(columns, len(lines)), file, used, lines, findings=findings)


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the records of a delimited text are, by its quotes and line breaks.

    Attributes
    ----------
    text, delimiter
        UTF-8 without line breaks at the end, and what separates its fields.
    buffer
        The same as unsigned bytes.
    quotes
        Places of all quotes.
    ends
        Place of the line break after each record; the last record has none.
    lines
        First line of each record after the first, which is the header.
    """

    text: bytes
    delimiter: str
    buffer: np.ndarray
    quotes: np.ndarray
    ends: np.ndarray
    lines: np.ndarray

    @classmethod
    def of(cls, text: bytes) -> Layout:
        """Find the records: a line break ends one if an even number of quotes stands before it."""
        buffer = np.frombuffer(text, dtype=np.uint8)
        breaks = np.flatnonzero(buffer == _LF)
        if b"\r" in text:
            returns = np.flatnonzero(buffer == _CR)
            alone = returns[buffer[np.minimum(returns + 1, len(buffer) - 1)] != _LF]
            breaks = np.union1d(breaks, alone)
        quotes = np.flatnonzero(buffer == _QUOTE) if b'"' in text else np.array([], dtype=np.intp)
        inside = _is_inside(breaks, quotes)
        ends = breaks[~inside]
        lines = np.flatnonzero(~inside) + 2
        header = text[: ends[0]] if ends.size else text
        return cls(text, _delimiter(header), buffer, quotes, ends, lines)

    def is_regular(self) -> bool:
        """Whether each quote opens or closes a whole field, or is doubled inside one."""
        if self.quotes.size % 2:
            return False
        opening, closing = self.quotes[::2], self.quotes[1::2]
        edge = np.zeros(256, dtype=bool)
        edge[[_LF, _CR, ord(self.delimiter)]] = True
        doubled = opening[1:] == closing[:-1] + 1
        before = edge[self.buffer[opening - 1]] | (opening == 0)
        before[1:] |= doubled
        after = edge[self.buffer[np.minimum(closing + 1, len(self.buffer) - 1)]]
        after |= closing == len(self.buffer) - 1
        after[:-1] |= doubled
        return bool(before.all() and after.all())

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Start and stop of each record, the header first; a stop may follow a carriage return."""
        return np.append(0, self.ends + 1), np.append(self.ends, len(self.buffer))

    def blank(self) -> np.ndarray:
        """Whether each record is a blank line."""
        starts, stops = self.bounds()
        sizes = stops - starts
        return (sizes == 0) | ((sizes == 1) & (self.buffer[np.minimum(starts, len(self.buffer) - 1)] == _CR))

    def delimiters(self) -> np.ndarray:
        """Places of the delimiters that separate fields."""
        places = np.flatnonzero(self.buffer == ord(self.delimiter))
        return places[~_is_inside(places, self.quotes)]

    def refuse_long_fields(self, file: str) -> None:
        """Refuse fields over the limit; only records that are longer still are looked into."""
        findings = Findings()
        starts, stops = self.bounds()
        for record in np.flatnonzero(stops - starts > LONGEST_FIELD):
            start, stop = int(starts[record]), int(stops[record])
            part = Layout.of(self.text[start:stop])
            edges = np.concatenate(([-1], part.delimiters(), [len(part.buffer)]))
            size = int(np.diff(edges).max()) - 1
            if size > LONGEST_FIELD:
                line = int(self.lines[record - 1]) if record else 1
                row = int(record) or None
                findings.add(
                    "RAW_FIELD_TOO_LONG", file=file, row=row, value=str(size),
                    expected=f"{LONGEST_FIELD} bytes", params={"line": line},
                )  # fmt: skip
        findings.refuse_if_worst()


def _split_by_arrow(layout: Layout, file: str) -> tuple[dict[str, pd.Series], np.ndarray]:
    starts, stops = layout.bounds()
    header = layout.text[: stops[0]].decode()
    names = header_names(next(csv.reader([header], delimiter=layout.delimiter)), file)
    if not layout.lines.size:
        return {name: pd.Series(dtype="str") for name in names}, layout.lines
    keys = [str(place) for place in range(len(names))]
    if len(names) > 1 and layout.blank().any():
        # Arrow would read a blank line as a record of nulls.
        raise _ragged(layout, file, len(names))
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(layout.text).slice(int(starts[1])),
            # A record has to fit in a block.
            read_options=arrow_csv.ReadOptions(
                column_names=keys, block_size=max(1 << 20, 2 * int((stops - starts).max()))
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.large_string()),
                null_values=[],
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _ragged(layout, file, len(names)) from error
    if table.num_rows != layout.lines.size:
        raise _ragged(layout, file, len(names))
    frame = table.to_pandas()
    return {name: frame[key] for name, key in zip(names, keys, strict=True)}, layout.lines


def _ragged(layout: Layout, file: str, width: int) -> Refused:
    """Name every record that has not as many fields as the header."""
    starts, stops = layout.bounds()
    places = layout.delimiters()
    fields = np.searchsorted(places, stops) - np.searchsorted(places, starts) + 1
    fields[layout.blank()] = 0
    rows = np.flatnonzero(fields[1:] != width)
    return _ragged_rows(file, rows + 1, layout.lines[rows], fields[rows + 1], width)


def _ragged_rows(file: str, rows: np.ndarray, lines: np.ndarray, fields: np.ndarray, width: int) -> Refused:
    if not len(rows):
        return Refused.because(
            "RAW_UNREADABLE", file=file, value="its records", expected=f"{width} fields each"
        )
    return Refused.because(
        "RAW_RAGGED_ROW", file=file, row=rows, value=list(map(str, fields)),
        expected=f"{width}", params=line_params(lines),
    )  # fmt: skip


def _split_by_csv(layout: Layout, file: str) -> tuple[dict[str, pd.Series], np.ndarray]:
    # The limit is csv's only global; it is raised, for whoever else uses it, never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    _refuse_long_runs(layout, file)
    stream = io.TextIOWrapper(io.BytesIO(layout.text), encoding="utf-8", newline="")
    reader = csv.reader(stream, delimiter=layout.delimiter, strict=True)
    records: list[list[str]] = []
    lines: list[int] = []
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            long = "field larger" in str(error)
            what = "never closed" if "end of data" in str(error) else "text after the closing quote"
            raise Refused.because(
                "RAW_FIELD_TOO_LONG" if long else "RAW_QUOTE",
                file=file,
                row=len(records) or None,
                value=f"over {LONGEST_FIELD}" if long else what,
                expected=f"{LONGEST_FIELD} bytes",
                params={"line": line},
            ) from error
        records.append(record)
        lines.append(line)
    names = header_names(records[0], file)
    firsts = np.array(lines[1:], dtype=np.intp)
    fields = np.array([len(record) for record in records[1:]], dtype=np.intp)
    if len(names) == 1:
        records = [record or [""] for record in records]
        fields[fields == 0] = 1
    rows = np.flatnonzero(fields != len(names))
    if rows.size:
        raise _ragged_rows(file, rows + 1, firsts[rows], fields[rows], len(names))
    columns = zip(*records[1:], strict=True) if firsts.size else [()] * len(names)
    return {
        name: pd.Series(list(values), dtype="str") for name, values in zip(names, columns, strict=True)
    }, firsts


def _refuse_long_runs(layout: Layout, file: str) -> None:
    """Refuse a run without delimiter, quote or line break over the limit, before it is read as a line."""
    if len(layout.buffer) <= LONGEST_FIELD:
        return
    breaks = np.flatnonzero(layout.buffer == _LF)
    marks = np.flatnonzero(layout.buffer == ord(layout.delimiter))
    edges = np.sort(np.concatenate(([-1], breaks, marks, layout.quotes, [len(layout.buffer)])))
    sizes = np.diff(edges) - 1
    long = np.flatnonzero(sizes > LONGEST_FIELD)
    if long.size:
        raise Refused.because(
            "RAW_FIELD_TOO_LONG", file=file, value=list(map(str, sizes[long])),
            expected=f"{LONGEST_FIELD} bytes",
            params=line_params(np.searchsorted(breaks, edges[long] + 1) + 1),
        )  # fmt: skip


def _is_inside(places: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Whether an odd number of quotes stands before each place."""
    if not quotes.size:
        return np.zeros(len(places), dtype=bool)
    return (np.searchsorted(quotes, places) & 1).astype(bool)


def _delimiter(header: bytes) -> str:
    """What the header has most of outside quotes; a comma where it has none."""
    bare = b"".join(header[:LONGEST_FIELD].split(b'"')[::2])
    return max(_DELIMITERS, key=lambda mark: bare.count(mark.encode()))
