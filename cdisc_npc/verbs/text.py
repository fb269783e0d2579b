"""Texts with variables put in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.distinct import constant
from cdisc_npc.columns.where import is_blank
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, RECORD, Origin, Verb
from cdisc_npc.verbs.view import View

_FIELD = re.compile(r"\{([^{}]+)\}")
_JOINER = re.compile(r"[\s,;]*")


class Text(Verb):
    """A text with fields or variables put in place: ``"{DOSE} {UNIT}"``; blank where all of them are."""

    scopes = RECORD | DATASET
    takes = {}
    gives = "text"
    subjects = "record"
    default_origin: ClassVar[Origin] = "Collected"

    text: str

    def own_reads(self) -> Iterator[str]:
        yield from _FIELD.findall(self.text)

    def tell(self) -> str:
        return f'the text "{self.text}"'

    def make(self, view: View) -> Column:
        return Column.encoded(put_into_text(self.text, view.text, view.size))


class AnalysisText(Text):
    """A text with variables put in place: ``"Target Lesion {LESION}"``; of what is derived, not collected."""

    scopes = ANALYSIS
    default_origin = "Derived"


def put_into_text(text: str, column: Callable[[str], pd.Series], size: int) -> pd.Series:
    """A text with columns in place of the names in braces.

    1. A field that is empty takes the blanks, commas and semicolons with it that join it to its
       neighbour: ``{A}, {B}, {C}`` without B is ``a, c``.
    2. Other words of the text stay; no blank is left beside an empty field, or at an end.
    3. Where all fields are empty, so is the text.

    Parameters
    ----------
    column
        Gives the text of a field, shape (size,).
    """
    pieces = _FIELD.split(text)
    result, joiner = constant("", size), ""
    any_filled, joined = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for index, piece in enumerate(pieces):
        if index % 2:
            values = column(piece)
            filled = ~is_blank(values)
            if joiner:
                values = values.mask(joined, joiner + values)
            result = result.where(~filled, result + values)
            any_filled |= filled
            joined |= filled
        elif 0 < index < len(pieces) - 1 and _JOINER.fullmatch(piece):
            joiner = piece
        else:
            spaced = ((result == "") | result.str.endswith(" ")).to_numpy(dtype=bool)
            result = (result + piece).mask(spaced, result + piece.lstrip(" ,;"))
            joiner, joined = "", np.zeros(size, dtype=bool)
    result = result.str.strip()
    return result.where(any_filled, "") if len(pieces) > 1 else result
