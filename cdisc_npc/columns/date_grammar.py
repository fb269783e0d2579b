"""The forms a raw date may have, in English and Chinese, under a study's rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.date_parts import (
    FIELDS,
    MONTH_NAME,
    MONTH_NUMBER,
    UNKNOWN,
    Components,
    in_century,
    read_fixed,
    tidy,
)  # fmt: skip

ORDERS = ("dmy", "mdy", "ymd")
_UNKNOWN_TEXTS = (
    "UN", "UNK", "UNKN", "UNKNOWN", "NK", "ND", "U", "UK", "NA", "N/A", "XX", "XXX", "XXXX", "??", "???",
    "未知", "不详", "不明",
)  # fmt: skip
_EXCEL_DAYS = range(61, 73051)  # 1900-03-01 to 2099-12-31; before, Excel counts a 29 February 1900
_EXCEL_EPOCH = -25569
_SERIAL = re.compile(r"([0-9]{5})(\.[0-9]+)?")


@dataclass(frozen=True)
class DateRules:
    """How a study writes its dates.

    Attributes
    ----------
    order
        Order of all-numeric dates whose year does not come first with four digits:
        'dmy', 'mdy' or 'ymd'.
    century
        Two-digit years fall in century..century+99; None refuses them.
    unknown
        Texts for a part, or a date, that is not known; upper and lower case alike.
    excel_serials
        Whether five digits are a day number of Excel. They may as well be a number of something else, so this
        is for the study to state.
    """

    order: str = "ymd"
    century: int | None = None
    unknown: tuple[str, ...] = _UNKNOWN_TEXTS
    excel_serials: bool = False

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ValueError(f"date order is {self.order!r}; expected one of {', '.join(ORDERS)}")
        object.__setattr__(self, "unknown", tuple(self.unknown))  # a list would have no hash


def recognise(values: np.ndarray, rules: DateRules) -> Components:
    """Read distinct raw values: fixed shapes in bulk, all others one by one."""
    parts = Components.unknown(len(values))
    templates = [
        "yyyy-mm-dd", "yyyy/mm/dd", "yyyy.mm.dd", "yyyymmdd",
        "ddbbbyyyy", "dd-bbb-yyyy", "dd bbb yyyy", "bbb dd, yyyy",
    ]  # fmt: skip
    if rules.order != "ymd":
        first, second = ("dd", "mm") if rules.order == "dmy" else ("mm", "dd")
        templates += [f"{first}{sign}{second}{sign}yyyy" for sign in "/-."]
    rest = read_clean(values, parts, templates)
    if rest.size:
        # 2021-8-5 and 2021年8月5日 have the same meaning as 2021-08-05; only if that fits is it taken.
        text = pa.array([tidy(value) for value in values[rest]], pa.string())
        for regex, replacement in (
            (r"^(\d{4})年(\d{1,2})月(\d{1,2})日( |$)", r"\1-\2-\3\4"),
            (r"\b(\d)\b", r"0\1"),
        ):
            text = pc.replace_substring_regex(text, regex, replacement)
        rest = rest[read_clean(text.to_numpy(zero_copy_only=False), parts, templates, rest)]
    grammar = _grammar(rules)
    for at in rest:
        grammar.read(values[at], parts, at)
    return parts


def read_clean(
    values: np.ndarray,
    parts: Components,
    templates: Sequence[str],
    places: np.ndarray | None = None,
    tails: Sequence[str] = ("", " HH:MM", "THH:MM", " HH:MM:SS", "THH:MM:SS"),
) -> np.ndarray:
    """Read values of fixed shape into ``parts``; the positions of all others are given back.

    Only parts within their plain range are taken here, so that what is odd about a
    value is always judged in one place, the grammar.

    Parameters
    ----------
    values
        Text.
    parts
        Takes what is read.
    templates
        Of `read_fixed`.
    places
        Where each value stands in ``parts``; by default in the same order.
    tails
        What may follow each template.
    """
    lengths = np.fromiter(map(len, values), np.int64, len(values))
    chosen = np.zeros(len(values), bool)
    for length in np.unique(lengths):
        fitting = [
            (template, template + tail)
            for tail in tails
            for template in templates
            if len(template) + len(tail) == length
        ]
        if not fitting:
            continue
        at = np.flatnonzero(lengths == length)
        codes = np.array(values[at].tolist(), f"U{length}").view(np.uint32).reshape(len(at), length)
        for template, whole in fitting:
            fits, read = read_fixed(codes, whole)
            for field, most in (("month", 12), ("day", 31)):
                if field in read:
                    fits &= (read[field] >= 1) & (read[field] <= most)
            if template == "yyyymmdd":
                # Eight digits may be a date in another order: of the years only the likely ones.
                fits &= (read["year"] >= 1800) & (read["year"] < 2200)
            result = at[fits]
            for field, numbers in read.items():
                getattr(parts, field)[result if places is None else places[result]] = numbers[fits]
            chosen[result] = True
    return np.flatnonzero(~chosen)


def read_clocks(values: np.ndarray, rules: DateRules) -> Components:
    """Read distinct values of a column of times."""
    parts = Components.unknown(len(values))
    grammar = _grammar(rules)
    for at in read_clean(values, parts, ("HH:MM", "HH:MM:SS"), tails=("",)):
        grammar.read_time(values[at], parts, at)
    return parts


def store(
    parts: Components, at: int, texts: Sequence[str | None], fraction: str = "", zone: str = ""
) -> None:
    """Put the texts of `FIELDS` in their place; what is no number is not known."""
    for field, text in zip(FIELDS, texts, strict=True):
        if text is not None and text.isdecimal():
            getattr(parts, field)[at] = int(text)
    parts.fraction[at] = fraction
    if zone:
        digits = zone[1:].replace(":", "")
        parts.zone[at] = zone if zone == "Z" else f"{zone[0]}{digits[:2]}:{digits[2:] or '00'}"
        if zone != "Z" and (int(digits[:2]) > 14 or int(digits[2:] or 0) > 59):
            parts.problem[at] = "a time zone from -12:00 to +14:00"


_ZONE = r"(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
ISO = re.compile(
    r"(?P<year>[0-9]{4}|-)(?:-(?P<month>[0-9]{2}|-)(?:-(?P<day>[0-9]{2}|-))?)?"
    r"(?:T(?P<hour>[0-9]{2}|-)(?::(?P<minute>[0-9]{2}|-)(?::(?P<second>[0-9]{2}|-)(?:[.,](?P<fraction>[0-9]+))?)?)?"
    rf"{_ZONE})?"
)


class Grammar:
    """The forms of a raw date under a study's rules, one value at a time (`dates` says which)."""

    def __init__(self, rules: DateRules) -> None:
        self.rules = rules
        self.unknown = {text.upper() for text in rules.unknown}
        no = "|".join(re.escape(text) for text in sorted(self.unknown, key=len, reverse=True)) or "(?!)"
        two, sign = rf"[0-9]{{1,2}}|{no}", "[-/. ]"
        name = MONTH_NAME
        # A form's name tells which group is which; where day and month are open, the order decides.
        self.forms = [
            ("year month day", rf"([0-9]{{4}})({sign})({two})(?:\2({two}))?"),
            ("month year", rf"({two}){sign}([0-9]{{4}})"),
            ("by order", rf"({two})({sign})({two})\2([0-9]{{4}}|{two})"),
            ("year", r"([0-9]{4})"),
            # Six digits could be a year and a month, or a date with a two-digit year.
            ("compact", rf"((?:1[89]|2[01])[0-9]{{2}})(?:([0-9]{{2}})([0-9]{{2}}|{no})|({no})({no})?)"),
            ("placeholders", r"([0-9]{4}|-)-([0-9]{2}|-)(?:-([0-9]{2}|-))?"),
            ("day name year", rf"(?:({two})[-/., ]?)?({name}|{no})\.?[-/., ]?([0-9]{{4}}|[0-9]{{2}}|{no})"),
            ("name day year", rf"({name})\.?[-/ ]?({two})(?:, ?|[-/ ])([0-9]{{4}})"),
            ("year name day", rf"([0-9]{{4}}){sign}?({name})\.?(?:{sign}?({two}))?"),
            ("chinese", rf"([0-9]{{4}}|[0-9]{{2}}|{no}) ?年 ?(?:({two}) ?月 ?(?:({two}) ?[日号]?)?)?"),
        ]  # fmt: skip
        self.compiled = [(form, re.compile(regex).fullmatch) for form, regex in self.forms]
        clock = rf"(?P<hour>{two}|-):(?P<minute>{two})(?::(?P<second>{two})(?:[.,](?P<fraction>[0-9]+))?)?"
        spoken = rf"(?P<hour2>{two}) ?[时点] ?(?:(?P<minute2>{two}) ?分? ?(?:(?P<second2>{two}) ?秒?)?)?"
        self.time = rf"(?:{clock}|{spoken}|(?P<hour3>[0-9]{{1,2}}))(?: ?(?P<half>[AP])\.?M\.?)? ?{_ZONE}"
        self.whole_time = re.compile(self.time).fullmatch
        # SAS writes 31AUG2021:10:30:00, hence the colon.
        self.tail = re.compile(rf"(?P<before>[T: ]|(?<=[日号])) ?(?:{self.time})").fullmatch
        self.cut = re.compile(
            r"(?<=[0-9日号])T(?=[0-9-])| +(?=[^ ]*[:时点])| +(?=[0-9]{1,2} ?[AP]\.?M)"
            r"|(?<=[0-9A-Z]):|(?<=[日号])(?=[0-9])"
        ).finditer

        # The basic format of ISO 8601 has no colons.
        self.basic = re.compile(r"(?<=[0-9]T)([0-9]{2})(?=[0-9]{2}(?:[0-9]{2})?(?![0-9:]))").sub
        self.basic_seconds = re.compile(r"(?<=[0-9]T[0-9]{2}:[0-9]{2})(?=[0-9]{2})").sub

    def read(self, raw: str, parts: Components, at: int) -> None:
        """Read one value, with or without its time."""
        text = " ".join(tidy(raw).upper().split())
        if not text or text in self.unknown:
            return
        if self._read_excel(text, parts, at):
            return
        text = self.basic_seconds(":", self.basic(r"\1:", text))
        cuts = [cut.start() for cut in self.cut(text)]
        time = next(filter(None, (self.tail(text, cut) for cut in cuts)), None)
        if cuts and time is None:
            parts.problem[at] = "a date, or a date and a time such as 10:30"
            return
        date = text[: time.start()] if time else text
        date = re.sub(r" ?([-/.,]) ?", r"\1", date)
        for form, match in self.compiled:
            result = match(date)
            if result and self._read_date(form, [group or "" for group in result.groups()], parts, at):
                break
        else:
            parts.problem[at] = self._expected(text)
        if time is not None and not parts.problem[at]:
            self._store_time(time, parts, at, alone=time["before"] == "T")

    def _expected(self, text: str) -> str:
        if _SERIAL.fullmatch(text) and not self.rules.excel_serials:
            return "a date; day numbers of a spreadsheet are read where the study states `excel_serials: yes`"
        return f"a date in the order {self.rules.order}"

    def read_time(self, raw: str, parts: Components, at: int) -> None:
        """Read one value of a column of times."""
        text = " ".join(tidy(raw).upper().split())
        if not text or text in self.unknown:
            return
        if self.rules.excel_serials and re.fullmatch(r"0?\.[0-9]+", text):
            self._store_seconds(round(float(text) * 86400), parts, at)
            return
        if re.fullmatch(r"[0-9]{4}|[0-9]{6}", text):
            text = ":".join(text[k : k + 2] for k in range(0, len(text), 2))
        result = self.whole_time(text)
        if result is None:
            parts.problem[at] = "a time such as 10:30"
        else:
            self._store_time(result, parts, at, alone=False)

    def _read_excel(self, text: str, parts: Components, at: int) -> bool:
        result = _SERIAL.fullmatch(text)
        if not result or not self.rules.excel_serials or int(result[1]) not in _EXCEL_DAYS:
            return False
        seconds = round(float(result[2] or 0) * 86400)
        day = np.datetime64(int(result[1]) + _EXCEL_EPOCH + seconds // 86400, "D")
        store(parts, at, (*str(day).split("-"), None, None, None))
        if result[2] and result[2].strip(".0"):
            self._store_seconds(seconds % 86400, parts, at)
        return True

    def _store_seconds(self, seconds: int, parts: Components, at: int) -> None:
        # Excel keeps no precision: seconds of zero are taken as not collected.
        parts.hour[at], parts.minute[at] = seconds // 3600, seconds // 60 % 60
        parts.second[at] = seconds % 60 or UNKNOWN

    def _read_date(self, form: str, groups: list[str], parts: Components, at: int) -> bool:
        """Give the groups of a form their meaning; False where another form should be tried."""
        order, expected = self.rules.order, ""
        if form == "by order":
            first, _, second, third = groups
            undated = [text in self.unknown or text == "00" for text in (first, second)]
            if len(third) == 4 and third.isdecimal() and all(undated):
                year, month, day = third, "", ""
            elif len(third) == 4 and third.isdecimal() and order == "ymd":
                expected = "a date in the order ymd"
            else:
                given = dict(zip(order, (first, second, third), strict=True))
                year, month, day = given["y"], given["m"], given["d"]
                if month.isdecimal() and int(month) > 12:
                    expected = f"a date in the order {order}"
        elif form == "day name year":
            day, month, year = groups
            if len(year) == 2 and year.isdecimal() and (order == "ymd" or not day):
                expected = "a complete four-digit year"
        elif form == "name day year":
            month, day, year = groups
        elif form == "month year":
            (month, year), day = groups, ""
        elif form == "compact":
            year, month, day = groups[0], groups[1], groups[2]
        elif form == "year":
            (year,), month, day = groups, "", ""
        else:
            year, month, day = (text for text in groups if text not in set("-/. ") or form == "placeholders")
            if form == "placeholders" and not any(map(str.isdecimal, groups)):
                return False
        if expected:
            parts.problem[at] = expected
            return True
        if year.isdecimal() and len(year) < 4:
            placed = in_century(int(year), self.rules.century) if len(year) == 2 else None
            if placed is None:
                parts.problem[at] = "a complete four-digit year"
                return True
            year = f"{placed:04d}"
        year, month, day = ("" if text in self.unknown else text for text in (year, month, day))
        month = str(MONTH_NUMBER.get(month, month)).replace("00", "")
        if day.isdecimal() and not year and not month:
            # A day alone is more likely a two-digit year in another order.
            parts.problem[at] = f"a date in the order {order}"
            return True
        store(parts, at, (year, month, "" if day == "00" else day, None, None, None))
        return True

    def _store_time(self, found: re.Match[str], parts: Components, at: int, *, alone: bool) -> None:
        hour = found["hour"] or found["hour2"] or found["hour3"]
        minute = found["minute"] or found["minute2"]
        if found["hour3"] and not alone and not found["half"]:
            parts.problem[at] = "a time such as 10:30"
            return
        if found["half"] and hour.isdecimal():
            if not 1 <= int(hour) <= 12:
                parts.problem[at] = "an hour from 1 to 12 before AM or PM"
                return
            hour = str(int(hour) % 12 + (12 if found["half"] == "P" else 0))
        fraction, zone = found["fraction"] or "", found["zone"] or ""
        store(
            parts, at, (None, None, None, hour, minute, found["second"] or found["second2"]), fraction, zone
        )


@lru_cache(maxsize=32)
def _grammar(rules: DateRules) -> Grammar:
    return Grammar(rules)
