"""Numbers added up."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.distinct import numbers
from cdisc_npc.verbs.kinds import NUMBERS, is_number
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Total(Verb):
    """Numbers added up; missing where one is."""

    scopes = ANALYSIS
    takes = {"total": NUMBERS}
    gives = "number"
    subjects = "record"
    default_origin = "Derived"

    total: Annotated[list[str], Setting(min_length=2)]

    def named(self, argument: str) -> list[str]:
        return [name for name in super().named(argument) if not is_number(name)]

    def tell(self) -> str:
        return " + ".join(self.total)

    def make(self, view: AnalysisView) -> np.ndarray:
        result = np.zeros(view.size)
        for part in self.total:
            result = result + (float(part) if is_number(part) else numbers(view.column(part)))
        return result
