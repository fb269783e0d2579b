"""Whether the subject has records of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import Condition, ConditionParts
from cdisc_npc.columns.merge import exists
from cdisc_npc.columns.where import satisfied
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY, KindOf
from cdisc_npc.verbs.lookup import there
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView, TabulationView


class Exists(Verb):
    """Y where the subject has a record in another dataset that satisfies ``where``."""

    scopes = DATASET
    takes = {"where": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    exists: Annotated[str, Setting(pattern=r"^[A-Z]{2,8}$")]
    where: Condition

    def own_reads(self) -> Iterator[str]:
        yield from (f"{self.exists}.{name}" for name in self.where.reads())

    def tell(self) -> str:
        return f'"Y" where the subject has a record of {self.exists} with {self.where.describe()}'

    def make(self, view: TabulationView) -> Column:
        other = view.other(self.exists)
        subjects = other.subject[satisfied(self.where, other.column, other.size)]
        return Column.one("", view.size).filled(np.isin(view.subject, subjects), "Y")


class AnalysisExists(Verb):
    """Y where the subject has such a record, any or (unlike in SDTM) one that is equal in ``by``."""

    scopes = ANALYSIS
    takes = {}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"

    exists: str
    where: Condition | None = None
    by: dict[str, str] | Names = []

    @property
    def keys(self) -> dict[str, str]:
        """Own name: name there."""
        return dict(self.by) if isinstance(self.by, dict) else {name: name for name in self.by}

    def own_reads(self) -> Iterator[str]:
        yield from self.keys

    def looks_in(self) -> Iterator[tuple[str, str]]:
        names = [*self.keys.values(), *(self.where.reads() if self.where else [SUBJECT])]
        yield from ((self.exists, name) for name in names)

    def conditions(self, kind_of: KindOf) -> Iterator[tuple[ConditionParts, KindOf]]:
        yield from super().conditions(kind_of)
        if self.where:
            yield self.where, there(self.exists, kind_of)

    def tell(self) -> str:
        return f'"Y" where {self.exists} has a record' + (
            f" with {self.where.describe()}" if self.where else ""
        )

    def make(self, view: AnalysisView) -> np.ndarray:
        names = {SUBJECT: SUBJECT} | self.keys
        return exists(view.frame, view.table(self.exists), names, view.records(self.exists, self.where))[1]
