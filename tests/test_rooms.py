"""The rooms of the package: which there are, in what order, and that imports go one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import cdisc_npc

PACKAGE = Path(cdisc_npc.__file__).parent
# A room imports those before it.
ROOMS = (
    "printable", "findings", "side_by_side", "columns", "transport", "standards", "recist", "verbs", "study", "raw",
    "sdtm", "adam", "package", "define", "check", "pipeline", "simulate", "cli",
)  # fmt: skip
# Imports inside functions, counted by name: the command line starts quickly, and few runs need the others.
LAZY = {"cli": 56, "simulate": 3}


def modules() -> dict[str, Path]:
    result = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        result[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return result


MODULES = modules()


def imports(module: str) -> Iterator[tuple[str, bool]]:
    """Modules of the package that a module imports, and whether inside a function; not those of types alone."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "cdisc_npc":
            home = node.module.partition(".")[2]
            for name in node.names:
                inner = f"{home}.{name.name}" if home else name.name
                yield (inner if inner in MODULES else home), node.col_offset > 0


def test_every_module_is_in_a_room():
    assert {module.split(".")[0] for module in MODULES if module} - {"__main__"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_before_it(room):
    allowed = ROOMS[: ROOMS.index(room) + 1]
    up = [
        f"{module} imports {other}"
        for module in MODULES
        if module.split(".")[0] == room
        for other, _ in imports(module)
        if other and other.split(".")[0] not in allowed
    ]
    assert up == []


def test_no_modules_import_one_another():
    graph = {module: {other for other, _ in imports(module) if other} for module in MODULES}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_imports_inside_functions_are_few():
    counts: dict[str, int] = {}
    for module in MODULES:
        for _, lazy in imports(module):
            if lazy:
                room = module.split(".")[0]
                counts[room] = counts.get(room, 0) + 1
    assert {room: count for room, count in counts.items() if count > LAZY.get(room, 0)} == {}
