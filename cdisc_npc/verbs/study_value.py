"""Single values of the whole study."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import Condition
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, RECORD, Verb
from cdisc_npc.verbs.view import TabulationView


class StudyValue(Verb):
    """One value of the whole study: the earliest or latest of a variable, or a number of subjects."""

    scopes = RECORD | DATASET
    takes = {"study_value": ANY, "where": ANY}
    gives = "text"
    subjects = "study"
    default_origin = "Derived"

    study_value: Annotated[str, Setting(pattern=r"^[A-Z]{2,8}\.[A-Z0-9]+$")]
    take: Literal["earliest", "latest", "subjects"]
    where: Condition | None = None

    def own_reads(self) -> Iterator[str]:
        dataset = self.study_value.partition(".")[0]
        yield from (self.study_value, *(f"{dataset}.{name}" for name in self.named("where")))

    def tell(self) -> str:
        what = "the number of subjects with" if self.take == "subjects" else f"the {self.take}"
        where = f" where {self.where.describe()}" if self.where else ""
        return f"{what} {self.study_value} of the study{where}"

    def make(self, view: TabulationView) -> Column:
        """The one value, for every record of the view."""
        dataset, _, name = self.study_value.partition(".")
        other = view.other(dataset)
        usable = ~is_blank(other.column(name))
        if self.where:
            usable &= satisfied(self.where, other.column, other.size)
        if self.take == "subjects":
            text = str(len(np.unique(other.subject[usable])))
        else:
            values = sorted(other.column(name).printed.take(np.flatnonzero(usable)).narrow.kinds.to_pylist())
            text = "" if not values else values[0] if self.take == "earliest" else values[-1]
        return Column.one(text, view.size)
