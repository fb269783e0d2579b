"""What every verb has: where it may stand, what it reads and gives, how it is told and how it is made.

A verb is one module of this folder, named after it, with one class: a subclass of `Verb` that names its
parts. It registers itself. A word whose meaning differs by scope has a second class in the same module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field as Setting
from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import InitErrorDetails, core_schema

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import Condition, ConditionParts
from cdisc_npc.verbs.base import Model
from cdisc_npc.verbs.kinds import Kind, KindOf, common_kind, condition_misfits, fits, misfits_of

Origin = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available", "Other"]
Source = Literal["Investigator", "Sponsor", "Subject", "Vendor"]
Scope = Literal["record", "dataset", "analysis"]
RECORD: frozenset[Scope] = frozenset({"record"})
DATASET: frozenset[Scope] = frozenset({"dataset"})
ANALYSIS: frozenset[Scope] = frozenset({"analysis"})

_VERBS: dict[tuple[str, Scope], type[Verb]] = {}
# What is said of collected values: no analysis dataset has any.
_OF_TABULATIONS = frozenset({"codelist", "terms", "translate", "match", "case", "source"})


class Verb(Model):
    """What every verb may carry beside its own arguments.

    Attributes
    ----------
    keyword
        The word by which it is written, and its main argument: the name of its module.
    scopes
        Where it may stand: in record blocks, among a dataset's variables, in analysis datasets.
    takes
        The arguments that name variables, or are conditions, each with what these may hold; ``ANY`` for whatever.
    gives
        What it makes; "as read" for what its main argument holds.
    subjects
        What a value depends on beside the names it reads: the record, all records of the subject, or the study.
    written
        Whether a study writes it; the plan of a dataset makes the others.
    origin_tells_all
        Whether define.xml says no more of it than its origin, unless a modifier does.
    gives_iso8601
        Whether its text is a date, whatever the variable is called.
    reads_epochs
        Whether it reads the dates on which the study's epochs begin.
    else_for_blanks
        Whether ``else`` is the value of records for which the verb gives a blank, too.
    each_test
        Whether it gives a value for each test of a wide form, and not for each raw record.
    numbers_are_results
        Whether a number among its values is no term that extends a codelist.
    """

    keyword: ClassVar[str] = ""
    scopes: ClassVar[frozenset[Scope]]
    takes: ClassVar[Mapping[str, tuple[Kind, ...]]]
    gives: ClassVar[Kind | Literal["as read"]]
    subjects: ClassVar[Literal["record", "subject", "study"]]
    default_origin: ClassVar[Origin]
    written: ClassVar[bool] = True
    origin_tells_all: ClassVar[bool] = False
    gives_iso8601: ClassVar[bool] = False
    reads_epochs: ClassVar[bool] = False
    else_for_blanks: ClassVar[bool] = True
    each_test: ClassVar[bool] = False
    numbers_are_results: ClassVar[bool] = False

    when: Condition | None = None
    else_: str | None = Setting(default=None, alias="else", description="value where nothing else applies")
    origin: Origin | None = None
    comment: str | None = None
    codelist: str | None = Setting(default=None, description="in place of the standard's; none: not checked")
    terms: str | None = Setting(default=None, description="the study's decode table for collected values")
    translate: str | None = Setting(
        default=None,
        description="the study's table of translations; what it does not have stays as collected",
    )
    match: Literal["exact", "ignore case"] = "exact"
    case: Literal["upper", "lower", "title"] | None = Setting(default=None, description="case of the result")
    source: Source | None = Setting(default=None, description="who gives the value; default: by its origin")

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        """Register a verb; a class without scopes of its own is what several verbs share.

        Raises
        ------
        TypeError
            A part is missing.
        """
        if "scopes" not in vars(cls):
            return
        cls.keyword = cls.__module__.rpartition(".")[2]
        parts = ("takes", "gives", "subjects", "default_origin")
        lacking = [part for part in parts if not hasattr(cls, part)]
        lacking += [part for part in ("tell", "make") if getattr(cls, part) is getattr(Verb, part)]
        if lacking:
            raise TypeError(f"the verb {cls.__name__} has no {', '.join(lacking)}")
        if cls.written and cls.keyword not in {info.alias or name for name, info in cls.model_fields.items()}:
            raise TypeError(f"the verb {cls.__name__} has no argument {cls.keyword}")
        for scope in cls.scopes:
            if (cls.keyword, scope) in _VERBS:
                raise TypeError(f"there are two verbs {cls.keyword} for the scope {scope}")
            _VERBS[cls.keyword, scope] = cls

    @property
    def name(self) -> str:
        """Name of the verb, as written in the specification."""
        return self.keyword

    # -- what it reads

    def named(self, argument: str) -> list[str]:
        """The names in an argument, by the argument's name in Python."""
        value = getattr(self, argument)
        if isinstance(value, ConditionParts):
            return value.reads()
        names = [value] if isinstance(value, str) else value or ()
        return [name.removeprefix("-") for name in names]  # of an order that falls

    def main(self) -> list[str]:
        """The names in the main argument."""
        fields = type(self).model_fields.items()
        return self.named(next(name for name, info in fields if (info.alias or name) == self.keyword))

    def inner(self) -> list[Verb]:
        """Verbs of which this one is made."""
        return []

    def own_reads(self) -> Iterator[str]:
        """Names that the verb's own arguments refer to, among the records at hand or elsewhere."""
        for argument in self.takes:
            yield from self.named(argument)
        for verb in self.inner():
            yield from verb.reads()

    def reads(self) -> list[str]:
        """Every name that the verb needs, its condition's included, once each."""
        names = dict.fromkeys(self.own_reads())
        if self.when:
            names.update(dict.fromkeys(self.when.reads()))
        return list(names)

    def looks_in(self) -> Iterator[tuple[str, str]]:
        """Tables and variables in them that the verb looks at by other means than a plain name."""
        for verb in self.inner():
            yield from verb.looks_in()

    def forms(self) -> dict[str, list[str]]:
        """Forms without subjects that it reads, with the fields of each."""
        return {}

    def tables(self) -> list[str]:
        """Decode tables and translations of the study that it names."""
        return [table for table in (self.terms, self.translate) if table]

    # -- what it takes and gives

    def kind(self, kind_of: KindOf) -> Kind | None:
        """What the verb makes: text, numbers, dates or datetimes; None where that is not known."""
        return common_kind(map(kind_of, self.main())) if self.gives == "as read" else self.gives

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        """Of its arguments those whose kind it cannot take, each as a text."""
        for argument, kinds in self.takes.items():
            if kinds:
                yield from misfits_of(kind_of, self.named(argument), *kinds)

    def conditions(self, kind_of: KindOf) -> Iterator[tuple[ConditionParts, KindOf]]:
        """Its conditions, each with what the names in it hold."""
        for argument in ("when", *self.takes):
            if isinstance(condition := getattr(self, argument), ConditionParts):
                yield condition, kind_of

    def all_misfits(self, kind_of: KindOf) -> Iterator[str]:
        """What it cannot take of what it is given: its arguments, its conditions, its ``else``."""
        yield from self.misfits(kind_of)
        for condition, there in self.conditions(kind_of):
            yield from condition_misfits(condition, there)
        kind = self.kind(kind_of)
        if self.else_ is not None and not fits(self.else_, kind):
            yield f"else gives {self.else_}; expected a {kind}"
        for verb in self.inner():
            yield from verb.all_misfits(kind_of)

    # -- what is said of it

    def origins(self) -> list[Origin]:
        """Where the value comes from: as stated, or as the verb is."""
        if self.origin or not self.inner():
            return [self.origin or self.default_origin]
        return list(dict.fromkeys(origin for verb in self.inner() for origin in verb.origins()))

    def tell(self) -> str:
        """What the verb does, without its modifiers."""
        raise NotImplementedError

    def describe(self) -> str:
        """What the verb does, in a sentence that a reviewer can check."""
        text = self.tell()
        if self.translate:
            text += f", translated by {self.translate}"
        if self.terms:
            text += f", decoded by {self.terms}"
        if self.case:
            text += f", in {self.case} case"
        if self.when:
            text += f", when {self.when.describe()}"
        if self.else_ is not None:
            text += f"; otherwise {self.else_ or 'blank'}"
        return text

    def fixed_values(self) -> list[str]:
        """The values that it gives whatever the data, where the specification tells them."""
        return []

    @property
    def modified(self) -> bool:
        """Whether its values are changed, or left out, after it has given them."""
        return bool(self.when or self.terms or self.translate or self.case) or self.else_ is not None

    @property
    def copies(self) -> str:
        """The variable that it takes over as it is; blank for none."""
        return ""

    def by_tests(self, tests: Sequence[str]) -> list[tuple[Verb, list[int]]]:
        """The verbs that single tests state, each with the positions of its tests; none where all have one."""
        return []

    def of_test(self, test: str) -> Verb | None:
        """The verb by which a test of a wide form gets the variable; None: it leaves it blank."""
        return self

    # -- how it is made

    def make(self, view: Any) -> Column | pd.Series | np.ndarray:
        """The values, one a record of the view, in its order; ``when`` and ``else`` are not the verb's to see to."""
        raise NotImplementedError


