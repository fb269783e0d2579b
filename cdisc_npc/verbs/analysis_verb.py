"""What every verb of ADaM has: a condition, an else, names read, a description."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Model
from cdisc_npc.verbs.verb import Origin

Kind = Literal["text", "number", "date", "datetime"]
# What a name holds; None where the specification does not tell.
KindOf = Callable[[str], Kind | None]
DATES: tuple[Kind, ...] = ("date", "datetime")
NUMBERS: tuple[Kind, ...] = ("number", "text")  # text is read as a number


def misfits_of(kind_of: KindOf, names: Iterable[str], *kinds: Kind) -> Iterator[str]:
    """Say of each name that holds something else what was expected."""
    for name in names:
        kind = kind_of(name)
        if kind is not None and kind not in kinds:
            yield f"{name} is a {kind}; expected a {' or '.join(kinds)}"


def one_family(kind_of: KindOf, names: Iterable[str], what: str) -> Iterator[str]:
    """Say where names of dates stand beside names of something else."""
    kinds = {name: kind for name in names if (kind := kind_of(name)) is not None}
    if len({kind if kind not in DATES else "date" for kind in kinds.values()}) > 1:
        shown = ", ".join(f"{name} is a {kind}" for name, kind in kinds.items())
        yield f"{what} of one type expected: {shown}"


def common_kind(kinds: Iterable[Kind | None]) -> Kind | None:
    """What values are together: datetimes where one is; None where one is not known, or they differ."""
    every = set(kinds)
    return "datetime" if every == set(DATES) else every.pop() if len(every) == 1 else None


class AdamVerb(Model):
    """What every verb may carry beside its own arguments."""

    keyword: ClassVar[str] = ""
    default_origin: ClassVar[Origin] = "Derived"
    gives: ClassVar[Kind | None] = None

    when: Condition | None = None
    else_: str | None = Setting(default=None, alias="else", description="value where nothing else applies")
    origin: Origin | None = None
    comment: str | None = None

    def own_reads(self) -> Iterator[str]:
        """Names that the verb's own arguments refer to, among the records at hand or elsewhere."""
        yield from ()

    def looks_in(self) -> Iterator[tuple[str, str]]:
        """Tables and variables in them that the verb looks at by other means than a plain name."""
        yield from ()

    def kind(self, kind_of: KindOf) -> Kind | None:
        """What the verb makes: text, numbers, dates or datetimes; None where that is not known."""
        return self.gives

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        """Of its arguments those whose kind it cannot take, each as a text."""
        yield from ()

    def reads(self) -> list[str]:
        """Every name of the records at hand, or qualified one, that the verb needs."""
        names = dict.fromkeys(self.own_reads())
        if self.when:
            names.update(dict.fromkeys(self.when.reads()))
        return list(names)

    def tell(self) -> str:
        """What the verb does, without its modifiers."""
        raise NotImplementedError

    def describe(self) -> str:
        """What the verb does, in a sentence that a reviewer can check."""
        text = self.tell()
        if self.when:
            text += f", when {self.when.describe()}"
        if self.else_ is not None:
            text += f"; otherwise {self.else_ or 'blank'}"
        return text
