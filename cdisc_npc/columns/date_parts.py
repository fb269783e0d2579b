"""The parts of dates: held against the calendar, written as ISO 8601.

`cdisc_npc.columns.iso8601` recognises the forms a date may have, `date_formats` reads
a form that the study states. Both end in `Components`, which `check` holds
against the calendar and `render` writes in the extended format of ISO 8601 as
SDTM uses it (SDTMIG 3.4, sections 4.4.1 and 4.4.2): a component not known at the
end is left out, one in between is a hyphen (``2021---15``, ``--12-15``,
``-----T07:15``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

FIELDS = ("year", "month", "day", "hour", "minute", "second")
UNKNOWN = -1
MONTHS = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER",
    "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
# Every abbreviation of three letters or more, as 'SEP', 'SEPT', 'SEPTEMBER'.
MONTH_NUMBER = {name[:end]: n for n, name in enumerate(MONTHS, 1) for end in range(3, len(name) + 1)}
MONTH_NAME = "|".join(sorted(MONTH_NUMBER, key=len, reverse=True))
# The index is the month; 0 stands for a month not known.
_LENGTH = np.array([31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

# Full-width forms and the blanks and dashes of word processors; NFKC would do too much ('²' is not 2).
_TIDY: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TIDY |= dict.fromkeys([0x09, 0x0A, 0x0D, 0xA0, 0x2002, 0x2003, 0x2007, 0x2009, 0x202F, 0x3000], ord(" "))
_TIDY |= dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212], ord("-"))
_TIDY |= {0x3001: ord(","), 0xFEFF: None, 0x200B: None}


@dataclass
class Components:
    """The parts of each of n dates.

    Attributes
    ----------
    year, month, day, hour, minute, second
        int32 of length n; `UNKNOWN` where not known.
    fraction, zone
        Text, '' where there is none: the digits after the second's point; 'Z' or '+08:00'.
    problem
        What was expected, where the value is refused; else ''.
    """

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray
    hour: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    fraction: np.ndarray
    zone: np.ndarray
    problem: np.ndarray

    @classmethod
    def unknown(cls, size: int) -> Components:
        """Make n dates of which nothing is known."""
        numbers = (np.full(size, UNKNOWN, np.int32) for _ in FIELDS)
        return cls(*numbers, *(np.full(size, "", object) for _ in range(3)))

    def take(self, codes: np.ndarray) -> Components:
        """Repeat or pick dates by their position; the arrays are new."""
        return Components(*(values[codes] for values in vars(self).values()))

    @property
    def complete(self) -> np.ndarray:
        """Whether year, month and day are all known."""
        return (self.year >= 0) & (self.month >= 0) & (self.day >= 0)

    @property
    def timed(self) -> np.ndarray:
        """Whether any part of the time is known."""
        return (self.hour >= 0) | (self.minute >= 0) | (self.second >= 0)


def tidy(text: str) -> str:
    """Strip, and give full-width characters, odd blanks and dashes their ASCII form."""
    return (text if text.isascii() and text.isprintable() else text.translate(_TIDY)).strip()


def in_century(year: int, century: int | None) -> int | None:
    """Place a two-digit year in the window century..century+99; None where there is no window."""
    return None if century is None else century + (year - century) % 100


def check(parts: Components) -> None:
    """Refuse what is no date of the calendar or no time of the day, in ``parts.problem``.

    24:00 is ISO 8601's end of the day; it becomes 00:00 of the next day, which
    needs a complete date.
    """
    refuse = _refusals(parts)
    year, month, day = parts.year, parts.month, parts.day
    refuse(year == 0, "a year from 0001 on")
    refuse((month == 0) | (month > 12), "a month from 01 to 12")
    refuse((day == 0) | (day > 31), "a day from 01 to 31")
    length = _LENGTH[np.clip(month, 0, 12)]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)) | (year < 0)
    length = length - ((month == 2) & ~leap)
    for place in np.flatnonzero((day > length) & (parts.problem == "")):
        of = f" {year[place]:04d}" if year[place] > 0 else ""
        parts.problem[place] = f"a day of {MONTHS[month[place] - 1].capitalize()}{of}"
    check_clock(parts)

    refuse = _refusals(parts)
    midnight = parts.hour == 24
    refuse(midnight & ~parts.complete, "a complete date for the time 24:00")
    refuse(midnight & (year == 9999) & (month == 12) & (day == 31), "a year up to 9999")
    at = np.flatnonzero(midnight & (parts.problem == ""))
    if at.size:
        following = (_days(parts.take(at)) + 1).astype("datetime64[D]")
        months = following.astype("datetime64[M]")
        parts.year[at] = following.astype("datetime64[Y]").astype(int) + 1970
        parts.month[at] = months.astype(int) % 12 + 1
        parts.day[at] = (following - months.astype("datetime64[D]")).astype(int) + 1
        parts.hour[at] = 0


def check_clock(parts: Components) -> None:
    """Refuse what is no time of the day; 24:00 passes here."""
    refuse = _refusals(parts)
    past = (
        (parts.minute != 0)
        | (parts.second > 0)
        | np.array([f.strip("0") != "" for f in parts.fraction], bool)
    )
    refuse((parts.hour > 24) | ((parts.hour == 24) & past), "an hour from 00 to 23")
    refuse(parts.minute > 59, "a minute from 00 to 59")
    refuse(parts.second > 59, "a second from 00 to 59")


def _refusals(parts: Components) -> Callable[[np.ndarray, str], None]:
    free = parts.problem == ""

    def refuse(bad: np.ndarray, expected: str) -> None:
        bad = bad & free
        if bad.any():
            parts.problem[bad] = expected
            free[bad] = False

    return refuse


def _days(parts: Components) -> np.ndarray:
    """Days since 1970-01-01 of complete dates, as int64; nonsense for others."""
    months = (parts.year.astype(np.int64) - 1970) * 12 + parts.month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + parts.day - 1


def render(parts: Components) -> np.ndarray:
    """Write checked components as ISO 8601 text; '' where nothing is known.

    Returns
    -------
    ndarray of object
        Text in the extended format, with the precision that is known.
    """
    minutes = (parts.hour >= 0) & (parts.minute >= 0)
    plain = parts.complete & (minutes | ~parts.timed) & (parts.fraction == "") & (parts.zone == "")
    text = np.full(len(plain), "", object)
    text[plain] = _render_plain(parts if plain.all() else parts.take(plain))
    for at in np.flatnonzero(
        ~plain
        & (parts.complete | parts.timed | (np.maximum(parts.year, parts.month) >= 0) | (parts.day >= 0))
    ):
        date = "-".join(
            _two(values[at], width) for values, width in ((parts.year, 4), (parts.month, 2), (parts.day, 2))
        )
        if not parts.timed[at]:
            text[at] = date.rstrip("-")
            continue
        time = ":".join(_two(values[at]) for values in (parts.hour, parts.minute, parts.second))
        if parts.fraction[at]:
            time += f".{parts.fraction[at]}"
        text[at] = f"{date}T{time.rstrip('-:') if time.endswith('-') else time}{parts.zone[at]}"
    return text


def _two(value: int, width: int = 2) -> str:
    return "-" if value < 0 else f"{value:0{width}d}"


def _render_plain(parts: Components) -> np.ndarray:
    # Written as a matrix of bytes: a NUL at the end is no part of a numpy byte string.
    out = np.zeros((len(parts.year), 19), np.uint8)
    timed, seconds = parts.hour >= 0, parts.second >= 0
    for values, first, width, existing in (
        (parts.year, 0, 4, None), (parts.month, 5, 2, None), (parts.day, 8, 2, None),
        (parts.hour, 11, 2, timed), (parts.minute, 14, 2, timed), (parts.second, 17, 2, seconds),
    ):  # fmt: skip
        for place in range(width):
            digit = values // 10 ** (width - 1 - place) % 10 + ord("0")
            out[:, first + place] = digit if existing is None else np.where(existing, digit, 0)
    out[:, (4, 7)] = ord("-")
    out[:, 10], out[:, 13], out[:, 16] = timed * ord("T"), timed * ord(":"), seconds * ord(":")
    return out.view("S19").ravel().astype("U19").astype(object)


def read_fixed(codes: np.ndarray, template: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Read texts of one length by a template of fixed places.

    Parameters
    ----------
    codes
        Code points, texts x length.
    template
        ``y m d H M S`` for a digit of a component, ``b`` for a letter of a month's
        name of three letters; any other character stands for itself.

    Returns
    -------
    fits : ndarray of bool
    parts : dict of ndarray of int32
        By component; of use only where ``fits``.
    """
    digits = codes - np.uint32(48)
    fits = np.ones(len(codes), bool)
    parts: dict[str, np.ndarray] = {}
    names = {"y": "year", "m": "month", "d": "day", "H": "hour", "M": "minute", "S": "second"}
    for place, letter in enumerate(template):
        if letter in names:
            fits &= digits[:, place] < 10
            name = names[letter]
            parts[name] = parts.get(name, 0) * 10 + digits[:, place].astype(np.int32)
        elif letter != "b":
            fits &= codes[:, place] == ord(letter)
    if "b" in template:
        first = template.index("b")
        letters = codes[:, first : first + 3] & ~np.uint32(0x20)
        parts["month"] = np.zeros(len(codes), np.int32)
        for number, name in enumerate(MONTHS, 1):
            parts["month"][(letters == [ord(letter) for letter in name[:3]]).all(axis=1)] = number
    return fits, parts
