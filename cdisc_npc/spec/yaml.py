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
from yaml.composer import Composer
from yaml.resolver import Resolver

from cdisc_npc.findings import Findings, Refused

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]
except ImportError:  # PyYAML without libyaml: ten times slower

    class _Parser(  # type: ignore[no-redef]
        yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser
    ):
        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


Place = tuple[str | int, ...]

_MAX_BYTES = 16 * 1024 * 1024
# Far more than the mapping language nests; what is made of the data may then recurse safely.
_MAX_DEPTH = 40


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


class _Loader(Composer, _Parser, Resolver):
    """Composes nodes, and notes what a specification must not use: tags, anchors and aliases."""

    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        Composer.__init__(self)
        Resolver.__init__(self)
        self.depth = 0
        self.refused: list[tuple[str, int]] = []

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self.refused.append((f"an alias (*{event.anchor}) is not allowed; write the part out", line))
            taken: Any = self.get_event()
            return yaml.ScalarNode("tag:yaml.org,2002:str", "", taken.start_mark, taken.end_mark)
        if event.anchor is not None:
            self.refused.append((f"an anchor (&{event.anchor}) is not allowed", line))
        if getattr(event, "tag", None) is not None:
            text = f"the tag {event.tag} is not allowed; expected plain text, a list or a mapping"
            self.refused.append((text, line))
        if self.depth == _MAX_DEPTH:
            problem = f"nested more than {_MAX_DEPTH} deep"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _reason(error: Exception, text: str) -> tuple[str, int | None]:
    """Why a file cannot be read, and the line where that can be told."""
    if isinstance(error, yaml.MarkedYAMLError):
        reason = " ".join(part for part in (error.context, error.problem) if part)
        return reason, error.problem_mark.line + 1 if error.problem_mark else None
    if isinstance(error, yaml.reader.ReaderError):
        return f"character {error.character:#x}: {error.reason}", text.count("\n", 0, error.position) + 1
    if isinstance(error, UnicodeDecodeError):
        return error.reason, error.object.count(b"\n", 0, error.start) + 1
    return str(getattr(error, "strerror", None) or error), None


def read_yaml(path: Path, shown: str = "") -> Document:
    """Read one file.

    Parameters
    ----------
    path
        The file.
    shown
        Its name in findings; the file's own where left out.

    Raises
    ------
    Refused
        The file is missing, is not UTF-8, is not YAML, or uses a tag, an anchor, an alias
        or a key twice. All refusals of one file come together where YAML can be parsed.
    """
    found = Findings()

    def refuse(text: str, line: int | None = None) -> None:
        params = {"line": line} if line else None
        found.add("SPEC_INVALID", file=shown or path.name, expected=text, params=params)

    text = ""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise OSError(f"larger than {_MAX_BYTES} bytes")
        text = path.read_bytes().decode("utf-8")
        loader = _Loader(text)
        node = loader.get_single_node()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason, line = _reason(error, text)
        refuse(f"cannot be read as YAML in UTF-8: {reason}", line)
        raise Refused(found) from error
    for what, line in loader.refused:
        refuse(what, line)

    lines: dict[Place, int] = {}

    def build(part: yaml.Node, place: Place) -> Any:
        lines.setdefault(place, part.start_mark.line + 1)
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
