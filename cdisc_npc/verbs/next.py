"""Values of the subject's next record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView


class Next(Verb):
    """The value of the subject's next record by --SEQ; of the last one, ``last``."""

    scopes = DATASET
    takes = {"next": ANY, "last": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    next: str
    last: str | None = Setting(default=None, description="variable that the last record takes")

    def own_reads(self) -> Iterator[str]:
        yield from (self.next, f"{self.next[:2]}SEQ", *self.named("last"))

    def tell(self) -> str:
        return f"{self.next} of the next record" + (f", of the last one {self.last}" if self.last else "")

    def make(self, view: TabulationView) -> Column:
        """The value of the subject's next record by --SEQ; of the last one the stated variable."""
        subject, values = view.subject, view.column(self.next)
        order = np.lexsort((view.column(f"{view.table}SEQ").values, subject))
        follows = np.full(view.size, -1, dtype=np.int64)
        follows[order[:-1]] = np.where(subject[order[:-1]] == subject[order[1:]], order[1:], -1)
        result = values.take_or_blank(follows)
        return result.where(follows >= 0, view.column(self.last)) if self.last else result
