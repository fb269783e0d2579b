"""Conditions stated as data: a mapping is *and*, a list of mappings is *or*.

A test of a name is a value, a list of values, ``present``, ``blank``, or a mapping of
``not``, ``min``, ``max``, ``above``, ``below``, ``before``, ``after``, ``matches`` (a regular
expression that fits the whole value) and ``variable`` (the value of another name), all of which
must hold. ``before`` and ``after`` are of dates, and look no further than both of them tell:
2021-03 is not before 2021-03-15.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from cdisc_npc.columns.patterns import checked

Kind = Literal["in", "present", "blank", "not", "min", "max", "above", "below", "before", "after", "matches"]
_ORDERED: tuple[Kind, ...] = ("min", "max", "above", "below", "before", "after")
_WORDS = {"min": "at least", "max": "at most"}


@dataclass(frozen=True)
class Other:
    """The value of another name, in place of a literal."""

    variable: str


@dataclass(frozen=True)
class Test:
    """One test: ``operand`` is a tuple of values (in), an inner test (not), or a bound."""

    kind: Kind
    operand: tuple[str | Other, ...] | Test | tuple[Test, ...] = ()

    def reads(self) -> Iterator[str]:
        """Names that the operand refers to."""
        for part in self.operand if isinstance(self.operand, tuple) else (self.operand,):
            if isinstance(part, Other):
                yield part.variable
            elif isinstance(part, Test):
                yield from part.reads()

    def describe(self, name: str) -> str:
        """The test as part of a sentence."""
        if self.kind in ("present", "blank"):
            return f"{name} is {self.kind}"
        if self.kind == "not":
            inner = self.operand if isinstance(self.operand, tuple) else (self.operand,)
            return f"not ({' and '.join(part.describe(name) for part in inner if isinstance(part, Test))})"
        shown = [part.variable if isinstance(part, Other) else str(part) for part in self.operand]  # type: ignore[union-attr]
        if self.kind == "in":
            return f"{name} = {shown[0]}" if len(shown) == 1 else f"{name} is one of {', '.join(shown)}"
        return f"{name} is {_WORDS.get(self.kind, self.kind)} {shown[0]}"


@dataclass(frozen=True)
class ConditionParts:
    """Alternatives (or) of tests by name (and)."""

    alternatives: tuple[tuple[tuple[str, tuple[Test, ...]], ...], ...]

    def reads(self) -> list[str]:
        """Every name that the condition looks at, once, in order."""
        names: dict[str, None] = {}
        for alternative in self.alternatives:
            for name, tests in alternative:
                names[name] = None
                for test in tests:
                    names.update(dict.fromkeys(test.reads()))
        return list(names)

    def describe(self) -> str:
        """The condition as part of a sentence."""
        texts = [
            " and ".join(test.describe(name) for name, tests in alternative for test in tests)
            for alternative in self.alternatives
        ]
        return texts[0] if len(texts) == 1 else " or ".join(f"({text})" for text in texts)


def _operand(value: Any) -> str | Other:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and set(value) == {"variable"} and isinstance(value["variable"], str):
        return Other(value["variable"])
    raise ValueError(f"expected a value or {{variable: NAME}}, not {value!r}")


def _pattern(value: Any) -> str:
    try:
        return checked(value)
    except ValueError as error:
        raise ValueError(f"matches: {error}") from None


def _tests(value: Any) -> tuple[Test, ...]:
    if value in ("present", "blank"):
        return (Test(value),)
    if isinstance(value, str):
        return (Test("in", (value,)),)
    if isinstance(value, list) and value:
        return (Test("in", tuple(_operand(item) for item in value)),)
    if not isinstance(value, dict) or not value:
        raise ValueError(f"expected a value, a list, present, blank or a mapping of tests, not {value!r}")
    tests: list[Test] = []
    for key, operand in value.items():
        if key == "variable":
            tests.append(Test("in", (_operand({key: operand}),)))
        elif key == "not":
            tests.append(Test("not", _tests(operand)))
        elif key == "matches":
            tests.append(Test("matches", (_pattern(operand),)))
        elif key in _ORDERED:
            tests.append(Test(key, (_operand(operand),)))
        else:
            existing = ", ".join(["not", *_ORDERED, "matches", "variable"])
            raise ValueError(f"unknown test {key!r}; expected one of: {existing}")
    return tuple(tests)


def parse_condition(value: Any) -> ConditionParts:
    """Read a condition as written in YAML; a ValueError says what was expected."""
    if isinstance(value, ConditionParts):
        return value
    alternatives = value if isinstance(value, list) else [value]
    if not alternatives or not all(isinstance(item, dict) and item for item in alternatives):
        raise ValueError("expected a mapping of tests by name (and), or a list of such mappings (or)")
    return ConditionParts(
        tuple(tuple((name, _tests(test)) for name, test in item.items()) for item in alternatives)
    )


Condition = Annotated[ConditionParts, PlainValidator(parse_condition)]


_COMPARATORS = {"min": "GE", "max": "LE", "above": "GT", "below": "LT"}


def range_checks(condition: ConditionParts) -> tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]:
    """A condition as where-clauses of Define-XML: any of them, and all parts of one.

    Returns
    -------
    tuple of tuple of (str, str, tuple of str)
        For each where-clause its range checks: name, comparator, values.

    Raises
    ------
    ValueError
        It has a test that a range check cannot state: present, blank, another variable.

    Examples
    --------
    >>> range_checks(parse_condition({"LBTESTCD": ["ALT", "AST"], "LBSPEC": {"not": "URINE"}}))
    ((('LBTESTCD', 'IN', ('ALT', 'AST')), ('LBSPEC', 'NE', ('URINE',))),)
    """
    return tuple(
        tuple(_range_check(name, test) for name, tests in alternative for test in tests)
        for alternative in condition.alternatives
    )


def _range_check(name: str, test: Test) -> tuple[str, str, tuple[str, ...]]:
    inner, negated = test, test.kind == "not"
    if negated and isinstance(test.operand, tuple) and len(test.operand) == 1:
        assert isinstance(test.operand[0], Test)
        inner = test.operand[0]
    operands = inner.operand if isinstance(inner.operand, tuple) else (inner.operand,)
    values = tuple(part for part in operands if isinstance(part, str))
    comparator = _COMPARATORS.get(inner.kind, "") if not negated else ""
    if inner.kind == "in":
        single = len(values) == 1
        comparator = ("NE" if single else "NOTIN") if negated else ("EQ" if single else "IN")
    if not comparator or not values or len(values) < len(operands):
        raise ValueError(f"{test.describe(name)}: a where-clause compares a variable with values")
    return name, comparator, values
