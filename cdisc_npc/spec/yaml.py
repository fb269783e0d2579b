"""Read a YAML file in which every scalar stays the text that was written.

``No``, ``0123``, ``1.10`` and ``12:30`` are what they look like. Tags, aliases and
duplicate keys are refused, and the line of every key and item is kept, so that any
later error can name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cdisc_npc.findings import Findings, Refused

Place = tuple[str | int, ...]

_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq", "int", "float", "bool", "null", "timestamp", "merge")}  # fmt: skip
_MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """One YAML file: its data, and the line on which each part of it stands."""

    path: Path
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of a place, or of the innermost part around it that the file has.

        A place may hold steps that are not in the file, such as the tag by which a
        verb was recognised: any step may be passed over, the last one as the last resort.
        """
        best: tuple[bool, int, Place] = (False, 0, ())

        def walk(known: Place, steps: Place) -> None:
            nonlocal best
            if not steps:
                return
            here = (*known, steps[0])
            if here in self.lines:
                best = max(best, (len(steps) == 1, len(here), here), key=lambda found: found[:2])
                walk(here, steps[1:])
            walk(known, steps[1:])

        walk((), place)
        return self.lines.get(best[2], 1)


def read_yaml(path: Path) -> Document:
    """Read one file.

    Raises
    ------
    Refused
        The file is missing, is not UTF-8, is not YAML, or uses a tag, an alias or a
        key twice. All refusals of one file come together where YAML can be parsed.
    """
    found = Findings()

    def refuse(text: str, line: int | None = None) -> None:
        found.add("SPEC_INVALID", file=path.name, expected=text, params={"line": line} if line else None)

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise OSError(f"larger than {_MAX_BYTES} bytes")
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "strerror", None) or error
        refuse(f"cannot be read as YAML in UTF-8: {reason}", mark.line + 1 if mark else None)
        raise Refused(found) from error

    lines: dict[Place, int] = {}
    seen: set[int] = set()

    def build(part: yaml.Node, place: Place) -> Any:
        line = part.start_mark.line + 1
        lines.setdefault(place, line)
        if id(part) in seen:
            refuse("an alias (*name) is not allowed; write the part out", line)
            return None
        seen.add(id(part))
        if part.tag not in _PLAIN_TAGS:
            refuse(f"the tag {part.tag} is not allowed; expected plain text, a list or a mapping", line)
            return None
        if isinstance(part, yaml.ScalarNode):
            return part.value
        if isinstance(part, yaml.SequenceNode):
            return [build(item, (*place, index)) for index, item in enumerate(part.value)]
        data: dict[str, Any] = {}
        for key, value in part.value:
            if not isinstance(key, yaml.ScalarNode):
                refuse("a key must be plain text", key.start_mark.line + 1)
                continue
            if key.value in data:
                refuse(f"the key {key.value} stands twice", key.start_mark.line + 1)
                continue
            lines[(*place, key.value)] = key.start_mark.line + 1
            data[key.value] = build(value, (*place, key.value))
        return data

    data = build(node, ()) if node is not None else {}
    if len(found):
        raise Refused(found)
    return Document(path, data, lines)
