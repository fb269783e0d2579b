"""What every model of the specification shares."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_YES_NO = {"yes": True, "no": False}


def _yes_no(value: Any) -> Any:
    """Every scalar of the YAML is text; yes and no are the two words of a flag."""
    return _YES_NO.get(value, value) if isinstance(value, str) else value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_yes_no)]
Names = Annotated[list[str], BeforeValidator(_one_or_many)]


class Model(BaseModel):
    """A part of the specification: unknown keys are refused, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
