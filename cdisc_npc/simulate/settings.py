"""The numbers behind a synthetic trial: `simulation.yaml` of a study's folder, with numbers as numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from cdisc_npc.findings import Refused
from cdisc_npc.transport.strict_yaml import read_yaml

Settings = dict[str, Any]

# A label such as 01 or V1.0 stays text.
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Parts that the simulator cannot do without: their absence is said before anything is drawn.
_PARTS = (
    "trial", "subjects", "prior_therapy", "medical_history", "tumours", "survival", "treatment", "visits",
    "unscheduled", "adverse_events", "fatal_events", "safety", "concomitant", "deviations", "laboratory",
    "ebv_model", "signs", "messy",
)  # fmt: skip


def load_settings(path: Path) -> Settings:
    """Read `simulation.yaml`.

    Parameters
    ----------
    path
        The file. Every scalar of it is text; digits become numbers, ``yyyy-mm-dd`` becomes days
        since 1970-01-01.

    Raises
    ------
    Refused
        The file cannot be read, or lacks a part.
    """
    data = _plain(read_yaml(path).data)
    missing = [part for part in _PARTS if not isinstance(data, dict) or part not in data]
    if missing:
        raise Refused.because("SPEC_INVALID", file=path.name, expected=f"the part {', '.join(missing)}")
    return dict(data)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    if _DATE.fullmatch(value):
        return int(np.datetime64(value, "D").astype(int))
    return value
