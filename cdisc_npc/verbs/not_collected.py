"""Variables that the standard expects and the study has not."""

from __future__ import annotations

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView


class NotCollected(Verb):
    """A variable that the standard expects and the study has not: present, and blank."""

    scopes = DATASET
    takes = {}
    gives = "text"
    subjects = "record"
    default_origin = "Not Available"
    written = False

    def tell(self) -> str:
        return "not collected"

    def make(self, view: TabulationView) -> Column:
        return Column.one("", view.size)
