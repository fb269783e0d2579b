"""Days on which epochs begin."""

from __future__ import annotations

from pydantic import Field as Setting

from cdisc_npc.verbs.kinds import ANY
from cdisc_npc.verbs.verb import DATASET, MadeBySdtm


class EpochBegins(MadeBySdtm):
    """The day on which the subject's epoch begins, by the study's epochs."""

    keyword = "epoch_begins"
    scopes = DATASET
    takes = {"epoch_begins": ANY}
    gives = "text"
    subjects = "subject"
    default_origin = "Derived"
    reads_epochs = True

    epoch_begins: str = Setting(description="the variable that names the epoch")

    def tell(self) -> str:
        return f"the day on which the epoch of {self.epoch_begins} begins"
