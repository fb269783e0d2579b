"""Other variables, as they are."""

from __future__ import annotations

import pandas as pd
from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, MadeBySdtm, Verb
from cdisc_npc.verbs.view import View


class Copy(MadeBySdtm):
    """Another variable: of this dataset, or the subject's one of another dataset."""

    keyword = "copy"
    scopes = DATASET
    takes = {"copy_": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    copy_: str = Setting(alias="copy")

    def tell(self) -> str:
        return f"equal to {self.copy_}"


class AnalysisCopy(Verb):
    """Another variable, of the record or (``ADSL.AGE``) of the subject."""

    keyword = "copy"
    scopes = ANALYSIS
    takes = {"copy_": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Predecessor"

    copy_: str = Setting(alias="copy")

    @property
    def copies(self) -> str:
        return self.copy_

    def tell(self) -> str:
        return self.copy_

    def make(self, view: View) -> pd.Series:
        return view.column(self.copy_)
