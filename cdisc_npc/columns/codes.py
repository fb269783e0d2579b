"""Codes of findings: what conditions and dates read."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "ADAM_NO_VARIABLE": Code("refuse", "adam", "{dataset} has no variable {variable}; expected {expected}"),
    "ADAM_MANY": Code("refuse", "adam", "{dataset}: several records of one {keys}: {value}; expected one"),
    "ADAM_BOTH": Code("refuse", "adam", "{variable} of {dataset} is there already; expected {expected}"),
    "ADAM_TIE": Code(
        "warning",
        "adam",
        "{dataset} {keys}: {expected} does not decide which record is first; their order did",
    ),
}
