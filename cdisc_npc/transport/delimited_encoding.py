"""The encoding of a delimited file: strict, and never a guess in silence.

A file is decoded strictly in one encoding as a whole; a line in another one is named and refused. How the
encoding is found, where none is given, in this order:

1. A byte order mark.
2. NUL bytes in at least an eighth of the pairs, in the first one and always on the
   same side: UTF-16 without a mark.
3. By its lines with non-ASCII bytes, as `cdisc_npc.transport.encodings` judges them.
"""

from __future__ import annotations

import codecs
import re

import numpy as np

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.encodings import decoded_or_none, expected_of, judge, note_encoding, unclear
from cdisc_npc.transport.raw_tables import line_params

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
# A character of three bytes or more: in strict UTF-8, no other encoding's text.
_WIDE = re.compile(rb"[\xe0-\xf4]")
_CHUNK = 1 << 20


def to_utf8(
    data: bytes, file: str, encoding: str | None = None, findings: Findings | None = None
) -> tuple[bytes, str]:
    """Decode a delimited file strictly and give it as UTF-8 without a mark.

    Parameters
    ----------
    data
        The file's bytes.
    file
        Its name, for findings.
    encoding
        Python codec to use in place of detection.
    findings
        Takes the note of an encoding that was found.

    Returns
    -------
    text, encoding
        The same text in UTF-8 (the same object where it was that already), and
        the codec it was read with.

    Raises
    ------
    Refused
        ``RAW_ENCODING`` for each line that is not in the file's encoding, ``ENCODING_UNCLEAR`` where
        it has to be stated, ``RAW_NUL`` for each line with a NUL.
    """
    start = 0
    if encoding is None:
        mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", None))
        start = len(mark)
        evidence = "it has a byte order mark" if mark else "NUL bytes in every other place"
        encoding = encoding or _unmarked_utf16(data)
        if encoding is None:
            _refuse_nul(data, file)
            if is_utf8(data) and (data.isascii() or _WIDE.search(data)):
                return data, "utf-8"
            encoding, evidence = _judge_lines(data, file)
        if findings is not None:
            note_encoding(encoding, evidence, file, findings)
    text = data[start:] if start else data
    if codecs.lookup(encoding).name != "utf-8" or not is_utf8(text):
        try:
            text = text.decode(encoding).encode()
        except UnicodeDecodeError as error:
            line = 1 + text[: error.start].decode(encoding).count("\n")
            raise _refusal(file, [text[error.start : error.end]], [line], encoding) from error
        except UnicodeEncodeError as error:
            raise Refused.because(
                "RAW_UNREADABLE", file=file, value=str(error), expected=f"text in {encoding}"
            ) from error
    _refuse_nul(text, file)
    return text.removeprefix(codecs.BOM_UTF8), encoding


def is_utf8(data: bytes) -> bool:
    """Whether bytes are strictly UTF-8; in chunks, for a hostile file has no size."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def high_bytes(piece: bytes, limit: int = 16) -> str:
    """The first run of non-ASCII bytes that UTF-8 refuses, in hexadecimal."""
    runs = _HIGH.findall(piece) or [piece]
    run = next((run for run in runs if decoded_or_none(run, "utf-8") is None), runs[0])
    return run[:limit].hex(" ")


def _judge_lines(data: bytes, file: str) -> tuple[str, str]:
    lines = data.split(b"\n")
    places: dict[bytes, list[int]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.isascii():
            places.setdefault(line, []).append(number)
    pieces = list(places)
    result = judge(pieces)
    if result.bad:
        wrong = sorted((number, pieces[place]) for place in result.bad for number in places[pieces[place]])
        lines_of = [number for number, _ in wrong]
        raise _refusal(file, [piece for _, piece in wrong], lines_of, expected_of(result.encoding, "lines"))
    if result.encoding is None:
        raise unclear(pieces, file)
    return result.encoding, result.evidence


def _refusal(file: str, pieces: list[bytes], lines: list[int], expected: str) -> Refused:
    return Refused.because(
        "RAW_ENCODING",
        file=file,
        value=[high_bytes(piece) for piece in pieces],
        expected=expected,
        params=line_params(lines),
    )


def _refuse_nul(text: bytes, file: str) -> None:
    if b"\0" not in text:
        return
    buffer = np.frombuffer(text, dtype=np.uint8)
    breaks = np.flatnonzero(buffer == ord("\n"))
    lines = np.unique(np.searchsorted(breaks, np.flatnonzero(buffer == 0))) + 1
    raise Refused.because("RAW_NUL", file=file, expected="text", params=line_params(lines))


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 by its pattern of NULs: the ASCII part of it has one in each pair, on one side."""
    head = np.frombuffer(data[: _CHUNK & ~1], dtype=np.uint8)
    if len(data) % 2 or not head.size or not (head == 0).any():
        return None
    big, little = (head[0::2] == 0).mean(), (head[1::2] == 0).mean()
    # Delimiters and line breaks alone make an eighth of a table's characters.
    if min(big, little) > 0 or max(big, little) < 1 / 8:
        return None
    # A header begins with an ASCII letter or a quote.
    if big:
        return "utf-16-be" if head[0] == 0 else None
    return "utf-16-le" if head[1] == 0 else None
