"""Compare two datasets, as PROC COMPARE does: by keys or by position, column by column.

Nothing here loops over records: keys become integer codes, records are matched by
one indexed lookup, and each variable is compared as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.transport.compare_keys import Matching, match_by_keys, match_by_position
from cdisc_npc.transport.compare_values import Method, Values
from cdisc_npc.transport.xpt_layout import Member

Attributes = Mapping[str, Mapping[str, Any]]

SIDES = ("base", "compare")
# Attributes of a variable, in the order of a report.
_ATTRIBUTES = ("type", "length", "label", "format", "informat")


@dataclass(frozen=True)
class Comparison:
    """What differs between two datasets: exact counts, and details up to a limit.

    Attributes
    ----------
    name
        The dataset's name.
    keys
        Variables by which records were matched; none for their position.
    counts
        ``base``, ``compare``: records of each; ``matched``; ``only_base``,
        ``only_compare``: records without a partner; ``different``: matched
        records with at least one differing value.
    variables_only
        ``side, variable``: variables of one dataset only.
    attributes
        ``variable, attribute, base, compare``; the variable is blank for the
        dataset's own label.
    not_compared
        ``variable, reason``: variables of both, whose values cannot be compared.
    duplicates
        ``side``, the keys, ``records``: keys that stand more than once. Their
        records were matched in their order.
    records_only
        ``side, row``, the keys; rows counted from 1.
    variables
        ``variable, different, largest``: variables with differing values, how
        many, and the largest difference of numbers.
    values
        ``variable, row_base, row_compare``, the keys, ``base, compare, difference``.
    order
        ``variable, base, compare``: common variables at another position, from
        1, where that was asked for.
    limit
        Details are given up to this many: values for each variable, records
        and duplicate keys for each side.
    """

    name: str
    keys: tuple[str, ...]
    tolerance: float
    method: Method
    limit: int | None
    counts: dict[str, int]
    variables_only: pd.DataFrame
    attributes: pd.DataFrame
    not_compared: pd.DataFrame
    duplicates: pd.DataFrame
    duplicate_keys: dict[str, int]
    records_only: pd.DataFrame
    variables: pd.DataFrame
    values: pd.DataFrame
    order: pd.DataFrame

    @property
    def equal(self) -> bool:
        """Whether no difference was found; duplicate keys alone are none."""
        tables = (self.variables_only, self.attributes, self.not_compared, self.variables, self.order)
        alone = self.counts["only_base"] + self.counts["only_compare"]
        return not (any(map(len, tables)) or alone)


def compare_frames(
    base: pd.DataFrame,
    compare: pd.DataFrame,
    base_member: Member | Attributes | None = None,
    compare_member: Member | Attributes | None = None,
    *,
    keys: Sequence[str] = (),
    tolerance: float = 0.0,
    method: Method = "absolute",
    duplicates: Literal["match", "refuse"] = "match",
    check_order: bool = False,
    limit: int | None = 100,
    name: str = "",
    tags: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> Comparison:
    """Compare two datasets cell by cell.

    1. Variables are paired by name; what is on one side only is listed.
    2. Their attributes are compared: type, length, label, format, informat, or
       those given.
    3. Records are paired by `keys`, or by position. Records of the same key are
       paired in their order, and the key is listed.
    4. Values of paired records are compared. Texts are equal but for blanks at
       their end; a missing number equals only a missing number; two numbers are
       equal when they differ by at most `tolerance`.

    Parameters
    ----------
    base, compare
        One row a record.
    base_member, compare_member
        Their descriptions, or attributes by variable. Without one, only the
        types of the columns are compared.
    keys
        Names of variables that are in both, of the same type.
    tolerance, method
        The most that two numbers may differ: as they are; relative to the
        larger of both; or as percent of the base.
    duplicates
        Whether a key that stands more than once is listed or refused.
    check_order
        Whether another position of a common variable is a difference.
    limit
        See `Comparison`; None for no limit.
    name
        The dataset's, for messages.
    tags
        Special missing values of each side, as `read_xpt` gives them; another
        one is another value.

    Raises
    ------
    Refused
        ``COMPARE_REFUSED``: a key is missing on a side, of different types or
        of none that can be compared; a key stands more than once, with
        ``duplicates="refuse"``; the tolerance is no number from 0 up.

    Examples
    --------
    >>> base = pd.DataFrame({"SEQ": [1.0, 2.0], "TERM": ["Rash", "Cough"]})
    >>> found = compare_frames(base, base.replace("Rash", "RASH"), keys=["SEQ"])
    >>> found.equal, found.values[["SEQ", "base", "compare"]].values.tolist()
    (False, [[1.0, 'Rash', 'RASH']])
    """
    _check_arguments(base, compare, keys, tolerance, method, name)
    both = [column for column in base.columns if column in set(compare.columns)]
    kinds = {
        side: {c: _kind(frame[c]) for c in frame.columns}
        for side, frame in zip(SIDES, (base, compare), strict=True)
    }
    matching = (
        match_by_keys(base, compare, list(keys), kinds, name) if keys else match_by_position(base, compare)
    )
    if duplicates == "refuse":
        _refuse_duplicates(matching, name)
    attributes = _attribute_differences(base_member, compare_member, both, kinds)
    compared = [c for c in both if kinds["base"][c] == kinds["compare"][c] != ""]
    reasons = [
        (
            c,
            "no type that can be compared"
            if "" in (kinds["base"][c], kinds["compare"][c])
            else "the types differ",
        )
        for c in both
        if c not in compared
    ]
    result = Values(base, compare, matching, list(keys), tolerance, method, limit, tags)
    for column in compared:
        if column not in keys:
            result.add(column, kinds["base"][column])
    at = {column: place for place, column in enumerate(compare.columns, start=1)}
    moved = [(c, n, at[c]) for n, c in enumerate(base.columns, start=1) if check_order and at.get(c, n) != n]
    return Comparison(
        name=name,
        keys=tuple(keys),
        tolerance=tolerance,
        method=method,
        limit=limit,
        counts={
            "base": len(base),
            "compare": len(compare),
            "matched": len(matching.base),
            "only_base": len(matching.only["base"]),
            "only_compare": len(matching.only["compare"]),
            "different": int(result.struck.sum()),
        },
        variables_only=pd.DataFrame(
            [("base", c) for c in base.columns if c not in both]
            + [("compare", c) for c in compare.columns if c not in both],
            columns=["side", "variable"],
        ),
        attributes=attributes,
        not_compared=pd.DataFrame(reasons, columns=["variable", "reason"]),
        duplicates=_duplicates(matching, limit),
        duplicate_keys={side: len(matching.duplicates[side]) for side in SIDES},
        records_only=_records_only(base, compare, matching, list(keys), limit),
        variables=pd.DataFrame(result.counts, columns=["variable", "different", "largest"]),
        values=result.table(),
        order=pd.DataFrame(moved, columns=["variable", "base", "compare"]),
    )  # fmt: skip


def _check_arguments(
    base: pd.DataFrame, compare: pd.DataFrame, keys: Sequence[str], tolerance: float, method: str, name: str
) -> None:
    findings = Findings()
    number = isinstance(tolerance, (int, float, np.number)) and not isinstance(tolerance, bool)
    if not number or not 0 <= float(tolerance) < np.inf:
        findings.add(
            "COMPARE_REFUSED", dataset=name, value=f"tolerance {tolerance}", expected="a number from 0 up"
        )
    if method not in ("absolute", "relative", "percent"):
        findings.add(
            "COMPARE_REFUSED", dataset=name, value=str(method), expected="absolute, relative or percent"
        )
    for key in dict.fromkeys(keys):
        for side, frame in zip(SIDES, (base, compare), strict=True):
            if key not in frame.columns:
                findings.add("COMPARE_REFUSED", dataset=name, variable=key, value=f"no key {key} in {side}",
                          expected="each key in both datasets")  # fmt: skip
        if list(keys).count(key) > 1:
            findings.add(
                "COMPARE_REFUSED",
                dataset=name,
                variable=key,
                value=f"key {key} twice",
                expected="each key once",
            )
    for side, frame in zip(SIDES, (base, compare), strict=True):
        for column in frame.columns[frame.columns.duplicated()].unique():
            findings.add("COMPARE_REFUSED", dataset=name, variable=str(column),
                      value=f"variable {column} more than once in {side}", expected="each name once")  # fmt: skip
    findings.refuse_if_worst()


def _refuse_duplicates(matching: Matching, name: str) -> None:
    findings = Findings()
    for side in SIDES:
        table = matching.duplicates[side]
        keys = [column for column in table.columns if column != "records"]
        shown = [
            ", ".join(f"{k}={v}" for k, v in zip(keys, row, strict=True))
            for row in table[keys].head(100).itertuples(index=False)
        ]
        findings.add("COMPARE_REFUSED", dataset=name, keys=shown,
                  value=[f"{count} records of one key in {side}" for count in table["records"].head(100)],
                  expected="each key once")  # fmt: skip
    findings.refuse_if_worst()


def _kind(column: pd.Series[Any]) -> str:
    """Tell what a column holds: Num, Char, a moment, or blank for anything else."""
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    if pd.api.types.is_bool_dtype(dtype) or getattr(dtype, "kind", "") in ("i", "u", "f"):
        return "Num"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "Moment"
    if pd.api.types.is_object_dtype(dtype):
        stated = pd.api.types.infer_dtype(column, skipna=True)
        return {"string": "Char", "empty": "Char", "boolean": "Num", "date": "Char"}.get(stated, "")
    return "Char" if pd.api.types.is_string_dtype(dtype) else ""


def _attribute_differences(
    base: Member | Attributes | None,
    compare: Member | Attributes | None,
    both: list[str],
    kinds: dict[str, dict[str, str]],
) -> pd.DataFrame:
    rows: list[tuple[str, str, Any, Any]] = []
    if isinstance(base, Member) and isinstance(compare, Member) and base.label != compare.label:
        rows.append(("", "label", base.label, compare.label))
    given = [attributes_of(member) for member in (base, compare)]
    for variable in both:
        left, right = (
            {"type": kinds[side][variable]} | dict(one.get(variable, {}))
            for side, one in zip(SIDES, given, strict=True)
        )
        names = [a for a in _ATTRIBUTES if a in left or a in right]
        names += [a for a in {**left, **right} if a not in names]
        # What is described on one side only (a CSV has no labels) is no difference.
        if base is None or compare is None:
            names = ["type"]
        rows += [
            (variable, name, left.get(name), right.get(name))
            for name in names
            if left.get(name) != right.get(name)
        ]
    return pd.DataFrame(rows, columns=["variable", "attribute", "base", "compare"], dtype=object)


def attributes_of(member: Member | Attributes | None) -> dict[str, dict[str, Any]]:
    """Attributes by variable of a dataset's description."""
    if isinstance(member, Member):
        return {v.name: {name: getattr(v, name) for name in _ATTRIBUTES} for v in member.variables}
    return {name: dict(one) for name, one in (member or {}).items()}


def _duplicates(matching: Matching, limit: int | None) -> pd.DataFrame:
    parts = [
        matching.duplicates[side].head(limit or len(matching.duplicates[side])).assign(side=side)
        for side in SIDES
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole[["side", *[column for column in whole.columns if column != "side"]]]


def _records_only(
    base: pd.DataFrame, compare: pd.DataFrame, matching: Matching, keys: list[str], limit: int | None
) -> pd.DataFrame:
    parts = []
    for side, frame in zip(SIDES, (base, compare), strict=True):
        rows = matching.only[side][:limit]
        part = frame[keys].iloc[rows].reset_index(drop=True)
        part.insert(0, "row", rows + 1)
        part.insert(0, "side", side)
        parts.append(part)
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
