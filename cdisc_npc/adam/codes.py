"""Codes of findings: analysis datasets."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "ADAM_NO_DATASET": Code("refuse", "adam", "there is no dataset {value}; expected {expected}"),
    "ADAM_EMPTY": Code(
        "warning", "adam", "there is no {dataset}: the study makes it, so no subject has a record"
    ),
    "ADAM_MANY": Code("refuse", "adam", "{dataset}: several records of one {keys}: {value}; expected one"),
    "ADAM_BOTH": Code("refuse", "adam", "{variable} of {dataset} is there already; expected {expected}"),
    "ADAM_VALUE": Code("refuse", "adam", "{dataset}.{variable} is {value}; expected {expected}"),
    "POLICY_UNKNOWN": Code("refuse", "adam", "{value} is no policy that can be varied; expected {expected}"),
    "ADAM_NO_DATE": Code("refuse", "adam", "{dataset}.{variable} is {value}; expected {expected}"),
    "ADAM_DATE": Code("error", "adam", "{dataset} {USUBJID}: {variable} is {value}; expected {expected}"),
    "ADAM_PARTIAL": Code(
        "note",
        "adam",
        "{dataset} {USUBJID}: {variable} is {value}, of which {expected} is imputed: there is no date",
    ),
    "ADAM_NO_VALUE": Code(
        "note",
        "adam",
        "{dataset}: {rule} asks for {variable} {value}, which no record has; there is {expected}",
    ),
    "ADAM_CHECK": Code(
        "warning", "adam", "{dataset} {USUBJID}: {rule}; {variable} is {value}, expected {expected}"
    ),
    "ADAM_NOT_FOUND": Code("warning", "adam", "{dataset} {USUBJID}: no {variable} for {keys} {value}"),
    "ADAM_STRANGER": Code(
        "error", "adam", "{USUBJID} is in {dataset} and not in DM; it is in no analysis dataset"
    ),
    "ADAM_SAME_DAY": Code(
        "warning",
        "adam",
        "{dataset} {USUBJID} {keys}: {variable} {value} is passed over; the worst of the day counts",
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
    "ADAM_TIE": Code(
        "warning",
        "adam",
        "{dataset} {keys}: {expected} does not decide which record is first; their order did",
    ),
}
