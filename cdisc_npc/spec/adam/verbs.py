"""The verbs of ADaM, as the specification states them.

What a verb does stands in `cdisc_npc.adam.evaluate`. A name is a variable of the records at hand, or
``TABLE.VARIABLE`` of another dataset or table, looked up by subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union

from pydantic import Discriminator, Tag, field_validator, model_validator
from pydantic import Field as Setting

from cdisc_npc.spec.base import Flag, Model, Names
from cdisc_npc.spec.conditions import Condition
from cdisc_npc.spec.verb import Origin

_FIELD = re.compile(r"\{([^{}]+)\}")
_NAME = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", re.ASCII)

Level = Literal["none", "second", "minute", "hour", "day", "month", "year"]


class AdamVerb(Model):
    """What every verb may carry beside its own arguments."""

    keyword: ClassVar[str] = ""
    default_origin: ClassVar[Origin] = "Derived"

    when: Condition | None = None
    else_: str | None = Setting(default=None, alias="else", description="value where nothing else applies")
    origin: Origin | None = None
    comment: str | None = None

    def own_reads(self) -> Iterator[str]:
        """Names that the verb's own arguments refer to, among the records at hand or elsewhere."""
        yield from ()

    def looks_in(self) -> Iterator[tuple[str, str]]:
        """Tables and variables in them that the verb looks at by other means than a plain name."""
        yield from ()

    def reads(self) -> list[str]:
        """Every name of the records at hand, or qualified one, that the verb needs."""
        names = dict.fromkeys(self.own_reads())
        if self.when:
            names.update(dict.fromkeys(self.when.reads()))
        return list(names)

    def tell(self) -> str:
        """What the verb does, without its modifiers."""
        raise NotImplementedError

    def describe(self) -> str:
        """What the verb does, in a sentence that a reviewer can check."""
        text = self.tell()
        if self.when:
            text += f", when {self.when.describe()}"
        if self.else_ is not None:
            text += f"; otherwise {self.else_ or 'blank'}"
        return text


class Copy(AdamVerb):
    """Another variable, of the record or (``ADSL.AGE``) of the subject."""

    keyword: ClassVar[str] = "copy"
    default_origin: ClassVar[Origin] = "Predecessor"
    copy_: str = Setting(alias="copy")

    def own_reads(self) -> Iterator[str]:
        yield self.copy_

    def tell(self) -> str:
        return self.copy_


class Hardcode(AdamVerb):
    """A fixed text."""

    keyword: ClassVar[str] = "hardcode"
    default_origin: ClassVar[Origin] = "Assigned"
    hardcode: str

    def tell(self) -> str:
        return f'"{self.hardcode}"'


class Number(AdamVerb):
    """A fixed number."""

    keyword: ClassVar[str] = "number"
    default_origin: ClassVar[Origin] = "Assigned"
    number: float

    def tell(self) -> str:
        return f"{self.number:g}"


class Text(AdamVerb):
    """A text with variables put in place: ``"Target Lesion {LESION}"``."""

    keyword: ClassVar[str] = "text"
    text: str

    def own_reads(self) -> Iterator[str]:
        yield from _FIELD.findall(self.text)

    def tell(self) -> str:
        return f'the text "{self.text}"'


class Extract(AdamVerb):
    """A part of a text: what the group of a pattern matches; blank where it does not."""

    keyword: ClassVar[str] = "extract"
    extract: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"{pattern} is no pattern: {error}") from None
        if groups != 1:
            raise ValueError(f"expected one group in the pattern, not {pattern}")
        return pattern

    def own_reads(self) -> Iterator[str]:
        yield self.extract

    def tell(self) -> str:
        return f"the part of {self.extract} that matches {self.pattern}"


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


class Recode(AdamVerb):
    """A value for each value of a variable; values that are not named give the ``else``."""

    keyword: ClassVar[str] = "recode"
    recode: str
    to: dict[str, str]
    numeric: Flag = False

    @model_validator(mode="after")
    def _numbers_are_numbers(self) -> Recode:
        for value in self.to.values() if self.numeric else ():
            float(value)
        return self

    def own_reads(self) -> Iterator[str]:
        yield self.recode

    def tell(self) -> str:
        return f"{self.recode}: " + ", ".join(f"{value} is {to}" for value, to in self.to.items())


class Difference(AdamVerb):
    """One number less another, as such or as per cent of the size of the second."""

    keyword: ClassVar[str] = "difference"
    difference: Annotated[list[str], Setting(min_length=2, max_length=2)]
    percent: Flag = False

    def own_reads(self) -> Iterator[str]:
        yield from self.difference

    def tell(self) -> str:
        one, two = self.difference
        return f"100 * ({one} - {two}) / |{two}|" if self.percent else f"{one} - {two}"


