"""The common value of several fields."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.column import Column, different, in_one_text
from cdisc_npc.columns.where import is_blank
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, Verb
from cdisc_npc.verbs.view import TabulationView


class Agree(Verb):
    """The common value of several fields, blanks apart; where they differ, the ``else``."""

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

    def make(self, view: TabulationView) -> Column:
        """The common value of the fields that are not blank; the ``else`` for records in which they differ.

        Records where all fields are blank stay blank.
        """
        columns = [view.plain(name) for name in self.agree]
        first = columns[0]
        differ = np.zeros(view.size, dtype=bool)
        for column in columns[1:]:
            missing = is_blank(first)
            differ |= ~missing & ~is_blank(column) & different(first, column)
            first = first.where(~missing, column)
        failing = np.flatnonzero(differ)
        for name in self.agree:
            view.used(name, np.flatnonzero(~differ))
            view.rejected(name, failing, "MAP_AGREE")
        if len(failing):
            shown = in_one_text(columns, " / ", failing)
            view.report("MAP_AGREE", failing, shown, self.else_, params=", ".join(self.agree))
        return first.filled(differ, self.else_ or "")
