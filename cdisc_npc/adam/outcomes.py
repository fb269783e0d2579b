"""Outcomes of a time-to-event endpoint: the state that rules change, and the records made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.adam.event_source import Source
from cdisc_npc.adam.events import Copy
from cdisc_npc.columns.keys import Names

# What says where the date comes from, not what it stands for.
_OF_DATE = ("SRCDOM", "SRCVAR", "SRCSEQ")


@dataclass
class Outcomes:
    """The state of an endpoint, subject by subject, that rules look at and change.

    Attributes
    ----------
    start, date : ndarray of datetime64[us]
    censor : ndarray of int64
        CNSR, -1 where there is neither event nor censoring.
    source : ndarray of int64
        Position in ``sources`` of the source that decided, -1 where none.
    record : ndarray of int64
        Position in the source's frame.
    date_source, date_record : ndarray of int64
        Likewise, of where ``date`` comes from: another than ``source`` once a rule has moved it.
    start_record : ndarray of int64
        Position of the record that ``start`` comes from, in the frame of ``origin``.
    texts : dict of ndarray
        EVNTDESC and CNSDTDSC that an end or a rule has set, None elsewhere.
    told : bool
        Whether there are ends or rules that may set them.
    origin : Source
        Where ``start`` comes from.
    """

    start: np.ndarray
    date: np.ndarray
    censor: np.ndarray
    source: np.ndarray
    record: np.ndarray
    date_source: np.ndarray
    date_record: np.ndarray
    start_record: np.ndarray
    texts: dict[str, np.ndarray]
    sources: list[Source]
    told: bool
    origin: Source

    def move(self, struck: np.ndarray, date: np.ndarray, source: Source, record: np.ndarray) -> None:
        """Set the date of some subjects, and from which record of a source it comes."""
        place = next((n for n, item in enumerate(self.sources) if item is source), len(self.sources))
        if place == len(self.sources):
            self.sources.append(source)
        self.date[struck] = date[struck]
        self.date_source[struck], self.date_record[struck] = place, record[struck]

    def move_to_start(self, struck: np.ndarray) -> None:
        """Set the date of some subjects to their start."""
        self.move(struck, self.start, self.origin, self.start_record)

    def date_from(self, struck: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Dataset and sequence number of the record that the date of some subjects comes from."""
        dataset, number = np.full(len(self.date), "", object), np.full(len(self.date), np.nan)
        for place, source in enumerate(self.sources):
            at = self.date_source == place
            dataset[at] = source.values.get("SRCDOM", "")
            number[at] = source.numbers(self.date_record[at])
        return dataset[struck], number[struck]


def outcome_records(subjects: pd.DataFrame, outcome: Outcomes, by: Names, kept: np.ndarray) -> pd.DataFrame:
    size = len(subjects)
    # What is set, and of what type, must not depend on the subjects at hand.
    names = dict.fromkeys(name for source in outcome.sources for name in source.values)
    if outcome.told:
        names |= dict.fromkeys(outcome.texts)
    columns: dict[str, Any] = {}
    for name in names:
        column = np.full(size, None, object)
        for number, source in enumerate(outcome.sources):
            if name not in source.values:
                continue
            which, records = (
                (outcome.date_source, outcome.date_record)
                if name in _OF_DATE
                else (outcome.source, outcome.record)
            )
            at = which == number
            value = source.values[name]
            if isinstance(value, Copy):
                column[at] = source.frame[value.variable].to_numpy(dtype=object)[records[at]]
            else:
                column[at] = value
        if name in outcome.texts:
            column = np.where(outcome.texts[name] == None, column, outcome.texts[name])  # noqa: E711
        if _is_number(outcome.sources, name):
            columns[name] = pd.Series(column, dtype="float64")
        else:
            columns[name] = pd.Series(column, dtype="str").fillna("")
    result = subjects[list(by)].reset_index(drop=True).assign(
        STARTDT=outcome.start, ADT=outcome.date, CNSR=outcome.censor.astype(np.float64), **columns
    )  # fmt: skip
    return result[kept].reset_index(drop=True)


def _is_number(sources: Sequence[Source], name: str) -> bool:
    """Whether what the sources set is a number."""
    for source in sources:
        value = source.values.get(name)
        if isinstance(value, Copy):
            return pd.api.types.is_numeric_dtype(source.frame[value.variable].dtype)
        if value is not None:
            return not isinstance(value, str)
    return False
