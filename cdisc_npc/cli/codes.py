"""Codes of findings: commands."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "DEFINE_UNREADABLE": Code("refuse", "define", "cannot be read: {value}; expected {expected}"),
}
