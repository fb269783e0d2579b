"""Dates of --DTC."""

from __future__ import annotations

from cdisc_npc.verbs.imputed import BOUNDS, Imputed
from cdisc_npc.verbs.kinds import TEXT
from cdisc_npc.verbs.verb import ANALYSIS


class Date(Imputed):
    """The date of a --DTC."""

    scopes = ANALYSIS
    takes = {"date": TEXT, **BOUNDS}
    gives = "date"
    subjects = "record"
    default_origin = "Derived"
    timed = False

    date: str

    def tell(self) -> str:
        return f"date of {self.date}{self.tell_how()}"
