"""The verbs of the mapping language, as the specification states them.

A verb says which names it reads, where its value comes from (the origin of
Define-XML) and how it is described to a reviewer. What it does stands in
`cdisc_npc.sdtm.record_verbs` and `cdisc_npc.sdtm.dataset_verbs` under the same name.
Those of datasets alone stand in `cdisc_npc.verbs.of_dataset`.

Inside ``records`` a name is a field of the form (or a variable of the dataset) that
the block reads; among the dataset's own ``variables`` it is a variable of the dataset
or ``DATASET.VARIABLE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union

from pydantic import Discriminator, Tag, field_validator, model_validator
from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.of_dataset import (
    BaselineFlag,
    Copy,
    Earliest,
    Epoch,
    EpochBegins,
    Exists,
    FromForm,
    Latest,
    Lookup,
    Next,
    Scope,
    Standardize,
    StudyDay,
    Verb,
)
from cdisc_npc.verbs.verb import Origin
from cdisc_npc.verbs.verb import Verb as AnyScope

_FIELD = re.compile(r"\{([^{}]+)\}")


class Assign(Verb):
    """The collected value of one field."""

    keyword: ClassVar[str] = "assign"
    assign: str

    def own_reads(self) -> Iterator[str]:
        yield self.assign

    def tell(self) -> str:
        return f"{self.assign}"


class Hardcode(Verb):
    """A fixed value."""

    keyword: ClassVar[str] = "hardcode"
    scope: ClassVar[Scope] = "either"
    default_origin: ClassVar[Origin] = "Assigned"
    hardcode: str

    def tell(self) -> str:
        return f'"{self.hardcode}"'


class Iso8601(Verb):
    """A date, time or both, as ISO 8601, no more precise than collected."""

    keyword: ClassVar[str] = "iso8601"
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
        yield from self.fields()
        if self.not_before:
            yield self.not_before

    def tell(self) -> str:
        stated = f"{' and '.join(self.fields())} in ISO 8601"
        return (
            f"{stated}, of the next day where it is before {self.not_before}" if self.not_before else stated
        )


class Text(Verb):
    """A text with fields put in place: ``"{DOSE} {UNIT}"``; blank where all its fields are."""

    keyword: ClassVar[str] = "text"
    scope: ClassVar[Scope] = "either"
    text: str

    def own_reads(self) -> Iterator[str]:
        yield from _FIELD.findall(self.text)

    def tell(self) -> str:
        return f'the text "{self.text}"'


class FirstOf(Verb):
    """The first of several fields that is not blank."""

    keyword: ClassVar[str] = "first_of"
    first_of: Annotated[list[str], Setting(min_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from self.first_of

    def tell(self) -> str:
        return f"the first present of {', '.join(self.first_of)}"


class Agree(Verb):
    """The common value of several fields, blanks apart; where they differ, the ``else``."""

    keyword: ClassVar[str] = "agree"
    agree: Annotated[list[str], Setting(min_length=2)]

    @model_validator(mode="after")
    def _says_what_else(self) -> Agree:
        if self.else_ is None:
            raise ValueError("agree needs `else`: the value where the fields differ")
        return self

    def own_reads(self) -> Iterator[str]:
        yield from self.agree

    def tell(self) -> str:
        return f"the common value of {', '.join(self.agree)}"


class Cases(Verb):
    """The first of several verbs whose condition holds."""

    keyword: ClassVar[str] = "cases"
    scope: ClassVar[Scope] = "either"
    cases: Annotated[list[AnyVerb], Setting(min_length=1)]

    def inner(self) -> list[AnyScope]:
        return list(self.cases)

    def own_reads(self) -> Iterator[str]:
        for case in self.cases:
            yield from case.reads()

    def origins(self) -> list[Origin]:
        if self.origin:
            return [self.origin]
        return list(dict.fromkeys(origin for case in self.cases for origin in case.origins()))

    def tell(self) -> str:
        return "; else ".join(case.describe() for case in self.cases)


class StudyValue(Verb):
    """One value of the whole study: the earliest or latest of a variable, or a number of subjects."""

    keyword: ClassVar[str] = "study_value"
    scope: ClassVar[Scope] = "either"
    default_origin: ClassVar[Origin] = "Derived"
    study_value: Annotated[str, Setting(pattern=r"^[A-Z]{2,8}\.[A-Z0-9]+$")]
    take: Literal["earliest", "latest", "subjects"]
    where: Condition | None = None

    def own_reads(self) -> Iterator[str]:
        yield self.study_value
        dataset = self.study_value.partition(".")[0]
        for name in self.where.reads() if self.where else []:
            yield f"{dataset}.{name}"

    def tell(self) -> str:
        what = "the number of subjects with" if self.take == "subjects" else f"the {self.take}"
        where = f" where {self.where.describe()}" if self.where else ""
        return f"{what} {self.study_value} of the study{where}"


_MODELS: tuple[type[Verb], ...] = (
    Assign,
    Hardcode,
    Iso8601,
    Text,
    FirstOf,
    Agree,
    Cases,
    Copy,
    Lookup,
    Exists,
    Earliest,
    Latest,
    Next,
    StudyValue,
    FromForm,
    StudyDay,
    Epoch,
    EpochBegins,
    BaselineFlag,
    Standardize,
)
VERBS: dict[str, type[Verb]] = {model.keyword: model for model in _MODELS}


def _verb_of(value: Any) -> str | None:
    if isinstance(value, Verb):
        return value.keyword
    return next((key for key in value if key in VERBS), None) if isinstance(value, dict) else None


if TYPE_CHECKING:
    AnyVerb = Verb
else:
    AnyVerb = Annotated[
        Union[tuple(Annotated[model, Tag(name)] for name, model in VERBS.items())],  # noqa: UP007
        Discriminator(
            _verb_of,
            custom_error_type="no_verb",
            custom_error_message=f"expected a verb: one of {', '.join(VERBS)}",
            custom_error_context={"verbs": " ".join(VERBS)},
        ),
    ]
