"""R conditions over pairs of records, as event_joined() and filter_joined() have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.joined import pairs
from cdisc_npc.columns.keys import group_codes
from tests.oracles.r_conditions import parse_r
from tests.oracles.r_frames import evaluate_tree, mask, names


def joined_mask(
    stated: dict[str, Any],
    frame: pd.DataFrame,
    by: list[str],
    order: list[str],
    add: pd.DataFrame | None = None,
) -> np.ndarray:
    """Records for which an event_joined's condition holds for one of, or over, its pairs."""
    own = names(stated.get("by_vars")) or by
    inner = names(stated.get("order")) or [name for name in order if name in frame.columns]
    add = frame if add is None else add
    number = stated.get("tmp_obs_nr_var")
    if number is not None:
        codes = group_codes(frame, own)
        frame = frame.assign(**{str(number): pd.Series(codes).groupby(codes).cumcount().astype(float)})
        add = frame
    until = stated.get("first_cond_upper")

    def columns(left: np.ndarray, right: np.ndarray) -> dict[str, pd.Series]:
        beside = {f"{name}.join": add[name].take(right).reset_index(drop=True) for name in add}
        return beside | {name: frame[name].take(left).reset_index(drop=True) for name in frame}

    left, right = pairs(
        frame, add, own, order=inner, side=stated["join_type"],
        until=None if until is None else lambda a, b: mask(until, columns(a, b), len(a)),
    )  # fmt: skip
    table = columns(left, right)
    condition = stated["condition"]
    holds = np.ones(len(left), dtype=bool)
    if condition is not True:
        holds = _over_pairs(parse_r(str(condition)), table, left, len(frame))
    result = np.zeros(len(frame), dtype=bool)
    result[left[holds]] = True
    return result


def _over_pairs(tree: Any, table: dict[str, pd.Series], left: np.ndarray, size: int) -> np.ndarray:
    """A condition over pairs, in which all(), count_vals(), min_cond() and max_cond() are by record."""

    def total(flags: np.ndarray) -> np.ndarray:
        return np.bincount(left[flags], minlength=size)[left]

    def end(call: Any, greatest: bool) -> np.ndarray:
        given = dict(call[2])
        values = table[given["var"][1]].to_numpy().view(np.int64).astype(float)
        flags = _over_pairs(given["cond"], table, left, size)
        result = np.full(size, -np.inf if greatest else np.inf)
        (np.maximum if greatest else np.minimum).at(result, left[flags], values[flags])
        return np.where(np.isinf(result), np.nan, result)[left]

    match tree:
        case ("and", one, two):
            return _over_pairs(one, table, left, size) & _over_pairs(two, table, left, size)
        case ("or", one, two):
            return _over_pairs(one, table, left, size) | _over_pairs(two, table, left, size)
        case ("call", "all", [(None, inner)]):
            return total(~_over_pairs(inner, table, left, size)) == 0
        case ("compare", sign, ("call", "count_vals", counted), ("literal", limit)):
            (_, variable), (_, value) = counted
            flags = (table[variable[1]] == value[1]).to_numpy()
            compare = {
                "<=": np.less_equal,
                "<": np.less,
                "==": np.equal,
                ">=": np.greater_equal,
                ">": np.greater,
            }
            return compare[sign](total(flags), limit)
        case ("compare", ">", ("call", "min_cond", _) as one, ("call", "max_cond", _) as two):
            with np.errstate(invalid="ignore"):
                return end(one, False) > end(two, True)
        case _:
            return np.asarray(evaluate_tree(tree, table), dtype=bool)
