"""A rule, as data: what must hold, what that rests on, and which records break it.

Rules without logic of their own stand in ``mappings/standards/rules/*.yaml``; the code that
judges by them names them by id. Rules with logic are a folder each,
``mappings/standards/rules/<family>/<id>/``, or ``rules/<id>/`` of a study: ``rule.yaml``, and the
tables that it is tried on.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, RootModel, model_validator
from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.columns.patterns import checked
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.parts import load_part
from cdisc_npc.study.problems import Problems
from cdisc_npc.verbs.base import Model, Names

Severity = Literal["error", "warning", "note"]
# As users of Pinnacle 21 sort them.
Category = Literal[
    "Consistency", "Cross-reference", "Format", "Limit", "Metadata", "Presence", "Structure", "System",
    "Terminology",
]  # fmt: skip

# The one record of a rule that asks what the package as a whole has.
STUDY = "STUDY"
_FILE = "rule.yaml"
# In an operator, the dataset that is looked at, whatever its name.
THIS = "THIS"

_LOOKUPS = (
    "count",
    "distinct",
    "only",
    "all",
    "first",
    "last",
    "earliest",
    "latest",
    "least",
    "greatest",
    "sum",
)
_ARITHMETIC = ("add", "subtract", "multiply", "divide", "distance")
_DATES = ("study_day", "days")
_TEXTS = ("flag", "part", "joined", "begins", "bytes", "number", "sas_date", "referenced")


def _by(value: Any) -> Any:
    """``by: USUBJID``, a list of names, or a mapping of own names to those of the other dataset."""
    if isinstance(value, str):
        return {value: value}
    return {name: name for name in value} if isinstance(value, list) else value


Pattern = Annotated[str, AfterValidator(checked)]
By = Annotated[dict[str, str], BeforeValidator(_by)]


class Value(Model):
    """A value that a rule brings to each record: one operator, with its settings.

    Of other records (``DATASET.VARIABLE``, or a dataset for ``count``; ``THIS`` is the record's own), those
    that satisfy ``where`` and agree in ``by``: ``count``, ``distinct`` (how many values), ``only`` (the one
    value that they have), ``all`` (their values, sorted, joined by ``; ``), ``first`` and ``last`` in
    ``order``, ``earliest`` and ``latest`` (ISO 8601), ``least``, ``greatest``, ``sum``. ``before`` takes only
    the records that come before the record at hand, strictly, by these variables.

    Of the record itself: ``add``, ``subtract``, ``multiply``, ``divide`` and ``distance`` (without sign) of
    two names or numbers; ``study_day`` of a date and its reference (there is no day 0); ``days`` from a
    date to another; ``sas_date`` (days since 1960); ``flag`` (``Y`` where a condition holds); ``part`` (the
    ``size`` first characters; or the first group of a ``pattern`` that fits the whole text); ``joined``
    (texts, with ``with`` between them); ``begins`` (``Y`` where a text goes on after another); ``bytes``;
    ``number``; ``referenced`` (how many records a dataset,
    a variable and its value, named by three variables, point to; without subject and value, how many have
    the variable; named by two variables, a dataset and a sequence number of it, whether ``--SEQ`` or
    ``ASEQ``: missing where the package lacks the dataset).
    """

    count: str | None = None
    distinct: str | None = None
    only: str | None = None
    all: str | None = None
    first: str | None = None
    last: str | None = None
    earliest: str | None = None
    latest: str | None = None
    least: str | None = None
    greatest: str | None = None
    sum: str | None = None
    where: Condition | None = None
    by: By = {"USUBJID": "USUBJID"}
    order: Names = []
    before: Names = []

    add: Names | None = None
    subtract: Names | None = None
    multiply: Names | None = None
    divide: Names | None = None
    distance: Names | None = None
    study_day: Names | None = None
    days: Names | None = None
    sas_date: str | None = None
    flag: Condition | None = None
    part: str | None = None
    size: int = 10
    pattern: Pattern | None = None
    joined: Names | None = None
    begins: Names | None = None
    with_: str = Setting(default="", alias="with")
    bytes: str | None = None
    number: str | None = None
    referenced: Names | None = None

    @model_validator(mode="after")
    def _has_one_operator(self) -> Value:
        existing = (*_LOOKUPS, *_ARITHMETIC, *_DATES, *_TEXTS)
        stated = [name for name in existing if getattr(self, name) is not None]
        if len(stated) != 1:
            raise ValueError(f"expected one of {', '.join(existing)}, not {' and '.join(stated) or 'none'}")
        for name in (*_ARITHMETIC, *_DATES, "begins"):
            if getattr(self, name) is not None and len(getattr(self, name)) != 2:
                raise ValueError(f"{name}: expected two names")
        return self

    @property
    def operator(self) -> str:
        """Which operator it is."""
        existing = (*_LOOKUPS, *_ARITHMETIC, *_DATES, *_TEXTS)
        return next(name for name in existing if getattr(self, name) is not None)

    @property
    def looks_up(self) -> bool:
        """Whether the value is of other records."""
        return self.operator in _LOOKUPS


class Rule(Model):
    """What every rule states.

    Attributes
    ----------
    title
        What must hold, as a sentence.
    basis
        What it rests on: a section of the standard, a conformance rule, a paper.
    """

    title: str
    basis: str
    severity: Severity
    category: Category


class Each(Model):
    """A rule of many variables; ``@`` stands for the name, ``@1`` for the first group of the pattern.

    With ``words``, ``@`` stands for each of them in turn, whatever the dataset has.
    """

    words: Names = []
    matching: Pattern = Setting(default=".*", description="pattern of the whole name")
    shared_with: str | None = Setting(default=None, description="only variables that this dataset has too")
    but: Names = []


class RecordRule(Rule):
    """A rule of records: one of ``dataset``, ``classes`` (SDTM) and ``structures`` (ADaM) says of which.

    With ``classes``, ``--`` in a name stands for the domain.
    """

    dataset: Names = []
    classes: Names = Setting(default=[], description="general observation classes of SDTM")
    structures: Names = Setting(default=[], description="ADSL, BDS, TTE, OCCDS, ADAM (any)")
    but: Names = Setting(default=[], description="datasets of the classes or structures that it is not of")
    each: Each | None = None
    where: Condition | None = Setting(default=None, description="records that are looked at")
    values: dict[str, Value] = {}
    finding: Condition = Setting(description="what a record must not be")
    shows: Names = Setting(description="what a finding shows; it is of the first")
    optional: Names = Setting(default=[], description="variables, and datasets, that may be absent: blank")

    @model_validator(mode="after")
    def _says_of_which_datasets(self) -> RecordRule:
        stated = [name for name in ("dataset", "classes", "structures") if getattr(self, name)]
        if len(stated) != 1:
            raise ValueError(
                f"expected one of dataset, classes, structures, not {' and '.join(stated) or 'none'}"
            )
        return self

    @property
    def of_analysis(self) -> bool:
        """Whether it is of analysis datasets, whose names begin with AD (ADaMIG 1.3, 2.3)."""
        return not self.classes and all(name.startswith("AD") for name in self.dataset)


class CodedRules(RootModel[dict[str, Rule]]):
    """A file of rules whose logic is code, by id."""

    root: dict[str, Rule] = {}


@cache
def coded_rules() -> dict[str, Rule]:
    """Rules whose logic is code, by id."""
    problems = Problems()
    folder = mappings_root() / "standards" / "rules"
    result: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.yaml")):
        loaded = load_part(folder, path.name, CodedRules, problems)
        result |= loaded[0].root if loaded else {}
    problems.found.refuse_if_worst()
    return result


def rule_folders(study: Path | None = None) -> dict[str, Path]:
    """Folder of each rule with logic, by id: those of every study, and those of a study's folder."""
    every = [*(mappings_root() / "standards" / "rules").glob("*/*/rule.yaml")]
    own = [*(study / "rules").glob("*/rule.yaml")] if study else []
    return {
        path.parent.name: path.parent for path in sorted([*every, *own], key=lambda path: path.parent.name)
    }


def load_rule(folder: Path) -> RecordRule:
    """Read one rule.

    Raises
    ------
    Refused
        With file, line and what was expected.
    """
    state = (folder / _FILE).stat()
    return _loaded(folder, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4096)
def _loaded(folder: Path, *_state: int) -> RecordRule:
    """Read one rule, once as long as its file stays as it is: there are hundreds, and packages are many."""
    problems = Problems()
    loaded = load_part(folder, _FILE, RecordRule, problems)
    problems.found.refuse_if_worst()
    assert loaded is not None
    return loaded[0]
