"""Collected values, as they are."""

from __future__ import annotations

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, Verb
from cdisc_npc.verbs.view import TabulationView


class Assign(Verb):
    """The collected value of one field."""

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

    def make(self, view: TabulationView) -> Column:
        """The field as plain text."""
        return view.collected(self.assign)
