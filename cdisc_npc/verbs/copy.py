"""Other variables, as they are."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, Origin, Verb
from cdisc_npc.verbs.view import View


class Copy(Verb):
    """Another variable: of this dataset, or the subject's one of another dataset."""

    scopes = DATASET
    takes = {"copy_": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin: ClassVar[Origin] = "Derived"

    copy_: str = Setting(alias="copy")

    def tell(self) -> str:
        return f"equal to {self.copy_}"

    def make(self, view: View) -> Any:
        return view.column(self.copy_)


class AnalysisCopy(Copy):
    """Another variable, of the record or (``ADSL.AGE``) of the subject.

    Unlike in SDTM, where what is copied is derived, its origin is the other variable.
    """

    scopes = ANALYSIS
    default_origin = "Predecessor"

    @property
    def copies(self) -> str:
        return self.copy_

    def tell(self) -> str:
        return self.copy_
