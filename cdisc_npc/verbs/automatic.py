"""Verbs that the plan of a dataset makes by itself; they are never written in a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cdisc_npc.verbs.tabulation import AnyVerb, Scope, Verb
from cdisc_npc.verbs.verb import Origin
from cdisc_npc.verbs.verb import Verb as AnyScope


class Identity(Verb):
    """STUDYID, DOMAIN and USUBJID: stated once, in `study.yaml`."""

    keyword: ClassVar[str] = "identity"
    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Assigned"
    text: str

    def tell(self) -> str:
        return self.text


class Sequence(Verb):
    """--SEQ: 1, 2, … within the subject (of TS: the parameter), in the order of ``sequence``."""

    keyword: ClassVar[str] = "sequence"
    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Derived"
    sequence: list[str]
    within: str = "USUBJID"

    def own_reads(self) -> Iterator[str]:
        if self.within != "USUBJID":
            yield self.within
        yield from self.sequence

    def tell(self) -> str:
        return f"1, 2, … within {self.within}, by {', '.join(self.sequence) or 'the order of the forms'}"


class VisitPart(Verb):
    """VISITNUM, VISIT or VISITDY of the visit that the form tells."""

    keyword: ClassVar[str] = "visit"
    default_origin: ClassVar[Origin] = "Assigned"
    visit: list[str]

    def own_reads(self) -> Iterator[str]:
        yield from self.visit

    def tell(self) -> str:
        return f"the visit told by {' and '.join(self.visit)}"


class TestPart(Verb):
    """--TESTCD, --TEST, --ORRES, --ORRESU, --STAT or --REASND of the tests of a wide form."""

    keyword: ClassVar[str] = "test_part"
    test_part: str
    fields: list[str] = []
    unit_tables: dict[str, str] = {}

    def own_reads(self) -> Iterator[str]:
        yield from self.fields

    def origins(self) -> list[Origin]:
        return ["Assigned" if self.test_part in ("TESTCD", "TEST", "STAT") else "Collected"]

    def tell(self) -> str:
        named = ", ".join(dict.fromkeys(self.fields))
        text = f"one record a test, from {named}" if named else "one record a test"
        tables = ", ".join(dict.fromkeys(self.unit_tables.values()))
        return text + (f", decoded by {tables}" if tables else "")


class TestVariable(Verb):
    """A variable that single tests of a wide form make, each by its own verb; the others as the block does."""

    keyword: ClassVar[str] = "test_variable"
    by_test: dict[str, AnyVerb]
    others: AnyScope | None = None

    def inner(self) -> list[AnyScope]:
        return [*self.by_test.values(), *([self.others] if self.others else [])]

    def of_test(self, test: str) -> AnyScope | None:
        """The verb by which a test's records get the variable; None: they leave it blank."""
        return self.by_test.get(test, self.others)

    def own_reads(self) -> Iterator[str]:
        for verb in self.inner():
            yield from verb.reads()

    def origins(self) -> list[Origin]:
        return list(dict.fromkeys(origin for verb in self.inner() for origin in verb.origins()))

    def tell(self) -> str:
        stated = [f"{test}: {verb.describe()}" for test, verb in self.by_test.items()]
        return "; ".join([*stated, *([f"other tests: {self.others.describe()}"] if self.others else [])])


class NotCollected(Verb):
    """A variable that the standard expects and the study has not: present, and blank."""

    keyword: ClassVar[str] = "not_collected"
    scope: ClassVar[Scope] = "dataset"
    default_origin: ClassVar[Origin] = "Not Available"

    def tell(self) -> str:
        return "not collected"
