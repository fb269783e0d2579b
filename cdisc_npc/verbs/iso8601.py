"""Dates and times as ISO 8601."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import RECORD, MadeBySdtm


class Iso8601(MadeBySdtm):
    """A date, time or both, as ISO 8601, no more precise than collected."""

    keyword = "iso8601"
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
