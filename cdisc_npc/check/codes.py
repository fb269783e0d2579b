"""Codes of findings: the rules of a finished package."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "CHECK_RULE": Code(
        "error", "check", "{dataset}.{variable} {USUBJID} {keys}: {value}; {expected} [{rule}]"
    ),
}
