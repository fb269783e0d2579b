"""Defects, one at a time: how each is planted in a clean package, and the rules that must find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.check.package import Package
from cdisc_npc.sdtm.conditions import satisfied
from cdisc_npc.spec.conditions import parse_condition

Where = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """A package with a defect: where it is, to be found there.

    Attributes
    ----------
    rows
        Positions of the records that were changed, or put in; none where it is no matter of a record.
    """

    package: Package
    dataset: str = ""
    rows: tuple[int, ...] = ()


Plant = Callable[[Package], Planted]


@dataclass(frozen=True)
class Defect:
    """A kind of defect.

    Attributes
    ----------
    finds
        ``RULE DATASET VARIABLE`` of each finding that it must have, the variable left out where there is none.
    """

    name: str
    plant: Plant
    finds: tuple[str, ...]


def defect(name: str, plant: Plant, *finds: str) -> Defect:
    return Defect(name, plant, finds)


def rows_of(frame: pd.DataFrame, where: Where) -> np.ndarray:
    """Positions of the records for which a condition of the mapping language holds."""
    found = np.flatnonzero(satisfied(parse_condition(where), lambda name: frame[name], len(frame)))
    assert len(found), f"no record has {where}"
    return found


def _with(package: Package, dataset: str, frame: pd.DataFrame, rows: Any) -> Planted:
    table = replace(package.tables[dataset], frame=frame.reset_index(drop=True))
    # Not `replace`: a package remembers what was looked up in it.
    tables = package.tables | {dataset: table}
    changed = Package(package.folder, tables, package.defines, package.study, package.unread)
    return Planted(changed, dataset, tuple(map(int, rows)))


def _set(frame: pd.DataFrame, rows: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        assert name in frame.columns, name
        column = frame[name].to_numpy(dtype=object, copy=True)
        column[rows] = value
        frame[name] = pd.Series(column, index=frame.index).astype(frame[name].dtype)


def change(dataset: str, where: Where, *, every: bool = False, **values: Any) -> Plant:
    """The first record of a condition, or every one, has other values."""

    def plant(package: Package) -> Planted:
        frame = package.tables[dataset].frame.copy()
        rows = rows_of(frame, where)
        rows = rows if every else rows[:1]
        _set(frame, rows, values)
        return _with(package, dataset, frame, rows)

    return plant


def add(dataset: str, where: Where, **values: Any) -> Plant:
    """One more record, like the first of a condition but for some values; behind those of its subject."""

    def plant(package: Package) -> Planted:
        table = package.tables[dataset]
        frame = table.frame
        row = rows_of(frame, where)[0]
        record = frame.iloc[[row]].copy()
        _set(record, [0], values)
        end, number = row + 1, f"{table.prefix}SEQ"
        if "USUBJID" in frame.columns:
            own = np.flatnonzero(frame["USUBJID"] == record["USUBJID"].iloc[0])
            end = int(own[-1]) + 1 if len(own) else len(frame)
            if number in frame.columns and number not in values:
                record[number] = frame[number].take(own).max() + 1 if len(own) else 1.0
        joined = pd.concat([frame.iloc[:end], record, frame.iloc[end:]])
        return _with(package, dataset, joined, [end])

    return plant


def drop(dataset: str, where: Where, *, every: bool = False) -> Plant:
    """A record, or every record, of a condition is not there."""

    def plant(package: Package) -> Planted:
        frame = package.tables[dataset].frame
        rows = rows_of(frame, where)
        return _with(package, dataset, frame.drop(frame.index[rows if every else rows[:1]]), [])

    return plant


def lack(dataset: str) -> Plant:
    """A dataset is not there."""

    def plant(package: Package) -> Planted:
        tables = {name: table for name, table in package.tables.items() if name != dataset}
        return Planted(
            Package(package.folder, tables, package.defines, package.study, package.unread), dataset
        )

    return plant


def lack_variable(dataset: str, variable: str) -> Plant:
    """A variable is not there."""

    def plant(package: Package) -> Planted:
        return _with(package, dataset, package.tables[dataset].frame.drop(columns=variable), [])

    return plant


def both(*plants: Plant) -> Plant:
    """Several changes that make one defect; it is found where the first is."""

    def plant(package: Package) -> Planted:
        first: Planted | None = None
        for each in plants:
            made = each(package)
            package, first = made.package, first or made
        assert first
        return replace(first, package=package)

    return plant
