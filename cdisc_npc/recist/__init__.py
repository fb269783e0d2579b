"""RECIST 1.1: the response of each time point computed from TU and TR, and set against RS."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdisc_npc.recist.compare_with_rs import compare_responses
    from cdisc_npc.recist.policies import Policies
    from cdisc_npc.recist.timepoints import responses

__all__ = ["Policies", "compare_responses", "responses"]

# Imported when it is first asked for: a specification states policies, and computes nothing.
_HOMES = {"Policies": "policies", "compare_responses": "compare_with_rs", "responses": "timepoints"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
