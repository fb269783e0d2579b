"""Results in the standard unit of their test, exact to the digit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isinf
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.keys import together
from cdisc_npc.sdtm.records import blank
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.written import AtMost, StandardResult
from cdisc_npc.transport.digits import holds
from cdisc_npc.transport.strict_yaml import read_yaml

if TYPE_CHECKING:
    from cdisc_npc.sdtm.views import View

_NUMBER = re.compile(r"\s*([<>]=?|≤|≥)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")
_LEADING_ZEROS = re.compile(r"^([+-]?)0+(?=\d)")
_FAHRENHEIT = (Fraction(5, 9), Fraction(-160, 9))
# Digits after the decimal point of a quotient that never ends, where the study states none.
_ENDLESS = 10


@dataclass(frozen=True)
class Conversion:
    """``standard = factor * collected + offset``, exact."""

    factor: Fraction
    offset: Fraction = Fraction(0)


@cache
def _groups() -> list[dict[str, Fraction]]:
    data = read_yaml(mappings_root() / "standards" / "units.yaml").data
    return [{unit: _fraction(size) for unit, size in group.items()} for group in data.values()]


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or "1")


def conversion(unit: str, standard: str, factors: Mapping[str, str] | None = None) -> Conversion | None:
    """How to bring a unit to another, or None where nothing says so.

    Parameters
    ----------
    unit, standard
        Submission values of the codelist UNIT (C71620).
    factors
        The study's own factors by unit, such as molar masses: they come first.
    """
    if factors and unit in factors:
        return Conversion(_fraction(factors[unit]))
    if unit == standard:
        return Conversion(Fraction(1))
    if (unit, standard) == ("F", "C"):
        return Conversion(*_FAHRENHEIT)
    for group in _groups():
        if unit in group and standard in group:
            return Conversion(group[unit] / group[standard])
    return None


def convert(result: str, by: Conversion, decimals: int | AtMost | None = None) -> tuple[str, float]:
    """A collected result as standard text and number.

    Parameters
    ----------
    result
        As collected. ``<0.5`` keeps its sign as text and has no number; a text that is no
        number stays as it is.
    decimals
        Round half up to so many, `AtMost`: to no more than so many, without zeros at the end of what was
        computed; None: exact, or ten decimals where the quotient never ends.

    Examples
    --------
    >>> convert("1.5", Conversion(Fraction(10)))
    ('15', 15.0)
    >>> convert("<0.50", Conversion(Fraction(1)))
    ('<0.50', nan)
    >>> convert("007.50", Conversion(Fraction(1)))
    ('7.50', 7.5)
    """
    match = _number(result)
    if not match:
        return result, float("nan")
    sign, digits = match.groups()
    if by == Conversion(Fraction(1)) and _is_short(digits, decimals):
        text = _LEADING_ZEROS.sub(r"\1", digits)  # nothing to compute: the digits stay as they were written
    else:
        text = _decimal_text(Fraction(digits) * by.factor + by.offset, decimals)
    return (f"{sign}{text}", float("nan")) if sign else (text, float(Fraction(text)))


def numeric_results(results: Iterable[str]) -> list[bool]:
    """Whether each result is a number, with or without a sign such as ``<``."""
    return [bool(_number(result)) for result in results]


def _number(result: str) -> re.Match[str] | None:
    """A result as sign and digits; none where no double is near it: 1e400 has no value that can be computed with."""
    match = _NUMBER.fullmatch(result)
    return match if match and not _is_beyond(match[2]) else None


def _is_beyond(digits: str) -> bool:
    value = float(digits)
    return isinf(value) or (value == 0 and re.search("[1-9]", re.split("[eE]", digits)[0]) is not None)


def _is_rounded(result: str) -> bool:
    """Whether a result has more digits than a double holds; one with a sign such as ``<`` has no number."""
    match = _number(result)
    return match is not None and not match[1] and not holds(match[2], float(match[2]))


def _is_short(digits: str, decimals: int | AtMost | None) -> bool:
    """Whether a number as written needs no rounding, and no zeros."""
    if isinstance(decimals, AtMost):
        return (
            digits.isascii()
            and "e" not in digits.lower()
            and len(digits.partition(".")[2]) <= decimals.at_most
        )
    return decimals is None


def _decimal_text(value: Fraction, decimals: int | AtMost | None) -> str:
    fixed = decimals if isinstance(decimals, int) else None
    most = decimals.at_most if isinstance(decimals, AtMost) else fixed
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    places = most if most is not None else (_ENDLESS if denominator != 1 else None)
    if places is None:
        # A denominator of 2s and 5s ends after as many decimals as its greater power.
        places = max(_power(value.denominator, 2), _power(value.denominator, 5))
    scaled = value * 10**places
    magnitude = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)  # half up
    digits = str(magnitude).rjust(places + 1, "0")
    text = ("-" if value < 0 and magnitude else "") + digits[: len(digits) - places]
    text += f".{digits[-places:]}" if places else ""
    return text.rstrip("0").rstrip(".") if fixed is None and "." in text else text


def _power(number: int, prime: int) -> int:
    power = 0
    while number % prime == 0:
        number //= prime
        power += 1
    return power


def standard_results(view: View, column: str) -> dict[str, Column]:
    """Text, number and unit of a result (or a limit) by the standard of its test and block; computed once.

    1. A test without a standard unit keeps result and unit; its number is that of the text.
    2. Otherwise the result is converted from the collected unit; a unit that cannot be
       converted, or none beside a number, is a finding and leaves the three blank.
    3. A result that is no number is kept as text, without unit.
    """
    own = view.build.tables[view.table]
    if column in own.cache:
        return own.cache[column]
    prefix = view.table
    results, tests = view.column(column), view.column(f"{prefix}TESTCD")
    units = view.column(f"{prefix}ORRESU") if f"{prefix}ORRESU" in own.columns else blank(view.size)
    block = np.repeat(np.arange(len(own.blocks)), [item.size for item in own.blocks])
    numbers, _ = together([results, units, tests, Column(block.astype(np.float64))], view.size)
    _, first, codes = np.unique(numbers, return_index=True, return_inverse=True)
    codes = codes.astype(np.int32)
    lists = (column.take(first).values.tolist() for column in (results, units, tests))
    combined = list(zip(*lists, block[first].tolist(), strict=True))
    rules = [own.plan.model.standard_result(int(at), test) for _, _, test, at in combined]
    texts, values, standards, wrong = _convert_all(combined, rules)
    failures = np.flatnonzero(wrong[codes])
    if len(failures):
        expected = [
            f"a unit of {combined[code][2]} that converts to {rules[code].standard_unit}"
            for code in codes[failures]
        ]
        view.report(
            "MAP_UNIT", failures, units.take(failures).values, expected,
            keys="TESTCD=" + tests.take(failures).values,
        )  # fmt: skip
    beyond = np.array(
        [bool(_NUMBER.fullmatch(result)) and not _number(result) for result, *_ in combined], dtype=bool
    )
    rounded = np.array([_is_rounded(result) for result, *_ in combined], dtype=bool)
    for those, wanted in ((beyond, "a number"), (rounded, "a number of no more digits than a double holds")):
        failing = np.flatnonzero(those[codes])
        if len(failing):
            view.report("MAP_NUMBER", failing, results.take(failing).values, wanted)
    own.cache[column] = {
        "text": Column(pa.array(texts, pa.large_string()), codes),
        "number": Column(np.array(values, dtype=float)[codes]),
        "unit": Column(pa.array(standards, pa.large_string()), codes),
    }
    return own.cache[column]


def _convert_all(
    combined: list[tuple[Any, ...]], rules: list[StandardResult]
) -> tuple[list[str], list[float], list[str], np.ndarray]:
    texts, numbers, standards = [], [], []
    wrong = np.zeros(len(combined), dtype=bool)
    for index, ((result, unit, *_), rule) in enumerate(zip(combined, rules, strict=True)):
        how: Conversion | None = Conversion(Fraction(1))
        numeric = bool(_number(result))
        standard = unit
        if rule.standard_unit is not None and numeric:
            how, standard = conversion(unit, rule.standard_unit, rule.factors), rule.standard_unit
        elif not numeric:
            standard = ""
        wrong[index] = how is None
        text, number = convert(result, how, rule.decimals if numeric else None) if how else ("", float("nan"))
        texts.append(text)
        numbers.append(number)
        standards.append(standard if how and result else "")
    return texts, numbers, standards, wrong
