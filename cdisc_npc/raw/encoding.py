"""The encoding of text that does not state its own: strict, and never a guess in silence.

A file is UTF-8, UTF-16, GB18030 (which covers GBK and GB2312) or Windows-1252.
It is decoded strictly as one of them as a whole; a piece of it (a line of a
delimited file, a value of a SAS file) in another encoding is named and refused.

How the encoding is found, in this order:

1. A byte order mark.
2. NUL bytes in at least an eighth of the pairs, in the first one and always on the
   same side: UTF-16 without a mark.
3. Strict UTF-8, of the whole or of most pieces with non-ASCII bytes.
4. GB18030, where most pieces decode and most of their non-ASCII characters are
   common Chinese: GB2312 level-1 hanzi (rows 16 to 55), punctuation and full-width
   forms (rows 1 to 3). Nearly all Windows-1252 text decodes as GB18030 too, but
   an accented letter before an ASCII letter gives a rare hanzi outside GB2312,
   and two accented letters in a row mostly one of level 2. A single hanzi inside a
   Western word does not count as common. Also GB18030, where it decodes all pieces and
   Windows-1252 refuses most of them: a no-break blank alone tells no language.
5. Windows-1252, whose codec refuses five bytes; not where most high bytes stand
   in runs of four or more, which no Western language writes.

In a legacy encoding a piece that is also valid UTF-8 counts as UTF-8: "Ã©" or
"浣犲ソ" is what damaged text looks like. An explicit encoding switches all of
this off.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cdisc_npc.findings import Refused
from cdisc_npc.raw.tables import line_params

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
# One hanzi between ASCII letters is no Chinese: "ÇÃ" in "INFECÇÃO" reads as a common one.
_IN_A_WORD = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f\xa0](?=[A-Za-z])")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Judgement:
    """The encoding of a set of pieces, and the pieces that are not in it."""

    encoding: str
    bad: list[int]


def judge(pieces: Sequence[bytes]) -> Judgement:
    """Find the one encoding of pieces of text that all have non-ASCII bytes.

    Parameters
    ----------
    pieces
        Lines or values; repeats may be left out.

    Returns
    -------
    Judgement
        ``utf-8``, ``gb18030`` or ``cp1252``, and the places of the pieces which
        contradict it.
    """
    if not pieces:
        return Judgement("utf-8", [])
    utf8 = [_decoded(piece, "utf-8") for piece in pieces]
    misfits = [place for place, text in enumerate(utf8) if text is None]
    if 2 * len(misfits) < len(pieces):
        return Judgement("utf-8", misfits)
    chinese = [_decoded(piece, "gb18030") for piece in pieces]
    readable = [text for text in chinese if text is not None]
    if 2 * len(readable) > len(pieces) and _is_common_chinese("".join(readable)):
        bad = [
            place
            for place, (text, other) in enumerate(zip(chinese, utf8, strict=True))
            if text is None or (_is_wide(other) and not _is_common_chinese(text))
        ]
        return Judgement("gb18030", bad)
    western = [_decoded(piece, "cp1252") for piece in pieces]
    if len(readable) == len(pieces) and 2 * western.count(None) > len(pieces):
        return Judgement("gb18030", [])
    if _is_no_western_text(pieces):
        return Judgement("cp1252", list(range(len(pieces))))
    bad = [place for place, text in enumerate(western) if text is None or utf8[place] is not None]
    return Judgement("cp1252", bad)


def to_utf8(data: bytes, file: str, encoding: str | None = None) -> tuple[bytes, str]:
    """Decode a delimited file strictly and give it as UTF-8 without a mark.

    Parameters
    ----------
    data
        The file's bytes.
    file
        Its name, for findings.
    encoding
        Python codec to use in place of detection.

    Returns
    -------
    text, encoding
        The same text in UTF-8 (the same object where it was that already), and
        the codec it was read with.

    Raises
    ------
    Refused
        ``RAW_ENCODING`` for each line that is not in the file's encoding,
        ``RAW_NUL`` for each line with a NUL.
    """
    start = 0
    if encoding is None:
        mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", None))
        start = len(mark)
        encoding = encoding or _unmarked_utf16(data)
    if encoding is None:
        _refuse_nul(data, file)
        if is_utf8(data):
            return data, "utf-8"
        encoding = _judge_lines(data, file)
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
    run = next((run for run in runs if _decoded(run, "utf-8") is None), runs[0])
    return run[:limit].hex(" ")


def _judge_lines(data: bytes, file: str) -> str:
    lines = data.split(b"\n")
    places: dict[bytes, list[int]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.isascii():
            places.setdefault(line, []).append(number)
    pieces = list(places)
    judgement = judge(pieces)
    if judgement.bad:
        found = sorted((number, pieces[place]) for place in judgement.bad for number in places[pieces[place]])
        whole = len(judgement.bad) == len(pieces)
        expected = "utf-8, gb18030 or cp1252" if whole else f"{judgement.encoding}, as the other lines"
        raise _refusal(file, [piece for _, piece in found], [number for number, _ in found], expected)
    return judgement.encoding


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


def _decoded(piece: bytes, encoding: str) -> str | None:
    try:
        return piece.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_wide(text: str | None) -> bool:
    """Whether text read as UTF-8 has a character of three bytes or more; shorter ones occur by chance."""
    return text is not None and max(text) >= "\u0800"


def _is_common_chinese(text: str) -> bool:
    """Whether most non-ASCII characters are GB2312 level-1 hanzi, punctuation or full-width forms."""
    text = _IN_A_WORD.sub("\ue000", text)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    # A no-break blank is of no language.
    distinct, counts = np.unique(points[(points > 127) & (points != 0xA0)], return_counts=True)
    # A character that GB2312 lacks becomes "?", which is in no row of it.
    leads = np.array([chr(point).encode("gb2312", "replace")[0] for point in distinct], dtype=np.uint8)
    common = ((leads >= 0xA1) & (leads <= 0xA3)) | ((leads >= 0xB0) & (leads <= 0xD7))
    return bool(2 * counts[common].sum() > counts.sum())


def _is_no_western_text(pieces: Sequence[bytes]) -> bool:
    runs = np.array([len(run) for piece in pieces for run in _HIGH.findall(piece)])
    return bool(2 * runs[runs >= 4].sum() > runs.sum())
