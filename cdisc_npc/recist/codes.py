"""Codes of findings: responses set against the recorded ones."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "RECIST_TARGET": Code(
        "warning", "recist", "{USUBJID} {keys}: target response {value}; computed {expected} ({params})"
    ),
    "RECIST_NONTARGET": Code(
        "warning", "recist", "{USUBJID} {keys}: non-target response {value}; computed {expected} ({params})"
    ),
    "RECIST_OVERALL": Code(
        "warning", "recist", "{USUBJID} {keys}: overall response {value}; computed {expected} ({params})"
    ),
    "RECIST_SUM": Code(
        "warning", "recist", "{USUBJID} {keys}: sum of diameters {value}; computed {expected} ({params})"
    ),
    "RECIST_UNASSESSED": Code(
        "warning", "recist", "{USUBJID} {keys}: response {value} in RS; expected {expected}"
    ),
    "RECIST_UNRECORDED": Code(
        "warning", "recist", "{USUBJID} {keys}: no overall response in RS; computed {expected} ({params})"
    ),
    "RECIST_LESION": Code(
        "warning", "recist", "{USUBJID}: {dataset}.{variable} is {value}; expected {expected}"
    ),
    "RECIST_VALUE": Code("warning", "recist", "{USUBJID} {keys}: {variable} is {value}; expected {expected}"),
    "RECIST_REPEATED": Code(
        "warning", "recist", "{USUBJID} {keys}: a second size {value}; expected {expected}, the last counts"
    ),
    "RECIST_TIMEPOINT": Code(
        "warning",
        "recist",
        "{USUBJID}: a record of {dataset} for lesion {value} has neither group, visit nor date; left out",
    ),
}
