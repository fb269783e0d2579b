"""The verbs of a dataset's variables, as the specification states them.

What a verb does stands in `cdisc_npc.sdtm.dataset_verbs` under the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.kinds import Kind
from cdisc_npc.verbs.verb import Origin
from cdisc_npc.verbs.verb import Verb as AnyScope

Scope = Literal["records", "dataset", "either"]


class Verb(AnyScope):
    """A verb of SDTM."""

    takes: ClassVar[Mapping[str, tuple[Kind, ...]]] = {}
    default_origin: ClassVar[Origin] = "Collected"
    scope: ClassVar[str] = "records"


class DatasetVerb(Verb):
    """A verb that reads variables of datasets, and as a rule derives one."""

    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"


class Copy(DatasetVerb):
    """Another variable: of this dataset, or the subject's one of another dataset."""

    keyword: ClassVar[str] = "copy"
    copy_: str = Setting(alias="copy")

    def own_reads(self) -> Iterator[str]:
        yield self.copy_

    def tell(self) -> str:
        return f"equal to {self.copy_}"


class Lookup(DatasetVerb):
    """A value of the subject's records in another dataset."""

    keyword: ClassVar[str] = "lookup"
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


class Exists(DatasetVerb):
    """Y where the subject has a record in another dataset that satisfies ``where``."""

    keyword: ClassVar[str] = "exists"
    exists: Annotated[str, Setting(pattern=r"^[A-Z]{2,8}$")]
    where: Condition

    def own_reads(self) -> Iterator[str]:
        for name in self.where.reads():
            yield f"{self.exists}.{name}"

    def tell(self) -> str:
        return f'"Y" where the subject has a record of {self.exists} with {self.where.describe()}'


class _Extreme(DatasetVerb):
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

    keyword: ClassVar[str] = "earliest"
    earliest: Annotated[list[str], Setting(min_length=2)]


class Latest(_Extreme):
    """The latest of several dates; of another dataset, the subject's latest; blanks apart."""

    keyword: ClassVar[str] = "latest"
    latest: Annotated[list[str], Setting(min_length=2)]


class Next(DatasetVerb):
    """The value of the subject's next record by --SEQ; of the last one, ``last``."""

    keyword: ClassVar[str] = "next"
    next: str
    last: str | None = Setting(default=None, description="variable that the last record takes")

    def own_reads(self) -> Iterator[str]:
        yield from (self.next, f"{self.next[:2]}SEQ")
        if self.last:
            yield self.last

    def tell(self) -> str:
        return f"{self.next} of the next record" + (f", of the last one {self.last}" if self.last else "")


class FromForm(DatasetVerb):
    """A value of a reference form, such as a limit of normal: by equal values, as of a date."""

    keyword: ClassVar[str] = "from_form"
    default_origin: ClassVar[Origin] = "Collected"
    from_form: str = Setting(description="the form")
    field: str = Setting(description="its field")
    by: dict[str, str] = Setting(description="field of the form: variable; a blank field matches every value")
    decode: dict[str, str] = Setting(
        default={}, description="field of the form: decode table by which its values are compared"
    )
    since: dict[str, str] = Setting(
        default={}, max_length=1, description="field of the first day: variable of the date"
    )

    def own_reads(self) -> Iterator[str]:
        yield from (*self.by.values(), *self.since.values())

    def fields(self) -> list[str]:
        """Fields of the form that are read."""
        return [self.field, *self.by, *self.since]

    def tell(self) -> str:
        return f"{self.from_form}.{self.field} for the same {', '.join(self.by)}"


class StudyDay(DatasetVerb):
    """Study day of a date: no day 0, blank unless both dates are complete."""

    keyword: ClassVar[str] = "study_day"
    study_day: str
    reference: str = "DM.RFSTDTC"

    def own_reads(self) -> Iterator[str]:
        yield self.study_day
        yield self.reference

    def tell(self) -> str:
        return f"{self.study_day} - {self.reference} in days, + 1 on or after {self.reference}"


class Epoch(DatasetVerb):
    """The epoch in which a date falls, by the study's epochs."""

    keyword: ClassVar[str] = "epoch"
    epoch: str

    def own_reads(self) -> Iterator[str]:
        yield self.epoch

    def tell(self) -> str:
        return f"the last epoch that begins on or before {self.epoch}"


class EpochBegins(DatasetVerb):
    """The day on which the subject's epoch begins, by the study's epochs."""

    keyword: ClassVar[str] = "epoch_begins"
    epoch_begins: str = Setting(description="the variable that names the epoch")

    def own_reads(self) -> Iterator[str]:
        yield self.epoch_begins

    def tell(self) -> str:
        return f"the day on which the epoch of {self.epoch_begins} begins"


class BaselineFlag(DatasetVerb):
    """Last result before exposure, by subject and test (``by`` adds further variables)."""

    keyword: ClassVar[str] = "baseline_flag"
    baseline_flag: str = Setting(description="the date of the result, --DTC")
    reference: str = "DM.RFXSTDTC"
    by: Names = []
    same_day: Literal["include", "exclude"] = "include"
    visits: Names = Setting(
        default=[], description="visits whose records on the reference day count as before it"
    )

    def own_reads(self) -> Iterator[str]:
        prefix = self.baseline_flag[:2]
        yield from (self.baseline_flag, self.reference, *self.by)
        yield from (f"{prefix}TESTCD", f"{prefix}ORRES")
        if self.visits:
            yield "VISIT"

    def tell(self) -> str:
        return f'"Y" for the last result by {self.baseline_flag} on or before {self.reference}'


class Standardize(DatasetVerb):
    """A result or limit in the test's standard unit: text, or number, or (--STRESU) the unit."""

    keyword: ClassVar[str] = "standardize"
    standardize: str = Setting(description="the result or limit as collected: --ORRES, --ORNRLO")

    def own_reads(self) -> Iterator[str]:
        prefix = self.standardize[:2]
        yield from (self.standardize, f"{prefix}ORRESU", f"{prefix}TESTCD")

    def tell(self) -> str:
        return f"{self.standardize} in the standard unit of the test"
