"""Codes of findings: analysis datasets."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "ADAM_NO_DATASET": Code("refuse", "adam", "there is no dataset {value}; expected {expected}"),
    "ADAM_EMPTY": Code(
        "warning", "adam", "there is no {dataset}: the study makes it, so no subject has a record"
    ),
    "ADAM_VARIABLE_EMPTY": Code(
        "note", "adam", "there is no {dataset}.{variable}: it is permissible, so no record has a value"
    ),
    "POLICY_UNKNOWN": Code("refuse", "adam", "{value} is no policy that can be varied; expected {expected}"),
    "ADAM_NO_VALUE": Code(
        "note",
        "adam",
        "{dataset}: {rule} asks for {variable} {value}, which no record has; there is {expected}",
    ),
    "ADAM_BLANK": Code("note", "adam", "{dataset}.{variable} is blank in every record"),
    "ADAM_CHECK": Code(
        "warning", "adam", "{dataset} {USUBJID}: {rule}; {variable} is {value}, expected {expected}"
    ),
    "ADAM_STRANGER": Code(
        "error", "adam", "{USUBJID} is in {dataset} and not in DM; it is in no analysis dataset"
    ),
    "ADAM_COUNTS_AS": Code(
        "note", "adam", "{dataset} {USUBJID} {keys}: {variable} {value} counts as {expected}"
    ),
    "ADAM_PR_AFTER_CR": Code("warning", "adam", "{dataset} {USUBJID}: a PR follows a CR; was the CR one?"),
    "ADAM_BEFORE_START": Code(
        "warning",
        "adam",
        "{USUBJID} {variable}: the outcome is before {expected} {value}; taken is {expected}",
    ),
    "ADAM_UNDATED": Code(
        "error",
        "adam",
        "{dataset} {USUBJID}: {value} without a date in {variable}; it is lost to {expected}",
    ),
    "ADAM_NO_OUTCOME": Code(
        "error",
        "adam",
        "{USUBJID} {variable}: no record, for want of {expected}, or of an event or censoring",
    ),
}
