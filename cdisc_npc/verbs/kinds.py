"""Whether values fit together: what verbs and conditions take, and what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdisc_npc.columns.condition import ConditionParts, Other, Test
from cdisc_npc.verbs.analysis import Cases, Exists, Lookup, is_number
from cdisc_npc.verbs.analysis_verb import DATES, AdamVerb, Kind, KindOf

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])(:[0-5]\d){1,2})?")


def is_date(text: str) -> bool:
    """Whether a text is a complete date of ISO 8601, with or without a time."""
    return _DATE.fullmatch(text) is not None


def verb_misfits(verb: AdamVerb, kind_of: KindOf) -> Iterator[str]:
    """What a verb cannot take of what it is given: its arguments, its conditions, its ``else``."""
    if not isinstance(verb, Cases):
        yield from verb.misfits(kind_of)
    if verb.when:
        yield from condition_misfits(verb.when, kind_of)
    where = getattr(verb, "where", None)
    table = verb.table if isinstance(verb, Lookup) else verb.exists if isinstance(verb, Exists) else ""
    if where:
        there = (lambda name: kind_of(name if "." in name else f"{table}.{name}")) if table else kind_of
        yield from condition_misfits(where, there)
    reference = getattr(verb, "reference", None)
    if isinstance(reference, ConditionParts):
        yield from condition_misfits(reference, kind_of)
    kind = verb.kind(kind_of)
    if verb.else_ is not None and not fits(verb.else_, kind):
        yield f"else gives {verb.else_}; expected a {kind}"
    if isinstance(verb, Cases):
        kinds = dict.fromkeys(one for case in verb.cases if (one := case.kind(kind_of)))
        if len({"date" if one in DATES else one for one in kinds}) > 1:
            yield f"the cases give a {' and a '.join(kinds)}; expected one type"
        for case in verb.cases:
            yield from verb_misfits(case, kind_of)


def fits(text: str, kind: Kind | None) -> bool:
    """Whether a text of the specification can stand for a value of a kind."""
    if kind in DATES:
        return is_date(text)
    return kind != "number" or is_number(text)


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
