"""The verbs of the mapping language, as the specification states them.

A verb says which names it reads, where its value comes from (the origin of
Define-XML) and how it is described to a reviewer. What it does stands in
`cdisc_npc.sdtm.record_verbs` and `cdisc_npc.sdtm.dataset_verbs` under the same name.

Inside ``records`` a name is a field of the form (or a variable of the dataset) that
the block reads; among the dataset's own ``variables`` it is a variable of the dataset
or ``DATASET.VARIABLE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union

from pydantic import Discriminator, Tag, field_validator, model_validator
from pydantic import Field as Setting

from cdisc_npc.spec.base import Model, Names
from cdisc_npc.spec.conditions import Condition

Origin = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available", "Other"]
Scope = Literal["records", "dataset", "either"]

_FIELD = re.compile(r"\{([^{}]+)\}")


class Verb(Model):
    """What every verb may carry beside its own arguments."""

    scope: ClassVar[Scope] = "records"
    default_origin: ClassVar[Origin] = "Collected"

    codelist: str | None = Setting(default=None, description="in place of the standard's; none: not checked")
    terms: str | None = Setting(default=None, description="the study's decode table for collected values")
    match: Literal["exact", "ignore case"] = "exact"
    case: Literal["upper", "lower", "title"] | None = Setting(default=None, description="case of the result")
    when: Condition | None = None
    else_: str | None = Setting(default=None, alias="else", description="value where nothing else applies")
    origin: Origin | None = None
    comment: str | None = None

    @property
    def name(self) -> str:
        """Name of the verb, as written in the specification."""
        return NAMES[type(self)]

    def own_reads(self) -> Iterator[str]:
        """Names that the verb's own arguments refer to."""
        yield from ()

    def reads(self) -> list[str]:
        """Every name that the verb needs, its condition's included, once each."""
        names = dict.fromkeys(self.own_reads())
        if self.when:
            names.update(dict.fromkeys(self.when.reads()))
        return list(names)

    def inner(self) -> list[Verb]:
        """Verbs of which this one is made."""
        return []

    def origins(self) -> list[Origin]:
        """Where the value comes from: as stated, or as the verb is."""
        return [self.origin or self.default_origin]

    def tell(self) -> str:
        """What the verb does, without its modifiers."""
        raise NotImplementedError

    def describe(self) -> str:
        """What the verb does, in a sentence that a reviewer can check."""
        text = self.tell()
        if self.terms:
            text += f", decoded by {self.terms}"
        if self.case:
            text += f", in {self.case} case"
        if self.when:
            text += f", when {self.when.describe()}"
        if self.else_ is not None:
            text += f"; otherwise {self.else_}"
        return text


class Assign(Verb):
    """The collected value of one field."""

    assign: str

    def own_reads(self) -> Iterator[str]:
        yield self.assign

    def tell(self) -> str:
        return f"{self.assign}"


class Hardcode(Verb):
    """A fixed value."""

    scope: ClassVar[Scope] = "either"
    default_origin: ClassVar[Origin] = "Assigned"
    hardcode: str

    def tell(self) -> str:
        return f'"{self.hardcode}"'


class Iso8601(Verb):
    """A date, time or both, as ISO 8601, no more precise than collected."""

    iso8601: Names | dict[Literal["year", "month", "day", "hour", "minute"], str]
    order: Literal["dmy", "mdy", "ymd"] | None = None
    format: str | None = Setting(default=None, description="stated format, y m d H M S, in place of recognition")

    @field_validator("iso8601")
    @classmethod
    def _date_and_time(cls, value: Any) -> Any:
        if isinstance(value, list) and not 1 <= len(value) <= 2:
            raise ValueError("expected the field of the date, or the fields of date and time")
        if isinstance(value, dict) and not {"year", "month", "day"} <= set(value):
            raise ValueError("the parts of a date are at least its year, month and day")
        return value

    def own_reads(self) -> Iterator[str]:
        yield from self.iso8601.values() if isinstance(self.iso8601, dict) else self.iso8601

    def tell(self) -> str:
        return f"{' and '.join(self.own_reads())} in ISO 8601"


class Text(Verb):
    """A text with fields put in place: ``"{DOSE} {UNIT}"``; blank where all its fields are."""

    text: str

    def own_reads(self) -> Iterator[str]:
        yield from _FIELD.findall(self.text)

    def tell(self) -> str:
        return f'the text "{self.text}"'


