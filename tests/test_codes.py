"""Codes of findings: each stands once, in the first room that uses it, and can be told whoever asks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import cdisc_npc
from cdisc_npc.findings import meanings
from tests.test_rooms import ROOMS

PACKAGE = Path(cdisc_npc.__file__).parent
TABLES = sorted(path.parent.name for path in PACKAGE.glob("*/codes.py"))


def texts_of(path: Path) -> set[str]:
    """Every text that stands in a module of its own, not as a part of another."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.fixture(scope="module")
def texts() -> dict[Path, set[str]]:
    """Texts of the modules that use codes."""
    return {
        path: texts_of(path) for path in PACKAGE.rglob("*.py") if path.name not in ("codes.py", "findings.py")
    }


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_a_code_is_registered_once():
    every = [code for room in TABLES for code in import_module(f"cdisc_npc.{room}.codes").CODES]
    assert len(every) == len(set(every)) == len(meanings()) > 100


@pytest.mark.parametrize("room", TABLES)
def test_a_code_stands_in_the_first_room_that_uses_it(room, texts):
    for code in import_module(f"cdisc_npc.{room}.codes").CODES:
        using = {room_of(path) for path, held in texts.items() if code in held}
        assert using, f"{code} is used by none"
        assert min(using, key=ROOMS.index) == room, code


def test_every_code_that_is_used_is_registered(texts):
    calls = re.compile(r"""(?:\.add|because|report|refuse)\(\s*"([A-Z0-9]+_[A-Z0-9_]+)\"""")
    used = {code for path in texts for code in calls.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 50
    assert used <= set(meanings())


@pytest.mark.parametrize("code", ["RAW_REQUIRED", "ADAM_TIE", "DEFINE_UNREADABLE", "STAGE_UNKNOWN"])
def test_a_code_can_be_reported_where_its_room_was_not_imported(code):
    text = (
        "import sys; from cdisc_npc.findings import Findings, meanings\n"
        f"found = Findings(); found.add({code!r}); print(found.messages()[0])\n"
        "print(sorted(name for name in sys.modules if name.endswith(('.mapper', '.derive', '.main'))))"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    message, imported = done.stdout.splitlines()
    assert message.endswith(f"[{code}]") and imported == "[]"


def test_another_code_is_a_fault():
    with pytest.raises(KeyError):
        cdisc_npc.Findings().add("NO_SUCH")
