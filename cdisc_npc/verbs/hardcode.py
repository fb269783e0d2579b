"""Texts that the study states."""

from __future__ import annotations

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, RECORD, Verb
from cdisc_npc.verbs.view import View


class Hardcode(Verb):
    """A fixed value."""

    scopes = RECORD | DATASET | ANALYSIS
    takes = {}
    gives = "text"
    subjects = "record"
    default_origin = "Assigned"

    hardcode: str

    def fixed_values(self) -> list[str]:
        return [self.hardcode]

    def tell(self) -> str:
        return f'"{self.hardcode}"'

    def make(self, view: View) -> Column:
        return Column.one(self.hardcode, view.size)
