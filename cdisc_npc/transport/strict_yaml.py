"""Read a YAML file in which every scalar stays the text that was written.

``No``, ``0123``, ``1.10`` and ``12:30`` are what they look like. Tags, aliases and
duplicate keys are refused, and the line of every key and item is kept, so that any
later error can name it.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cdisc_npc.findings import Findings, Refused
from cdisc_npc.transport.cells import CONTROL

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

        def walk(existing: Place, steps: Place) -> None:
            nonlocal best
            if not steps:
                return
            here = (*existing, steps[0])
            if here in self.lines:
                best = max(best, (len(steps) == 1, len(here), here), key=lambda result: result[:2])
                walk(here, steps[1:])
            walk(existing, steps[1:])

        walk((), place)
        return self.lines.get(best[2], 1)


class _Builder:
    """Makes the data of the parser's events, in one pass, and refuses what a specification must not use."""

    def __init__(self, text: str, refuse: Callable[[str, int | None], None]) -> None:
        self.lines: dict[Place, int] = {}
        self._next: Callable[[], Any] = _Parser(text).get_event
        self._refuse = refuse

    def document(self) -> Any:
        """The data of the only document; an empty mapping where there is none."""
        self._next()  # the stream begins
        if isinstance(self._next(), yaml.StreamEndEvent):
            return {}
        data = self._item(self._next(), ())
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            problem = "expected one document, but found another document"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=after.start_mark)
        return data

    def _item(self, event: Any, place: Place) -> Any:
        self.lines[place] = event.start_mark.line + 1
        return self._built(event, place)

    def _built(self, event: Any, place: Place) -> Any:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self._refuse(f"an alias (*{event.anchor}) is not allowed; write the part out", line)
            return ""
        if event.anchor is not None:
            self._refuse(f"an anchor (&{event.anchor}) is not allowed", line)
        if event.tag is not None:
            text = f"the tag {event.tag} is not allowed; expected plain text, a list or a mapping"
            self._refuse(text, line)
        if len(place) >= _MAX_DEPTH:
            problem = f"nested more than {_MAX_DEPTH} deep"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            if result := CONTROL.search(event.value):
                self._refuse(f"a text has the control character {result.group()!r}; expected none", line)
            return event.value
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(item := self._next(), yaml.SequenceEndEvent):
                items.append(self._item(item, (*place, len(items))))
            return items
        data: dict[str, Any] = {}
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            line = key.start_mark.line + 1
            name = self._built(key, (*place, ""))
            if not isinstance(key, yaml.ScalarEvent):
                self._refuse("a key must be plain text", line)
                name = ""
            elif name in data:
                self._refuse(f"the key {name} stands twice", line)
            there = (*place, name)
            self.lines[there] = line
            data[name] = self._built(self._next(), there)
        return data


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
    findings = Findings()

    def refuse(text: str, line: int | None = None) -> None:
        params = {"line": line} if line else None
        findings.add("SPEC_INVALID", file=shown or path.name, expected=text, params=params)

    text = ""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError("it is no regular file")
        if path.stat().st_size > _MAX_BYTES:
            raise OSError(f"larger than {_MAX_BYTES} bytes")
        text = path.read_bytes().decode("utf-8")
        builder = _Builder(text, refuse)
        data = builder.document()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason, line = _reason(error, text)
        refuse(f"cannot be read as YAML in UTF-8: {reason}", line)
    if len(findings):
        raise Refused(findings)
    return Document(path, data, builder.lines)
