"""What contradicts itself inside a finished record: `checks` of a dataset's file.

For example::

    checks:
      - {variable: AEENDTC, when: {AEENDTC: {before: {variable: AESTDTC}}}, expected: an end after the start}
"""

from __future__ import annotations

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Model


class Check(Model):
    """Records of which a condition holds are reported, and stay as they are."""

    variable: str
    when: Condition
    expected: str
