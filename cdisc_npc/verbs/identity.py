"""STUDYID, DOMAIN and USUBJID."""

from __future__ import annotations

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView


class Identity(Verb):
    """STUDYID, DOMAIN and USUBJID: stated once, in `study.yaml`."""

    scopes = DATASET
    takes = {}
    gives = "text"
    subjects = "record"
    default_origin = "Assigned"
    written = False
    origin_tells_all = True

    text: str

    def tell(self) -> str:
        return self.text

    def make(self, view: TabulationView) -> Column:
        return view.identity()
