"""Variables that single tests of a wide form make."""

from __future__ import annotations

from collections.abc import Sequence

from cdisc_npc.columns.column import Column
from cdisc_npc.verbs.verb import RECORD, Verb
from cdisc_npc.verbs.view import TabulationView


class TestVariable(Verb):
    """A variable that single tests of a wide form make, each by its own verb; the others as the block does."""

    scopes = RECORD
    takes = {}
    gives = "text"
    subjects = "record"
    default_origin = "Collected"
    written = False

    by_test: dict[str, Verb]
    others: Verb | None = None

    def inner(self) -> list[Verb]:
        return [*self.by_test.values(), *([self.others] if self.others else [])]

    def stated_for(self, test: str) -> Verb | None:
        """The verb that a test states, or that of the others."""
        return self.by_test.get(test, self.others)

    def of_test(self, test: str) -> Verb | None:
        verb = self.stated_for(test)
        return verb.of_test(test) if verb else None

    def tell(self) -> str:
        stated = [f"{test}: {verb.describe()}" for test, verb in self.by_test.items()]
        return "; ".join([*stated, *([f"other tests: {self.others.describe()}"] if self.others else [])])

    def by_tests(self, tests: Sequence[str]) -> list[tuple[Verb, list[int]]]:
        return [
            (verb, [at for at, test in enumerate(tests) if self.stated_for(test) is verb])
            for verb in self.inner()
        ]

    def make(self, view: TabulationView) -> Column:
        """Each of its verbs makes the records of its tests, see `by_tests`: they are not those of one view."""
        raise NotImplementedError
