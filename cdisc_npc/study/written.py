"""What a study says of each dataset (`sdtm/*.yaml`) and of its codelists (`codelists.yaml`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.study.record_check import Check
from cdisc_npc.study.written_define import ValueLevel
from cdisc_npc.verbs.base import Flag, Model, Names
from cdisc_npc.verbs.verb import AnyVerb

_MOST_BYTES = 200  # of a character variable in XPORT version 5


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


class AtMost(Model):
    """As many decimals as a result has, up to a number."""

    at_most: int = Setting(ge=0, description="the most decimals that a standard result has")


class StandardResult(Model):
    """How the results of a test are made comparable."""

    standard_unit: str | None = None
    factors: dict[str, Factor] = Setting(default={}, description="collected unit: what to multiply by")
    decimals: Annotated[int, Setting(ge=0)] | AtMost | None = Setting(
        default=None,
        description="round the standard result to so many decimals; `at_most`: to no more than so many",
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
        return {key: _filled(item, value) for key, item in data.items()}
    if isinstance(data, list):
        return [_filled(item, value) for item in data]
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
    """Raw records that make no record of the dataset, or some of their fields, and why."""

    from_: str = Setting(alias="from")
    fields: Names = Setting(default=[], description="only these fields of the records; default: the records")
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

    def standardizes(self) -> bool:
        """Whether results are made comparable: --STRESC, --STRESN and --STRESU follow from --ORRES."""
        return bool(self.standard_results) or any(block.tests for block in self.records)

    def standard_result(self, block: int, test: str) -> StandardResult:
        """How results of a test are made comparable in a block: as its test states, else ``standard_results``.

        A test without a ``standard_unit`` takes that of ``standard_results``, with its own factors and decimals.
        """
        own = self.records[block].tests.get(test)
        general = self.standard_results.get(test)
        if own is None or general is None or own.standard_unit is not None:
            return own or general or StandardResult()
        stated = StandardResult.model_fields.keys() & own.model_fields_set
        return general.model_copy(update={name: getattr(own, name) for name in stated})