class FirstOf(Verb):
    """The first of several fields that is not blank."""

    first_of: Annotated[list[str], Setting(min_length=2)]

    def own_reads(self) -> Iterator[str]:
        yield from self.first_of

    def tell(self) -> str:
        return f"the first present of {', '.join(self.first_of)}"


class Agree(Verb):
    """The common value of several fields, blanks apart; where they differ, the ``else``."""

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

    scope: ClassVar[Scope] = "either"
    cases: Annotated[list[AnyVerb], Setting(min_length=1)]

    def inner(self) -> list[Verb]:
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


class Copy(Verb):
    """Another variable: of this dataset, or the subject's one of another dataset."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    copy_: str = Setting(alias="copy")

    def own_reads(self) -> Iterator[str]:
        yield self.copy_

    def tell(self) -> str:
        return f"equal to {self.copy_}"


class Lookup(Verb):
    """A value of the subject's records in another dataset."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    lookup: Annotated[str, Setting(pattern=r"^[A-Z0-9-]+\.[A-Z0-9]+$")]
    take: Literal["only", "first", "last", "earliest", "latest"] = "only"
    by: Names = Setting(default=[], description="variables equal in both, beside USUBJID")
    where: Condition | None = None

    @property
    def dataset(self) -> str:
        """The dataset that is looked into."""
        return self.lookup.partition(".")[0]

    def own_reads(self) -> Iterator[str]:
        yield self.lookup
        yield from self.by
        for name in [*self.by, *(self.where.reads() if self.where else [])]:
            yield f"{self.dataset}.{name}"
        if self.take in ("first", "last"):
            yield f"{self.dataset}.--SEQ"

    def tell(self) -> str:
        text = f"the {self.take} {self.lookup} of the subject"
        text += f" with the same {', '.join(self.by)}" if self.by else ""
        return text + (f" where {self.where.describe()}" if self.where else "")


class Exists(Verb):
    """Y where the subject has a record in another dataset that satisfies ``where``."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    exists: Annotated[str, Setting(pattern=r"^[A-Z]{2,8}$")]
    where: Condition

    def own_reads(self) -> Iterator[str]:
        for name in self.where.reads():
            yield f"{self.exists}.{name}"

    def tell(self) -> str:
        return f'"Y" where the subject has a record of {self.exists} with {self.where.describe()}'


class _Extreme(Verb):
    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"

    @property
    def sources(self) -> list[str]:
        """Variables among which the value is chosen."""
        return getattr(self, self.name)

    def own_reads(self) -> Iterator[str]:
        yield from self.sources

    def tell(self) -> str:
        return f"the {self.name} of {', '.join(self.sources)}"


class Earliest(_Extreme):
    """The earliest of several dates; of another dataset, the subject's earliest; blanks apart."""

    earliest: Annotated[list[str], Setting(min_length=2)]


class Latest(_Extreme):
    """The latest of several dates; of another dataset, the subject's latest; blanks apart."""

    latest: Annotated[list[str], Setting(min_length=2)]


class StudyDay(Verb):
    """Study day of a date: no day 0, blank unless both dates are complete."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    study_day: str
    reference: str = "DM.RFSTDTC"

    def own_reads(self) -> Iterator[str]:
        yield self.study_day
        yield self.reference

    def tell(self) -> str:
        return f"{self.study_day} - {self.reference} in days, + 1 on or after {self.reference}"


class Epoch(Verb):
    """The epoch in which a date falls, by the study's epochs."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    epoch: str

    def own_reads(self) -> Iterator[str]:
        yield self.epoch

    def tell(self) -> str:
        return f"the last epoch that begins on or before {self.epoch}"