class Ratio(AdamVerb):
    """One number as per cent of another; missing where that is 0."""

    keyword: ClassVar[str] = "percent"
    percent: Annotated[list[str], Setting(min_length=2, max_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from self.percent

    def tell(self) -> str:
        return f"100 * {self.percent[0]} / {self.percent[1]}"


class Product(AdamVerb):
    """Numbers multiplied."""

    keyword: ClassVar[str] = "product"
    product: Annotated[list[str], Setting(min_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from (name for name in self.product if not _is_number(name))

    def tell(self) -> str:
        return " * ".join(self.product)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


class Total(AdamVerb):
    """Numbers added up; missing where one is."""

    keyword: ClassVar[str] = "total"
    total: Annotated[list[str], Setting(min_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from (name for name in self.total if not _is_number(name))

    def tell(self) -> str:
        return " + ".join(self.total)


class Baseline(AdamVerb):
    """The value of the group's record with ABLFL = Y."""

    keyword: ClassVar[str] = "baseline"
    baseline: str
    by: Names = []

    def own_reads(self) -> Iterator[str]:
        yield from (self.baseline, "ABLFL", *self.by)

    def tell(self) -> str:
        return f"{self.baseline} of the record with ABLFL = Y"


class ExtremeFlag(AdamVerb):
    """Y for the first or last record of the subject (and ``by``) in an order."""

    keyword: ClassVar[str] = "extreme_flag"
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
    worst_of_day: str = Setting(description="the response")
    date: str = "ADT"
    where: Condition | None = None

    def own_reads(self) -> Iterator[str]:
        yield from (self.worst_of_day, self.date)
        yield from self.where.reads() if self.where else ()

    def tell(self) -> str:
        text = f'"Y" for the worst {self.worst_of_day} of each {self.date}'
        return text + (f" among those where {self.where.describe()}" if self.where else "")


class TreatmentEmergent(AdamVerb):
    """Y for events that begin (or get worse) from the first treatment to so many days after the last."""

    keyword: ClassVar[str] = "treatment_emergent"
    treatment_emergent: Annotated[list[str], Setting(min_length=2, max_length=2)]
    first: str = "ADSL.TRTSDT"
    last: str | None = None
    window: int | None = None

    @model_validator(mode="after")
    def _window_has_an_end(self) -> TreatmentEmergent:
        if (self.window is None) != (self.last is None):
            raise ValueError("the window and the last treatment belong together")
        return self

    def own_reads(self) -> Iterator[str]:
        yield from (*self.treatment_emergent, self.first)
        if self.last:
            yield self.last

    def tell(self) -> str:
        text = f'"Y" for what begins on or after {self.first}'
        return text + (f" and within {self.window} days after {self.last}" if self.last else "")


class OnTreatment(AdamVerb):
    """Y for what is dated from the first treatment to so many days after the last."""

    keyword: ClassVar[str] = "on_treatment"
    on_treatment: str
    first: str = "ADSL.TRTSDT"
    last: str = "ADSL.TRTEDT"
    window: int = 0

    def own_reads(self) -> Iterator[str]:
        yield from (self.on_treatment, self.first, self.last)

    def tell(self) -> str:
        return f'"Y" for {self.on_treatment} from {self.first} to {self.last} + {self.window} days'


class Cases(AdamVerb):
    """The first of several verbs whose condition holds."""

    keyword: ClassVar[str] = "cases"
    cases: Annotated[list[AnyAdamVerb], Setting(min_length=1)]

    def own_reads(self) -> Iterator[str]:
        for case in self.cases:
            yield from case.reads()

    def looks_in(self) -> Iterator[tuple[str, str]]:
        for case in self.cases:
            yield from case.looks_in()

    def tell(self) -> str:
        return "; ".join(case.describe() for case in self.cases)


_MODELS: tuple[type[AdamVerb], ...] = (
    Copy, Hardcode, Number, Text, Extract, Date, Datetime, DateOf, DateFlag, TimeFlag, Lookup, Exists, StudyDay,
    Duration, Earliest, Latest, Source, Recode, Difference, Ratio, Product, Total, Baseline, ExtremeFlag, RelativeFlag,
    WorstOfDay, TreatmentEmergent, OnTreatment, Cases,
)  # fmt: skip
ADAM_VERBS: dict[str, type[AdamVerb]] = {model.keyword: model for model in _MODELS}


def _verb_of(value: Any) -> str | None:
    if isinstance(value, AdamVerb):
        return value.keyword
    # `difference` and `date` have arguments that are verbs of their own, so the first key decides.
    return next((key for key in value if key in ADAM_VERBS), None) if isinstance(value, dict) else None


if TYPE_CHECKING:
    AnyAdamVerb = AdamVerb
else:
    AnyAdamVerb = Annotated[
        Union[tuple(Annotated[model, Tag(name)] for name, model in ADAM_VERBS.items())],  # noqa: UP007
        Discriminator(
            _verb_of,
            custom_error_type="no_verb",
            custom_error_message=f"expected a verb: one of {', '.join(ADAM_VERBS)}",
        ),
    ]
Cases.model_rebuild()
