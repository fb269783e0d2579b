"""--SEQ."""

from __future__ import annotations

from collections.abc import Iterator

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, MadeBySdtm
from cdisc_npc.verbs.view import SUBJECT


class Sequence(MadeBySdtm):
    """--SEQ: 1, 2, … within the subject (of TS: the parameter), in the order of ``sequence``."""

    keyword = "sequence"
    scopes = DATASET
    takes = {"within": ANY, "sequence": ANY}
    gives = "number"
    subjects = "subject"
    default_origin = "Derived"
    written = False

    sequence: list[str]
    within: str = SUBJECT

    def own_reads(self) -> Iterator[str]:
        yield from ([] if self.within == SUBJECT else [self.within])
        yield from self.sequence

    def tell(self) -> str:
        return f"1, 2, … within {self.within}, by {', '.join(self.sequence) or 'the order of the forms'}"
