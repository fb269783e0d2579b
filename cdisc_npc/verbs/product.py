"""Numbers multiplied."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.distinct import numbers
from cdisc_npc.verbs.kinds import NUMBERS, is_number
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Product(Verb):
    """Numbers multiplied; missing where one is."""

    scopes = ANALYSIS
    takes = {"product": NUMBERS}
    gives = "number"
    subjects = "record"
    default_origin = "Derived"

    product: Annotated[list[str], Setting(min_length=2)]

    def named(self, argument: str) -> list[str]:
        return [name for name in super().named(argument) if not is_number(name)]

    def tell(self) -> str:
        return " * ".join(self.product)

    def make(self, view: AnalysisView) -> np.ndarray:
        result = np.ones(view.size)
        for part in self.product:
            result = result * (float(part) if is_number(part) else numbers(view.column(part)))
        return result
