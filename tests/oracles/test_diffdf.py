"""diffdf: the comparison of two datasets."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.transport.compare import Comparison, compare_frames
from tests.oracles.values import arguments, cases, is_error, many, table

KNOWN = {
    "base", "compare", "keys", "tolerance", "scale", "strict_numeric", "strict_factor", "check_column_order",
    # How R prints and where; and the R class of the whole table.
    "suppress_warnings", "file", "check_df_class", "onfailure", "..1",
}  # fmt: skip
# Two numbers count as equal in diffdf up to this, unless it is told otherwise.
TOLERANCE = float(np.sqrt(np.finfo(float).eps))
# A stored table holds these attributes of a column; others (time zones, what a test invented) it does not.
STORED = {"label", "levels"}
MODES = {"double": "numeric", "integer": "numeric", "date": "numeric", "datetime": "numeric", "factor": "numeric",
         "string": "character", "logical": "logical", "list": "list"}  # fmt: skip


def same_class(left: str, right: str, args: dict[str, Any]) -> bool:
    """Whether diffdf takes two R types for one class."""
    loose = [{"double", "integer"}] if args.get("strict_numeric") is False else []
    loose += [{"factor", "string"}] if args.get("strict_factor") is False else []
    return left == right or {left, right} in loose


def stored(case: dict[str, Any], side: str) -> list[dict[str, Any]]:
    return case["inputs"][case["args"][side]["table"]]["columns"]


def attributes(case: dict[str, Any], side: str, args: dict[str, Any]) -> dict[str, dict[str, Any]]:
    # A factor that counts as text has no levels.
    looked_at = STORED - {"levels"} if args.get("strict_factor") is False else STORED
    return {c["name"]: {k: c[k] for k in looked_at if k in c} for c in stored(case, side)}


def frame(case: dict[str, Any], side: str, given: pd.DataFrame) -> pd.DataFrame:
    """The table as given, its lists as lists, which no dataset can hold."""
    lists = [c["name"] for c in stored(case, side) if c["type"] == "list"]
    return given.assign(**{name: [[value] for value in given[name]] for name in lists})


def compared(case: dict[str, Any], args: dict[str, Any]) -> tuple[Comparison, dict[str, tuple[str, str]]]:
    """Our comparison, and the variables of both with another R class, whose values diffdf leaves alone."""
    assert set(args) <= KNOWN, f"arguments without an adapter: {set(args) - KNOWN}"
    types = [{c["name"]: c["type"] for c in stored(case, side)} for side in ("base", "compare")]
    classes = {
        name: (left, types[1][name])
        for name, left in types[0].items()
        if name in types[1] and not same_class(left, types[1][name], args)
    }
    tolerance = args.get("tolerance", TOLERANCE)
    if "scale" in args and isinstance(args["scale"], str):
        raise TypeError("scale is no number")
    if args.get("scale"):
        # diffdf divides the difference by the scale.
        tolerance = tolerance * args["scale"]
    result = compare_frames(
        frame(case, "base", args["base"]),
        frame(case, "compare", args["compare"]),
        attributes(case, "base", args),
        attributes(case, "compare", args),
        keys=many(args.get("keys")),
        tolerance=tolerance,
        duplicates="refuse",
        check_order=bool(args.get("check_column_order")),
        limit=None,
    )
    return result, classes


def expected_items(case: dict[str, Any]) -> dict[str, pd.DataFrame]:
    names, items = case["expected"].get("names") or [], case["expected"].get("items") or []
    existing = re.compile(
        "DataSummary|AttribDiffs|Var(Mode|Class)Diffs|(UnsupportedCols|ExtCols|ExtRows)(Base|Comp)"
        "|ColumnOrder|NumDiff|VarDiff_.*"
    )
    assert all(existing.fullmatch(name) for name in names), f"parts without an adapter: {names}"
    return {name: table(item, case["_folder"]) for name, item in zip(names, items, strict=True)}


def value(stated: Any) -> Any:
    """A value of either side, to compare: missing is None."""
    if stated is None or stated == "" or stated != stated:
        return None
    return stated


@pytest.mark.parametrize("case", cases("diffdf/diffdf"))
def test_diffdf(case: dict[str, Any]) -> None:
    args = arguments(case)
    if is_error(case):
        message = case["expected"]["message"]
        if "different classes" in message:
            # R's class of a key can be anything. Where the stored types are the same, the case has lost its
            # cause; where both are numbers, SAS knows no difference: in both, ours compares.
            types = [{c["name"]: c["type"] for c in stored(case, side)} for side in ("base", "compare")]
            pairs = {(types[0][key], types[1][key]) for key in many(args["keys"])}
            if all(left == right or {left, right} <= {"double", "integer"} for left, right in pairs):
                compared(case, args)
                return
        with pytest.raises((Refused, TypeError, ValueError), match=r"\w"):
            compared(case, args)
        return
    result, classes = compared(case, args)
    stated = expected_items(case)
    both = {c["name"] for c in stored(case, "base")} & {c["name"] for c in stored(case, "compare")}
    lists = {c["name"] for side in ("base", "compare") for c in stored(case, side) if c["type"] == "list"}

    # Variables on one side only; diffdf names lists of a side apart, whether the other side has them or not.
    for side, part in (("base", "Base"), ("compare", "Comp")):
        names = result.variables_only.query("side == @side")["variable"].tolist()
        assert sorted(names) == sorted(
            stated[f"ExtCols{part}"]["COLUMNS"] if f"ExtCols{part}" in stated else []
        )
        unsupported = stated.get(f"UnsupportedCols{part}", pd.DataFrame({"VARIABLE": []}))["VARIABLE"]
        assert set(unsupported) == {c["name"] for c in stored(case, side) if c["type"] == "list"}
    assert lists & both <= set(result.not_compared["variable"])

    # Positions.
    order = stated.get("ColumnOrder", pd.DataFrame(columns=["COLUMN", "BASE-INDEX", "COMPARE-INDEX"]))
    assert result.order.values.tolist() == order.values.tolist()

    # Types: R's classes are finer than SAS' two types.
    said = stated.get("VarClassDiffs", pd.DataFrame({"VARIABLE": []}))["VARIABLE"]
    assert set(classes) - lists == set(said) - lists
    modes = stated.get("VarModeDiffs", pd.DataFrame({"VARIABLE": []}))["VARIABLE"]
    assert {n for n, (a, b) in classes.items() if MODES[a] != MODES[b]} - lists == set(modes) - lists
    numbers = {"double", "integer", "logical"}
    ours = result.attributes.query("attribute == 'type'")["variable"]
    assert set(ours) - lists == {
        n for n, (a, b) in classes.items() if (a in numbers) != (b in numbers) and n not in lists
    }

    # Attributes.
    said = stated.get("AttribDiffs", pd.DataFrame({"VARIABLE": [], "ATTR_NAME": []}))
    wanted = {(v, a) for v, a in zip(said["VARIABLE"], said["ATTR_NAME"], strict=True) if a in STORED}
    ours = result.attributes.query("attribute in @STORED")
    built = set(zip(ours["variable"], ours["attribute"], strict=True))
    assert {pair for pair in built if pair[0] not in classes} == {
        pair for pair in wanted if pair[0] not in classes
    }

    # Records without a partner.
    keys = list(result.keys)
    for side, part in (("base", "Base"), ("compare", "Comp")):
        ours = result.records_only.query("side == @side")
        rows = stated.get(f"ExtRows{part}")
        assert len(ours) == (0 if rows is None else len(rows)) == result.counts[f"only_{side}"]
        if rows is not None and keys:
            made_keys = {tuple(map(value, row)) for row in ours[keys].itertuples(index=False)}
            assert made_keys == {tuple(map(value, row)) for row in rows[keys].itertuples(index=False)}
        elif rows is not None:
            assert ours["row"].tolist() == rows["..ROWNUMBER.."].tolist()

    # Values.
    ours = result.variables[~result.variables["variable"].isin(list(classes))]
    numbers_told = stated.get("NumDiff", pd.DataFrame({"Variable": [], "No of Differences": []}))
    assert dict(zip(ours["variable"], ours["different"], strict=True)) == dict(
        zip(numbers_told["Variable"], numbers_told["No of Differences"].astype(int), strict=True)
    )
    for name in numbers_told["Variable"]:
        said = stated[f"VarDiff_{name}"]
        mine = result.values[result.values["variable"] == name]
        place = keys or ["..ROWNUMBER.."]
        mine = mine.rename(columns={"row_base": "..ROWNUMBER.."})[[*place, "base", "compare"]]
        left = [tuple(map(value, row)) for row in mine.itertuples(index=False, name=None)]
        right = [
            tuple(map(value, row))
            for row in said[[*place, "BASE", "COMPARE"]].itertuples(index=False, name=None)
        ]
        assert sorted(left, key=str) == sorted(right, key=str)
    assert result.equal == (not stated) or classes or set(told_attributes(stated)) - STORED


def told_attributes(stated: dict[str, pd.DataFrame]) -> list[str]:
    return list(stated["AttribDiffs"]["ATTR_NAME"]) if "AttribDiffs" in stated else []
