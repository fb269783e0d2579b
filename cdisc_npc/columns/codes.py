"""Codes of findings: what conditions and dates read."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "ADAM_NO_VARIABLE": Code("refuse", "adam", "{dataset} has no variable {variable}; expected {expected}"),
}
