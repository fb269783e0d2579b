"""--SEQ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import SUBJECT, TabulationView


class Sequence(Verb):
    """--SEQ: 1, 2, … within the subject (of TS: the parameter), in the order of ``sequence``."""

    scopes = DATASET
    takes = {"within": ANY, "sequence": ANY}
    gives = "number"
    subjects = "subject"
    default_origin = "Derived"
    written = False

    sequence: list[str]
    within: str = SUBJECT

    def own_reads(self) -> Iterator[str]:
        yield from ([] if self.within == SUBJECT else [self.within])
        yield from self.sequence

    def tell(self) -> str:
        return f"1, 2, … within {self.within}, by {', '.join(self.sequence) or 'the order of the forms'}"

    def make(self, view: TabulationView) -> Column:
        """1, 2, … within the subject; ties in the order of forms, then of raw records."""
        keys = [view.column(name).ordered() for name in self.sequence]
        group = view.subject if self.within == SUBJECT else view.column(self.within).ordered()
        order = np.lexsort((*reversed([*keys, *view.order_of_origin()]), group))
        ordered, size = group[order], view.size
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if size else np.empty(0, dtype=int)
        lengths = np.diff(np.r_[starts, size])
        numbers = np.empty(size)
        numbers[order] = np.arange(size) - np.repeat(starts, lengths) + 1
        return Column(numbers)
