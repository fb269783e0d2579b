"""The first of several verbs whose condition holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import DATES, Kind, KindOf, common_kind
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, RECORD, AnalysisVerb, AnyVerb, Origin, Verb
from cdisc_npc.verbs.view import View


class Cases(Verb):
    """The first of several verbs whose condition holds."""

    scopes = RECORD | DATASET
    takes = {}
    gives = "as read"
    subjects = "record"
    default_origin: ClassVar[Origin] = "Collected"

    cases: Annotated[list[AnyVerb], Setting(min_length=1)]

    def inner(self) -> list[Verb]:
        return list(self.cases)

    def kind(self, kind_of: KindOf) -> Kind | None:
        return common_kind(case.kind(kind_of) for case in self.cases)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        kinds = dict.fromkeys(one for case in self.cases if (one := case.kind(kind_of)))
        if len({"date" if one in DATES else one for one in kinds}) > 1:
            yield f"the cases give a {' and a '.join(kinds)}; expected one type"

    def tell(self) -> str:
        return "; else ".join(case.describe() for case in self.cases)

    def make(self, view: View) -> Any:
        return view.first_that_holds(self.cases)


class AnalysisCases(Cases):
    """The first of several verbs whose condition holds; derived, whatever the origins of the cases."""

    scopes = ANALYSIS
    default_origin = "Derived"

    cases: Annotated[list[AnalysisVerb], Setting(min_length=1)]

    def origins(self) -> list[Origin]:
        return [self.origin or self.default_origin]

    def tell(self) -> str:
        return "; ".join(case.describe() for case in self.cases)
