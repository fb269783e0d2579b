"""Codes of findings: what verbs make."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "ADAM_VALUE": Code("refuse", "adam", "{dataset}.{variable} is {value}; expected {expected}"),
    "ADAM_NO_DATE": Code("refuse", "adam", "{dataset}.{variable} is {value}; expected {expected}"),
    "ADAM_DATE": Code("error", "adam", "{dataset} {USUBJID}: {variable} is {value}; expected {expected}"),
    "ADAM_PARTIAL": Code(
        "note",
        "adam",
        "{dataset} {USUBJID}: {variable} is {value}, of which {expected} is imputed: there is no date",
    ),
    "ADAM_NOT_FOUND": Code("warning", "adam", "{dataset} {USUBJID}: no {variable} for {keys} {value}"),
    "ADAM_SAME_DAY": Code(
        "warning",
        "adam",
        "{dataset} {USUBJID} {keys}: {variable} {value} is passed over; the worst of the day counts",
    ),
    "MAP_AGREE": Code("note", "sdtm", "{dataset}.{variable}: {params} differ: {value}; taken {expected}"),
    "MAP_DATE": Code("error", "sdtm", "{dataset}.{variable} is {value}; expected {expected}"),
    "MAP_DATE_SERIAL": Code(
        "note", "sdtm", "{dataset}.{variable}: {value}, a day number of a spreadsheet, was read as {expected}"
    ),
    "MAP_LOOKUP_MANY": Code("error", "sdtm", "{dataset}.{variable}: several values {value}; expected one"),
}
