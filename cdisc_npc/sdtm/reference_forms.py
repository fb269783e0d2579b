"""Forms that belong to no subject, such as the laboratories' limits of normal, and the account of their cells."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import date_columns
from cdisc_npc.sdtm.records import EMPTY, MAPPED, Cell, FormRows, Mark
from cdisc_npc.verbs.from_form import FromForm

if TYPE_CHECKING:
    from cdisc_npc.sdtm.views import View

NO_RECORD = "No record needs it"


def reference_form(view: View, name: str) -> FormRows:
    """A form without subjects, whose records are needed by none so far."""
    form = view.build.forms[name]
    form.mark(np.arange(form.size), EMPTY, NO_RECORD)
    return form


def dates_of_form(view: View, name: str, field: str) -> tuple[Column, np.ndarray]:
    """Dates of a reference form in ISO 8601, and which of its records have one; the others are findings, once."""
    form = view.build.forms[name]
    iso, problems = date_columns(form.column(field), rules=view.build.spec.date_rules(form.name, field))
    usable = problems.equal("")
    mark = Mark(form, field, np.flatnonzero(~usable), Cell.REJECTED, "MAP_DATE")
    same = (
        item.form is form and (item.field, item.reason) == (field, "MAP_DATE") for item in view.build.marks
    )
    if len(mark.rows) and not any(same):
        view.build.marks.append(mark)
        view.build.findings.add(
            "MAP_DATE", dataset=view.table, variable=view.variable.name, form=form.name, file=form.file,
            row=mark.rows + 1, value=form.column(field).take(mark.rows).stripped.values,
            expected=problems.take(mark.rows).values, params=field,
        )  # fmt: skip
    return iso, usable


def used_of_form(view: View, stated: FromForm, rows: np.ndarray) -> None:
    """Mark the records of a form that have given values, and their cells that told for which records."""
    form = view.build.forms[stated.from_form]
    form.mark(rows, MAPPED)
    decided = partial(
        Mark, form, rows=rows, status=Cell.DECIDED, reason=stated.tell(), dataset=view.table,
        variable=view.variable.name, holds=np.ones(len(rows), dtype=bool),
    )  # fmt: skip
    view.build.marks.append(Mark(form, stated.field, rows, Cell.MAPPED))
    view.build.marks.extend(decided(field=name) for name in (*stated.by, *stated.since))
