"""Days on which epochs begin."""

from __future__ import annotations

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import to_days
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView


class EpochBegins(Verb):
    """The day on which the subject's epoch begins, by the study's epochs."""

    scopes = DATASET
    takes = {"epoch_begins": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"
    reads_epochs = True

    epoch_begins: str = Setting(description="the variable that names the epoch")

    def tell(self) -> str:
        return f"the day on which the epoch of {self.epoch_begins} begins"

    def make(self, view: TabulationView) -> Column:
        """The date of the epoch's begin, or the day after it; a partial date has no day after it, and stays."""
        names = view.column(self.epoch_begins)
        result = Column.one("", view.size)
        for start in view.epochs:
            begins = view.column(start.date)
            if start.after:
                days, complete = to_days(begins)
                later = np.datetime_as_string((days + 1).astype("datetime64[D]"))
                begins = begins.where(~complete, Column.of(later.tolist()))
            result = result.where(~names.equal(start.epoch), begins)
        return result