def nested(verbs: Iterable[Verb]) -> Iterator[Verb]:
    """Verbs, each followed by those that it is made of."""
    for verb in verbs:
        yield verb
        yield from nested(verb.inner())


@cache
def _import_all() -> None:
    """Import the modules of the room, each of which registers its verb."""
    room = __name__.rpartition(".")[0]
    for module in iter_modules(import_module(room).__path__):
        import_module(f"{room}.{module.name}")


def verbs_of(*scopes: Scope) -> dict[str, type[Verb]]:
    """The verbs that may be written in some scopes, by keyword."""
    _import_all()
    return {name: verb for (name, scope), verb in sorted(_VERBS.items()) if scope in scopes and verb.written}


class _Written:
    """How a verb is read: the first key that is the name of one tells which it is."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """A union of all verbs, of which there are no more to come when the first study is read."""
        verbs = verbs_of(*self.scopes)

        def keyword(value: Any) -> str | None:
            if isinstance(value, Verb):
                return value.keyword
            # `difference` and `date` have arguments named like verbs, so the first key decides.
            return next((key for key in value if key in verbs), None) if isinstance(value, dict) else None

        choices = {name: handler.generate_schema(verb) for name, verb in verbs.items()}
        if self.scopes == ("analysis",):
            check = core_schema.no_info_after_validator_function
            choices = {name: check(_as_in_analysis, schema) for name, schema in choices.items()}
        return core_schema.tagged_union_schema(
            choices, keyword, custom_error_type="no_verb",
            custom_error_message=f"expected a verb: one of {', '.join(verbs)}",
            custom_error_context={"verbs": " ".join(verbs)},
        )  # fmt: skip


def _as_in_analysis(verb: Verb) -> Verb:
    """Refuse what only verbs of SDTM may carry, in the way in which unknown keys are."""
    stated = sorted(verb.model_fields_set & _OF_TABULATIONS)
    if stated:
        raise ValidationError.from_exception_data(
            verb.keyword,
            [
                InitErrorDetails(type="extra_forbidden", loc=(key,), input=getattr(verb, key))
                for key in stated
            ],
        )
    return verb


AnyVerb = Annotated[Verb, _Written("record", "dataset")]
AnalysisVerb = Annotated[Verb, _Written("analysis")]
