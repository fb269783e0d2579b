"""Collected values, as they are."""

from __future__ import annotations

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, MadeBySdtm


class Assign(MadeBySdtm):
    """The collected value of one field."""

    keyword = "assign"
    scopes = RECORD
    takes = {"assign": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"
    origin_tells_all = True

    assign: str

    @property
    def copies(self) -> str:
        return self.assign

    def tell(self) -> str:
        return self.assign
