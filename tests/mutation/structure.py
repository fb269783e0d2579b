"""Mutations of what a file says, not of its bytes: elements and attributes of XML, values of JSON and YAML."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import yaml
from lxml import etree

from tests.mutation.engine import BYTES, EXTREMES, mutated, mutated_zip

# Values of another type, and of any: JSON and YAML have these.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**400, 0.5, 1e308, "", " ", "\0", "\ud800", "x" * 70_000, "[", "{", "Yes",
    "../../x", "{}", "%s", "%(x)s", "\x1b[31m", "=1+1", [], {}, [None], [[]], [1, "a"], {"": ""}, {"a": None}, {"a": {"a": []}},
)  # fmt: skip


def _texts(chance: random.Random) -> str:
    """A text that XML can hold."""
    text = chance.choice((*EXTREMES, *BYTES)).decode("utf-8", "ignore")
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")


def mutated_xml(data: bytes, chance: random.Random) -> bytes:
    """Delete, double, move, swap or rename elements and attributes; change attributes and texts; nest deep."""
    root = etree.fromstring(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        elements = [item for item in root.iter() if isinstance(item.tag, str)]
        chance.choice(_XML)(chance.choice(elements), chance.choice(elements), chance)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _delete(one: Any, other: Any, chance: random.Random) -> None:
    if one.getparent() is not None:
        one.getparent().remove(one)


def _double(one: Any, other: Any, chance: random.Random) -> None:
    if one.getparent() is not None:
        for _ in range(chance.choice((1, 1, 50))):
            one.addnext(copy.deepcopy(one))


def _move(one: Any, other: Any, chance: random.Random) -> None:
    other.append(copy.deepcopy(one))


def _rename(one: Any, other: Any, chance: random.Random) -> None:
    one.tag = chance.choice((other.tag, "x", "{urn:x}" + etree.QName(one.tag).localname))


def _attribute(one: Any, other: Any, chance: random.Random) -> None:
    """Drop an attribute, take over another's value, or give it another value."""
    if not one.attrib:
        one.set("x", "1")
        return
    name = chance.choice(sorted(one.attrib))
    kind = chance.randrange(4)
    if kind == 0:
        del one.attrib[name]
    elif kind == 1 and other.attrib:
        one.set(name, chance.choice(list(other.attrib.values())))
    elif kind == 2:
        one.set("{urn:x}" + etree.QName(name).localname, one.attrib.pop(name))
    else:
        one.set(name, _texts(chance))


def _text(one: Any, other: Any, chance: random.Random) -> None:
    one.text = _texts(chance)


def _nest(one: Any, other: Any, chance: random.Random) -> None:
    for _ in range(chance.choice((3, 200, 2_000))):
        one = etree.SubElement(one, other.tag)


_XML = (_delete, _double, _move, _rename, _attribute, _attribute, _attribute, _text, _nest)


def places(data: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all values within lists and mappings."""
    if here:
        yield here
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in parts:
        yield from places(value, (*here, key))


def mutated_data(data: Any, chance: random.Random) -> Any:
    """Change values of JSON-like data: another type, another place's value, a key renamed, dropped or doubled."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        paths = list(places(data))
        if not paths:
            return chance.choice(VALUES)
        path = chance.choice(paths)
        *above, last = path
        parent = _at(data, above)
        kind = chance.randrange(6)
        if kind == 0:
            del parent[last]
        elif kind == 1:
            parent[last] = copy.deepcopy(_at(data, chance.choice(paths)))
        elif kind == 2 and isinstance(parent, dict):
            parent[str(chance.choice((*map(str, VALUES[:8]), *map(str, path))))] = parent.pop(last)
        elif kind == 3 and isinstance(parent, list):
            parent[last:last] = [parent[last]] * chance.choice((1, 2, 100))
        elif kind == 4:
            for _ in range(chance.choice((2, 60, 250))):
                parent[last] = [parent[last]]
        else:
            parent[last] = copy.deepcopy(chance.choice(VALUES))
    return data


def _at(data: Any, path: Any) -> Any:
    for step in path:
        data = data[step]
    return data


def mutated_json(data: Any, chance: random.Random) -> bytes:
    """Mutated data as JSON."""
    return json.dumps(mutated_data(data, chance)).encode()


_YAML = (
    "- &a [x, *a]", "<<: *base", "a: &a [1]", "b: *a", "!!python/object:os.system {}", "!tag x", "? [a, b]", "--- x", "...",
    "%YAML 9.9", "k: |", "\tk: v", 'k: "\\x00"', "a" * 2_000 + ": b", "{a: {b: {c: " * 30, "k: [", "'", "k: {}", "k: 1e400",
)  # fmt: skip


def mutated_yaml(text: str, chance: random.Random) -> bytes:
    """Mutated YAML: of its data, whose scalars are texts, or what the language has beyond data."""
    if chance.random() < 0.3:
        lines = text.splitlines()
        at = chance.randrange(len(lines))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines.insert(at, indent + chance.choice(_YAML))
        return "\n".join(lines).encode()
    result = mutated_data(yaml.load(text, yaml.BaseLoader), chance)
    try:
        return str(yaml.safe_dump(result, allow_unicode=True, sort_keys=False)).encode(
            "utf-8", "surrogatepass"
        )
    except (RecursionError, yaml.YAMLError, ValueError):
        return b"[" * 2_000


def mutated_book(data: bytes, chance: random.Random) -> bytes:
    """A workbook with one member changed, as XML where it can be, else in its bytes; at times the archive itself."""

    def sheet(names: list[str], chance: random.Random) -> str:
        words = ("sheet", "workbook", "shared")
        sheets = [name for name in names if any(word in name.lower() for word in words)]
        return chance.choice(sheets if chance.random() < 0.8 else names)

    def change(content: bytes, chance: random.Random) -> bytes:
        return (mutated_xml if chance.random() < 0.6 else mutated)(content, chance)

    return mutated_zip(data, chance, sheet, change)
