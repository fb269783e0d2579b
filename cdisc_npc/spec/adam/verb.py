"""What every verb of ADaM has: a condition, an else, names read, a description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field as Setting

from cdisc_npc.spec.base import Model
from cdisc_npc.spec.conditions import Condition
from cdisc_npc.spec.verb import Origin


class AdamVerb(Model):
    """What every verb may carry beside its own arguments."""

    keyword: ClassVar[str] = ""
    default_origin: ClassVar[Origin] = "Derived"

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
