"""Single values of the whole study."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, RECORD, MadeBySdtm


class StudyValue(MadeBySdtm):
    """One value of the whole study: the earliest or latest of a variable, or a number of subjects."""

    keyword = "study_value"
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
