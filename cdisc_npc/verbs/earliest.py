"""The earliest of several dates."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Setting

from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.extremes import AnalysisExtreme, Extreme
from cdisc_npc.verbs.kinds import ANY, ORDERED
from cdisc_npc.verbs.verb import ANALYSIS, DATASET


class Earliest(Extreme):
    """The earliest of several dates; of another dataset, the subject's earliest; blanks apart."""

    scopes = DATASET
    takes = {"earliest": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    earliest: Annotated[list[str], Setting(min_length=2)]


class AnalysisEarliest(AnalysisExtreme):
    """The least of several dates or numbers that are there."""

    scopes = ANALYSIS
    takes = {"earliest": ORDERED}
    gives = "as read"
    subjects = "record"
    default_origin = "Derived"

    earliest: Names
