"""What `earliest` and `latest` share, in SDTM and in analysis datasets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column, jointly
from cdisc_npc.columns.where import is_blank
from cdisc_npc.verbs.kinds import KindOf, one_family
from cdisc_npc.verbs.lookup import Lookup
from cdisc_npc.verbs.verb import Verb
from cdisc_npc.verbs.view import AnalysisView, TabulationView


class Extreme(Verb):
    """The least or greatest of several dates as text; of another dataset, that of the subject's records."""

    def tell(self) -> str:
        return f"the {self.keyword} of {', '.join(self.main())}"

    def make(self, view: TabulationView) -> Column:
        first, *others = (self._of(name, view) for name in self.main())
        result = first
        for other in others:
            left, right, kinds = jointly(result, other)
            left, right = kinds.ranks[left], kinds.ranks[right]
            better: np.ndarray = (right < left) if self.keyword == "earliest" else (right > left)
            use = ~is_blank(other) & (is_blank(result) | better)
            result = result.where(~use, other)
        return result

    def _of(self, name: str, view: TabulationView) -> Column:
        dataset, dot, _ = name.partition(".")
        if dot and dataset != view.table:
            return Lookup.model_validate({"lookup": name, "take": self.keyword}).make(view)
        return view.column(name)


class AnalysisExtreme(Verb):
    """The least or greatest of several dates or numbers that are there.

    Unlike in SDTM the one record of the subject is meant in another table: several are refused.
    """

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from super().misfits(kind_of)
        yield from one_family(kind_of, self.main(), "values")

    def tell(self) -> str:
        return f"{self.keyword} of {', '.join(self.main())}"

    def make(self, view: AnalysisView) -> pd.Series:
        values = pd.concat([view.column(name) for name in self.main()], axis=1)
        return values.min(axis=1) if self.keyword == "earliest" else values.max(axis=1)
