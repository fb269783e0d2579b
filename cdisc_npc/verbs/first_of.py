"""The first of several fields that is not blank."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.where import is_blank
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, Verb
from cdisc_npc.verbs.view import TabulationView


class FirstOf(Verb):
    """The first of several fields that is not blank."""

    scopes = RECORD
    takes = {"first_of": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"

    first_of: Annotated[list[str], Setting(min_length=2)]

    def tell(self) -> str:
        return f"the first present of {', '.join(self.first_of)}"

    def make(self, view: TabulationView) -> Column:
        result = view.plain(self.first_of[0])
        missing = is_blank(result)
        view.used(self.first_of[0], np.flatnonzero(~missing))
        for name in self.first_of[1:]:
            if not missing.any():
                break
            view.used(name, np.flatnonzero(missing))
            result = result.where(~missing, view.plain(name))
            missing = is_blank(result)
        return result
