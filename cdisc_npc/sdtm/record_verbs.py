"""What the verbs of record blocks do: from the fields of a form to a column."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.column import Column, different, in_one_text
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.iso8601 import date_columns, part_columns
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.evaluate import made, verb
from cdisc_npc.sdtm.plain_text import made_plain
from cdisc_npc.sdtm.records import Cell, blank
from cdisc_npc.sdtm.trail import decide, note, take, take_some
from cdisc_npc.sdtm.views import BlockView, PartView, View
from cdisc_npc.verbs import tabulation as verbs
from cdisc_npc.verbs.text import put_into_text

_TO_THE_MINUTE = len("yyyy-mm-ddThh:mm")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")


@verb("assign")
def assign(stated: verbs.Assign, view: View) -> Column:
    """The field as plain text."""
    values = take(view, stated.assign)
    return values if values.numeric else made_plain(values, view)


@verb("hardcode")
def hardcode(stated: verbs.Hardcode, view: View) -> Column:
    """The fixed value, for every record of the view."""
    return Column.one(stated.hardcode, view.size)


@verb("text")
def text(stated: verbs.Text, view: View) -> Column:
    """Fields put into the text; see `cdisc_npc.verbs.text.put_into_text`."""
    return Column.encoded(
        put_into_text(
            stated.text, lambda name: made_plain(take(view, name).printed, view).series(), view.size
        )
    )


@verb("first_of")
def first_of(stated: verbs.FirstOf, view: View) -> Column:
    """The first field that is not blank."""
    result = made_plain(view.column(stated.first_of[0]).printed, view)
    missing = is_blank(result)
    take_some(view, stated.first_of[0], np.flatnonzero(~missing))
    for name in stated.first_of[1:]:
        if not missing.any():
            break
        take_some(view, name, np.flatnonzero(missing))
        result = result.where(~missing, made_plain(view.column(name).printed, view))
        missing = is_blank(result)
    return result


@verb("agree")
def agree(stated: verbs.Agree, view: View) -> Column:
    """The common value of the fields that are not blank; a blank for those that differ.

    The ``else`` of the verb fills the records that differ; records where all fields are
    blank stay blank.
    """
    columns = [made_plain(view.column(name).printed, view) for name in stated.agree]
    first = columns[0]
    differ = np.zeros(view.size, dtype=bool)
    for column in columns[1:]:
        missing = is_blank(first)
        differ |= ~missing & ~is_blank(column) & different(first, column)
        first = first.where(~missing, column)
    failing = np.flatnonzero(differ)
    for name in stated.agree:
        take_some(view, name, np.flatnonzero(~differ))
        note(view, failing, Cell.REJECTED, "MAP_AGREE", name)
    if len(failing):
        shown = in_one_text(columns, " / ", failing)
        view.report("MAP_AGREE", failing, shown, stated.else_, params=", ".join(stated.agree))
    return first.filled(differ, stated.else_ or "")


@verb("cases")
def cases(stated: verbs.Cases, view: View) -> Column:
    """Each record takes the first case whose condition holds."""
    result = blank(view.size, view.variable.type == "Num")
    left = np.arange(view.size)
    for case in stated.cases:
        part = PartView(view, left)
        holds = decide(part, case.when) if case.when else np.ones(part.size, dtype=bool)
        if holds.any():
            result = result.put(left[holds], made(case, PartView(view, left[holds])))
        left = left[~holds]
    return result


@verb("iso8601")
def iso_8601(stated: verbs.Iso8601, view: View) -> Column:
    """Dates and times as ISO 8601; what cannot be one is blank and a finding."""
    fields = stated.fields()
    columns = [view.column(name).printed for name in fields]
    rules = view.build.spec.date_rules(_form(view), fields[0], stated.order)
    if isinstance(stated.iso8601, dict):
        parts = dict(zip(map(str, stated.iso8601), columns, strict=True))
        values, problems = part_columns(rules=rules, **parts)
    else:
        times = columns[1] if len(columns) > 1 else None
        values, problems = date_columns(columns[0], times, rules, stated.format)
        if stated.not_before:
            starts = view.column(stated.not_before).printed
            values = _over_midnight(values, date_columns(columns[0], starts, rules, stated.format)[0])
    wrong = np.flatnonzero(~problems.equal(""))
    if len(wrong):
        collected = [text.strip() for text in in_one_text(columns, " ", wrong)]
        view.report("MAP_DATE", wrong, collected, problems.take(wrong).values, params=", ".join(fields))
    if isinstance(stated.iso8601, dict):
        clock = [name for part, name in stated.iso8601.items() if part in ("hour", "minute")]
    else:
        clock = fields[1:]
    if rules.excel_serials:
        _report_serials(view, columns[0], values)
    _date_cells(view, [name for name in fields if name not in clock], clock, values, problems)
    return values


def _report_serials(view: View, collected: Column, values: Column) -> None:
    """Say which dates were read from day numbers of a spreadsheet: they might be numbers of something else."""
    texts = collected.kinds.to_pylist()
    serial = np.array([_SERIAL.fullmatch(text.strip()) is not None for text in texts], dtype=bool)
    rows = np.flatnonzero(collected.spread(serial) & ~values.equal(""))
    view.report("MAP_DATE_SERIAL", rows, collected.take(rows).values, values.take(rows).values)


def _over_midnight(ends: Column, starts: Column) -> Column:
    """Ends of the same date as their starts; those of an earlier hour and minute are of the next day."""
    late, own = ends.narrow, starts.narrow
    minute = [[text[:_TO_THE_MINUTE] for text in column.kinds.to_pylist()] for column in (late, own)]
    codes, pairs = distinct(late.places * np.int64(len(own.kinds)) + own.places)
    texts = []
    for pair in pairs.tolist():
        end, start = divmod(pair, len(own.kinds))
        text = late.kinds[end].as_py()
        if (
            _TO_THE_MINUTE == len(minute[0][end]) == len(minute[1][start])
            and minute[0][end] < minute[1][start]
        ):
            text = f"{np.datetime64(text[:10]) + 1}{text[10:]}"
        texts.append(text)
    return Column(pa.array(texts, pa.large_string()), codes.astype(np.int32))


def _date_cells(view: View, date: list[str], clock: list[str], values: Column, problems: Column) -> None:
    """Which cells are in the dates made: those of a time only where the date has one."""
    fine = problems.equal("")
    timed = np.zeros(view.size, dtype=bool)
    if clock:
        timed = values.spread(pc.match_substring(values.kinds, "T").to_numpy(zero_copy_only=False))
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
