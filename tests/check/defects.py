"""Defects, one at a time: how each is planted in a clean package, and the rules that must find it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import parse_condition
from cdisc_npc.columns.where import satisfied
from cdisc_npc.package.read import Package, read_package, table_of

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
        ``RULE DATASET VARIABLE`` of each finding that it must have, the variable left out where there is none;
        a rule alone where the defect makes all datasets disagree with it. The first is of the record itself.
    """

    name: str
    plant: Plant
    finds: tuple[str, ...]


def defect(name: str, plant: Plant, *finds: str) -> Defect:
    return Defect(name, plant, finds)


def rows_of(frame: pd.DataFrame, where: Where) -> np.ndarray:
    """Positions of the records for which a condition of the mapping language holds."""
    result = np.flatnonzero(satisfied(parse_condition(where), lambda name: frame[name], len(frame)))
    assert len(result), f"no record has {where}"
    return result


def _with(package: Package, dataset: str, frame: pd.DataFrame, rows: Any) -> Planted:
    columns = {str(name): Column.of(values) for name, values in frame.items()}
    table = replace(package.tables[dataset], columns=columns)
    tables = package.tables | {dataset: table}
    return Planted(replace(package, tables=tables), dataset, tuple(map(int, rows)))


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
        end, number = row + 1, "ASEQ" if table.model == "adam" else f"{table.prefix}SEQ"
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


def lack_variable(dataset: str, variable: str) -> Plant:
    """A variable is not there, in the file neither."""

    def plant(package: Package) -> Planted:
        table = package.tables[dataset]
        member = replace(
            table.member, variables=tuple(v for v in table.member.variables if v.name != variable)
        )
        table = table_of(table.frame.drop(columns=variable), member, table.path, package.study)
        return Planted(replace(package, tables=package.tables | {dataset: table}), dataset)

    return plant


def both(*plants: Plant) -> Plant:
    """Several changes that make one defect; it is found where the first is."""

    def plant(package: Package) -> Planted:
        first: Planted | None = None
        for item in plants:
            result = item(package)
            package, first = result.package, first or result
        assert first
        return replace(first, package=package)

    return plant


def describe(dataset: str, variable: str = "", **values: Any) -> Plant:
    """A dataset, or a variable, that its file describes otherwise."""

    def plant(package: Package) -> Planted:
        table = package.tables[dataset]
        member = table.member
        if variable:
            assert variable in [item.name for item in member.variables]
            item = [replace(one, **values) if one.name == variable else one for one in member.variables]
            member = replace(member, variables=tuple(item))
        else:
            member = replace(member, **values)
        tables = package.tables | {dataset: replace(table, member=member)}
        return Planted(replace(package, tables=tables), dataset)

    return plant


def files(spoil: Callable[[Path], None]) -> Plant:
    """A copy of the package's folder is spoiled and read again; what is not touched are links to the files."""

    def plant(package: Package) -> Planted:
        folder = package.folder.with_name("planted")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(package.folder, folder, copy_function=os.link)
        spoil(folder)
        return Planted(read_package(folder, package.study))

    return plant


def write(path: Path, content: bytes) -> None:
    """Put a file in place of another, not into it: that is linked to the clean one."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def edit(path: str, old: str, new: str) -> Plant:
    """A text file has another text at its first place."""

    def spoil(folder: Path) -> None:
        file = folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, old
        write(file, text.replace(old, new, 1).encode())

    return files(spoil)
