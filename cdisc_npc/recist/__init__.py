"""RECIST 1.1: the response of each time point computed from TU and TR, and set against RS."""

from cdisc_npc.recist.compare import compare_responses
from cdisc_npc.recist.policies import Policies
from cdisc_npc.recist.timepoints import responses

__all__ = ["Policies", "compare_responses", "responses"]
