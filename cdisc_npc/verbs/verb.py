"""What every verb of the mapping language has: modifiers, names read, origin, description."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Model

Origin = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available", "Other"]
Source = Literal["Investigator", "Sponsor", "Subject", "Vendor"]
Scope = Literal["records", "dataset", "either"]


class Verb(Model):
    """What every verb may carry beside its own arguments."""

    keyword: ClassVar[str] = ""
    scope: ClassVar[Scope] = "records"
    default_origin: ClassVar[Origin] = "Collected"

    codelist: str | None = Setting(default=None, description="in place of the standard's; none: not checked")
    terms: str | None = Setting(default=None, description="the study's decode table for collected values")
    translate: str | None = Setting(
        default=None,
        description="the study's table of translations; what it does not have stays as collected",
    )
    match: Literal["exact", "ignore case"] = "exact"
    case: Literal["upper", "lower", "title"] | None = Setting(default=None, description="case of the result")
    when: Condition | None = None
    else_: str | None = Setting(default=None, alias="else", description="value where nothing else applies")
    origin: Origin | None = None
    source: Source | None = Setting(default=None, description="who gives the value; default: by its origin")
    comment: str | None = None

    @property
    def name(self) -> str:
        """Name of the verb, as written in the specification."""
        return self.keyword

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

    @abstractmethod
    def tell(self) -> str:
        """What the verb does, without its modifiers."""

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
            text += f"; otherwise {self.else_}"
        return text


def nested(verbs: Iterable[Verb]) -> Iterator[Verb]:
    """Verbs, each followed by those that it is made of."""
    for verb in verbs:
        yield verb
        yield from nested(verb.inner())
