"""A small package on disk, and how to plant a fault in a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cdisc_npc.check.verdict import Checked
from cdisc_npc.transport.xpt import Member, Variable, read_xpt, write_xpt

SDTM = "m5/datasets/cdiscpilot01/tabulations/sdtm"
Found = set[tuple[str, str, str]]


def copied(package: Path, to: Path) -> Path:
    """A copy of the package, and the folder of its datasets."""
    shutil.copytree(package, to / "package")
    return to / "package" / SDTM


def rewritten(
    path: Path, change: Callable[[pd.DataFrame, Member], tuple[pd.DataFrame, Member]], encoding: str = "utf-8"
) -> None:
    """Write a dataset again, changed."""
    frame, member = change(*read_xpt(path))
    write_xpt(frame, path, member, encoding=encoding)


def described(path: Path, name: str, **facts: object) -> None:
    """Write a dataset again with another description of one variable."""

    def change(frame: pd.DataFrame, member: Member) -> tuple[pd.DataFrame, Member]:
        assert name in frame.columns
        variables = tuple(replace(one, **facts) if one.name == name else one for one in member.variables)  # type: ignore[arg-type]
        return frame, replace(member, variables=variables)

    rewritten(path, change)


def valued(path: Path, name: str, value: str, row: int = 3) -> None:
    """Write a dataset again with another value in one cell, in a field that is long enough."""

    def change(frame: pd.DataFrame, member: Member) -> tuple[pd.DataFrame, Member]:
        frame = frame.copy()
        frame.loc[row, name] = value
        return frame, member

    rewritten(path, change)


def with_variable(path: Path, name: str, values: str, label: str) -> None:
    """Write a dataset again with one more text variable, at the end."""

    def change(frame: pd.DataFrame, member: Member) -> tuple[pd.DataFrame, Member]:
        frame = frame.assign(**{name: pd.Series([values] * len(frame), dtype="str")})
        more = Variable(name, label, "Char", len(values))
        return frame, replace(member, variables=(*member.variables, more))

    rewritten(path, change)


def patched(path: Path, old: bytes, new: bytes) -> None:
    """Change bytes that stand once in a file; as many as before."""
    content = path.read_bytes()
    assert len(old) == len(new) and content.count(old) == 1, content.count(old)
    path.write_bytes(content.replace(old, new))


def found(checked: Checked) -> Found:
    """Rule, dataset and variable of all that was found."""
    frame = checked.findings.frame()
    return set(zip(frame["rule"], frame["dataset"], frame["variable"], strict=True))
