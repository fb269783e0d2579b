"""Codes of findings: files that come and leave."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "RAW_UNREADABLE": Code("refuse", "raw", "cannot be read: {value}; expected {expected}"),
    "RAW_EMPTY_FILE": Code("refuse", "raw", "the file is empty; expected {expected}"),
    "RAW_DUPLICATE_COLUMN": Code(
        "refuse", "raw", "column {variable} stands more than once; expected {expected}"
    ),
    "RAW_RAGGED_ROW": Code("refuse", "raw", "the record has {value} fields; expected {expected}"),
    "RAW_QUOTE": Code(
        "refuse", "raw", "a quoted field is never closed, or goes on after its closing quote: {value}"
    ),
    "RAW_ENCODING": Code("refuse", "raw", "bytes {value} cannot be decoded; expected {expected}"),
    "RAW_NUL": Code("refuse", "raw", "NUL byte in the text; expected {expected}"),
    "RAW_FIELD_TOO_LONG": Code("refuse", "raw", "a field of {value} bytes; expected at most {expected}"),
    "RAW_UNNAMED_COLUMN": Code(
        "refuse", "raw", "column number {value} has no name; expected one in the header"
    ),
    "ENCODING_FOUND": Code("note", "raw", "the text is read as {value}: {expected}"),
    "ENCODING_UNCLEAR": Code(
        "refuse", "raw", "the encoding of the text is not clear, it would read {value}; expected {expected}"
    ),
    "SPEC_INVALID": Code("refuse", "spec", "{expected}"),
    "XPT_REFUSED": Code("refuse", "transport", "{dataset}.{variable}: {value}; expected {expected}"),
    "XPT_UNREADABLE": Code("refuse", "transport", "cannot be read as XPORT: {value}; expected {expected}"),
    "XPT_DESCRIPTION": Code("warning", "transport", "{dataset}.{variable}: {value}; expected {expected}"),
    "COMPARE_REFUSED": Code(
        "refuse", "transport", "{dataset} {keys} cannot be compared: {value}; expected {expected}"
    ),
    "CONVERT_REFUSED": Code(
        "refuse", "transport", "{dataset} {variable} cannot be converted: {value}; expected {expected}"
    ),
    "CONVERT_LOSS": Code("warning", "transport", "{dataset} {variable}: {value}; {expected}"),
    "CONVERT_NOTE": Code("note", "transport", "{dataset}.{variable}: {value}; {expected}"),
    "DATASET_JSON_UNREADABLE": Code(
        "refuse", "transport", "cannot be read as Dataset-JSON: {value}; expected {expected}"
    ),
    "PARQUET_UNREADABLE": Code(
        "refuse", "transport", "cannot be read as Parquet: {value}; expected {expected}"
    ),
    "SPLIT_REFUSED": Code(
        "refuse", "transport", "{dataset}.{variable} cannot be split: {value}; expected {expected}"
    ),
    "OUTPUT_OCCUPIED": Code(
        "refuse", "transport", "the place of the output is occupied by {value}; expected {expected}"
    ),
}
