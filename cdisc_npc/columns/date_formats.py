"""Dates read by a stated format: ``y-m-d H:M`` and the like, in place of recognition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from cdisc_npc.columns.date_parts import (
    FIELDS,
    MONTH_NAME,
    MONTH_NUMBER,
    UNKNOWN,
    Components,
    check,
    in_century,
    render,
    tidy,
)  # fmt: skip
from cdisc_npc.columns.distinct import spread

# The component letters of a stated format; a run of one letter is one component.
LETTERS = {"year": "y+", "month": "m+", "day": "d+", "hour": "H+", "minute": "M+", "second": "S+"}
# One digit is a component only where no other digit touches it, so that 'ymd' cannot split 2021111.
_ONE_OR_TWO = r"\d\d|(?<!\d)\d(?!\d)"
PATTERNS = {
    "year": r"\d{4}|\d{2}",
    "month": _ONE_OR_TWO,
    "day": _ONE_OR_TWO,
    "hour": r"\d\d?",
    "minute": _ONE_OR_TWO,
    "second": rf"(?:{_ONE_OR_TWO})(?:\.\d*)?",
}


def compile_format(
    fmt: str,
    unknown: Mapping[str, Sequence[str]] | Sequence[str] = (),
    letters: Mapping[str, str] = LETTERS,
    patterns: Mapping[str, str] = PATTERNS,
) -> re.Pattern[str]:
    r"""Turn a stated format into a regular expression with a group for each component.

    Parameters
    ----------
    fmt
        Component letters (``y`` year, ``m`` month, ``d`` day, ``H`` hour, ``M`` minute,
        ``S`` second; a run is one component) between literal separators, as
        ``y-m-d H:M``, ``ymd``, ``HhM``. ``\s``, ``\s+`` and ``\s*`` stand for white
        space, a backslash before any other sign for that sign.
    unknown
        Texts that say a component is not known; for all, or by component.
    letters
        A regular expression for the letters of each component, in place of `LETTERS`.
    patterns
        A regular expression for the values of a component, in place of those of `PATTERNS`.

    Raises
    ------
    ValueError
        When the format has no component, one twice, or an escape that is not known.
    """
    by_field = unknown if isinstance(unknown, Mapping) else dict.fromkeys(FIELDS, unknown)
    return _compile(
        fmt,
        tuple(tuple(by_field.get(field, ())) for field in FIELDS),
        tuple({**LETTERS, **letters}[field] for field in FIELDS),
        tuple({**PATTERNS, **patterns}[field] for field in FIELDS),
    )


@lru_cache(maxsize=256)
def _compile(
    fmt: str, unknown: tuple[tuple[str, ...], ...], letters: tuple[str, ...], patterns: tuple[str, ...]
) -> re.Pattern[str]:
    token = re.compile(
        "|".join(f"(?P<{f}>{run})" for f, run in zip(FIELDS, letters, strict=True)) + r"|\\.[+*]?|.", re.S
    )
    regex, seen = "", set()
    for result in token.finditer(fmt):
        field, sign = result.lastgroup, result.group()
        if field is None:
            regex += sign if re.fullmatch(r"\\s[+*]?", sign) else re.escape(sign.removeprefix("\\") or sign)
            if re.match(r"\\[a-rt-zA-Z0-9]", sign):
                raise ValueError(f"date format {fmt!r}: the escape {sign!r} is not known")
            continue
        if field in seen:
            raise ValueError(f"date format {fmt!r}: the {field} stands twice")
        seen.add(field)
        place = FIELDS.index(field)
        texts = [re.escape(text) for text in sorted(unknown[place], key=len, reverse=True)]
        names = [MONTH_NAME] if field == "month" else []
        regex += f"(?P<{field}>{'|'.join([*texts, patterns[place], *names])})"
    if not seen:
        raise ValueError(f"date format {fmt!r} has none of the components y m d H M S")
    return re.compile(regex, re.I | re.A)


def stated_formats(formats: str | Sequence[str]) -> list[str]:
    """One format or several, as a list.

    Raises
    ------
    TypeError, ValueError
        When they are no text, or none.
    """
    stated = (
        [formats]
        if isinstance(formats, str)
        else list(formats)
        if isinstance(formats, Sequence)
        else [formats]
    )
    if not stated:
        raise ValueError("no date format is stated")
    if odd := [fmt for fmt in stated if not isinstance(fmt, str)]:
        raise TypeError(f"a date format is text such as 'y-m-d'; this is {odd[0]!r}")
    return stated


def fixed_templates(fmt: str) -> list[str]:
    """Templates of `date_parts.read_fixed` for a format's values of full width; none where it has none."""
    compile_format(fmt)
    if set(fmt) & set("b\\"):
        return []
    for letter, template in (("y", "yyyy"), ("d", "dd"), ("H", "HH"), ("M", "MM"), ("S", "SS"), ("m", "mm")):
        fmt = re.sub(f"{letter}+", template, fmt)
    return [fmt, fmt.replace("mm", "bbb")] if "mm" in fmt else [fmt]


