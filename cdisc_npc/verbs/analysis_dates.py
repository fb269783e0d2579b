"""Verbs that make dates of --DTC, and what is counted between dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from cdisc_npc.columns.days import unit_of
from cdisc_npc.columns.imputation import Imputation
from cdisc_npc.verbs.analysis_verb import DATES, AdamVerb, Kind, KindOf, common_kind, misfits_of, one_family
from cdisc_npc.verbs.base import Flag, Names

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
    gives: ClassVar[Kind | None] = "date"
    date: str

    def own_reads(self) -> Iterator[str]:
        yield from (self.date, *self.lower, *self.upper)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.date], "text")
        yield from misfits_of(kind_of, [*self.lower, *self.upper], *DATES)

    def tell(self) -> str:
        return f"date of {self.date}{self._how()}"


class Datetime(Imputed):
    """The date and time of a --DTC."""

    keyword: ClassVar[str] = "datetime"
    gives: ClassVar[Kind | None] = "datetime"
    datetime: str
    highest: Level = "hour"
    time: str = Setting(default="first", description="first, last or hh:mm:ss")

    def own_reads(self) -> Iterator[str]:
        yield from (self.datetime, *self.lower, *self.upper)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.datetime], "text")
        yield from misfits_of(kind_of, [*self.lower, *self.upper], *DATES)

    def tell(self) -> str:
        return f"date and time of {self.datetime}{self._how()}, times imputed as {self.time}"


class DateOf(AdamVerb):
    """The date of a datetime."""

    keyword: ClassVar[str] = "date_of"
    gives: ClassVar[Kind | None] = "date"
    date_of: str

    def own_reads(self) -> Iterator[str]:
        yield self.date_of

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.date_of], *DATES)

    def tell(self) -> str:
        return f"date of {self.date_of}"


class AddDays(AdamVerb):
    """The date so many days after another one, or before it where the number is negative."""

    keyword: ClassVar[str] = "add_days"
    add_days: str = Setting(description="the date")
    days: int

    def own_reads(self) -> Iterator[str]:
        yield self.add_days

    def kind(self, kind_of: KindOf) -> Kind | None:
        return kind_of(self.add_days)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.add_days], *DATES)

    def tell(self) -> str:
        return f"{self.add_days} {'-' if self.days < 0 else '+'} {abs(self.days)} days"


class DateFlag(AdamVerb):
    """The largest part of a date that was imputed: Y, M or D."""

    keyword: ClassVar[str] = "date_flag"
    gives: ClassVar[Kind | None] = "text"
    date_flag: str = Setting(description="the --DTC")
    of: str = Setting(description="the date or datetime that was made of it")

    def own_reads(self) -> Iterator[str]:
        yield from (self.date_flag, self.of)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.date_flag], "text")
        yield from misfits_of(kind_of, [self.of], *DATES)

    def tell(self) -> str:
        return f"highest part of {self.of} that {self.date_flag} does not know"


class TimeFlag(DateFlag):
    """The largest part of a time that was imputed: H, M or S."""

    keyword: ClassVar[str] = "time_flag"
    date_flag: str = Setting(alias="time_flag", description="the --DTC")


class StudyDay(AdamVerb):
    """Days from the reference date, which is day 1; there is no day 0."""

    keyword: ClassVar[str] = "study_day"
    gives: ClassVar[Kind | None] = "number"
    study_day: str
    reference: str = "ADSL.TRTSDT"

    def own_reads(self) -> Iterator[str]:
        yield from (self.study_day, self.reference)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.study_day, self.reference], *DATES)

    def tell(self) -> str:
        return f"day of {self.study_day}, {self.reference} being day 1"


class Duration(AdamVerb):
    """How long it is from one date to another."""

    keyword: ClassVar[str] = "duration"
    gives: ClassVar[Kind | None] = "number"
    duration: Annotated[list[str], Setting(min_length=2, max_length=2)]
    unit: str = "days"
    add_one: Flag | None = Setting(
        default=None, description="count the first and the last unit; default: yes, of days and longer units"
    )
    whole: Flag = False
    calendar: Flag = False

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, unit: str) -> str:
        return unit_of(unit)

    @property
    def timed(self) -> bool:
        """Whether times count: hours, minutes and seconds are no matter of days."""
        return self.unit in ("hours", "minutes", "seconds")

    @property
    def counts_both(self) -> bool:
        """Whether the first and the last day (or other unit) both count."""
        return not self.timed if self.add_one is None else self.add_one

    def own_reads(self) -> Iterator[str]:
        yield from self.duration

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.duration, *DATES)

    def tell(self) -> str:
        return (
            f"{self.unit} from {self.duration[0]} to {self.duration[1]}{' + 1' if self.counts_both else ''}"
        )


class Earliest(AdamVerb):
    """The least of several dates or numbers that are there."""

    keyword: ClassVar[str] = "earliest"
    earliest: Names

    def own_reads(self) -> Iterator[str]:
        yield from self.earliest

    def kind(self, kind_of: KindOf) -> Kind | None:
        return common_kind(map(kind_of, self.earliest))

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.earliest, "number", *DATES)
        yield from one_family(kind_of, self.earliest, "values")

    def tell(self) -> str:
        return f"earliest of {', '.join(self.earliest)}"


class Latest(AdamVerb):
    """The greatest of several dates or numbers that are there."""

    keyword: ClassVar[str] = "latest"
    latest: Names

    def own_reads(self) -> Iterator[str]:
        yield from self.latest

    def kind(self, kind_of: KindOf) -> Kind | None:
        return common_kind(map(kind_of, self.latest))

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.latest, "number", *DATES)
        yield from one_family(kind_of, self.latest, "values")

    def tell(self) -> str:
        return f"latest of {', '.join(self.latest)}"


class Source(AdamVerb):
    """Which of several dates is the latest: the words for it, by name."""

    keyword: ClassVar[str] = "latest_source"
    gives: ClassVar[Kind | None] = "text"
    latest_source: dict[str, str] = Setting(description="name of the date: words for it; the first of a tie")

    def own_reads(self) -> Iterator[str]:
        yield from self.latest_source

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.latest_source, *DATES)

    def tell(self) -> str:
        return f"which of {', '.join(self.latest_source)} is the latest"