class BaselineFlag(Verb):
    """Last result before exposure, by subject and test (``by`` adds further variables)."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    baseline_flag: str = Setting(description="the date of the result, --DTC")
    reference: str = "DM.RFXSTDTC"
    by: Names = []
    same_day: Literal["include", "exclude"] = "include"
    visits: Names = Setting(default=[], description="visits whose records on the reference day count as before it")

    def own_reads(self) -> Iterator[str]:
        prefix = self.baseline_flag[:2]
        yield from (self.baseline_flag, self.reference, *self.by)
        yield from (f"{prefix}TESTCD", f"{prefix}ORRES")
        if self.visits:
            yield "VISIT"

    def tell(self) -> str:
        return f'"Y" for the last result by {self.baseline_flag} on or before {self.reference}'


class Standardize(Verb):
    """The result in the test's standard unit: --STRESC, --STRESN or --STRESU by its own name."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    standardize: str = Setting(description="the result as collected, --ORRES")

    def own_reads(self) -> Iterator[str]:
        prefix = self.standardize[:2]
        yield from (self.standardize, f"{prefix}ORRESU", f"{prefix}TESTCD")

    def tell(self) -> str:
        return f"{self.standardize} in the standard unit of the test"


class Identity(Verb):
    """STUDYID, DOMAIN and USUBJID: stated once, in `study.yaml`."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Assigned"
    text: str

    def tell(self) -> str:
        return self.text


class Sequence(Verb):
    """--SEQ: 1, 2, … within the subject, in the order of ``sequence``."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    sequence: list[str]

    def own_reads(self) -> Iterator[str]:
        yield from self.sequence

    def tell(self) -> str:
        return f"1, 2, … within USUBJID, by {', '.join(self.sequence) or 'the order of the forms'}"


class VisitPart(Verb):
    """VISITNUM, VISIT or VISITDY of the visit that the form tells."""

    default_origin: ClassVar[Origin] = "Assigned"
    visit: list[str]

    def own_reads(self) -> Iterator[str]:
        yield from self.visit

    def tell(self) -> str:
        return f"the visit told by {' and '.join(self.visit)}"


class TestPart(Verb):
    """--TESTCD, --TEST, --ORRES, --ORRESU, --STAT or --REASND of the tests of a wide form."""

    test_part: str
    fields: list[str] = []

    def own_reads(self) -> Iterator[str]:
        yield from self.fields

    def origins(self) -> list[Origin]:
        return ["Assigned" if self.test_part in ("TESTCD", "TEST", "STAT") else "Collected"]

    def tell(self) -> str:
        named = ", ".join(dict.fromkeys(self.fields))
        return f"one record a test, from {named}" if named else "one record a test"


class TestVariable(Verb):
    """A variable that single tests of a wide form make, each by its own verb."""

    by_test: dict[str, AnyVerb]

    def inner(self) -> list[Verb]:
        return list(self.by_test.values())

    def own_reads(self) -> Iterator[str]:
        for verb in self.by_test.values():
            yield from verb.reads()

    def origins(self) -> list[Origin]:
        return list(dict.fromkeys(origin for verb in self.by_test.values() for origin in verb.origins()))

    def tell(self) -> str:
        return "; ".join(f"{test}: {verb.describe()}" for test, verb in self.by_test.items())


class NotCollected(Verb):
    """A variable that the standard expects and the study has not: present, and blank."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Not Available"

    def tell(self) -> str:
        return "not collected"


VERBS: dict[str, type[Verb]] = {
    "assign": Assign, "hardcode": Hardcode, "iso8601": Iso8601, "text": Text, "first_of": FirstOf,
    "agree": Agree, "cases": Cases, "copy": Copy, "lookup": Lookup, "exists": Exists, "earliest": Earliest, "latest": Latest,
    "study_day": StudyDay, "epoch": Epoch, "baseline_flag": BaselineFlag, "standardize": Standardize,
}  # fmt: skip
# Made by the plan of a dataset, never written in a mapping.
AUTOMATIC: dict[str, type[Verb]] = {
    "identity": Identity, "sequence": Sequence, "visit": VisitPart, "test_part": TestPart,
    "test_variable": TestVariable, "not_collected": NotCollected,
}  # fmt: skip
NAMES = {model: name for name, model in (VERBS | AUTOMATIC).items()}


def nested(verbs: Iterable[Verb]) -> Iterator[Verb]:
    """Verbs, each followed by those that it is made of."""
    for verb in verbs:
        yield verb
        yield from nested(verb.inner())


def _verb_of(value: Any) -> str | None:
    if isinstance(value, Verb):
        return NAMES[type(value)]
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
        ),
    ]
Cases.model_rebuild()
TestVariable.model_rebuild()
