"""The reference cases (oracles): where they are, and their JSON as Python values and frames.

A case's arguments and tables are JSON; here they become what our functions take:
text columns are ``str`` and blank where R has NA, numbers are float64 with NaN,
dates are ISO text. Tests adapt a case by its function, not by its id.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or ROOT.parent / "shared")
ORACLES = Path(os.environ.get("CDISC_NPC_ORACLES") or SHARED / "oracles")

_TEXT_TYPES = ("string", "date", "datetime", "factor")


class Expression(str):
    """R text that a port states again in its own terms; a name or a filter."""


class Opaque(str):
    """R text of a value that has no JSON form."""


def cases(*files: str) -> list[Any]:
    """All cases found in files such as 'sdtm.oak/parse_dttm', as pytest parameters.

    Without the folder there is one case, which skips with the reason; a folder that
    lacks a file just has no cases of it.
    """
    if not ORACLES.is_dir():
        reason = f"no reference cases: {ORACLES} is absent (set CDISC_NPC_ORACLES)"
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=reason))]
    result = []
    for name in files:
        path = ORACLES / f"{name}.json"
        if path.is_file():
            package = path.parent
            result += [
                pytest.param(case | {"_folder": package}, id=case["id"])
                for case in json.loads(path.read_text(encoding="utf-8"))
            ]
    return result or [
        pytest.param(None, id="none", marks=pytest.mark.skip(reason=f"no cases of {', '.join(files)}"))
    ]


def case_ids(*files: str) -> set[str]:
    """The ids of the cases found in files."""
    return {parameter.values[0]["id"] for parameter in cases(*files) if parameter.values[0]}


def table(stored: dict[str, Any], folder: Path | None = None) -> pd.DataFrame:
    """Make a frame of a stored table, also of one that is stored once for several cases."""
    if "shared" in stored:
        if folder is None:
            raise ValueError("a shared table needs the folder of its package")
        stored = json.loads((folder / stored["shared"]).read_text(encoding="utf-8"))
    names = [column["name"] for column in stored["columns"]]
    rows = stored["rows"]
    columns = {
        place: column_values([row[place] for row in rows], column["type"])
        for place, column in enumerate(stored["columns"])
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))
    return frame.set_axis(names, axis=1)


def column_values(values: list[Any], kind: str | None) -> pd.Series:
    """Make a column of an R vector: text, float64, or object for logical values and lists."""
    if kind in _TEXT_TYPES:
        return pd.Series(["" if value is None else str(value) for value in values], dtype="str")
    if kind in ("double", "integer", "numeric"):
        return pd.Series([np.nan if value is None else float(value) for value in values], dtype="float64")
    return pd.Series(values, dtype="object")


def argument(case: dict[str, Any], stored: Any) -> Any:
    """Make a Python value of one stored argument.

    Tables become frames (their R text is in ``frame.attrs['r']``), vectors lists with
    None for NA, lists lists, or dicts where all have names.
    """
    if not isinstance(stored, dict):
        return stored
    if "table" in stored:
        frame = table(case["inputs"][stored["table"]], case.get("_folder"))
        frame.attrs["r"] = stored.get("r", "")
        return frame
    if "values" in stored:
        return list(stored["values"])
    if "list" in stored:
        items = [argument(case, item) for item in stored["list"]]
        names = stored.get("names") or []
        return dict(zip(names, items, strict=True)) if names and all(names) else items
    if "expr" in stored:
        return Expression(stored["expr"])
    if "value" in stored:
        return stored["value"]
    return Opaque(stored.get("opaque") or stored.get("r") or "")


def arguments(case: dict[str, Any]) -> dict[str, Any]:
    """All arguments of a case by name; those that R passed by place are '..1', '..2'."""
    return {name: argument(case, stored) for name, stored in case["args"].items()}


def many(value: Any) -> list[Any]:
    """A value as a list, as R has no scalars; None is empty."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def expected_table(case: dict[str, Any]) -> pd.DataFrame:
    """Make the frame that a case expects."""
    return table(case["expected"], case.get("_folder"))


def expected_vector(case: dict[str, Any]) -> list[Any]:
    """The values that a case expects of a vector."""
    return list(case["expected"]["values"])


def is_error(case: dict[str, Any]) -> bool:
    """Whether the case expects a refusal."""
    return case["expected"]["kind"] == "error"


def records(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The records of a frame, with None for NaN and for blanks, to compare with ``==``."""
    return [
        tuple(None if value is None or value == "" or value != value else value for value in row)
        for row in frame.itertuples(index=False, name=None)
    ]
