"""Which records satisfy a condition."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.column import Column, jointly
from cdisc_npc.columns.condition import ConditionParts, Other, Test
from cdisc_npc.columns.moments import known_range
from cdisc_npc.columns.patterns import fits

Named = Callable[[str], Column | pd.Series | np.ndarray]

_YEAR, _MONTH = re.compile(r"\d{4}"), r"^\d{4}-\d{2}"
_COMPARE = {"min": np.greater_equal, "max": np.less_equal, "above": np.greater, "below": np.less}
_COMPARE_TEXT = {"min": pc.greater_equal, "max": pc.less_equal, "above": pc.greater, "below": pc.less}


def satisfied(
    condition: ConditionParts, column: Named, size: int, decisive: dict[str, np.ndarray] | None = None
) -> np.ndarray:
    """Records for which a condition holds.

    Parameters
    ----------
    condition
        As read from the specification.
    column
        Gives the column of a name, or a Series or array of it: text without nulls, or float64.
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
    asked: dict[str, Column] = {}

    def of(name: str) -> Column:
        if name not in asked:
            asked[name] = Column.of(column(name))
        return asked[name]

    result = np.zeros(size, dtype=bool)
    alternatives = []
    for alternative in condition.alternatives:
        holds = np.ones(size, dtype=bool)
        parts = []
        for name, tests in alternative:
            for test in tests:
                passed = holds_of(test, of(name), of)
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


def is_blank(values: Column | pd.Series | np.ndarray) -> np.ndarray:
    """Missing numbers, and text of nothing but blanks."""
    column = Column.of(values)
    return column.spread(column.blank)


def holds_of(test: Test, values: Column, column: Callable[[str], Column] | None = None) -> np.ndarray:
    """Records for which one test holds; `column` gives the columns of other names, if it reads any."""
    if column is not None and any(test.reads()):
        return _beside(test, values, column)
    if test not in values.judged:
        values.judged[test] = _of_kinds(test, values)
    return values.spread(values.judged[test])


def _of_kinds(test: Test, values: Column) -> np.ndarray:
    """Kinds for which a test of nothing but the column holds."""
    if test.kind in ("present", "blank"):
        return values.blank if test.kind == "blank" else ~values.blank
    operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    if test.kind == "not":
        return ~np.logical_and.reduce(
            [_of_kinds(part, values) for part in operands if isinstance(part, Test)]
        )
    literals = [part for part in operands if isinstance(part, str)]
    if test.kind == "in":
        if values.numeric:
            return np.isin(values.kinds, [float(text) for text in literals if is_number(text)])
        return _bools(pc.is_in(values.kinds, value_set=pa.array(literals, pa.large_string())))
    if test.kind == "matches":
        once = values.coded if values.codes is None else values
        texts = once.kinds
        if once.numeric:
            texts = ["" if number != number else str(number) for number in texts.tolist()]
        fitting = fits(literals[0], texts)
        return once.spread(fitting) if values.codes is None else fitting
    if test.kind in ("before", "after"):
        (first,), (last,) = known_range(pa.array(literals, pa.large_string()))
        return values.ranges[1] < first if test.kind == "before" else values.ranges[0] > last
    return _limited(test.kind, values, literals[0])


def _limited(kind: str, values: Column, limit: str) -> np.ndarray:
    """Numbers compare as numbers, everything else as text: ISO 8601 sorts as it reads.

    A year alone, such as 2020, is a number beside numbers, and a date beside dates.
    """
    result = np.zeros(len(values.kinds), dtype=bool)
    number = is_number(limit)
    if number or values.numeric:
        result |= _COMPARE[kind](values.numbers, float(limit))  # nothing holds of NaN
    if not values.numeric and (not number or _YEAR.fullmatch(limit)):
        texts = _bools(_COMPARE_TEXT[kind](values.kinds, limit)) & ~values.blank
        result |= texts & _bools(pc.match_substring_regex(values.kinds, _MONTH)) if number else texts
    return result


def _beside(test: Test, values: Column, column: Callable[[str], Column]) -> np.ndarray:
    """Records for which a test holds that looks at other columns."""
    operands = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    if test.kind == "not":
        parts = [holds_of(part, values, column) for part in operands if isinstance(part, Test)]
        return ~np.logical_and.reduce(parts)
    others = [column(part.variable) for part in operands if isinstance(part, Other)]
    if test.kind == "in":
        literals = tuple(part for part in operands if isinstance(part, str))
        return np.logical_or.reduce(
            [holds_of(Test("in", literals), values, column), *(_same(values, other) for other in others)]
        )
    (other,) = others
    if test.kind in ("before", "after"):  # as far as both tell; a blank, or no date, may be any moment
        end, start = (values, other) if test.kind == "before" else (other, values)
        return end.spread(end.ranges[1]) < start.spread(start.ranges[0])
    if values.numeric or other.numeric:
        return np.asarray(_COMPARE[test.kind](values.spread(values.numbers), other.spread(other.numbers)))
    left, right, both = jointly(values, other)
    present = ~is_blank(values) & ~is_blank(other)
    return _COMPARE[test.kind](both.ranks[left], both.ranks[right]) & present


def _same(values: Column, other: Column) -> np.ndarray:
    """Equal and not blank; a number beside a text is compared as a number."""
    if values.numeric or other.numeric:
        return np.asarray(values.spread(values.numbers) == other.spread(other.numbers))
    left, right, _ = jointly(values, other)
    return (left == right) & ~is_blank(values)


def _bools(found: pa.Array) -> np.ndarray:
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def is_number(text: str) -> bool:
    """Whether a text is a number as Python reads one."""
    try:
        float(text)
    except ValueError:
        return False
    return True
