"""What names hold, and whether values fit together: what verbs and conditions take, and what is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from cdisc_npc.columns.condition import ConditionParts, Other, Test

Kind = Literal["text", "number", "date", "datetime"]
# What a name holds; None where the specification does not tell.
KindOf = Callable[[str], Kind | None]
ANY: tuple[Kind, ...] = ()
TEXT: tuple[Kind, ...] = ("text",)
DATES: tuple[Kind, ...] = ("date", "datetime")
NUMBERS: tuple[Kind, ...] = ("number", "text")  # text is read as a number
ORDERED: tuple[Kind, ...] = ("number", *DATES)

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])(:[0-5]\d){1,2})?")


def is_number(text: str) -> bool:
    """Whether a text of the specification is a number."""
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def is_date(text: str) -> bool:
    """Whether a text is a complete date of ISO 8601, with or without a time."""
    return _DATE.fullmatch(text) is not None


def fits(text: str, kind: Kind | None) -> bool:
    """Whether a text of the specification can stand for a value of a kind."""
    if kind in DATES:
        return is_date(text)
    return kind != "number" or is_number(text)


def misfits_of(kind_of: KindOf, names: Iterable[str], *kinds: Kind) -> Iterator[str]:
    """Say of each name that holds something else what was expected."""
    for name in names:
        kind = kind_of(name)
        if kind is not None and kind not in kinds:
            yield f"{name} is a {kind}; expected a {' or '.join(kinds)}"


def one_family(kind_of: KindOf, names: Iterable[str], what: str) -> Iterator[str]:
    """Say where names of dates stand beside names of something else."""
    kinds = {name: kind for name in names if (kind := kind_of(name)) is not None}
    if len({kind if kind not in DATES else "date" for kind in kinds.values()}) > 1:
        shown = ", ".join(f"{name} is a {kind}" for name, kind in kinds.items())
        yield f"{what} of one type expected: {shown}"


def common_kind(kinds: Iterable[Kind | None]) -> Kind | None:
    """What values are together: datetimes where one is; None where one is not known, or they differ."""
    every = set(kinds)
    return "datetime" if every == set(DATES) else every.pop() if len(every) == 1 else None


def condition_misfits(condition: ConditionParts, kind_of: KindOf) -> Iterator[str]:
    """Comparisons that never hold, or cannot be made, whatever the data."""
    for alternative in condition.alternatives:
        for name, tests in alternative:
            for test in tests:
                yield from _test_misfits(test, name, kind_of)


def _test_misfits(test: Test, name: str, kind_of: KindOf) -> Iterator[str]:
    kind = kind_of(name)
    if test.kind == "matches" and kind in ("number", *DATES):
        yield f"{name} is a {kind}; a pattern is for text"
        return
    for part in test.operand if isinstance(test.operand, tuple) else (test.operand,):
        if isinstance(part, Test):
            yield from _test_misfits(part, name, kind_of)
        elif isinstance(part, Other):
            other = kind_of(part.variable)
            stated = {kind, other} - {None}
            mixed = len(stated) > 1 and bool(stated & set(DATES)) and not stated <= set(DATES)
            day_and_time = test.kind in ("before", "after") and stated == set(DATES)
            numbers = test.kind in ("before", "after") and "number" in stated
            if mixed or day_and_time or numbers:
                yield f"{name} is a {kind}, {part.variable} is a {other}: `{test.kind}` does not compare them"
        elif not fits(part, kind):
            yield f"{name} is a {kind}, and {part} is none"
        elif kind == "number" and test.kind in ("before", "after"):
            yield f"{name} is a number; `{test.kind}` is for dates"
