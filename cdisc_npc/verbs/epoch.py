"""Epochs, by dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import earliest_possible, latest_possible, to_days
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView

_NEVER = np.iinfo(np.int64).max


class Epoch(Verb):
    """The epoch in which a date falls, by the study's epochs."""

    scopes = DATASET
    takes = {"epoch": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"
    reads_epochs = True

    epoch: str

    def tell(self) -> str:
        return f"the last epoch that begins on or before {self.epoch}"

    def make(self, view: TabulationView) -> Column:
        """The last epoch whose first day is on or before the date.

        A partial date has an epoch where its earliest and its latest possible day fall in
        the same one; otherwise the epoch is blank: it is not guessed.
        """
        dates = view.column(self.epoch)
        starts = view.epochs
        first, existing = earliest_possible(dates)
        last, _ = latest_possible(dates)
        result = [np.full(view.size, -1), np.full(view.size, -1)]
        for index, start in enumerate(starts):
            days, complete = to_days(view.column(start.date))
            begins = np.where(complete, days + start.after, _NEVER)
            for item, moment in zip(result, (first, last), strict=True):
                item[moment >= begins] = index
        same = existing & (result[0] == result[1])
        names = pa.array([*(start.epoch for start in starts), ""], pa.large_string())
        return Column(names, np.where(same, result[0], len(starts)).astype(np.int32))
