"""R expressions over the frames of our verbs: what an adapter needs to state a case in our terms."""

from __future__ import annotations

import json
from functools import partial, reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.adam.events import Copy
from cdisc_npc.columns.imputation import MOMENT, to_date
from tests.oracles.r_conditions import Node, parse_r
from tests.oracles.values import Expression, argument, column_values

Columns = dict[str, pd.Series]


def moments(values: Any) -> np.ndarray:
    """ISO text of R's dates and datetimes as moments."""
    texts = ["" if value is None else str(value) for value in values]
    return np.array([np.datetime64(text or "NaT", "us") for text in texts], dtype=MOMENT)


def frame(stored: dict[str, Any], folder: Path) -> pd.DataFrame:
    """A stored table as our verbs take it: text, float64, moments; R's logical NA is text."""
    if "shared" in stored:
        stored = json.loads((folder / stored["shared"]).read_text(encoding="utf-8"))
    columns = {}
    for place, column in enumerate(stored["columns"]):
        values = [row[place] for row in stored["rows"]]
        if column["type"] in ("date", "datetime"):
            columns[column["name"]] = pd.Series(moments(values))
        elif column["type"] == "logical":
            columns[column["name"]] = pd.Series(["" if v is None else "NY"[v] for v in values], dtype="str")
        else:
            columns[column["name"]] = column_values(values, column["type"])
    return pd.DataFrame(columns, index=pd.RangeIndex(len(stored["rows"])))


def given(case: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a case; tables as `frame` makes them."""
    result: dict[str, Any] = {}
    for name, stored in case["args"].items():
        result[name] = _value(case, stored)
    return result


def _value(case: dict[str, Any], stored: Any) -> Any:
    if isinstance(stored, dict) and "table" in stored:
        return frame(case["inputs"][stored["table"]], case["_folder"])
    if isinstance(stored, dict) and "list" in stored:
        items = [_value(case, item) for item in stored["list"]]
        labels = stored.get("names") or [""] * len(items)
        if items and all(labels):
            return dict(zip(labels, items, strict=True))
        return [(label, item) if label else item for label, item in zip(labels, items, strict=True)]
    if isinstance(stored, dict) and stored.get("type") in ("date", "datetime"):
        return moments(stored.get("values", [stored.get("value")]))
    return argument(case, stored)


def names(value: Any) -> list[str]:
    """Variables of exprs(…), without new names; desc(X) is -X."""
    return list(renamed(value).values())


def renamed(value: Any) -> dict[str, str]:
    """New name: variable, of exprs(A, B = C)."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {new: _ordered(old) for new, old in value.items()}
    result = {}
    for item in value if isinstance(value, list) else [value]:
        new, old = item if isinstance(item, tuple) else (None, item)
        result[new or str(old)] = _ordered(old)
    return result


def _ordered(text: Any) -> str:
    tree = parse_r(str(text))
    match tree:
        case ("call", "desc", [(None, ("name", name))]):
            return f"-{name}"
        case ("name", name):
            return str(name)
    return str(text)


def evaluate(text: Any, columns: pd.DataFrame | Columns) -> Any:
    """The value of an R expression over columns: an array, or a scalar."""
    return evaluate_tree(parse_r(str(text)), columns)


def mask(text: Any, columns: pd.DataFrame | Columns, size: int) -> np.ndarray | None:
    """Where an R condition is TRUE; None where there is none."""
    if text is None:
        return None
    if isinstance(text, bool):
        return np.full(size, text)
    return np.broadcast_to(np.asarray(evaluate(text, columns), dtype=bool), (size,)).copy()


def values(stated: Any) -> dict[str, Any]:
    """set_values_to: values, copies of variables, and functions of the records."""
    result = {}
    for name, value in (stated or {}).items():
        if not isinstance(value, Expression):
            result[name] = float(value) if isinstance(value, int) else value
        elif str(value).isidentifier():
            result[name] = Copy(str(value))
        else:
            result[name] = partial(evaluate, value)
    return result


def _missing(value: Any) -> Any:
    if isinstance(value, pd.Series):
        return (value == "").to_numpy() if value.dtype == "str" else value.isna().to_numpy()
    return pd.isna(value)


def _array(value: Any) -> Any:
    return value.to_numpy() if isinstance(value, pd.Series) else value


def evaluate_tree(tree: Node, columns: Any) -> Any:
    """The value of a parsed R expression over columns."""
    match tree:
        case ("literal", value):
            return value
        case ("name", name):
            return columns[name]
        case ("not", inner):
            return ~np.asarray(evaluate_tree(inner, columns), dtype=bool)
        case ("and", left, right):
            return np.asarray(evaluate_tree(left, columns)) & np.asarray(evaluate_tree(right, columns))
        case ("or", left, right):
            return np.asarray(evaluate_tree(left, columns)) | np.asarray(evaluate_tree(right, columns))
        case ("total", sign, left, right):
            one, two = evaluate_tree(left, columns), evaluate_tree(right, columns)
            if isinstance(one, pd.Series) and one.dtype.kind == "M":
                two = np.timedelta64(int(two), "D")
            return one + two if sign == "+" else one - two
        case ("call", "is.na", [(None, inner)]):
            return _missing(evaluate_tree(inner, columns))
        case ("call", "c", given):
            return [evaluate_tree(part, columns) for _, part in given]
        case ("call", "days", [(None, inner)]):
            return evaluate_tree(inner, columns)
        case ("call", "pmin", given):
            return pd.concat([evaluate_tree(part, columns) for _, part in given], axis=1).min(
                axis=1, skipna=False
            )
        case ("call", "str_to_upper", [(None, inner)]):
            return evaluate_tree(inner, columns).str.upper()
        case ("call", "convert_dtc_to_dt", [(None, inner)]):
            return pd.Series(to_date(evaluate_tree(inner, columns)))
        case ("call", "paste" | "paste0" as kind, given):
            parts = [evaluate_tree(part, columns) for _, part in given]
            texts = [part.astype("str") if isinstance(part, pd.Series) else str(part) for part in parts]
            return reduce(lambda one, two: one + (" " if kind == "paste" else "") + two, texts)
        case ("call", "as.numeric", [(None, ("call", "as.factor", [(None, inner)]))]):
            return evaluate_tree(inner, columns).rank(method="dense").astype(int)
        case ("compare", sign, left, right):
            one, two = evaluate_tree(left, columns), evaluate_tree(right, columns)
            existing = ~_missing(one) & (True if isinstance(two, list) else ~_missing(two))
            if sign == "%in%":
                return one.isin(two if isinstance(two, list) else [two]).to_numpy()
            with np.errstate(invalid="ignore"):
                compared = {
                    "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
                    ">=": np.greater_equal,
                }[sign](_array(one), _array(two))  # fmt: skip
            return np.asarray(compared, dtype=bool) & existing
    if tree[0] == "call":
        raise NameError(f"no function {tree[1]}")
    raise AssertionError(f"cannot be stated in our terms: {tree}")


def comparable(made: pd.DataFrame, names: list[str]) -> list[tuple[Any, ...]]:
    """Records as tuples to compare, numbers to 12 digits, sorted."""
    rows = [
        tuple("" if value is None or value != value else _plain(value) for value in row)
        for row in made[names].astype("object").itertuples(index=False, name=None)
    ]
    return sorted(rows, key=lambda row: [str(value) for value in row])


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.12g}")
    return pd.Timestamp(value).isoformat() if isinstance(value, (pd.Timestamp, np.datetime64)) else value
