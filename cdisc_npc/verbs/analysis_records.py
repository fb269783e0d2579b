"""Verbs that look at more than one record: lookups, baselines and flags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.analysis_verb import DATES, NUMBERS, AdamVerb, Kind, KindOf, misfits_of, one_family
from cdisc_npc.verbs.base import Flag, Names
from cdisc_npc.verbs.verb import Origin

_NAME = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", re.ASCII)

Take = Literal["only", "first", "last", "min", "max", "sum", "count", "list"]


class Lookup(AdamVerb):
    """A value of another table's records of the subject.

    ``by`` names variables that must agree, too; ``before``, ``until``, ``since`` and ``after`` compare
    a variable there with one here: ``until: {EXSTDTM: ASTDTM}``.
    """

    keyword: ClassVar[str] = "lookup"
    default_origin: ClassVar[Origin] = "Predecessor"
    lookup: str
    take: Take = "only"
    order: Names = []
    where: Condition | None = None
    by: dict[str, str] | Names = Setting(default=[], description="names, or own name: name there")
    before: dict[str, str] = {}
    until: dict[str, str] = {}
    since: dict[str, str] = {}
    after: dict[str, str] = {}
    open_ended: Flag = Setting(default=False, description="a date that is missing there bounds nothing")
    required: Flag = Setting(default=False, description="a record that finds nothing is a finding")

    @model_validator(mode="after")
    def _names_a_variable(self) -> Lookup:
        if not _NAME.fullmatch(self.lookup):
            raise ValueError(f"expected TABLE.VARIABLE, not {self.lookup}")
        if self.take in ("first", "last") and not self.order:
            raise ValueError(f"the {self.take} record needs an order")
        return self

    @property
    def table(self) -> str:
        """Where it is looked up."""
        return self.lookup.partition(".")[0]

    @property
    def variable(self) -> str:
        """What is looked up."""
        return self.lookup.partition(".")[2]

    @property
    def keys(self) -> dict[str, str]:
        """Own name: name there, of the variables that must agree beside the subject."""
        return dict(self.by) if isinstance(self.by, dict) else {name: name for name in self.by}

    @property
    def bounds(self) -> list[tuple[str, str, str]]:
        """Comparisons: kind, name there, own name."""
        kinds = ("before", "until", "since", "after")
        return [(kind, other, own) for kind in kinds for other, own in getattr(self, kind).items()]

    def own_reads(self) -> Iterator[str]:
        yield from self.keys
        yield from (own for _, _, own in self.bounds)

    def looks_in(self) -> Iterator[tuple[str, str]]:
        names = [self.variable, *(name.removeprefix("-") for name in self.order), *self.keys.values()]
        names += [other for _, other, _ in self.bounds]
        names += self.where.reads() if self.where else []
        yield from ((self.table, name) for name in names)

    def kind(self, kind_of: KindOf) -> Kind | None:
        return "number" if self.take in ("sum", "count") else kind_of(self.lookup)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        kinds: dict[str, tuple[Kind, ...]] = {"sum": ("number",), "list": ("text",)}
        kinds |= dict.fromkeys(("min", "max"), ("number", *DATES))
        if self.take in kinds:
            yield from misfits_of(kind_of, [self.lookup], *kinds[self.take])
        for _, other, own in self.bounds:
            pair = [f"{self.table}.{other}", own]
            yield from misfits_of(kind_of, pair, "number", *DATES)
            yield from one_family(kind_of, pair, "bounds")

    def tell(self) -> str:
        text = self.lookup if self.take == "only" else f"{self.take} {self.lookup}"
        if self.order:
            text += f" by {', '.join(self.order)}"
        if self.where:
            text += f" where {self.where.describe()}"
        words = {"before": "before", "until": "on or before", "since": "on or after", "after": "after"}
        return text + "".join(f", {other} {words[kind]} {own}" for kind, other, own in self.bounds)


class Exists(AdamVerb):
    """Y where the subject has such a record."""

    keyword: ClassVar[str] = "exists"
    gives: ClassVar[Kind | None] = "text"
    exists: str
    where: Condition | None = None
    by: dict[str, str] | Names = []

    @property
    def keys(self) -> dict[str, str]:
        """Own name: name there."""
        return dict(self.by) if isinstance(self.by, dict) else {name: name for name in self.by}

    def own_reads(self) -> Iterator[str]:
        yield from self.keys

    def looks_in(self) -> Iterator[tuple[str, str]]:
        names = [*self.keys.values(), *(self.where.reads() if self.where else ["USUBJID"])]
        yield from ((self.exists, name) for name in names)

    def tell(self) -> str:
        return f'"Y" where {self.exists} has a record' + (
            f" with {self.where.describe()}" if self.where else ""
        )


class Baseline(AdamVerb):
    """The value of the group's record with ABLFL = Y."""

    keyword: ClassVar[str] = "baseline"
    baseline: str
    by: Names = []

    def own_reads(self) -> Iterator[str]:
        yield from (self.baseline, "ABLFL", *self.by)

    def kind(self, kind_of: KindOf) -> Kind | None:
        return kind_of(self.baseline)

    def tell(self) -> str:
        return f"{self.baseline} of the record with ABLFL = Y"


