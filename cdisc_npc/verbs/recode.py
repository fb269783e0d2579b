"""Values for values."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import model_validator

from cdisc_npc.columns.distinct import by_distinct, numbers
from cdisc_npc.verbs.base import Flag
from cdisc_npc.verbs.kinds import ANY, Kind, KindOf
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Recode(Verb):
    """A value for each value of a variable; values that are not named give the ``else``."""

    scopes = ANALYSIS
    takes = {"recode": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"

    recode: str
    to: dict[str, str]
    numeric: Flag = False

    @model_validator(mode="after")
    def _numbers_are_numbers(self) -> Recode:
        for value in self.to.values() if self.numeric else ():
            float(value)
        return self

    def kind(self, kind_of: KindOf) -> Kind | None:
        return "number" if self.numeric else "text"

    def tell(self) -> str:
        return f"{self.recode}: " + ", ".join(f"{value} is {to}" for value, to in self.to.items())

    def make(self, view: AnalysisView) -> pd.Series | np.ndarray:
        texts = by_distinct(
            view.text(self.recode), lambda values: [self.to.get(value, "") for value in values]
        )
        return numbers(texts) if self.numeric else texts
