"""What a study says of each analysis dataset: `adam/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.recist.overall import RECORDED
from cdisc_npc.verbs.base import Flag, Model, Names
from cdisc_npc.verbs.verb import AnalysisVerb

Structure = Literal["ADSL", "BDS", "TTE", "OCCDS"]
Variables = dict[str, AnalysisVerb]


class SingleDoses(Model):
    """Intervals of constant dosing, taken apart into a record a day of dosing."""

    start: str
    end: str
    frequency: str


class QualifierPolicies(Model):
    """How the qualifiers of SUPP-- are put in, where they do not fit."""

    orphans: Literal["refuse", "report"] = Setting(
        default="refuse", description="qualifiers of no record of the dataset; `report` leaves them out"
    )
    repeated: Literal["refuse", "report"] = Setting(
        default="refuse", description="several QVAL of a QNAM for one record; `report` keeps the first"
    )


class Table(Model):
    """Records made from another table: chosen, grouped, with variables of their own.

    In order: the records of ``from`` that satisfy ``where``; with ``group`` one record for each
    combination of these variables; the ``variables``; the single doses.
    """

    from_: str = Setting(alias="from")
    where: Condition | None = None
    supplemental: Flag | QualifierPolicies = Setting(
        default=False, description="put the qualifiers of SUPP-- in; or under which policies"
    )
    group: Names = []
    keep: Names | None = Setting(default=None, description="variables of the source to keep; default: all")
    drop: Names = []
    variables: Variables = {}
    single_doses: SingleDoses | None = None
    shared: Flag = Setting(default=False, description="of `tables`: the datasets made later read it, too")


class Block(Table):
    """Records of a dataset."""

    name: str | None = Setting(default=None, description="by which later blocks read it")


# Terms of the codelist ONCRSR that RECIST 1.1 leaves open, and the response that each counts as. Without
# evidence of disease there is nothing that could have responded, nor a progression (RECIST 1.1, 4.3);
# 4.4.2: a time point at which not all was evaluated is not evaluable.
COUNTS_AS = {"NED": "NON-CR/NON-PD", "NON-PD": "NON-CR/NON-PD", "NOT ALL EVALUATED": "NE"}


def _recorded(values: Any) -> Any:
    unknown = [str(value) for value in values if value not in RECORDED]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no response; expected {', '.join(RECORDED)}")
    return values


def _counted(values: Any) -> Any:
    own = [term for term in values if term in RECORDED]
    if own:
        raise ValueError(f"{', '.join(own)} counts as itself; expected another term of the codelist ONCRSR")
    _recorded([value for value in values.values() if value != "refuse"])
    return values


class Responses(Model):
    """How responses are summed up: which assessments count, from when, under which policies."""

    where: Condition = Setting(description="records that are assessments to be summed up")
    reference: str = Setting(description="date of ADSL from which stable disease and horizons are counted")
    confirm_days: int = 28
    stable_days: int = 42
    not_evaluable: int = 1
    stable_between: int = 0
    partial_after_complete: Flag = False
    no_assessment: Literal["MISSING", "NE"] = "MISSING"
    benefit: Names = ["CR", "PR", "SD", "NON-CR/NON-PD"]
    ends: Annotated[Names, AfterValidator(_recorded)] = Setting(
        default=["PD"], description="responses with the first of which observation ends; [] for none"
    )
    counts_as: Annotated[dict[str, str], AfterValidator(_counted)] = Setting(
        default={}, description="other terms of ONCRSR, and the response that each is, or `refuse`"
    )

    @property
    def counted(self) -> dict[str, str]:
        """Other terms than responses, and what each counts as, the default where nothing is stated."""
        return COUNTS_AS | self.counts_as


_Confirmation = Literal["confirmed", "unconfirmed"]
KINDS = ("first", "response", "best", "benefit", "best_is", "last", "date", "exists")


class Parameter(Model):
    """A parameter that has one record a subject.

    One of: ``first`` (the first of some responses), ``response``, ``best``, ``benefit`` (confirmed or
    not), ``best_is`` (whether another parameter has one of some values), ``last`` (the last
    assessment), ``date`` (whether ADSL has a date), ``exists`` (whether a table has a record).
    """

    label: str
    first: Names | None = None
    response: _Confirmation | None = None
    best: _Confirmation | None = None
    benefit: _Confirmation | None = None
    benefit_of: Names | None = Setting(default=None, description="of `benefit`: in place of the policy")
    best_is: str | None = Setting(default=None, description="PARAMCD of a best response")
    of: Names = Setting(default=[], description="of `best_is`: the values")
    horizon: Annotated[int, Setting(ge=1)] | None = Setting(
        default=None,
        description="of `first`, `response`, `benefit`: months from the reference in which it counts",
    )
    last: Flag | None = None
    date: str | None = Setting(default=None, description="a date of ADSL")
    exists: str | None = Setting(default=None, description="a table")
    where: Condition | None = Setting(default=None, description="of `exists`: the record")
    values: dict[str, str] = Setting(default={}, description="variables of the records, and their value")
    assessor: str | None = Setting(default=None, description="whose responses; default: the first")

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Parameter:
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"expected one of {', '.join(KINDS)}, not {' and '.join(kinds) or 'none'}")
        if (self.best_is is not None) != bool(self.of):
            raise ValueError("best_is and of belong together")
        if self.horizon is not None and self.kind not in ("first", "response", "benefit"):
            raise ValueError(f"{self.kind} has no horizon; expected first, response or benefit")
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


class DateSource(Model):
    """Where the date of an event, of censoring or of the end of observation is found."""

    from_: str = Setting(alias="from")
    date: str
    where: Condition | None = None
    order: Names = []
    censor: Annotated[int, Setting(ge=0)] = 1
    event: str = Setting(default="", description="EVNTDESC")
    reason: str = Setting(default="", description="CNSDTDSC")
    variable: str | None = Setting(default=None, description="SRCVAR; default: the date")
    sequence: str | None = Setting(default=None, description="variable of SRCSEQ")
    after_start: Flag = Setting(default=False, description="only dates after the start count")
    within_end: Flag = Setting(default=True, description="records after the end do not count")


class NoAssessmentRule(Model):
    """Without baseline or any assessment: censored at the start."""

    no_assessment: Literal["censor_at_start"]
    baseline: Condition | None = Setting(default=None, description="of ADSL: who has a baseline assessment")
    deaths: Names = []
    death_within: int = 0
    code: int = 4


class MissedRule(Model):
    """An event after missed assessments: censored at the last adequate one before."""

    missed: Annotated[int, Setting(ge=1)]
    interval: int = Setting(description="days between planned assessments")
    window: int = 0
    from_day: int | None = Setting(
        default=None, description="days after the reference of `assessments` from which it is `later`"
    )
    later: int | None = Setting(default=None, description="days between planned assessments from then on")
    code: int = 3

    @model_validator(mode="after")
    def _both_or_none(self) -> MissedRule:
        if (self.from_day is None) != (self.later is None):
            raise ValueError("from_day and later belong together")
        return self


class HorizonRule(Model):
    """What lies after the horizon does not count."""

    horizon: Annotated[int, Setting(ge=1, description="months")]
    code: int = 6


def _rule_of(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    for key, model in (("no_assessment", NoAssessmentRule), ("missed", MissedRule), ("horizon", HorizonRule)):
        if key in value:
            return model.model_validate(value)
    raise ValueError(f"expected a rule: no_assessment, missed or horizon, not {', '.join(value)}")


AnyRule = Annotated[NoAssessmentRule | MissedRule | HorizonRule, BeforeValidator(_rule_of)]


class Endpoint(Model):
    """A time-to-event parameter: lists of names of sources, and the rules."""

    label: str
    start: str = Setting(description="date of the subject, or a source, whose earliest date it is")
    population: Condition | None = Setting(default=None, description="of the subjects: who has a record")
    events: Names
    censors: Names
    ends: Names = []
    rules: list[AnyRule] = []
    unit: str = "days"
    values: dict[str, str] = {}


class Assessments(Model):
    """Assessments that could have shown progression, for the rules."""

    source: str = Setting(description="name of the source")
    reference: str = Setting(description="date of the subject from which the plan of assessments runs")


class Check(Model):
    """What records are expected to be; those that are not become findings."""

    text: str = Setting(description="what is wrong with a record that is not so")
    severity: Literal["error", "warning", "note"] = "warning"
    where: Condition | None = None
    expect: Condition


class AdamDataset(Model):
    """`adam/<dataset>.yaml`."""

    dataset: Annotated[str, Setting(pattern=r"^AD[A-Z0-9]{0,6}$")]
    label: Annotated[str, Setting(max_length=40)]
    structure: Structure
    file: str | None = Setting(default=None, description="name of the files; default: the dataset's")
    keys: Names
    tables: dict[str, Table] = Setting(default={}, description="made on the way, not kept")
    records: list[Block] = []
    responses: dict[str, Responses] = Setting(default={}, description="by assessor; the first is the default")
    parameters: dict[str, Parameter] = {}
    population: Condition | None = Setting(default=None, description="of ADSL: who has the parameters")
    sources: dict[str, DateSource] = {}
    assessments: Assessments | None = None
    endpoints: dict[str, Endpoint] = {}
    subjects: str = Setting(default="ADSL", description="table of the subjects and start dates of endpoints")
    variables: Variables = {}
    subject: Names = Setting(default=[], description="variables of ADSL to take over; `all`")
    sequence: Names = Setting(default=[], description="order of ASEQ")
    drop: Names = []
    checks: list[Check] = []
    labels: dict[str, Annotated[str, Setting(max_length=40)]] = {}

    @property
    def shared(self) -> dict[str, Table]:
        """Tables that the datasets made later read, too."""
        return {name: table for name, table in self.tables.items() if table.shared}

    def root(self, table: str) -> str:
        """The dataset that a table is made of, SRCDOM: SDTM or analysis, none that is made on the way."""
        while table in self.tables and self.tables[table].from_ != table:
            table = self.tables[table].from_
        return table

    @property
    def stem(self) -> str:
        """Name of its files, without ending."""
        return self.file or self.dataset.lower()

    @model_validator(mode="after")
    def _parts_belong_together(self) -> AdamDataset:
        if bool(self.endpoints) == bool(self.records):
            raise ValueError("a dataset has either `records` (and parameters) or `endpoints`")
        summed = [
            name for name, one in self.parameters.items() if one.kind not in ("date", "exists", "best_is")
        ]
        if summed and not self.responses:
            raise ValueError(
                f"{', '.join(summed)} needs `responses`: which assessments are summed up, and how"
            )
        return self


class Inputs(Model):
    """`adam/inputs.yaml`: the SDTM files, where they are not named after their dataset."""

    files: dict[str, str] = Setting(default={}, description="dataset: name of its file, without ending")
