"""Results in standard units."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView


class Standardize(Verb):
    """A result or limit in the test's standard unit: text, or number, or (--STRESU) the unit."""

    scopes = DATASET
    takes = {"standardize": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"
    numbers_are_results = True

    standardize: str = Setting(description="the result or limit as collected: --ORRES, --ORNRLO")

    def own_reads(self) -> Iterator[str]:
        prefix = self.standardize[:2]
        yield from (self.standardize, f"{prefix}ORRESU", f"{prefix}TESTCD")

    def tell(self) -> str:
        return f"{self.standardize} in the standard unit of the test"

    def make(self, view: TabulationView) -> Column:
        return view.standard_result(self.standardize)
