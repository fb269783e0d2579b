"""VISITNUM, VISIT and VISITDY."""

from __future__ import annotations

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, Verb
from cdisc_npc.verbs.view import RecordView


class VisitPart(Verb):
    """VISITNUM, VISIT or VISITDY of the visit that the form tells."""

    scopes = RECORD
    takes = {"visit": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Assigned"
    written = False

    visit: list[str]

    def tell(self) -> str:
        return f"the visit told by {' and '.join(self.visit)}"

    def make(self, view: RecordView) -> Column:
        return view.visit()
