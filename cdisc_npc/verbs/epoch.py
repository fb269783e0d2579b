"""Epochs, by dates."""

from __future__ import annotations

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, MadeBySdtm


class Epoch(MadeBySdtm):
    """The epoch in which a date falls, by the study's epochs."""

    keyword = "epoch"
    scopes = DATASET
    takes = {"epoch": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"
    reads_epochs = True

    epoch: str

    def tell(self) -> str:
        return f"the last epoch that begins on or before {self.epoch}"
