"""Which records satisfy a condition.

Values are a column, or an array of distinct ones: text of dtype object, or float64. The few of an array
are looked at one by one, which is quicker than to make a column of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from cdisc_npc.columns.condition import ConditionParts, Other, Test
from cdisc_npc.columns.distinct import Values, as_arrow, distinct, is_numeric, numbers
from cdisc_npc.columns.patterns import fits

Column = Callable[[str], Values]

_YEAR, _DATE = re.compile(r"\d{4}"), re.compile(r"\d{4}-\d{2}")
# What an ISO 8601 date tells without a gap.
_TOLD = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?")


def satisfied(
    condition: ConditionParts, column: Column, size: int, decisive: dict[str, np.ndarray] | None = None
) -> np.ndarray:
    """Records for which a condition holds.

    Parameters
    ----------
    condition
        As read from the specification.
    column
        Gives the column of a name: text without nulls, or float64.
    size
        Number of records.
    decisive
        Filled with the records, by name, whose value decided: all tests beside its own hold, and the
        alternative holds or no other one does. In ``{A: x, B: y}`` the value of A decides nothing where
        B is not y.

    Returns
    -------
    numpy.ndarray of bool, shape (size,)
    """
    result = np.zeros(size, dtype=bool)
    alternatives = []
    for alternative in condition.alternatives:
        holds = np.ones(size, dtype=bool)
        parts = []
        for name, tests in alternative:
            values = column(name)
            for test in tests:
                passed = holds_of(test, values, column)
                holds &= passed
                parts.append(([name, *test.reads()], passed))
        result |= holds
        alternatives.append((holds, parts))
    if decisive is not None:
        for index, (holds, parts) in enumerate(alternatives):
            others = [other for at, (other, _) in enumerate(alternatives) if at != index]
            alone = holds | ~np.logical_or.reduce(others) if others else np.ones(size, dtype=bool)
            for at, (names, _) in enumerate(parts):
                rest = [passed for place, (_, passed) in enumerate(parts) if place != at]
                decides = np.logical_and.reduce([alone, *rest])
                for name in names:
                    decisive[name] = decisive[name] | decides if name in decisive else decides
    return result


def is_blank(values: Values) -> np.ndarray:
    """Missing numbers, and text of nothing but blanks."""
    if is_numeric(values):
        return np.asarray(pd.isna(values))
    if isinstance(values, np.ndarray):
        return np.array([not text or text.isspace() for text in values], dtype=bool)
    text = as_arrow(values)
    blank = pc.or_(pc.equal(text, ""), pc.utf8_is_space(text))
    return blank.to_numpy(zero_copy_only=False)


def holds_of(test: Test, values: Values, column: Column) -> np.ndarray:
    """Values for which one test holds; `column` gives those of other names."""
    if test.kind in ("present", "blank"):
        blank = is_blank(values)
        return blank if test.kind == "blank" else ~blank
    operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    if test.kind == "not":
        inner = [holds_of(part, values, column) for part in operands if isinstance(part, Test)]
        return ~np.logical_and.reduce(inner)
    if test.kind == "in":
        literal = [part for part in operands if isinstance(part, str)]
        found = _equals(values, literal)
        for part in operands:
            if isinstance(part, Other):
                other = column(part.variable)
                found = found | _same(values, other)
        return found
    bound = operands[0]
    assert isinstance(bound, (str, Other))
    limit = column(bound.variable) if isinstance(bound, Other) else bound
    if test.kind == "matches":
        if isinstance(values, pd.Series):
            codes, kinds = pd.factorize(values, use_na_sentinel=False)
            return holds_of(test, kinds.to_numpy(), column)[codes]
        return fits(str(bound), ("" if value != value else str(value) for value in values))
    if test.kind in ("before", "after"):
        return _dated(test.kind, values, limit)
    return _ordered(test.kind, values, limit)


def _same(values: Values, other: Values) -> np.ndarray:
    """Equal and not blank; a number beside a text is compared as a number."""
    if is_numeric(values) != is_numeric(other):
        return np.asarray(numbers(values) == numbers(other))
    return np.asarray(np.asarray(values) == np.asarray(other), dtype=bool) & ~is_blank(values)


def _equals(values: Values, literals: list[str]) -> np.ndarray:
    if is_numeric(values):
        wanted = [float(text) for text in literals if is_number(text)]
        return np.isin(np.asarray(values), wanted)
    if isinstance(values, np.ndarray):
        return np.array([text in literals for text in values], dtype=bool)
    return values.isin(literals).to_numpy()


def is_number(text: str) -> bool:
    """Whether a text is a number as Python reads one."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _dated(kind: str, values: Values, other: Values | str) -> np.ndarray:
    """Dates before or after others, as far as both tell; nothing holds of a blank or of no date."""
    if isinstance(values, pd.Series):
        codes, kinds = distinct(values)
        beside, others = (
            ([0], np.array([other], dtype=object)) if isinstance(other, str) else distinct(pd.Series(other))
        )
        pairs, found = pd.factorize(codes * len(others) + beside)
        left, right = kinds[found // len(others)], others[found % len(others)]
        return _dated(kind, left, right)[pairs]
    right = [other] * len(values) if isinstance(other, str) else other
    # A number, such as a SAS date, tells no date.
    told = {text: _told(text) for text in {*values, *right} if isinstance(text, str)}
    return np.array(
        [
            _told_apart(kind, told.get(one, ""), told.get(two, ""))
            for one, two in zip(values, right, strict=True)
        ],
        bool,
    )


def _told(text: str) -> str:
    """What a date tells before its first gap."""
    found = _TOLD.match(text)
    return found[0] if found else ""


def _told_apart(kind: str, left: str, right: str) -> bool:
    length = min(len(left), len(right))
    return left[:length] < right[:length] if kind == "before" else left[:length] > right[:length]


def _ordered(kind: str, values: Values, other: Values | str) -> np.ndarray:
    """Numbers compare as numbers, everything else as text: ISO 8601 sorts as it reads.

    A year alone, such as 2020, is a number beside numbers, and a date beside dates.
    """
    numeric = is_numeric(values) or (is_number(other) if isinstance(other, str) else is_numeric(other))
    compare = {"min": np.greater_equal, "max": np.less_equal, "above": np.greater, "below": np.less}[kind]
    as_text = not numeric or (isinstance(other, str) and not is_numeric(values))
    found = np.zeros(len(values), dtype=bool)
    if numeric:
        left = numbers(values)
        right = np.float64(other) if isinstance(other, str) else numbers(other)
        with np.errstate(invalid="ignore"):
            found |= compare(left, right) & ~np.isnan(left) & ~np.isnan(right)
    if as_text:
        texts = np.asarray(values, dtype=object)
        beside = other if isinstance(other, str) else np.asarray(other, dtype=object)
        known = ~is_blank(values) & (True if isinstance(other, str) else ~is_blank(other))
        if numeric:
            known &= bool(_YEAR.fullmatch(str(other)))
            if known.any():
                known &= np.array([_DATE.match(text) is not None for text in texts], dtype=bool)
        found |= np.asarray(compare(texts, beside), dtype=bool) & known
    return found
