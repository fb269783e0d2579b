"""Conditions in R, as the oracles hold them, stated again as the data of `when`."""

from __future__ import annotations

import re
from typing import Any

from tests.oracles.values import many

Node = tuple[Any, ...]
Literals = list[tuple[str, Any]]  # of one alternative: name and test, all of which hold

# --- R text ------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)L?|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>[A-Za-z.][\w.]*(?:::[A-Za-z.][\w.]*)?|`[^`]+`)"
    r"|(?P<sign>%in%|&&|\|\||<=|>=|==|!=|[<>!&|(),=\[\]$+-]))"
)  # fmt: skip
_CONSTANTS: dict[str, Node] = {"TRUE": ("literal", True), "FALSE": ("literal", False)}
_CONSTANTS |= dict.fromkeys(("NA", "NA_character_", "NA_integer_", "NA_real_", "NULL"), ("literal", None))


def parse_r(text: str) -> Node:
    """A comparison, a logical expression or a call as a tree of (kind, …)."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        assert match, f"cannot be stated as a condition: {text}"
        tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    tokens.append(("end", ""))

    def take(*signs: str) -> str | None:
        kind, sign = tokens[0]
        return tokens.pop(0)[1] if kind == "sign" and sign in signs else None

    def either() -> Node:
        left = both()
        while take("|", "||"):
            left = ("or", left, both())
        return left

    def both() -> Node:
        left = negated()
        while take("&", "&&"):
            left = ("and", left, negated())
        return left

    def negated() -> Node:
        if take("!"):
            return ("not", negated())
        left = total()
        sign = take("==", "!=", "<", "<=", ">", ">=", "%in%")
        return ("compare", sign, left, total()) if sign else left

    def total() -> Node:
        left = operand()
        while sign := take("+", "-"):
            left = ("total", sign, left, operand())
        return left

    def operand() -> Node:
        if take("("):
            inner = either()
            assert take(")"), f"a parenthesis is not closed: {text}"
            return inner
        if take("-"):
            kind, number = operand()
            assert kind == "literal"
            return ("literal", -number)
        kind, word = tokens.pop(0)
        if kind == "number":
            return ("literal", float(word))
        if kind == "text":
            return ("literal", word[1:-1].replace("\\", ""))
        assert kind == "name", f"cannot be stated as a condition: {text}"
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if not take("("):
            return ("name", word.strip("`"))
        given: list[tuple[str | None, Node]] = []
        while not take(")"):
            named = tokens.pop(0)[1] if tokens[1] == ("sign", "=") and take() is None else None
            if named:
                take("=")
            given.append((named, either()))
            take(",")
        return ("call", word.rpartition("::")[2], given)

    tree = either()
    assert tokens[0][0] == "end", f"cannot be stated as a condition: {text}"
    return tree


def names_in(tree: Any) -> set[str]:
    """Variables that an R expression reads."""
    if isinstance(tree, tuple) and tree[:1] == ("name",):
        return {tree[1]}
    parts = tree if isinstance(tree, (tuple, list)) else ()
    return {name for part in parts for name in names_in(part)}


# --- R condition to condition data --------------------------------------------------------

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ORDERED = {">": "above", ">=": "min", "<": "below", "<=": "max"}


def alternatives(tree: Node, wanted: bool = True) -> list[Literals]:
    """The alternatives under which an expression is TRUE (or, not wanted, FALSE); NA is neither."""
    match tree:
        case ("not", inner):
            return alternatives(inner, not wanted)
        case ("and" | "or" as kind, left, right):
            first, second = alternatives(left, wanted), alternatives(right, wanted)
            if (kind == "and") == wanted:
                return [[*one, *two] for one in first for two in second]
            return [*first, *second]
        case ("literal", bool(value)):
            return [[]] if value == wanted else []
        case ("name", name):
            return [[(name, ["TRUE" if wanted else "FALSE"])]]
        case ("call", "is.na", [(None, ("name", name))]):
            return [[(name, "blank" if wanted else "present")]]
        case ("compare", "%in%", ("name", name), right):
            values = [_text(value) for _, (_, value) in (right[2] if right[0] == "call" else [(None, right)])]
            return [[(name, values)]] if wanted else [[(name, {"not": values})]]
        case ("compare", sign, ("literal", _) as left, ("name", _) as right):
            return alternatives(("compare", _TURNED[sign], right, left), wanted)
        case ("compare", sign, ("name", name), right):
            return [_comparison(name, sign if wanted else _OPPOSITE[sign], right)]
    raise AssertionError(f"cannot be stated as a condition: {tree}")


def _comparison(name: str, sign: str, right: Node) -> Literals:
    other: Any = {"variable": right[1]} if right[0] == "name" else _text(right[1])
    if other == "" and sign in ("==", "!="):
        return [(name, "blank" if sign == "==" else "present")]
    if sign == "==":
        return [(name, [other])]
    if sign == "!=":
        existing = [(item, "present") for item in ([name, right[1]] if right[0] == "name" else [name])]
        return [(name, {"not": [other]}), *existing]
    return [(name, {_ORDERED[sign]: other})]


def _text(value: Any) -> str:
    assert value is not None, "a comparison with NA is never TRUE"
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def condition_data(found: list[Literals]) -> Any:
    """As an author writes it; a second test of a name that is no range goes by the name with a mark."""
    result = []
    for literals in found:
        mapping: dict[str, Any] = {}
        for name, test in literals:
            existing = mapping.get(name)
            if isinstance(existing, dict) and isinstance(test, dict) and not existing.keys() & test.keys():
                existing |= test
                continue
            while name in mapping:
                name += "'"
            mapping[name] = dict(test) if isinstance(test, dict) else test
        result.append(mapping)
    return result[0] if len(result) == 1 else result


def truth(tree: Node, row: dict[str, Any]) -> bool | None:
    """What R makes of the expression for one record; None is NA. The check of the translation."""
    match tree:
        case ("literal", value):
            return value
        case ("name", name):
            return None if row[name] in ("", None) or row[name] != row[name] else row[name]
        case ("not", inner):
            value = truth(inner, row)
            return None if value is None else not _is_true(value)
        case ("and" | "or" as kind, left, right):
            values = [None if (v := truth(part, row)) is None else _is_true(v) for part in (left, right)]
            decisive = kind == "or"
            return decisive if decisive in values else None if None in values else not decisive
        case ("call", "is.na", [(None, inner)]):
            return truth(inner, row) is None
        case ("call", "c", given):
            return [truth(part, row) for _, part in given]  # type: ignore[return-value]
    _, sign, left, right = tree
    one, two = truth(left, row), truth(right, row)
    if sign == "%in%":
        return one in many(two)
    if one is None or two is None:
        return None
    one, two = (str(one), str(two)) if isinstance(one, str) != isinstance(two, str) else (one, two)
    return {"==": one == two, "!=": one != two, "<": one < two, ">": one > two}.get(
        sign, one <= two if sign == "<=" else one >= two
    )


def _is_true(value: Any) -> bool:
    return value in (True, "TRUE")
