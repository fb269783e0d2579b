"""What `date` and `datetime` share: how far a partial date is completed, within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.imputation import Imputation, end_of_day, impute
from cdisc_npc.verbs.base import Flag, Names
from cdisc_npc.verbs.kinds import DATES, Kind
from cdisc_npc.verbs.verb import Verb
from cdisc_npc.verbs.view import AnalysisView

Level = Literal["none", "second", "minute", "hour", "day", "month", "year"]
BOUNDS: Mapping[str, tuple[Kind, ...]] = {"lower": DATES, "upper": DATES}


class Imputed(Verb):
    """A date, or a date and time, of a --DTC."""

    timed: ClassVar[bool]

    highest: Level = "none"
    impute: str = Setting(default="first", description="first, mid, last, a day or a month and day")
    preserve: Flag = False
    lower: Names = Setting(default=[], description="dates that an imputed one is not before")
    upper: Names = Setting(default=[], description="dates that an imputed one is not after")

    def how(self) -> Imputation:
        """How unknown parts are completed."""
        return Imputation(self.highest, self.impute, getattr(self, "time", "first"), self.preserve)

    @model_validator(mode="after")
    def _fits_together(self) -> Imputed:
        self.how()
        if self.highest == "year" and not (self.lower if self.impute == "first" else self.upper):
            raise ValueError(f"a year that is imputed as {self.impute} needs a bound")
        return self

    def tell_how(self) -> str:
        """How unknown parts are completed, as part of a sentence."""
        if self.highest == "none":
            return ""
        text = f", imputed up to the {self.highest} as {self.impute}"
        if self.lower:
            text += f", not before {' and '.join(self.lower)}"
        return text + (f", not after {' and '.join(self.upper)}" if self.upper else "")

    def make(self, view: AnalysisView) -> np.ndarray:
        (name,) = self.main()
        dtc = view.column(name)
        upper = [view.dates(limit) for limit in self.upper]
        if self.timed:
            # A date bounds a datetime by its last second.
            upper = [
                limit if view.is_datetime(bound) else end_of_day(limit)
                for bound, limit in zip(self.upper, upper, strict=True)
            ]
        problems: list[np.ndarray] = []
        result = impute(
            dtc, self.how(), part="datetime" if self.timed else "date",
            lower=[view.dates(limit) for limit in self.lower], upper=upper, problems=problems,
        )  # fmt: skip
        partial = np.isnat(result) & (dtc != "").to_numpy()
        for problem in problems:
            failing = problem != ""
            partial &= ~failing
            view.report("ADAM_DATE", failing, str(dtc.name), value=dtc[failing], expected=problem[failing])
        if partial.any():
            extent = "nothing" if self.highest == "none" else f"no more than the {self.highest}"
            view.report("ADAM_PARTIAL", partial, str(dtc.name), value=dtc[partial], expected=extent)
        return result
