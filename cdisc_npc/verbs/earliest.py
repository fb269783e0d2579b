"""The earliest of several dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column, jointly
from cdisc_npc.columns.where import is_blank
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY, ORDERED, KindOf, one_family
from cdisc_npc.verbs.lookup import Lookup
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, Verb
from cdisc_npc.verbs.view import AnalysisView, TabulationView


class Earliest(Verb):
    """The earliest of several dates; of another dataset, the subject's earliest; blanks apart."""

    scopes = DATASET
    takes = {"earliest": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    earliest: Annotated[list[str], Setting(min_length=2)]

    def tell(self) -> str:
        return f"the earliest of {', '.join(self.earliest)}"

    def make(self, view: TabulationView) -> Column:
        return extreme(view, self.earliest, "earliest")


class AnalysisEarliest(Verb):
    """The least of several dates or numbers that are there."""

    scopes = ANALYSIS
    takes = {"earliest": ORDERED}
    gives = "as read"
    subjects = "record"
    default_origin = "Derived"

    earliest: Names

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from super().misfits(kind_of)
        yield from one_family(kind_of, self.earliest, "values")

    def tell(self) -> str:
        return f"earliest of {', '.join(self.earliest)}"

    def make(self, view: AnalysisView) -> pd.Series:
        return pd.concat([view.column(name) for name in self.earliest], axis=1).min(axis=1)


def extreme(view: TabulationView, names: list[str], take: Literal["earliest", "latest"]) -> Column:
    """The least or greatest of several dates as text; of another dataset, that of the subject's records."""
    result: Column | None = None
    for name in names:
        dataset = name.partition(".")[0]
        if "." in name and dataset != view.table:
            other = Lookup(lookup=name, take=take).make(view)
        else:
            other = view.column(name)
        if result is None:
            result = other
            continue
        left, right, kinds = jointly(result, other)
        left, right = kinds.ranks[left], kinds.ranks[right]
        better = (right < left) if take == "earliest" else (right > left)
        use = ~is_blank(other) & (is_blank(result) | better)
        result = result.where(~use, other)
    assert result is not None
    return result
