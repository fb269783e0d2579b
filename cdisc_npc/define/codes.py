"""Codes of findings: define.xml."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "DEFINE_ISSUE": Code("error", "define", "{variable} {expected} [{rule}]"),
    "DEFINE_LEFT": Code("warning", "define", "{variable} {expected}; that is not carried over"),
    "DEFINE_REFUSED": Code("refuse", "define", "{dataset}.{variable}: {value}; expected {expected}"),
}
