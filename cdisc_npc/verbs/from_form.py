"""Values of forms that belong to no subject, such as the laboratories' limits of normal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import earliest_possible
from cdisc_npc.columns.keys import groups_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, Verb
from cdisc_npc.verbs.view import TabulationView

_ALWAYS, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class FromForm(Verb):
    """A value of a reference form, such as a limit of normal: by equal values, as of a date."""

    scopes = DATASET
    takes = {"by": ANY, "since": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"

    from_form: str = Setting(description="the form")
    field: str = Setting(description="its field")
    by: dict[str, str] = Setting(description="field of the form: variable; a blank field matches every value")
    decode: dict[str, str] = Setting(
        default={}, description="field of the form: decode table by which its values are compared"
    )
    since: dict[str, str] = Setting(
        default={}, max_length=1, description="field of the first day: variable of the date"
    )

    @model_validator(mode="after")
    def _compares_what_it_decodes(self) -> FromForm:
        if other := ", ".join(name for name in self.decode if name not in self.by):
            raise ValueError(f"decode has {other}; expected one of by: {', '.join(self.by)}")
        return self

    def own_reads(self) -> Iterator[str]:
        yield from (*self.by.values(), *self.since.values())

    def forms(self) -> dict[str, list[str]]:
        return {self.from_form: [self.field, *self.by, *self.since]}

    def tables(self) -> list[str]:
        return [*super().tables(), *self.decode.values()]

    def tell(self) -> str:
        return f"{self.from_form}.{self.field} for the same {', '.join(self.by)}"

    def make(self, view: TabulationView) -> Column:
        """The field of the reference record that is valid for each record.

        1. A reference record is a candidate where each field of ``by`` is blank or equals the
           record's variable, and its first day, blank for always, is not after the record's date.
           The first day of a partial date is the earliest that it may mean; what is no date is
           a finding, and its record no candidate.
        2. The candidate with the fewest blank fields comes first, then the latest first day, then
           the first in the form.
        """
        form = view.form(self.from_form)
        fields = list(self.by)
        decode = {field: view.terms(table) for field, table in self.decode.items()}
        theirs = {field: _decoded(form.column(field).stripped, decode.get(field, {})) for field in fields}
        ours = {field: view.column(name).printed for field, name in self.by.items()}
        size = form.size
        usable = np.ones(size, dtype=bool)
        from_day, to_day = np.full(size, _ALWAYS), np.full(view.size, _NEVER)
        for field, name in self.since.items():
            begins, usable = view.dates_of_form(self.from_form, field)
            days, existing = earliest_possible(begins)
            from_day = np.where(existing, days, _ALWAYS)
            days, existing = earliest_possible(view.column(name))
            to_day = np.where(existing, days, _ALWAYS)
        chosen = np.full(view.size, -1, dtype=np.int64)
        blanks = np.stack([theirs[field].equal("") for field in fields], axis=1)
        for pattern in sorted(map(tuple, np.unique(blanks, axis=0)), key=sum):
            rows = np.flatnonzero((blanks == pattern).all(axis=1) & usable)
            open_ = np.flatnonzero(chosen < 0)
            used = [field for field, empty in zip(fields, pattern, strict=True) if not empty]
            left, right, _ = groups_of(
                [theirs[field].take(rows) for field in used], [ours[field].take(open_) for field in used],
                (len(rows), len(open_)),
            )  # fmt: skip
            result = _as_of(left, from_day[rows], right, to_day[open_])
            chosen[open_] = np.where(result >= 0, rows[result], -1)
        values = form.column(self.field).take_or_blank(chosen)
        needed = np.unique(chosen[~is_blank(values)])
        view.used_of_form(self, needed)
        return values


def _decoded(column: Column, terms: Mapping[str, str]) -> Column:
    return column.mapped(lambda texts: [terms.get(text, text) for text in texts])


def _as_of(theirs: np.ndarray, since: np.ndarray, ours: np.ndarray, at: np.ndarray) -> np.ndarray:
    """For each of ours, the latest of theirs with the same key that began by then; -1 for none."""
    order = np.lexsort((-np.arange(len(theirs)), since, theirs))
    left = pd.DataFrame({"at": at, "key": ours, "row": np.arange(len(ours))}).sort_values("at", kind="stable")
    right = pd.DataFrame({"at": since[order], "key": theirs[order], "found": order}).sort_values(
        "at", kind="stable"
    )
    met = pd.merge_asof(left, right, on="at", by="key")
    result = np.full(len(ours), -1, dtype=np.int64)
    result[met["row"]] = met["found"].fillna(-1).to_numpy(dtype=np.int64)
    return result
