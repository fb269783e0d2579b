"""The verbs of ADaM, as the specification states them.

What a verb does stands in `cdisc_npc.adam.derive_values`. A name is a variable of the records at hand, or
``TABLE.VARIABLE`` of another dataset or table, looked up by subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Union

from pydantic import Discriminator, Tag, field_validator, model_validator
from pydantic import Field as Setting

from cdisc_npc.columns.patterns import checked, groups
from cdisc_npc.verbs.analysis_dates import (
    AddDays,
    Date,
    DateFlag,
    DateOf,
    Datetime,
    Duration,
    Earliest,
    Latest,
    Source,
    StudyDay,
    TimeFlag,
)
from cdisc_npc.verbs.analysis_records import (
    Baseline,
    Exists,
    ExtremeFlag,
    Lookup,
    OnTreatment,
    RelativeFlag,
    TreatmentEmergent,
    WorstOfDay,
)
from cdisc_npc.verbs.analysis_verb import NUMBERS, AdamVerb, Kind, KindOf, common_kind, misfits_of
from cdisc_npc.verbs.base import Flag
from cdisc_npc.verbs.verb import Origin

_FIELD = re.compile(r"\{([^{}]+)\}")


class Copy(AdamVerb):
    """Another variable, of the record or (``ADSL.AGE``) of the subject."""

    keyword: ClassVar[str] = "copy"
    default_origin: ClassVar[Origin] = "Predecessor"
    copy_: str = Setting(alias="copy")

    def own_reads(self) -> Iterator[str]:
        yield self.copy_

    def kind(self, kind_of: KindOf) -> Kind | None:
        return kind_of(self.copy_)

    def tell(self) -> str:
        return self.copy_


class Hardcode(AdamVerb):
    """A fixed text."""

    keyword: ClassVar[str] = "hardcode"
    gives: ClassVar[Kind | None] = "text"
    default_origin: ClassVar[Origin] = "Assigned"
    hardcode: str

    def tell(self) -> str:
        return f'"{self.hardcode}"'


class Number(AdamVerb):
    """A fixed number."""

    keyword: ClassVar[str] = "number"
    gives: ClassVar[Kind | None] = "number"
    default_origin: ClassVar[Origin] = "Assigned"
    number: float

    def tell(self) -> str:
        return f"{self.number:g}"


class Text(AdamVerb):
    """A text with variables put in place: ``"Target Lesion {LESION}"``."""

    keyword: ClassVar[str] = "text"
    gives: ClassVar[Kind | None] = "text"
    text: str

    def own_reads(self) -> Iterator[str]:
        yield from _FIELD.findall(self.text)

    def tell(self) -> str:
        return f'the text "{self.text}"'


class Extract(AdamVerb):
    """A part of a text: what the group of a pattern matches; blank where it does not."""

    keyword: ClassVar[str] = "extract"
    gives: ClassVar[Kind | None] = "text"
    extract: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        if groups(checked(pattern)) != 1:
            raise ValueError(f"expected one group in the pattern, not {pattern}")
        return pattern

    def own_reads(self) -> Iterator[str]:
        yield self.extract

    def tell(self) -> str:
        return f"the part of {self.extract} that matches {self.pattern}"


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

    def kind(self, kind_of: KindOf) -> Kind | None:
        return "number" if self.numeric else "text"

    def tell(self) -> str:
        return f"{self.recode}: " + ", ".join(f"{value} is {to}" for value, to in self.to.items())


class Difference(AdamVerb):
    """One number less another, as such or as per cent of the size of the second."""

    keyword: ClassVar[str] = "difference"
    gives: ClassVar[Kind | None] = "number"
    difference: Annotated[list[str], Setting(min_length=2, max_length=2)]
    percent: Flag = False

    def own_reads(self) -> Iterator[str]:
        yield from self.difference

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.difference, *NUMBERS)

    def tell(self) -> str:
        one, two = self.difference
        return f"100 * ({one} - {two}) / |{two}|" if self.percent else f"{one} - {two}"


class Ratio(AdamVerb):
    """One number as per cent of another; missing where that is 0."""

    keyword: ClassVar[str] = "percent"
    gives: ClassVar[Kind | None] = "number"
    percent: Annotated[list[str], Setting(min_length=2, max_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from self.percent

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.percent, *NUMBERS)

    def tell(self) -> str:
        return f"100 * {self.percent[0]} / {self.percent[1]}"


class Product(AdamVerb):
    """Numbers multiplied."""

    keyword: ClassVar[str] = "product"
    gives: ClassVar[Kind | None] = "number"
    product: Annotated[list[str], Setting(min_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from (name for name in self.product if not is_number(name))

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.own_reads(), *NUMBERS)

    def tell(self) -> str:
        return " * ".join(self.product)


def is_number(text: str) -> bool:
    """Whether a text of the specification is a number."""
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


class Total(AdamVerb):
    """Numbers added up; missing where one is."""

    keyword: ClassVar[str] = "total"
    gives: ClassVar[Kind | None] = "number"
    total: Annotated[list[str], Setting(min_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from (name for name in self.total if not is_number(name))

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        yield from misfits_of(kind_of, self.own_reads(), *NUMBERS)

    def tell(self) -> str:
        return " + ".join(self.total)


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

    def kind(self, kind_of: KindOf) -> Kind | None:
        return common_kind(case.kind(kind_of) for case in self.cases)

    def tell(self) -> str:
        return "; ".join(case.describe() for case in self.cases)


_MODELS: tuple[type[AdamVerb], ...] = (
    Copy, Hardcode, Number, Text, Extract, Date, Datetime, DateOf, AddDays, DateFlag, TimeFlag, Lookup, Exists, StudyDay,
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
