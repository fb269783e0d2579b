"""Verbs that make dates of --DTC, and what is counted between dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from cdisc_npc.spec.adam.verb import AdamVerb
from cdisc_npc.spec.base import Flag, Names

Level = Literal["none", "second", "minute", "hour", "day", "month", "year"]


class Imputed(AdamVerb):
    """What `Date` and `Datetime` share: how far a partial date is completed, within which bounds."""

    highest: Level = "none"
    impute: str = Setting(default="first", description="first, mid, last, a day or a month and day")
    preserve: Flag = False
    lower: Names = Setting(default=[], description="dates that an imputed one is not before")
    upper: Names = Setting(default=[], description="dates that an imputed one is not after")

    @model_validator(mode="after")
    def _fits_together(self) -> Imputed:
        from cdisc_npc.adam.dates import Imputation

        Imputation(self.highest, self.impute, getattr(self, "time", "first"), self.preserve)
        if self.highest == "year" and not (self.lower if self.impute == "first" else self.upper):
            raise ValueError(f"a year that is imputed as {self.impute} needs a bound")
        return self

    def _how(self) -> str:
        if self.highest == "none":
            return ""
        text = f", imputed up to the {self.highest} as {self.impute}"
        if self.lower:
            text += f", not before {' and '.join(self.lower)}"
        return text + (f", not after {' and '.join(self.upper)}" if self.upper else "")


class Date(Imputed):
    """The date of a --DTC."""

    keyword: ClassVar[str] = "date"
    date: str

    def own_reads(self) -> Iterator[str]:
        yield from (self.date, *self.lower, *self.upper)

    def tell(self) -> str:
        return f"date of {self.date}{self._how()}"


class Datetime(Imputed):
    """The date and time of a --DTC."""

    keyword: ClassVar[str] = "datetime"
    datetime: str
    highest: Level = "hour"
    time: str = Setting(default="first", description="first, last or hh:mm:ss")

    def own_reads(self) -> Iterator[str]:
        yield from (self.datetime, *self.lower, *self.upper)

    def tell(self) -> str:
        return f"date and time of {self.datetime}{self._how()}, times imputed as {self.time}"


class DateOf(AdamVerb):
    """The date of a datetime."""

    keyword: ClassVar[str] = "date_of"
    date_of: str

    def own_reads(self) -> Iterator[str]:
        yield self.date_of

    def tell(self) -> str:
        return f"date of {self.date_of}"


class AddDays(AdamVerb):
    """The date so many days after another one, or before it where the number is negative."""

    keyword: ClassVar[str] = "add_days"
    add_days: str = Setting(description="the date")
    days: int

    def own_reads(self) -> Iterator[str]:
        yield self.add_days

    def tell(self) -> str:
        return f"{self.add_days} {'-' if self.days < 0 else '+'} {abs(self.days)} days"


class DateFlag(AdamVerb):
    """The largest part of a date that was imputed: Y, M or D."""

    keyword: ClassVar[str] = "date_flag"
    date_flag: str = Setting(description="the --DTC")
    of: str = Setting(description="the date or datetime that was made of it")

    def own_reads(self) -> Iterator[str]:
        yield from (self.date_flag, self.of)

    def tell(self) -> str:
        return f"highest part of {self.of} that {self.date_flag} does not know"


class TimeFlag(DateFlag):
    """The largest part of a time that was imputed: H, M or S."""

    keyword: ClassVar[str] = "time_flag"
    date_flag: str = Setting(alias="time_flag", description="the --DTC")


class StudyDay(AdamVerb):
    """Days from the reference date, which is day 1; there is no day 0."""

    keyword: ClassVar[str] = "study_day"
    study_day: str
    reference: str = "ADSL.TRTSDT"

    def own_reads(self) -> Iterator[str]:
        yield from (self.study_day, self.reference)

    def tell(self) -> str:
        return f"day of {self.study_day}, {self.reference} being day 1"


class Duration(AdamVerb):
    """How long it is from one date to another."""

    keyword: ClassVar[str] = "duration"
    duration: Annotated[list[str], Setting(min_length=2, max_length=2)]
    unit: str = "days"
    add_one: Flag = True
    whole: Flag = False
    calendar: Flag = False

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, unit: str) -> str:
        from cdisc_npc.adam.days import unit_of

        return unit_of(unit)

    def own_reads(self) -> Iterator[str]:
        yield from self.duration

    def tell(self) -> str:
        return f"{self.unit} from {self.duration[0]} to {self.duration[1]}{' + 1' if self.add_one else ''}"


class Earliest(AdamVerb):
    """The least of several dates or numbers that are there."""

    keyword: ClassVar[str] = "earliest"
    earliest: Names

    def own_reads(self) -> Iterator[str]:
        yield from self.earliest

    def tell(self) -> str:
        return f"earliest of {', '.join(self.earliest)}"


class Latest(AdamVerb):
    """The greatest of several dates or numbers that are there."""

    keyword: ClassVar[str] = "latest"
    latest: Names

    def own_reads(self) -> Iterator[str]:
        yield from self.latest

    def tell(self) -> str:
        return f"latest of {', '.join(self.latest)}"


class Source(AdamVerb):
    """Which of several dates is the latest: the words for it, by name."""

    keyword: ClassVar[str] = "latest_source"
    latest_source: dict[str, str] = Setting(description="name of the date: words for it; the first of a tie")

    def own_reads(self) -> Iterator[str]:
        yield from self.latest_source

    def tell(self) -> str:
        return f"which of {', '.join(self.latest_source)} is the latest"
