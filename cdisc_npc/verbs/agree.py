"""The common value of several fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, MadeBySdtm


class Agree(MadeBySdtm):
    """The common value of several fields, blanks apart; where they differ, the ``else``."""

    keyword = "agree"
    scopes = RECORD
    takes = {"agree": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"
    else_for_blanks = False

    agree: Annotated[list[str], Setting(min_length=2)]

    @model_validator(mode="after")
    def _says_what_else(self) -> Agree:
        if self.else_ is None:
            raise ValueError("agree needs `else`: the value where the fields differ")
        return self

    def tell(self) -> str:
        return f"the common value of {', '.join(self.agree)}"
