"""Parts of texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import field_validator

from cdisc_npc.columns.distinct import by_distinct
from cdisc_npc.columns.patterns import checked, first_group, groups
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import ANALYSIS, Verb
from cdisc_npc.verbs.view import AnalysisView


class Extract(Verb):
    """A part of a text: what the group of a pattern matches; blank where it does not."""

    scopes = ANALYSIS
    takes = {"extract": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Derived"

    extract: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        if groups(checked(pattern)) != 1:
            raise ValueError(f"expected one group in the pattern, not {pattern}")
        return pattern

    def tell(self) -> str:
        return f"the part of {self.extract} that matches {self.pattern}"

    def make(self, view: AnalysisView) -> pd.Series:
        def part(texts: np.ndarray) -> list[str]:
            return first_group(self.pattern, texts, anywhere=True)

        return by_distinct(view.text(self.extract), part)
