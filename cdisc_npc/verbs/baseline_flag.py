"""The last result before exposure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field as Setting

from cdisc_npc.columns.baseline import flagged
from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import SUBJECT, TabulationView


class BaselineFlag(Verb):
    """Last result before exposure, by subject and test (``by`` adds further variables)."""

    scopes = DATASET
    takes = {"baseline_flag": ANY, "reference": ANY, "by": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    baseline_flag: str = Setting(description="the date of the result, --DTC")
    reference: str = "DM.RFXSTDTC"
    by: Names = []
    same_day: Literal["include", "exclude"] = "include"
    visits: Names = Setting(
        default=[], description="visits whose records on the reference day count as before it"
    )

    def own_reads(self) -> Iterator[str]:
        prefix = self.baseline_flag[:2]
        yield from (self.baseline_flag, self.reference, *self.by, f"{prefix}TESTCD", f"{prefix}ORRES")
        if self.visits:
            yield "VISIT"

    def tell(self) -> str:
        return f'"Y" for the last result by {self.baseline_flag} on or before {self.reference}'

    def make(self, view: TabulationView) -> Column:
        """--LOBXFL: see `cdisc_npc.columns.baseline`."""
        names = dict.fromkeys([SUBJECT, *(name for name in self.own_reads() if "." not in name)])
        flags = flagged(
            {name: view.column(name) for name in names}, domain=view.table, reference=view.column(self.reference),
            by=self.by, same_day=self.same_day, same_day_visits=self.visits,
        )  # fmt: skip
        return Column.one("", view.size).filled(flags, "Y")
