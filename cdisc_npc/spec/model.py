"""What a study says of itself (`study.yaml`) and of each dataset (`sdtm/*.yaml`)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, field_validator, model_validator
from pydantic import Field as Setting

from cdisc_npc.spec.base import Flag, Model, Names
from cdisc_npc.spec.conditions import Condition
from cdisc_npc.spec.describe import Dictionary, ValueLevel
from cdisc_npc.spec.forms import Refusable
from cdisc_npc.spec.record_check import Check
from cdisc_npc.spec.resolution import DataCut, Rescreens
from cdisc_npc.spec.verbs import AnyVerb

_PART = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
_SIZED_PART = re.compile(r"\{([A-Za-z_]\w*)(?::([1-9]\d?))?\}", re.ASCII)
_NUMBER = r"^\d+(\.\d+)?$"
_MOST_BYTES = 200  # of a character variable in XPORT version 5


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


class Dates(Model):
    """How the study writes dates, where the text alone does not tell."""

    order: Literal["dmy", "mdy", "ymd"] = "ymd"
    century: int | None = Setting(
        default=None, description="first year of the hundred that two digits stand for; none: refused"
    )
    unknown: Names | None = Setting(
        default=None, description="words for an unknown part, in place of the usual ones"
    )
    excel_serials: Flag = True


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
        from cdisc_npc.recist.policies import CHOICES

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
                f"visit numbers stand for two visits: {', '.join(f'{each:g}' for each in again)}"
            )
        return visits


class Codelist(Model):
    """A codelist of the sponsor's own."""

    label: str
    extensible: Flag = True
    terms: dict[str, str] = Setting(description="submission value: decode")


class Codelists(Model):
    """`codelists.yaml`: decode tables for collected values, and the sponsor's codelists."""

    terms: dict[str, dict[str, str]] = {}
    codelists: dict[str, Codelist] = {}
    extensions: dict[str, dict[str, str]] = Setting(
        default={}, description="C-code of an extensible codelist: the sponsor's terms and their decodes"
    )


def _not_zero(factor: str) -> str:
    if any(float(part) == 0 for part in factor.split("/")):
        raise ValueError(f"a factor is not zero, nor divides by it: {factor}")
    return factor


Factor = Annotated[str, Setting(pattern=r"^\d+(\.\d+)?(/\d+(\.\d+)?)?$"), AfterValidator(_not_zero)]


