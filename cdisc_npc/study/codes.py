"""Codes of findings: the specification."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "STUDY_NOT_FOUND": Code("refuse", "spec", "there is no study {value}; expected {expected}"),
    "LANGUAGE_LABEL": Code("warning", "spec", "label {value} has no translation to {expected}"),
}
