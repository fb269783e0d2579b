"""Several fields in one text, such as the boxes of a group that are ticked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import parse_condition
from cdisc_npc.columns.distinct import as_arrow
from cdisc_npc.columns.where import is_blank
from cdisc_npc.standards.terminology import folded
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, RECORD, Verb
from cdisc_npc.verbs.view import TabulationView

_NOTHING = pa.scalar("", pa.large_string())


class Concat(Verb):
    """Several fields, or the texts of those that are ticked, in their order and with a separator."""

    scopes = RECORD | DATASET
    takes = {"concat": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"

    concat: list[str] | dict[str, str] = Setting(
        description="fields, or field: the text that stands for it where it is ticked"
    )
    separator: str = "; "
    ticked: Names | None = Setting(
        default=None, min_length=1, description="values of a ticked field; default: all but `unticked`"
    )
    unticked: Names = Setting(default=["No", "0", "N"], description="values of a field that is not ticked")

    @field_validator("concat", mode="before")
    @classmethod
    def _fields_or_texts(cls, value: Any) -> Any:
        several = isinstance(value, list) and len(value) > 1
        if not several and not (isinstance(value, dict) and value and all(value.values())):
            raise ValueError("expected two fields or more, or each field with its text: {FIELD: TEXT}")
        return value

    @model_validator(mode="after")
    def _says_once_what_ticked_is(self) -> Concat:
        stated = self.model_fields_set & {"ticked", "unticked"}
        if stated and isinstance(self.concat, list):
            raise ValueError(
                f"{', '.join(sorted(stated))} is of fields with texts: `concat: {{FIELD: TEXT}}`"
            )
        if len(stated) > 1:
            raise ValueError("expected `ticked` or `unticked`: any other value is the contrary")
        return self

    def tell(self) -> str:
        joined = f'joined with "{self.separator}" in this order'
        if isinstance(self.concat, list):
            return f"those of {', '.join(self.concat)} that are not blank, {joined}"
        texts = ", ".join(f'"{text}" where {name} is ticked' for name, text in self.concat.items())
        values = self.ticked or self.unticked
        shown = f"{'' if self.ticked else 'any value but '}{', '.join(values)}"
        return f"{texts} (ticked: {shown}), {joined}"

    def make(self, view: TabulationView) -> Column:
        """The fields that are not blank, or the texts of those that are ticked; blank where there are none.

        Whether a field is ticked is asked without regard to case, width and blanks. A cell whose field is in the
        value is used; one that is not ticked has decided.
        """
        joined, begun = pa.repeat(_NOTHING, view.size), np.zeros(view.size, dtype=bool)
        for name in self.concat:
            if isinstance(self.concat, list):
                values = view.text(name)
                text, there = as_arrow(values), ~is_blank(values)
            else:
                text, there = pa.scalar(self.concat[name], pa.large_string()), self._ticked(view, name)
            between = pc.if_else(
                pa.array(begun & there), pa.scalar(self.separator, pa.large_string()), _NOTHING
            )
            part = pc.if_else(pa.array(there), text, _NOTHING)
            joined = pc.binary_join_element_wise(joined, between, part, _NOTHING)
            begun |= there
        return Column(joined)

    def _ticked(self, view: TabulationView, name: str) -> np.ndarray:
        """Records in which a field is ticked; its cells have decided, but for these, which are used."""
        collected = view.column(name).printed
        words = {folded(value): value for value in self.ticked or self.unticked}
        answers = collected.mapped(lambda texts: [words.get(folded(text), text) for text in texts])
        condition = parse_condition({name: self.ticked or {"not": self.unticked}})
        result = view.decide(condition, lambda _: answers, np.arange(view.size)) & ~is_blank(collected)
        view.used(name, np.flatnonzero(result))
        return result
