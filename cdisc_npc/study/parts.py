"""The files of a study's folder as models, and their errors in the words of the mapping language."""

from __future__ import annotations

import os
import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cdisc_npc.findings import Refused
from cdisc_npc.study import adam_written, forms, written, written_study
from cdisc_npc.study.problems import Problems, near
from cdisc_npc.transport.strict_yaml import Document, Place, read_yaml
from cdisc_npc.verbs.base import Model
from cdisc_npc.verbs.verb import verbs_of

AnyModel = TypeVar("AnyModel", bound=BaseModel)


def load_part(
    folder: Path, name: str, kind: type[AnyModel], problems: Problems, *, needed: bool = True
) -> tuple[AnyModel, Document] | None:
    """Read one file of a study's folder as a model; None, and problems, where it has errors.

    Parameters
    ----------
    folder
        The study's.
    name
        Path of the file in it.
    kind
        The model of its content.
    problems
        Takes what is wrong, with file and line.
    needed
        Whether a file that is not there is an error; else it is the model without content.

    Returns
    -------
    tuple[AnyModel, Document] | None
        The model and the document that it is from.
    """
    path = folder / name
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        problems.found.add("SPEC_INVALID", file=name, expected="the file leads out of the study's folder")
        return None
    if not path.exists() and not needed:
        return kind(), Document(path, {}, {})
    try:
        document = read_yaml(path, name)
    except Refused as refused:
        problems.found.extend(refused.findings)
        return None
    try:
        return kind.model_validate(document.data), document
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = tuple(step for step in detail["loc"])
            dataset = document.data.get("dataset", "") if isinstance(document.data, dict) else ""
            problems.add(document, place, _humane(dict(detail)), str(dataset), _variable(place))
        return None


def _variable(place: Place) -> str:
    """The variable, form field or test under which a place stands."""
    for index, step in enumerate(place[:-1]):
        if step in ("variables", "supplemental", "fields", "tests", "parameters", "endpoints", "sources"):
            return str(place[index + 1])
    return ""


def _humane(detail: dict[str, Any]) -> str:
    """Pydantic's error in the words of the mapping language."""
    # The verb's key is the tag by which it was recognised, too: said once.
    named = [str(step) for step in detail["loc"] if not isinstance(step, int)]
    where = ".".join(dict.fromkeys(named[-2:]))
    match detail["type"]:
        case "extra_forbidden":
            word = str(detail["loc"][-1])
            every = verbs_of("record", "dataset", "analysis")
            if word in every and detail["loc"][-2:-1] and detail["loc"][-2] in every:
                return f"two verbs, {detail['loc'][-2]} and {word}; expected one"
            return f"unknown key {word}{near(word, sorted(_words()))}"
        case "missing":
            return f"{detail['loc'][-1]} is missing"
        case "no_verb":
            tried = detail["input"] if isinstance(detail["input"], dict) else {}
            hints = [hint for key in tried if (hint := near(str(key), detail["ctx"]["verbs"].split()))]
            return detail["msg"] + (hints[0] if hints else "")
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f"{where}: {detail['msg']}, not {reprlib.repr(detail['input'])}"


def _words() -> Iterator[str]:
    """Every key that the mapping language knows."""
    named = [
        value for module in (forms, written, written_study, adam_written) for value in vars(module).values()
    ]
    models = [value for value in named if isinstance(value, type) and issubclass(value, Model)]
    for model in (*models, *verbs_of("record", "dataset").values(), *verbs_of("analysis").values()):
        yield from (info.alias or name for name, info in model.model_fields.items())
