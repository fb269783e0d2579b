"""Codes of findings: raw data and its contract."""

from cdisc_npc.findings import Code

CODES: dict[str, Code] = {
    "RAW_MISSING_FORM": Code("refuse", "raw", "form {form} has no file; expected {expected}"),
    "RAW_AMBIGUOUS_FORM": Code(
        "refuse", "raw", "form {form} is found more than once: {value}; expected one file"
    ),
    "RAW_NO_RECORDS": Code(
        "refuse", "raw", "form {form} has no records; expected at least one (or `may_be_empty: yes`)"
    ),
    "RAW_MISSING_COLUMN": Code("refuse", "raw", "column {variable} is missing; expected it in form {form}"),
    "RAW_EXTRA_COLUMN": Code(
        "refuse", "raw", "column {variable} is not in the raw data contract of form {form}"
    ),
    "RAW_COLUMN_CASE": Code("note", "raw", "column {value} was read as {variable}, without regard to case"),
    "RAW_FORMULA": Code("refuse", "raw", "cell {value} holds a formula; expected values only"),
    "RAW_MERGED_CELLS": Code("refuse", "raw", "cells {value} are merged; expected one value a cell"),
    "RAW_XML_ENTITY": Code(
        "refuse", "raw", "the XML declares {value}; expected no document type and no entities"
    ),
    "RAW_OUTSIDE_FOLDER": Code("refuse", "raw", "path {value} leaves the folder; expected a file inside it"),
    "RAW_TYPE": Code("error", "raw", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_LENGTH": Code("error", "raw", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_REQUIRED": Code("error", "raw", "{form}.{variable} is blank; expected a value"),
    "RAW_DUPLICATE_KEY": Code("refuse", "raw", "key {keys} of form {form} is not unique: {value}"),
    "RAW_VALUE": Code("error", "raw", "{form}.{variable} is {value}; expected {expected}"),
    "RAW_UNUSED_TABLE": Code("warning", "raw", "table {value} is named by no form of the raw data contract"),
    "RAW_IGNORED_FILE": Code("note", "raw", "not read: {value}; expected a file ending in {expected}"),
    "RAW_ODM_TRANSACTION": Code("refuse", "raw", "{value}; expected {expected}"),
    "RAW_ODM_NULL_VALUE": Code(
        "warning",
        "raw",
        "{form}.{variable} is null and yet has the value {value}, which is kept; expected {expected}",
    ),
    "RAW_ODM_NOT_READ": Code("warning", "raw", "not read: {value}; expected {expected}"),
    "RAW_BESIDE": Code(
        "warning", "raw", "{variable}, filled in {value} records, is a field of no form; expected {expected}"
    ),
    "RAW_SPECIAL_MISSING": Code(
        "warning",
        "raw",
        "{form}.{variable} is the special missing value {value} of SAS, which is read as blank",
    ),
}
