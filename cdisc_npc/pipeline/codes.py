"""Codes of findings: the stages of a build."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "ADAM_NOT_SPECIFIED": Code(
        "refuse", "adam", "study {value} has no analysis datasets; expected {expected}"
    ),
    "NAME_UNSAFE": Code(
        "note", "transport", "{value} cannot name a folder on every system; the folder is {expected}"
    ),
    "STAGE_UNKNOWN": Code("refuse", "build", "there is no stage {value} to leave out; expected {expected}"),
}
