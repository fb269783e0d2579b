"""What the verbs of record blocks do: from the fields of a form to a column."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import constant, distinct
from cdisc_npc.columns.iso8601 import iso8601, iso8601_parts
from cdisc_npc.columns.texts import text_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.evaluate import made, scatter, verb
from cdisc_npc.sdtm.plain_text import made_plain
from cdisc_npc.sdtm.records import Cell, blank
from cdisc_npc.sdtm.trail import decide, note, take, take_some
from cdisc_npc.sdtm.views import BlockView, PartView, View
from cdisc_npc.verbs import tabulation as verbs
from cdisc_npc.verbs.text import put_into_text

_TO_THE_MINUTE = len("yyyy-mm-ddThh:mm")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")


@verb("assign")
def assign(stated: verbs.Assign, view: View) -> pd.Series:
    """The field as plain text."""
    values = take(view, stated.assign)
    return values if pd.api.types.is_numeric_dtype(values.dtype) else made_plain(values, view)


@verb("hardcode")
def hardcode(stated: verbs.Hardcode, view: View) -> pd.Series:
    """The fixed value, for every record of the view."""
    return constant(stated.hardcode, view.size)


@verb("text")
def text(stated: verbs.Text, view: View) -> pd.Series:
    """Fields put into the text; see `cdisc_npc.verbs.text.put_into_text`."""
    return put_into_text(stated.text, lambda name: made_plain(text_of(take(view, name)), view), view.size)


@verb("first_of")
def first_of(stated: verbs.FirstOf, view: View) -> pd.Series:
    """The first field that is not blank."""
    result = made_plain(text_of(view.column(stated.first_of[0])), view)
    missing = is_blank(result)
    take_some(view, stated.first_of[0], np.flatnonzero(~missing))
    for name in stated.first_of[1:]:
        if not missing.any():
            break
        take_some(view, name, np.flatnonzero(missing))
        result = result.where(~missing, made_plain(text_of(view.column(name)), view))
        missing = is_blank(result)
    return result


@verb("agree")
def agree(stated: verbs.Agree, view: View) -> pd.Series:
    """The common value of the fields that are not blank; a blank for those that differ.

    The ``else`` of the verb fills the records that differ; records where all fields are
    blank stay blank.
    """
    columns = [made_plain(text_of(view.column(name)), view) for name in stated.agree]
    first = columns[0]
    differ = np.zeros(view.size, dtype=bool)
    for column in columns[1:]:
        missing = is_blank(first)
        differ |= ~missing & ~is_blank(column) & (first.to_numpy() != column.to_numpy())
        first = first.where(~missing, column)
    failing = np.flatnonzero(differ)
    for name in stated.agree:
        take_some(view, name, np.flatnonzero(~differ))
        note(view, failing, Cell.REJECTED, "MAP_AGREE", name)
    if len(failing):
        shown = columns[0].take(failing)
        for column in columns[1:]:
            shown = shown + " / " + column.take(failing)
        view.report("MAP_AGREE", failing, shown.to_numpy(), stated.else_, params=", ".join(stated.agree))
    return first.mask(differ, stated.else_ or "") if len(failing) else first


@verb("cases")
def cases(stated: verbs.Cases, view: View) -> pd.Series:
    """Each record takes the first case whose condition holds."""
    result = blank(view.size, view.variable.type == "Num")
    left = np.arange(view.size)
    for case in stated.cases:
        part = PartView(view, left)
        holds = decide(part, case.when) if case.when else np.ones(part.size, dtype=bool)
        if holds.any():
            result = scatter(result, left[holds], made(case, PartView(view, left[holds])))
        left = left[~holds]
    return result


@verb("iso8601")
def iso_8601(stated: verbs.Iso8601, view: View) -> pd.Series:
    """Dates and times as ISO 8601; what cannot be one is blank and a finding."""
    fields = stated.fields()
    columns = [text_of(view.column(name)) for name in fields]
    rules = view.build.spec.date_rules(_form(view), fields[0], stated.order)
    if isinstance(stated.iso8601, dict):
        parts = dict(zip(map(str, stated.iso8601), columns, strict=True))
        values, problems = iso8601_parts(rules=rules, **parts)
    else:
        times = columns[1] if len(columns) > 1 else None
        values, problems = iso8601(columns[0], times, rules, stated.format)
        if stated.not_before:
            starts = text_of(view.column(stated.not_before))
            values = _over_midnight(values, iso8601(columns[0], starts, rules, stated.format)[0])
    wrong = np.flatnonzero((problems != "").to_numpy())
    if len(wrong):
        collected = columns[0].take(wrong)
        for column in columns[1:]:
            collected = collected + " " + column.take(wrong)
        expected = problems.to_numpy()[wrong]
        view.report("MAP_DATE", wrong, collected.str.strip().to_numpy(), expected, params=", ".join(fields))
    if isinstance(stated.iso8601, dict):
        clock = [name for part, name in stated.iso8601.items() if part in ("hour", "minute")]
    else:
        clock = fields[1:]
    if rules.excel_serials:
        _report_serials(view, columns[0], values)
    _date_cells(view, [name for name in fields if name not in clock], clock, values, problems)
    return values


def _report_serials(view: View, collected: pd.Series, values: pd.Series) -> None:
    """Say which dates were read from day numbers of a spreadsheet: they might be numbers of something else."""
    codes, texts = distinct(collected)
    serial = np.array([_SERIAL.fullmatch(text.strip()) is not None for text in texts], dtype=bool)[codes]
    rows = np.flatnonzero(serial & (values != "").to_numpy())
    view.report("MAP_DATE_SERIAL", rows, collected.to_numpy()[rows], values.to_numpy()[rows])


def _over_midnight(ends: pd.Series, starts: pd.Series) -> pd.Series:
    """Ends of the same date as their starts; those of an earlier hour and minute are of the next day."""
    timed = (ends.str.len() >= _TO_THE_MINUTE) & (starts.str.len() >= _TO_THE_MINUTE)
    early = timed & (ends.str.slice(0, _TO_THE_MINUTE) < starts.str.slice(0, _TO_THE_MINUTE))
    if not early.any():
        return ends
    failing = ends[early]
    days = failing.str.slice(0, 10).to_numpy().astype("datetime64[D]") + 1
    moved = pd.Series(np.datetime_as_string(days), failing.index, dtype=ends.dtype)
    return ends.mask(early, moved + failing.str.slice(10))


def _date_cells(
    view: View, date: list[str], clock: list[str], values: pd.Series, problems: pd.Series
) -> None:
    """Which cells are in the dates made: those of a time only where the date has one."""
    fine = (problems == "").to_numpy()
    timed = values.str.contains("T", regex=False).to_numpy() if clock else np.zeros(view.size, dtype=bool)
    for name in date:
        take_some(view, name, np.arange(view.size))
    note(view, np.flatnonzero(fine), Cell.LEFT_OUT, "No part of it is known")
    for name in clock:
        take_some(view, name, np.flatnonzero(timed))
        note(view, np.flatnonzero(~timed & fine), Cell.LEFT_OUT, "No part of it is known", name)
        note(view, np.flatnonzero(~timed & ~fine), Cell.REJECTED, "MAP_DATE", name)


def _form(view: View) -> str:
    """The form that the block reads; nothing for the variables of a whole dataset."""
    while isinstance(view, PartView):
        view = view.whole
    return view.block.model.from_ if isinstance(view, BlockView) else ""
