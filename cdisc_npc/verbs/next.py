"""Values of the subject's next record."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, MadeBySdtm


class Next(MadeBySdtm):
    """The value of the subject's next record by --SEQ; of the last one, ``last``."""

    keyword = "next"
    scopes = DATASET
    takes = {"next": ANY, "last": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    next: str
    last: str | None = Setting(default=None, description="variable that the last record takes")

    def own_reads(self) -> Iterator[str]:
        yield from (self.next, f"{self.next[:2]}SEQ", *self.named("last"))

    def tell(self) -> str:
        return f"{self.next} of the next record" + (f", of the last one {self.last}" if self.last else "")
