"""The best event of each subject: records of several datasets, ranked by what they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.extreme import Take, extreme_records, report_ties
from cdisc_npc.columns.keys import Names, require
from cdisc_npc.columns.order import ties
from cdisc_npc.findings import Findings

# Stands for the number of the event, from 1, in an order.
EVENT = "EVENT"


@dataclass(frozen=True)
class Copy:
    """The value of another variable of the record."""

    variable: str


@dataclass(frozen=True)
class Event:
    """Records of a dataset that stand for something.

    Attributes
    ----------
    frame
        The dataset.
    where
        Records that count, shape (n,); None: all.
    values
        What they stand for: variables to set, to a value or to a `Copy` of another variable.
    take, order
        First, one record of each group: the first or last.
    keep
        Variables of the dataset to keep; None: all.
    """

    frame: pd.DataFrame
    where: np.ndarray | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    take: Take | None = None
    order: Names = ()
    keep: Names | None = None

    def records(self, by: Names, order: Names) -> pd.DataFrame:
        """The records with their values set."""
        require(self.frame, by)
        if self.take is not None:
            existing = self.order or [name for name in order if name.removeprefix("-") in self.frame.columns]
            part = extreme_records(self.frame, by, existing, self.take, self.where)
        else:
            part = self.frame if self.where is None else self.frame[self.where]
        return set_values(part, self.values, None if self.keep is None else [*by, *self.keep])


def set_values(frame: pd.DataFrame, values: Mapping[str, Any], keep: Names | None = None) -> pd.DataFrame:
    """Set variables to a value each, or to a `Copy` of another one."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Copy):
            require(frame, [value.variable])
            result[name] = frame[value.variable]
        else:
            kind = "str" if isinstance(value, str) else "float64"
            result[name] = pd.Series([value] * len(frame), index=frame.index, dtype=kind)
    return (frame if keep is None else frame[list(dict.fromkeys(keep))]).assign(**result)


def stack(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Records of several frames, one below the other; what a frame lacks is missing."""
    parts = [part for part in parts if len(part.columns)]
    joined = pd.concat(parts, ignore_index=True, sort=False)
    types = [dict(part.dtypes) for part in parts]
    for name in joined.columns:
        kinds = {item[name] for item in types if name in item}
        if all(pd.api.types.is_string_dtype(kind) for kind in kinds):
            column = joined[name].astype("str")
            joined[name] = column.fillna("") if column.hasnans else column
    return joined


def extreme_event(
    events: Sequence[Event],
    by: Names,
    order: Names,
    take: Take = "first",
    findings: Findings | None = None,
) -> pd.DataFrame:
    """One record of each group: the first or last among those of all events.

    Parameters
    ----------
    events
        In their rank; `EVENT` in ``order`` is the rank, from 1.
    by
        Variables that make a group.
    order
        Decides among the records of all events.
    findings
        Takes a warning where it does not decide.
    """
    parts = [
        event.records(by, order).assign(**{EVENT: float(number)}) for number, event in enumerate(events, 1)
    ]
    joined = stack(parts)
    existing = [name for name in order if name.removeprefix("-") in joined.columns]
    chosen = extreme_records(joined, by, existing, take)
    if findings is not None:
        failing = joined[ties(joined, by, existing)].drop_duplicates(list(by))
        report_ties(failing, by, existing, findings)
    return chosen.drop(columns=EVENT)
