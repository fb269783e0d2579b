"""The latest of several dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.earliest import extreme
from cdisc_npc.verbs.kinds import ANY, ORDERED, KindOf, one_family
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, Verb
from cdisc_npc.verbs.view import AnalysisView, TabulationView


class Latest(Verb):
    """The latest of several dates; of another dataset, the subject's latest; blanks apart."""

    scopes = DATASET
    takes = {"latest": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    latest: Annotated[list[str], Setting(min_length=2)]

    def tell(self) -> str:
        return f"the latest of {', '.join(self.latest)}"

    def make(self, view: TabulationView) -> Column:
        return extreme(view, self.latest, "latest")


class AnalysisLatest(Verb):
    """The greatest of several dates or numbers that are there."""

    scopes = ANALYSIS
    takes = {"latest": ORDERED}
    gives = "as read"
    subjects = "record"
    default_origin = "Derived"

    latest: Names

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from super().misfits(kind_of)
        yield from one_family(kind_of, self.latest, "values")

    def tell(self) -> str:
        return f"latest of {', '.join(self.latest)}"

    def make(self, view: AnalysisView) -> pd.Series:
        return pd.concat([view.column(name) for name in self.latest], axis=1).max(axis=1)
