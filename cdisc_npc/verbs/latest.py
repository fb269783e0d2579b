"""The latest of several dates."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Setting

from cdisc_npc.verbs.base import Names
from cdisc_npc.verbs.extremes import AnalysisExtreme, Extreme
from cdisc_npc.verbs.kinds import ANY, ORDERED
from cdisc_npc.verbs.verb import ANALYSIS, DATASET


class Latest(Extreme):
    """The latest of several dates; of another dataset, the subject's latest; blanks apart."""

    scopes = DATASET
    takes = {"latest": ANY}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    latest: Annotated[list[str], Setting(min_length=2)]


class AnalysisLatest(AnalysisExtreme):
    """The greatest of several dates or numbers that are there."""

    scopes = ANALYSIS
    takes = {"latest": ORDERED}
    gives = "as read"
    subjects = "record"
    default_origin = "Derived"

    latest: Names
