"""What a study says of itself: `study.yaml`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, field_validator, model_validator
from pydantic import Field as Setting

from cdisc_npc.recist.policies import CHOICES
from cdisc_npc.study.forms import Dates, Refusable
from cdisc_npc.study.versions import DataCut, Rescreens
from cdisc_npc.study.written_define import Dictionary
from cdisc_npc.verbs.base import Flag, Model, Names

_PART = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
_SIZED_PART = re.compile(r"\{([A-Za-z_]\w*)(?::([1-9]\d?))?\}", re.ASCII)
_NUMBER = r"^\d+(\.\d+)?$"

# What mappings may read of the study itself: the date of its data cut, and the description; blank without one.
STUDY_VALUES = ("STUDY.DCUTDTC", "STUDY.DCUTDESC")


def _pattern(text: str) -> str:
    """A text whose braces hold nothing but names."""
    if re.search("[{}]", _SIZED_PART.sub("", text)):
        raise ValueError(f"expected parts such as {{SUBJID}}, not {text!r}")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


def _keeps_ascii(encoding: str) -> str:
    ascii_ = bytes(range(1, 128))
    try:
        kept = ascii_.decode(encoding) == ascii_.decode("ascii")
    except (LookupError, UnicodeError):
        kept = False
    if not kept:
        raise ValueError(f"encoding {encoding} is unknown or changes ASCII; expected one such as utf-8")
    return encoding


Encoding = Annotated[str, AfterValidator(_keeps_ascii)]


class Subject(Model):
    """How a form names its subject: a field, and the parts that its text holds."""

    field: Names
    pattern: Pattern = Setting(
        default="{SUBJID}", description="parts of the text: {SITEID}-{SUBJID}, or {SITEID:2}{SUBJID:3}"
    )

    @field_validator("pattern")
    @classmethod
    def _parts_are_distinct(cls, pattern: str) -> str:
        parts = [name for name, _ in _SIZED_PART.findall(pattern)]
        if not parts or len(set(parts)) < len(parts):
            raise ValueError(f"expected one or several different parts, such as {{SUBJID}}, not {pattern!r}")
        return pattern

    def parts(self) -> list[str]:
        """Names of the parts, in order."""
        return [name for name, _ in _SIZED_PART.findall(self.pattern)]

    def regex(self) -> str:
        """The pattern as a regular expression with one named group a part."""
        regex, end = "", 0
        for part in _SIZED_PART.finditer(self.pattern):
            size = f"{{{part[2]}}}" if part[2] else "+?"
            regex += re.escape(self.pattern[end : part.start()]) + f"(?P<{part[1]}>[^\\s]{size})"
            end = part.end()
        return regex + re.escape(self.pattern[end:])


class Identity(Model):
    """STUDYID and USUBJID, stated once for all datasets."""

    studyid: str
    subject: Subject
    usubjid: Pattern = Setting(description="text of parts, such as {STUDYID}-{SITEID}-{SUBJID}")

    @model_validator(mode="after")
    def _usubjid_of_parts(self) -> Identity:
        unknown = set(_PART.findall(self.usubjid)) - {"STUDYID", *self.subject.parts()}
        if re.search("[{}]", _PART.sub("", self.usubjid)):
            raise ValueError(f"usubjid takes whole parts, such as {{SUBJID}}, not {self.usubjid!r}")
        if unknown:
            raise ValueError(f"usubjid reads {', '.join(sorted(unknown))}, no part of the pattern")
        return self


class Visit(Model):
    """A planned visit."""

    visitnum: Annotated[str, Setting(pattern=_NUMBER)]
    visit: str
    visitdy: int | None = None
    names: Names = Setting(
        default=[], description="how exports call it, beside its own name; case is ignored"
    )


class Unscheduled(Model):
    """Visits outside the plan, numbered after the planned visit before them."""

    names: Names = Setting(default=[], description="how exports call them")
    pattern: str | None = Setting(
        default=None, description="a name that holds its own number, such as UNSCHEDULED {VISITNUM}"
    )
    step: Literal["0.1", "0.01"] = "0.1"
    label: str = "UNSCHEDULED {VISITNUM}"

    @field_validator("pattern")
    @classmethod
    def _pattern_has_number(cls, pattern: str | None) -> str | None:
        if pattern is not None and pattern.count("{VISITNUM}") != 1:
            raise ValueError(f"expected {{VISITNUM}} once in the pattern, not {pattern!r}")
        return pattern


class EpochStart(Model):
    """An epoch begins on a subject's date; ``after: yes`` on the day after it."""

    epoch: str
    begins: str = Setting(description="a date variable of DM, such as DM.RFXSTDTC")
    after: Flag = False

    @property
    def date(self) -> str:
        """The variable, as a name of DM: DM.RFXSTDTC."""
        return f"DM.{self.begins.removeprefix('DM.')}"

    def describe(self) -> str:
        """The epoch and its begin as part of a sentence."""
        return f"{self.epoch} begins on {'the day after ' if self.after else ''}{self.date}"


class Policies(Model):
    """What to do where the data breaks what the study states: stop, or go on and report."""

    duplicate_subject: Refusable = "refuse"
    duplicate_key: Refusable = "refuse"
    unknown_unit: Refusable = "refuse"
    unknown_visit: Refusable = "refuse"
    untranslated: Refusable = "refuse"


class Recist(Model):
    """RECIST 1.1 computed from TU and TR, and set against RS in each conversion."""

    category: str = Setting(default="RECIST 1.1", description="RSCAT of the recorded responses")
    policies: dict[str, str] = Setting(
        default={}, description="choices that RECIST leaves open, by name (docs/recist.md)"
    )

    @field_validator("policies")
    @classmethod
    def _policies_are_known(cls, policies: dict[str, str]) -> dict[str, str]:
        for name, choice in policies.items():
            if choice not in CHOICES.get(name, ()):
                raise ValueError(
                    f"policy {name}: {choice} is none of {', '.join(CHOICES.get(name, CHOICES))}"
                )
        return policies


class StudyModel(Model):
    """`study.yaml`."""

    study: str
    title: str
    standard: str = "sdtmig-3.4"
    terminology: str = "sdtmct-2025-03-28"
    encoding: Encoding = "us-ascii"
    identity: Identity
    dates: Dates = Dates()
    visits: list[Visit] = []
    unscheduled: Unscheduled = Unscheduled()
    epochs: list[EpochStart] = []
    policies: Policies = Policies()
    dictionaries: dict[str, Dictionary] = Setting(
        default={}, description="by the value domain of the standard, such as MedDRA"
    )
    rescreens: Rescreens | None = None
    data_cut: DataCut | None = None
    recist: Recist | None = None

    def value(self, name: str) -> str:
        """A value of `STUDY_VALUES`."""
        if self.data_cut is None:
            return ""
        return self.data_cut.text() if name == "STUDY.DCUTDTC" else self.data_cut.description

    @field_validator("visits")
    @classmethod
    def _visits_are_distinct(cls, visits: list[Visit]) -> list[Visit]:
        names = [
            name for visit in visits for name in {text.casefold() for text in (visit.visit, *visit.names)}
        ]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"visit names stand for two visits: {', '.join(twice)}")
        numbers = [float(visit.visitnum) for visit in visits]
        again = sorted({number for number in numbers if numbers.count(number) > 1})
        if again:
            raise ValueError(
                f"visit numbers stand for two visits: {', '.join(f'{item:g}' for item in again)}"
            )
        return visits
