"""The first of several fields that is not blank."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, MadeBySdtm


class FirstOf(MadeBySdtm):
    """The first of several fields that is not blank."""

    keyword = "first_of"
    scopes = RECORD
    takes = {"first_of": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"

    first_of: Annotated[list[str], Setting(min_length=2)]

    def tell(self) -> str:
        return f"the first present of {', '.join(self.first_of)}"
