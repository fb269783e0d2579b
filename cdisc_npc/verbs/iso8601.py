"""Dates and times as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from cdisc_npc.columns.column import Column, in_one_text
from cdisc_npc.columns.distinct import distinct
from cdisc_npc.columns.iso8601 import date_columns, part_columns
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, Verb
from cdisc_npc.verbs.view import TabulationView

_TO_THE_MINUTE = len("yyyy-mm-ddThh:mm")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")


class Iso8601(Verb):
    """A date, time or both, as ISO 8601, no more precise than collected."""

    scopes = RECORD
    takes = {"iso8601": ANY, "not_before": ANY}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"
    origin_tells_all = True
    gives_iso8601 = True

    iso8601: Names | dict[Literal["year", "month", "day", "hour", "minute"], str]
    order: Literal["dmy", "mdy", "ymd"] | None = None
    format: str | None = Setting(
        default=None, description="stated format, y m d H M S, in place of recognition"
    )
    not_before: str | None = Setting(
        default=None,
        description="field of a start time of the same date: what is before it is of the next day",
    )

    @field_validator("iso8601")
    @classmethod
    def _date_and_time(cls, value: Any) -> Any:
        if isinstance(value, list) and not 1 <= len(value) <= 2:
            raise ValueError("expected the field of the date, or the fields of date and time")
        if isinstance(value, dict) and not {"year", "month", "day"} <= set(value):
            raise ValueError("the parts of a date are at least its year, month and day")
        return value

    @model_validator(mode="after")
    def _has_times(self) -> Iso8601:
        if self.not_before and (isinstance(self.iso8601, dict) or len(self.iso8601) != 2):
            raise ValueError("not_before needs the fields of date and time in `iso8601`")
        return self

    def fields(self) -> list[str]:
        """The fields of the date and time."""
        return list(self.iso8601.values() if isinstance(self.iso8601, dict) else self.iso8601)

    def own_reads(self) -> Iterator[str]:
        yield from (*self.fields(), *self.named("not_before"))

    def tell(self) -> str:
        stated = f"{' and '.join(self.fields())} in ISO 8601"
        later = f", of the next day where it is before {self.not_before}" if self.not_before else ""
        return stated + later

    def make(self, view: TabulationView) -> Column:
        """Dates and times as ISO 8601; what cannot be one is blank and a finding."""
        fields = self.fields()
        columns = [view.column(name).printed for name in fields]
        rules = view.date_rules(fields[0], self.order)
        if isinstance(self.iso8601, dict):
            parts = dict(zip(map(str, self.iso8601), columns, strict=True))
            values, problems = part_columns(rules=rules, **parts)
        else:
            times = columns[1] if len(columns) > 1 else None
            values, problems = date_columns(columns[0], times, rules, self.format)
            if self.not_before:
                starts = view.column(self.not_before).printed
                values = _over_midnight(values, date_columns(columns[0], starts, rules, self.format)[0])
        wrong = np.flatnonzero(~problems.equal(""))
        if len(wrong):
            collected = [text.strip() for text in in_one_text(columns, " ", wrong)]
            view.report("MAP_DATE", wrong, collected, problems.take(wrong).values, params=", ".join(fields))
        if isinstance(self.iso8601, dict):
            clock = [name for part, name in self.iso8601.items() if part in ("hour", "minute")]
        else:
            clock = fields[1:]
        if rules.excel_serials:
            _report_serials(view, columns[0], values)
        _date_cells(view, [name for name in fields if name not in clock], clock, values, problems)
        return values


def _report_serials(view: TabulationView, collected: Column, values: Column) -> None:
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


def _date_cells(
    view: TabulationView, date: list[str], clock: list[str], values: Column, problems: Column
) -> None:
    """Which cells are in the dates made: those of a time only where the date has one."""
    fine = problems.equal("")
    timed = np.zeros(view.size, dtype=bool)
    if clock:
        timed = values.spread(pc.match_substring(values.kinds, "T").to_numpy(zero_copy_only=False))
    for name in date:
        view.used(name, np.arange(view.size))
    view.left_out(None, np.flatnonzero(fine), "No part of it is known")
    for name in clock:
        view.used(name, np.flatnonzero(timed))
        view.left_out(name, np.flatnonzero(~timed & fine), "No part of it is known")
        view.rejected(name, np.flatnonzero(~timed & ~fine), "MAP_DATE")