def parse(
    values: pd.Series,
    formats: str | Sequence[str],
    unknown: Mapping[str, Sequence[str]] | Sequence[str] = (),
    letters: Mapping[str, str] = LETTERS,
    patterns: Mapping[str, str] = PATTERNS,
) -> pd.DataFrame:
    """Take values apart by stated formats, tried in order.

    Returns
    -------
    DataFrame
        The index of ``values``; the text of each of `FIELDS` as it stands in the
        value, '' where the format lacks it, and ``fits``, whether a format did.
    """
    compiled = [compile_format(fmt, unknown, letters, patterns) for fmt in stated_formats(formats)]
    codes, distinct = pd.factorize(values.astype("str").fillna(""))
    rows = []
    for text in map(tidy, distinct):
        result = next(filter(None, (regex.fullmatch(text) for regex in compiled)), None)
        groups = result.groupdict() if result else {}
        rows.append((*(groups.get(field) or "" for field in FIELDS), result is not None))
    frame = pd.DataFrame(rows, columns=[*FIELDS, "fits"]).astype(
        {**dict.fromkeys(FIELDS, "str"), "fits": bool}
    )
    return frame.take(codes).set_axis(values.index)


def to_components(
    rows: Iterable[Sequence[str]], unknown: Iterable[str] = (), century: int | None = None
) -> Components:
    """Read texts in the order of `FIELDS`; '' and the unknown ones are not known, nor a month or day 00."""
    rows, nothing = list(rows), {"", *(text.upper() for text in unknown)}
    parts = Components.unknown(len(rows))
    for at, row in enumerate(rows):
        for field, given in zip(FIELDS, row, strict=True):
            text = tidy(given).upper()
            if text in nothing or (text == "00" and field in ("month", "day")):
                continue
            number = MONTH_NUMBER.get(text) if field == "month" else None
            if field == "second":
                text, _, parts.fraction[at] = text.partition(".")
            if number is None and re.fullmatch(r"[0-9]{1,4}" if field == "year" else r"[0-9]{1,2}", text):
                number = int(text)
            if field == "year" and len(text) != 4:
                number = in_century(int(text), century) if number is not None and len(text) == 2 else None
                parts.problem[at] = parts.problem[at] or (
                    "" if number is not None else "a complete four-digit year"
                )
            elif number is None:
                parts.problem[at] = parts.problem[at] or f"a {field} in digits".replace("a hour", "an hour")
            getattr(parts, field)[at] = UNKNOWN if number is None else number
    return parts


def to_iso8601(
    columns: Sequence[pd.Series],
    formats: Sequence[str | Sequence[str]],
    unknown: Sequence[str] = (),
    century: int | None = None,
    letters: Mapping[str, str] = LETTERS,
    patterns: Mapping[str, str] = PATTERNS,
) -> tuple[pd.Series, pd.Series]:
    """Make ISO 8601 text from one or more columns that together hold a date.

    Parameters
    ----------
    columns
        Text, of the same length; the index is the first one's.
    formats
        For each column a format, or several to be tried in order.
    unknown, letters, patterns
        As of `compile_format`; an unknown text may also be the whole value.
    century
        Two-digit years fall in century..century+99; None refuses them.

    Returns
    -------
    iso, problem : Series of str
        A column that does not fit its format adds nothing to ``iso`` and is named in
        ``problem``; an impossible date leaves ``iso`` blank.

    Raises
    ------
    ValueError
        When there are not as many formats as columns, or columns differ in length.
    """
    if not columns or len(columns) != len(formats):
        raise ValueError(
            f"{len(formats)} date formats are stated for {len(columns)} columns; expected one for each"
        )
    if len({len(column) for column in columns}) != 1:
        raise ValueError(f"columns of one date differ in length: {', '.join(str(len(c)) for c in columns)}")
    blank = {"", *(text.upper() for text in unknown)}
    codes = np.zeros(len(columns[0]), np.int64)
    item: list[tuple[list[tuple], list[str]]] = []
    for column, fmt in zip(columns, formats, strict=True):
        stated = stated_formats(fmt)
        own, distinct = pd.factorize(column.astype("str").fillna(""))
        result = parse(pd.Series(distinct, dtype="str"), stated, unknown, letters, patterns)
        existing = (
            np.array([tidy(text).upper() in blank for text in distinct], bool) | result["fits"].to_numpy()
        )
        expected = f"a value in the format {' or '.join(stated)}"
        item.append(
            (
                list(zip(*(result[part] for part in FIELDS), strict=True)),
                ["" if ok else expected for ok in existing],
            )
        )
        codes = codes * max(len(distinct), 1) + own
    codes, pairs = pd.factorize(codes)
    rows, notes = [], []
    sizes = [len(texts) for texts, _ in item]
    for combination in np.stack(np.unravel_index(pairs, sizes), axis=1) if len(pairs) else ():
        texts = [item[k][0][at] for k, at in enumerate(combination)]
        rows.append([next(filter(None, values), "") for values in zip(*texts, strict=True)])
        notes.append(next(filter(None, (item[k][1][at] for k, at in enumerate(combination))), ""))
    parts = to_components(rows, unknown, century)
    check(parts)
    iso = np.where(parts.problem == "", render(parts), "")
    return spread(iso, codes, columns[0].index), spread(
        np.where(parts.problem == "", notes, parts.problem), codes, columns[0].index
    )