class ExtremeFlag(AdamVerb):
    """Y for the first or last record of the subject (and ``by``) in an order."""

    keyword: ClassVar[str] = "extreme_flag"
    gives: ClassVar[Kind | None] = "text"
    extreme_flag: Literal["first", "last"]
    order: Names
    by: Names = []
    where: Condition | None = None

    def own_reads(self) -> Iterator[str]:
        yield from (name.removeprefix("-") for name in self.order)
        yield from self.by
        yield from self.where.reads() if self.where else ()

    def tell(self) -> str:
        text = f'"Y" for the {self.extreme_flag} record by {", ".join(self.order)}'
        return text + (f" among those where {self.where.describe()}" if self.where else "")


class RelativeFlag(AdamVerb):
    """Y for records before or after the first (or last) one that satisfies a condition."""

    keyword: ClassVar[str] = "relative_flag"
    gives: ClassVar[Kind | None] = "text"
    relative_flag: Literal["before", "after"]
    reference: Condition
    take: Literal["first", "last"] = "first"
    order: Names
    by: Names = []
    inclusive: Flag = True
    without: Flag = Setting(default=True, description="the answer where there is no such record")
    where: Condition | None = Setting(default=None, description="records that are looked at, and flagged")

    def own_reads(self) -> Iterator[str]:
        yield from (name.removeprefix("-") for name in self.order)
        yield from self.by
        yield from self.reference.reads()
        yield from self.where.reads() if self.where else ()

    def tell(self) -> str:
        including = ", which counts" if self.inclusive else ""
        return (
            f'"Y" {self.relative_flag} the {self.take} record where {self.reference.describe()}{including}, by '
            f"{', '.join(self.order)}"
        )


class WorstOfDay(AdamVerb):
    """Y for the worst response of the subject's day."""

    keyword: ClassVar[str] = "worst_of_day"
    gives: ClassVar[Kind | None] = "text"
    worst_of_day: str = Setting(description="the response")
    date: str = "ADT"
    by: Names = Setting(default=[], description="variables that tell assessors apart")
    where: Condition | None = None

    def own_reads(self) -> Iterator[str]:
        yield from (self.worst_of_day, self.date, *self.by)
        yield from self.where.reads() if self.where else ()

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.worst_of_day], "text")
        yield from misfits_of(kind_of, [self.date], *DATES)

    def tell(self) -> str:
        text = f'"Y" for the worst {self.worst_of_day} of each {", ".join([*self.by, self.date])}'
        return text + (f" among those where {self.where.describe()}" if self.where else "")


class TreatmentEmergent(AdamVerb):
    """Y for events that begin (or get worse) from the first treatment to so many days after the last."""

    keyword: ClassVar[str] = "treatment_emergent"
    gives: ClassVar[Kind | None] = "text"
    treatment_emergent: Annotated[list[str], Setting(min_length=2, max_length=2)]
    first: str = "ADSL.TRTSDT"
    last: str | None = None
    window: int | None = None
    group: Names = Setting(
        default=[], description="variables that tell which records are of one event: AEGRPID"
    )
    intensity: str | None = Setting(
        default=None, description="severity or grade of the records of an event, a number"
    )

    @model_validator(mode="after")
    def _belong_together(self) -> TreatmentEmergent:
        if (self.window is None) != (self.last is None):
            raise ValueError("the window and the last treatment belong together")
        if bool(self.group) != bool(self.intensity):
            raise ValueError("group and intensity belong together: an event worsens among its records")
        return self

    def own_reads(self) -> Iterator[str]:
        yield from (*self.treatment_emergent, self.first)
        yield from (
            *([self.last] if self.last else []),
            *self.group,
            *([self.intensity] if self.intensity else []),
        )

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(
            kind_of, [*self.treatment_emergent, self.first, *([self.last] if self.last else [])], *DATES
        )
        yield from misfits_of(kind_of, [self.intensity] if self.intensity else [], *NUMBERS)

    def tell(self) -> str:
        text = f'"Y" for what begins on or after {self.first}'
        text += f" and within {self.window} days after {self.last}" if self.last else ""
        if self.group:
            text += f"; of an event ({', '.join(self.group)}) that began before, where {self.intensity} rose"
        return text


class OnTreatment(AdamVerb):
    """Y for what is dated from the first treatment to so many days after the last."""

    keyword: ClassVar[str] = "on_treatment"
    gives: ClassVar[Kind | None] = "text"
    on_treatment: str
    first: str = "ADSL.TRTSDT"
    last: str = "ADSL.TRTEDT"
    window: int = 0

    def own_reads(self) -> Iterator[str]:
        yield from (self.on_treatment, self.first, self.last)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, [self.on_treatment, self.first, self.last], *DATES)

    def tell(self) -> str:
        return f'"Y" for {self.on_treatment} from {self.first} to {self.last} + {self.window} days'
