"""The encoding of text that does not state its own: weighed on all of it, and asked for where it is not clear.

One judge serves raw data and transport files. It sees the distinct pieces (lines, values, labels) with
non-ASCII bytes of a whole file and decides, in this order:

1. Strict UTF-8, of all pieces, or of most: then the others are named.
2. GB18030 (which covers GBK and GB2312) or Windows-1252, whichever alone is plausible:

   - Chinese: at least half of the characters that GB18030 reads are among the thousand commonest hanzi
     or Chinese punctuation. Korean (EUC-KR), Big5, Shift-JIS and Western text read so give rare hanzi.
   - Western: at least four of five high bytes that Windows-1252 reads stand as Western text has them: an
     accented letter beside an ASCII letter or as a word by itself, an apostrophe after a letter, a degree
     sign after a digit or before C, µ before a letter. Chinese text read so gives runs of symbols.

3. Else it is not decided: neither (Shift-JIS, Big5, damaged text) or both. It is asked for.

Pieces that contradict the encoding of the others are named: "Ã©" and "浣犲ソ" are what damaged text looks like.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from cdisc_npc.findings import Findings, Refused

# Shown to whom is asked: what the text would be in each.
_OTHERS = ("shift_jis", "big5", "euc_kr", "cp1251", "cp1250")
# Evidence is weighed on so many pieces; all are decoded.
_MOST = 20_000
_CHINESE, _WESTERN = 0.5, 0.8
# EUC-KR has all its syllables, and GB2312 the first half of its common hanzi, where the first byte is below
# this one; so many distinct hanzi are hardly ever all of that half.
_SECOND_HALF, _ENOUGH = 0xC9, 7

_LETTER = "ŠŒŽšœžŸÀ-ÖØ-öø-ÿ"
_HIGH = re.compile("[^\x00-\x7f]")
# Marks of Western text, by what stands beside them.
_PLAUSIBLE = re.compile(
    rf"(?<=[A-Za-z][’'´\-–])[{_LETTER}]"
    rf"|(?<=[A-Za-z])[{_LETTER}]{{1,2}}(?![^\x00-\x7f’”»–—…®™])"
    rf"|(?<![^\x00-\x7f‘’“„«–—¿¡])[{_LETTER}]{{1,2}}(?=[A-Za-z])"
    rf"|(?<![^\s(/,;.:\-\"'“«])[{_LETTER}](?![^\s)/,;.:\-\"'”»])"
    rf"|(?<=[A-Za-z0-9{_LETTER}.)%])[’´](?![^\x00-\x7f{_LETTER}])"
    rf"|(?<![A-Za-z0-9{_LETTER}])[‘“„«](?=[A-Za-z0-9{_LETTER} \xa0(])"
    rf"|(?<=[A-Za-z0-9{_LETTER}.,;:!?)% \xa0])[’”»](?![A-Za-z0-9{_LETTER}])"
    rf"|(?<![^\x00-\x7f{_LETTER}°µ²³])[–—…](?![^\x00-\x7f{_LETTER}±°µ])"
    r"|(?<![^\s])[•·](?=\s)|(?<=[A-Za-z0-9])·(?=[A-Za-z0-9])"
    r"|(?<![^\s0-9(\[/*x.,×])µ(?=[A-Za-z]|[\s).,;]|$)"
    r"|(?<![^\s0-9A-Za-z(\[+\-/])[°º](?![^\sA-Za-z0-9).,;:/\-±–'\]])"
    r"|(?<![^\x00-\x7f°²³])[±×÷](?=[\s0-9.A-Za-z]|$)"
    r"|(?<=[A-Za-z0-9\)])[²³¹ª®©™¼½¾](?![^\s)/,;.:\-*\]0-9])"
    r"|(?<![^\s])[®©™](?!\S)|(?<![^\s])[¼½¾£€§¿¡](?=[\s0-9A-Za-z.]|$)|(?<=[0-9\s])€(?=\s|$)"
    rf"|(?<=[\x20-\x7e{_LETTER}])\xa0|\xa0(?=[\x20-\x7e{_LETTER}])"
)
# A hanzi within a Western word is none: "ÇÃ" in "INFECÇÃO" reads as a common one.
_IN_A_WORD = re.compile(
    r"(?<=[A-Za-z])[^\x00-\x7f\xa0](?=[A-Za-z])|(?<=[a-z])[^\x00-\x7f\xa0]|[^\x00-\x7f\xa0](?=[a-z])"
)
# Signs, Greek words, and letters in a word, of two bytes in UTF-8; "胃" and "未知" in GB18030 are a Greek letter
# alone, and one with a Hebrew accent.
_CLEAR = re.compile(
    "[\x80-\xbf]|[\u0370-\u03ff]{3}|(?<=[!-~])[\u0391-\u03c9]|[\u0391-\u03c9](?=[!-~])"
    "|(?<=[A-Za-z])[^\x00-\x7f]|[^\x00-\x7f](?=[A-Za-z])"
)
_OF_OTHER_SCRIPTS = re.compile("[\u0530-\u07ff]")


@dataclass(frozen=True)
class Judgement:
    """What was found of a set of pieces.

    Attributes
    ----------
    encoding
        ``utf-8``, ``gb18030`` or ``cp1252``; None where it is not decided.
    bad
        Places of the pieces that contradict it; or, where it is not decided, that none of them reads.
    evidence
        Why, in words.
    """

    encoding: str | None
    bad: list[int]
    evidence: str = ""


def judge(pieces: Sequence[bytes]) -> Judgement:
    """Find the one encoding of pieces of text that all have non-ASCII bytes.

    Parameters
    ----------
    pieces
        Lines or values; repeats may be left out.
    """
    if not pieces:
        return Judgement("utf-8", [])
    utf8 = [decoded_or_none(piece, "utf-8") for piece in pieces]
    misfits = [place for place, text in enumerate(utf8) if text is None]
    # "女" in GB18030 is a letter of two bytes in UTF-8, but one that stands alone.
    clear = sum(text is not None and _is_clear(text) for text in utf8)
    if 2 * len(misfits) < len(misfits) + clear:
        return Judgement(
            "utf-8", misfits, f"{len(pieces) - len(misfits)} of {len(pieces)} texts are strict UTF-8"
        )
    chinese = [decoded_or_none(piece, "gb18030") for piece in pieces]
    western = [decoded_or_none(piece, "cp1252") for piece in pieces]
    common, characters, is_korean = _chinese_marks(chinese[:_MOST])
    plausible, marks = _western_marks(western[:_MOST])
    is_chinese = (
        2 * chinese.count(None) < len(pieces)
        and common > 0
        and common >= _CHINESE * characters
        and not is_korean
    )
    if not misfits and not is_chinese:
        return Judgement("utf-8", [], f"{len(pieces)} of {len(pieces)} texts are strict UTF-8")
    is_western = 2 * western.count(None) < len(pieces) and plausible > 0 and plausible >= _WESTERN * marks
    if not characters and None not in chinese and 2 * western.count(None) > len(pieces):
        return Judgement("gb18030", [], "no-break blanks that only it writes so")
    if is_chinese and not is_western:
        bad = [
            place
            for place, (text, other) in enumerate(zip(chinese, utf8, strict=True))
            if text is None or (_is_wide(other) and not _chinese_marks([text])[0])
        ]
        return Judgement("gb18030", bad, f"{common} of {characters} characters are common Chinese")
    if is_western and not is_chinese:
        bad = [place for place, text in enumerate(western) if text is None or utf8[place] is not None]
        return Judgement("cp1252", bad, f"{plausible} of {marks} accents and signs stand as in Western text")
    # Among texts that are surely UTF-8 the others are in another one.
    if any(map(_is_wide, utf8)):
        return Judgement(None, misfits)
    neither = [place for place in range(len(pieces)) if chinese[place] is None and western[place] is None]
    return Judgement(None, neither)


def judged(
    texts: Mapping[str, Sequence[bytes]], file: str, given: str | None, findings: Findings, dataset: str = ""
) -> tuple[str | None, dict[str, set[bytes]]]:
    """Judge all texts of a file, and say what was found.

    Parameters
    ----------
    texts
        Of each variable (blank for labels), the distinct values with non-ASCII bytes.
    given
        The encoding as stated, which is not judged.
    findings
        Takes the note.

    Returns
    -------
    encoding, contradicting
        And of each variable the values that are not in it; None with values that no encoding has.

    Raises
    ------
    Refused
        ``ENCODING_UNCLEAR``: it has to be stated.
    """
    places = [(name, piece) for name, pieces in texts.items() for piece in pieces]
    if given:
        bad = [place for place, (_, piece) in enumerate(places) if decoded_or_none(piece, given) is None]
        result = Judgement(given, bad)
    else:
        result = judge([piece for _, piece in places])
    if result.encoding is None and not result.bad:
        raise unclear([piece for _, piece in places], file, dataset=dataset, variable=places[0][0])
    if not given and result.encoding:
        note_encoding(result.encoding, result.evidence, file, findings, dataset=dataset)
    contradicting: dict[str, set[bytes]] = {}
    for place in result.bad:
        contradicting.setdefault(places[place][0], set()).add(places[place][1])
    return result.encoding, contradicting


def note_encoding(encoding: str, evidence: str, file: str, findings: Findings, **place: str) -> None:
    """Say as what the text of a file was read, and by what; not of strict UTF-8, which nothing else is."""
    if encoding != "utf-8" and evidence:
        findings.add("ENCODING_FOUND", file=file, value=encoding, expected=evidence, **place)


def expected_of(encoding: str | None, pieces: str = "texts") -> str:
    """What was expected of texts that contradict an encoding."""
    if encoding is None:
        return "utf-8, gb18030 or cp1252, or the option --encoding with another"
    return f"{encoding}, as the other {pieces}"


def unclear(pieces: Sequence[bytes], file: str, **place: str) -> Refused:
    """Ask for the encoding: one text is shown as each encoding reads it."""
    piece = min(pieces, key=lambda one: (not _HIGH.search(one.decode("latin-1")), len(one)))
    read = {name: decoded_or_none(piece, name) for name in ("gb18030", "cp1252", *_OTHERS)}
    shown = ", ".join(
        f"{text!r} in {name}" for name, text in read.items() if text is not None and text.isprintable()
    )
    return Refused.because(
        "ENCODING_UNCLEAR", file=file, value=shown or piece[:40].hex(" "),
        expected="the option --encoding (of convert --source-encoding) with the right one", **place,
    )  # fmt: skip


def text_codec(name: str) -> str:
    """The name of a codec of text, as Python knows it.

    Raises
    ------
    ValueError
        There is no such codec, or it is none of text (rot13, base64, hex, idna).
    """
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        from difflib import get_close_matches
        from encodings.aliases import aliases

        near = get_close_matches(name.lower().replace("-", "_"), {*aliases, *aliases.values()}, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; such as utf-8, gb18030, cp1252, shift_jis"
        raise ValueError(f"{name!r} is no encoding{hint}") from None
    # A codec of text may be no encoding of characters one by one, as those of host names are.
    if not info._is_text_encoding or info.name in _NO_TEXT:
        raise ValueError(f"{name!r} is no encoding of text; such are utf-8, gb18030, cp1252, shift_jis")
    return info.name


_NO_TEXT = {
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "raw_unicode_escape",
    "unicode-escape",
    "raw-unicode-escape",
    "utf-7",
}


def decoded_or_none(piece: bytes, encoding: str) -> str | None:
    """A piece as text, or None where it is not in the encoding."""
    try:
        return piece.decode(encoding)
    except UnicodeError:
        return None


@cache
def _common_characters() -> np.ndarray:
    hanzi = files(__package__).joinpath("hanzi.txt").read_text(encoding="utf-8")
    signs = "".join(
        bytes((row, cell)).decode("gb2312", "ignore") for row in (0xA1, 0xA3) for cell in range(0xA1, 0xFF)
    )
    return np.unique(np.array([ord(item) for item in set(hanzi + signs) if ord(item) > 127]))


def _chinese_marks(texts: Iterable[str | None]) -> tuple[int, int, bool]:
    """How many characters are common in Chinese text, how many are not ASCII, and whether they may be Korean."""
    text = _IN_A_WORD.sub("\ue000", "\n".join(filter(None, texts)))
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    # A no-break blank is of no language.
    points = points[(points > 127) & (points != 0xA0)]
    hanzi = np.unique(points[points >= 0x4E00])
    leads = [chr(point).encode("gb2312", "replace")[0] for point in hanzi]
    is_korean = len(leads) >= _ENOUGH and max(leads) < _SECOND_HALF
    return int(np.isin(points, _common_characters()).sum()), len(points), is_korean


def _western_marks(texts: Iterable[str | None]) -> tuple[int, int]:
    """How many characters that are not ASCII stand as they do in Western text, and how many there are."""
    plausible = marks = 0
    for text in filter(None, texts):
        marks += len(_HIGH.findall(text))
        plausible += sum(len(result) for result in _PLAUSIBLE.findall(text))
    return plausible, marks


def _is_clear(text: str) -> bool:
    """Whether text read as UTF-8 is hardly another encoding's: wide characters, signs, or letters in a word."""
    return _is_wide(text) or (_CLEAR.search(text) is not None and not _OF_OTHER_SCRIPTS.search(text))


def _is_wide(text: str | None) -> bool:
    """Whether text read as UTF-8 has a character of three bytes or more; shorter ones occur by chance."""
    return text is not None and max(text) >= "\u0800"