def _visit_rule(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class VisitRule(Model):
    """How a form tells its visit: by name, by date, or by name with the date of unscheduled ones."""

    name: str | None = None
    date: str | None = None

    @model_validator(mode="after")
    def _has_one(self) -> VisitRule:
        if not (self.name or self.date):
            raise ValueError("a visit is told by its name, its date or both")
        return self


class StandardResult(Model):
    """How the results of a test are made comparable."""

    standard_unit: str | None = None
    factors: dict[str, Factor] = Setting(default={}, description="collected unit: what to multiply by")
    decimals: int | None = Setting(
        default=None, ge=0, description="round the standard result to so many decimals"
    )


class TestRule(StandardResult):
    """One test of a wide form: where its result and unit stand, and what it becomes."""

    value: str
    unit: str | None = Setting(
        default=None, description="field of the collected unit; default: the contract's unit"
    )
    unit_terms: str | None = Setting(default=None, description="decode table of the collected unit")
    test: str | None = Setting(default=None, description="--TEST where no codelist has the test code")
    variables: dict[str, AnyVerb] = {}


class NotDone(Model):
    """When a test is a record with --STAT = NOT DONE: by a condition on the form, or by what stands for a result."""

    when: Condition | None = None
    values: Names = Setting(default=[], description="words in place of a result that say so")
    reason: str | None = Setting(default=None, description="field of --REASND")

    @model_validator(mode="after")
    def _says_when(self) -> NotDone:
        if self.when is None and not self.values:
            raise ValueError("not_done is told by `when`, by `values`, or by both")
        return self


# The source of SV: a record for each visit of each subject, over all forms that tell visits.
CALENDAR = "calendar"
CALENDAR_FIELDS = ("VISITNUM", "VISIT", "VISITDY", "FIRST", "LAST", "PLANNED")
# The source of TV: the planned visits of study.yaml.
VISITS = "visits"
VISITS_FIELDS = ("VISITNUM", "VISIT", "VISITDY")
STUDY_SOURCES = {CALENDAR: CALENDAR_FIELDS, VISITS: VISITS_FIELDS}


class FirstRule(Model):
    """The first record of each combination: what a form that repeats at each visit says once."""

    by: Names
    same: dict[str, str] = Setting(
        default={},
        description="field that the later records repeat: decode table by which it is compared, or none",
    )


def _filled(data: Any, value: str) -> Any:
    """Settings with the field of a test in place of ``{value}``."""
    if isinstance(data, dict):
        return {key: _filled(each, value) for key, each in data.items()}
    if isinstance(data, list):
        return [_filled(each, value) for each in data]
    return data.replace("{value}", value) if isinstance(data, str) else data


def _first_rule(value: Any) -> Any:
    return {"by": value} if isinstance(value, (str, list)) else value


class Block(Model):
    """Records of a dataset that are made from one form, from another dataset, or written out."""

    name: str | None = None
    from_: str = Setting(default="", alias="from", description="a form, a dataset, `calendar` or `visits`")
    rows: list[dict[str, str]] = Setting(
        default=[], description="records of the study itself, such as those of TV"
    )
    where: Condition | None = None
    visit: Annotated[VisitRule, BeforeValidator(_visit_rule)] | None = None
    first: Annotated[FirstRule, BeforeValidator(_first_rule)] | None = Setting(
        default=None,
        description="of records that agree in these fields, only the first by visit, date and row",
    )
    tests: dict[str, TestRule] = {}
    each_test: dict[str, Any] = Setting(
        default={}, description="settings of every test that does not state its own; {value} is its field"
    )
    translate: str | None = Setting(default=None, description="table of translations of the tests' results")
    not_done: NotDone | None = None
    variables: dict[str, AnyVerb] = {}

    def unit_tables(self) -> dict[str, str]:
        """Decode table of the collected unit, by test."""
        return {code: test.unit_terms for code, test in self.tests.items() if test.unit_terms}

    @model_validator(mode="before")
    @classmethod
    def _tests_have_the_common_settings(cls, data: Any) -> Any:
        """Put the settings of ``each_test`` into every test; its own stand in their place."""
        if not isinstance(data, dict) or not isinstance(data.get("each_test"), dict):
            return data
        tests = {}
        for code, test in (data.get("tests") or {}).items():
            if not isinstance(test, dict) or not isinstance(test.get("value"), str):
                tests[code] = test
                continue
            common = _filled(data["each_test"], test["value"])
            variables = common.get("variables", {}) | test.get("variables", {})
            tests[code] = common | test | ({"variables": variables} if variables else {})
        return data | {"tests": tests}

    @model_validator(mode="after")
    def _one_source(self) -> Block:
        if bool(self.from_) == bool(self.rows):
            raise ValueError("a block has either `from` or `rows`")
        return self

    def row_fields(self) -> list[str]:
        """Variables that the written records have, in order of appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row))


class LeaveOut(Model):
    """Raw records that make no record of the dataset, and why."""

    from_: str = Setting(alias="from")
    where: Condition
    reason: str


class Supplemental(Model):
    """A qualifier kept in SUPP--: QLABEL, QORIG and QEVAL; its value is made like any variable."""

    label: Annotated[str, Setting(max_length=40)]
    origin: Literal["CRF", "ASSIGNED", "DERIVED", "PROTOCOL"] | None = None
    evaluator: str = ""


class Related(Model):
    """One side of a relationship: a dataset, and the variable that links it."""

    dataset: str
    by: str
    type: Literal["ONE", "MANY"] | None = None


class Relation(Model):
    """A row set of RELREC: between datasets (``type`` given) or between their records."""

    name: str
    between: Annotated[list[Related], Setting(min_length=2)]

    @model_validator(mode="after")
    def _one_level(self) -> Relation:
        if len({side.type is None for side in self.between}) > 1:
            raise ValueError("either every side has a type (between datasets) or none has (between records)")
        return self


class DatasetModel(Model):
    """`sdtm/<dataset>.yaml`."""

    dataset: str
    keys: Names = []
    sequence: Names | None = None
    records: list[Block] = []
    variables: dict[str, AnyVerb] = {}
    standard_results: dict[str, StandardResult] = Setting(
        default={}, description="by test code, for forms that hold one test a record"
    )
    lengths: dict[str, Annotated[int, Setting(ge=1, le=_MOST_BYTES)]] = {}
    supplemental: dict[str, Supplemental] = {}
    leave_out: list[LeaveOut] = []
    checks: list[Check] = []
    value_level: list[ValueLevel] = []
    relations: list[Relation] = []
    comment: str | None = None

    def standards(self) -> dict[str, StandardResult]:
        """Standard result by test code, from ``standard_results`` and the tests of all blocks."""
        tests = {code: test for block in self.records for code, test in block.tests.items()}
        return self.standard_results | tests

    @model_validator(mode="after")
    def _one_standard_unit(self) -> DatasetModel:
        stated: dict[str, str | None] = {
            code: rule.standard_unit for code, rule in self.standard_results.items()
        }
        for block in self.records:
            for code, test in block.tests.items():
                if stated.setdefault(code, test.standard_unit) != test.standard_unit:
                    raise ValueError(
                        f"{code} has two standard units: {stated[code]} and {test.standard_unit}"
                    )
        return self
