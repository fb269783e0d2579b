"""Dates and times of --DTC."""

from __future__ import annotations

from pydantic import Field as Setting

from cdisc_npc.verbs.imputed import BOUNDS, Imputed, Level
from cdisc_npc.verbs.kinds import TEXT
from cdisc_npc.verbs.verb import ANALYSIS


class Datetime(Imputed):
    """The date and time of a --DTC."""

    scopes = ANALYSIS
    takes = {"datetime": TEXT, **BOUNDS}
    gives = "datetime"
    subjects = "record"
    default_origin = "Derived"
    timed = True

    datetime: str
    highest: Level = "hour"
    time: str = Setting(default="first", description="first, last or hh:mm:ss")

    def tell(self) -> str:
        return f"date and time of {self.datetime}{self.tell_how()}, times imputed as {self.time}"
