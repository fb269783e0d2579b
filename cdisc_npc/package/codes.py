"""Codes of findings: a package as it lies on disk."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "LEDGER_NONE": Code("refuse", "adam", "{value} is not there; expected {expected}"),
}
