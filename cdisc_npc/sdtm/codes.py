"""Codes of findings: records, values, SUPP-- and the data cut."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "RAW_CELL_UNUSED": Code(
        "warning", "sdtm", "{form}.{variable} is {value} and is used for nothing; expected {expected}"
    ),
    "MAP_DONE": Code("warning", "sdtm", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_REFERENCE_UNUSED": Code(
        "warning", "sdtm", "reference {value} of form {form} is used for nothing; expected {expected}"
    ),
    "RAW_VERSION_TIE": Code(
        "warning",
        "raw",
        "form {form}: two versions of {keys} differ, both of {variable} {value}; taken is {expected}",
    ),
    "RAW_VERSION_TIME": Code(
        "warning",
        "raw",
        "{form}.{variable} of a record with several versions is {value}; expected {expected}",
    ),
    "RAW_SAME_PERSON": Code(
        "warning", "raw", "subject {value} is the person of subject {expected}, by {params}; {rule}"
    ),
    "RAW_RESCREEN_UNKNOWN": Code(
        "warning", "raw", "subject {value} of the study's table of rescreens is in no form"
    ),
    "MAP_SUBJECT": Code(
        "error", "sdtm", "subject {value} of form {form} does not match {expected}; the record is rejected"
    ),
    "MAP_DUPLICATE_SUBJECT": Code(
        "refuse", "sdtm", "subject {USUBJID} has {value} records in {dataset}; expected one"
    ),
    "MAP_DUPLICATE_KEY": Code("refuse", "sdtm", "{dataset} key {keys} = {value} is not unique"),
    "MAP_TERM_UNMATCHED": Code(
        "error", "sdtm", "{dataset}.{variable} is {value}, which is no term of the closed codelist {expected}"
    ),
    "MAP_TERM_EXTENDED": Code(
        "warning", "sdtm", "{dataset}.{variable} is {value}, which extends the codelist {expected}"
    ),
    "MAP_TERM_CASE": Code(
        "note", "sdtm", "{dataset}.{variable}: {value} was matched without regard to case as {expected}"
    ),
    "MAP_TERM_SYNONYM": Code(
        "note", "sdtm", "{dataset}.{variable}: {value} was matched by synonym as {expected}"
    ),
    "MAP_NUMBER": Code("error", "sdtm", "{dataset}.{variable} is {value}; expected {expected}"),
    "MAP_UNIT": Code("refuse", "sdtm", "{dataset}.{variable} has the unit {value}; expected {expected}"),
    "MAP_VISIT": Code("refuse", "sdtm", "visit {value} of form {form} is not planned; expected {expected}"),
    "MAP_UNTRANSLATED": Code(
        "refuse", "sdtm", "{dataset}.{variable} is {value}; expected a translation that {expected} can hold"
    ),
    "MAP_TEXT_PLAIN": Code(
        "note", "sdtm", "{dataset}.{variable}: {value} was written on one line as {expected}"
    ),
    "LANGUAGE_VALUE": Code(
        "warning", "sdtm", "{dataset}.{variable}: {value} has no translation to {expected}"
    ),
    "MAP_FIRST_DIFFERS": Code(
        "error", "sdtm", "form {form}, {keys}: {params} is {value}; its first record has {expected}"
    ),
    "MAP_CHECK": Code("warning", "sdtm", "{dataset}.{variable} is {value}; expected {expected}"),
    "MAP_NO_RECORDS": Code("note", "sdtm", "{dataset} has no records"),
    "MAP_VARIABLE_EMPTY": Code(
        "note", "sdtm", "{dataset}.{variable} is permissible and has no value in any record: it is left out"
    ),
    "MAP_LONG_TEXT": Code(
        "note", "sdtm", "{dataset}.{variable} has {value} bytes; the rest is in {expected}"
    ),
    "MAP_TEXT_TOO_LONG": Code(
        "error", "sdtm", "{dataset}.{variable} has {value} bytes; expected at most {expected}"
    ),
    "MAP_ACCOUNT": Code(
        "refuse",
        "sdtm",
        "form {form}: {value} of its records are neither mapped, left out nor rejected; {expected}",
    ),
    "SUPP_REFUSED": Code(
        "refuse", "sdtm", "{dataset} {USUBJID} {keys} {variable}: {value}; expected {expected}"
    ),
    "SUPP_ORPHAN": Code(
        "refuse", "sdtm", "{dataset} {USUBJID} {keys} {variable}: {value}; expected {expected}"
    ),
    "SUPP_REPEATED": Code(
        "refuse", "sdtm", "{dataset} {USUBJID} {keys} {variable}: {value}; expected {expected}"
    ),
    "CUT_DATE": Code("refuse", "sdtm", "{dataset}.{variable} is {value}; the data cut expects {expected}"),
    "CUT_VARIABLE": Code("refuse", "sdtm", "the data cut reads {dataset}.{variable}, which is not there"),
    "CUT_REMOVED": Code("note", "sdtm", "{dataset}: the data cut {expected} removed {value} records, {rule}"),
    "CUT_SUBJECT": Code(
        "note",
        "sdtm",
        "subject {USUBJID} ({variable} {value}) is not in the data cut {expected}: {params} raw "
        "records are left out",
    ),
    "CUT_RECORD": Code(
        "note",
        "sdtm",
        "{dataset}.{variable} is {value}, after the data cut {expected}: the record is left out",
    ),
    "CUT_VISIT": Code(
        "note",
        "sdtm",
        "{dataset} of visit {value} has no full {keys}, and the visit began after the data cut "
        "{expected}: the record is left out",
    ),
    "CUT_CHANGED": Code(
        "note", "sdtm", "{dataset}.{variable} was {value}; the data cut {expected} made it {params}"
    ),
    "CUT_UNDATED": Code("note", "sdtm", "{dataset}: {value} records without a date in {variable} are {rule}"),
    "CUT_LATE": Code(
        "note", "sdtm", "{dataset}.{variable} is {value}, after the data cut {expected}; it is kept"
    ),
    "CUT_LATE_VALUES": Code(
        "note", "sdtm", "{dataset}.{variable} is after the data cut {expected} in {value} of the records kept"
    ),
    "CUT_NO_DATE": Code("warning", "sdtm", "{dataset} has no {expected}; the data cut is by subject only"),
    "CUT_NO_DATASET": Code("note", "sdtm", "the data cut has a rule for {dataset}, which is not there"),
}
