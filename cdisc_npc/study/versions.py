"""Which records count: versions and inactivated lines, rescreened persons, the data cut.

In `raw.yaml`, for all forms and for one form in place of it::

    versions: {record: RecordId, updated: MaxUpdated, inactive: {Active: ["0", N]}}
    forms:
      ae: {versions: {log: {position: RecordPosition}}, fields: ...}

In `study.yaml`::

    rescreens:
      table: {"01001": "01007"}
      detect: {form: dm, fields: [INITIALS, BRTHDAT, SEX]}
      keep: last
      policy: report
      once: dm
    data_cut:
      date: 2024-06-30
      rules: {default: date, AE: AESTDTC, DM: special, SC: patient, TS: none}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from cdisc_npc.standards.sdtmig import is_supplemental
from cdisc_npc.verbs.base import Model, Names

_TIME = re.compile(r"([01][0-9]|2[0-3])(:[0-5][0-9]){0,2}")
_DATASET = re.compile(r"[A-Z][A-Z0-9]{1,7}")


class LogLines(Model):
    """A log form as Rave exports it: a header line, of position 0, beside the lines of the log."""

    position: str = Setting(description="field of the line's position, such as RecordPosition")
    page: Names = Setting(
        default=[], description="fields that tell the pages of a subject apart, such as FolderOID"
    )


class Versions(Model):
    """Which record is the valid one, where an export holds older versions and inactivated lines too."""

    record: Names = Setting(
        default=[], description="fields that all versions of a record share; default: the form's key"
    )
    updated: str | None = Setting(default=None, description="field of the date and time of a version")
    format: Names | None = Setting(
        default=None, description="how it is written, such as d-m-y H:M:S; default: recognised, as all dates"
    )
    inactive: dict[str, Names] = Setting(
        default={}, description="fields, and the values that say that a line was inactivated"
    )
    log: LogLines | None = None

    def reads(self) -> list[str]:
        """Every field that is looked at, once, in order."""
        log = [self.log.position, *self.log.page] if self.log else []
        updated = [self.updated] if self.updated else []
        return list(dict.fromkeys([*self.record, *updated, *self.inactive, *log]))


def versions_of(
    default: Versions | None, own: Versions | None, fields: Collection[str], key: Sequence[str] | None
) -> Versions | None:
    """Tell the rule of one form.

    1. What the form states is taken in place of the same part of the default.
    2. A part of the default that reads a field which the form does not have is left out:
       the default speaks for the forms that have its fields.
    3. Without ``record``, the form's key tells records apart.

    Parameters
    ----------
    default, own
        Of the contract, and of the form.
    fields, key
        The form's fields, and its key.

    Returns
    -------
    Versions or None
        None where nothing is left to resolve.

    Raises
    ------
    ValueError
        The form's own part names an unknown field; ``record`` stands without ``updated``; or
        the form states ``updated``, and neither ``record`` nor a key.
    """
    stated = {name: getattr(own, name) for name in own.model_fields_set} if own else {}
    unknown = [name for name in own.reads() if name not in fields] if own else []
    if unknown:
        raise ValueError(f"versions read {', '.join(unknown)}, no field of the form")
    given = default or Versions()
    if given.record and not given.updated and not stated.get("updated"):
        raise ValueError("expected `updated` beside `record`: it tells which version is the latest")
    log = given.log if given.log and {given.log.position, *given.log.page} <= set(fields) else None
    whole = {
        "record": given.record if set(given.record) <= set(fields) else [],
        "updated": given.updated if given.updated in fields else None,
        "format": given.format,
        "inactive": {name: values for name, values in given.inactive.items() if name in fields},
        "log": log,
    } | stated
    if stated.get("record") and not whole["updated"]:
        raise ValueError("expected `updated` beside `record`: it tells which version is the latest")
    whole["record"] = whole["record"] or list(key or [])
    if not whole["record"]:
        if stated.get("updated"):
            raise ValueError(
                "expected `record`, or the form's key: it tells which records are versions of one"
            )
        whole["updated"] = None
    if not whole["updated"]:
        whole["record"] = []
    return Versions(**whole) if whole["updated"] or whole["inactive"] or whole["log"] else None


class Detect(Model):
    """By what a person who was screened under two numbers is recognised."""

    form: str
    fields: Annotated[Names, Setting(min_length=1)]
    date: str | None = Setting(
        default=None, description="field that orders the screenings; default: the order of the numbers"
    )


class Rescreens(Model):
    """Persons who were screened more than once, each time under a new number."""

    table: dict[str, str] = Setting(
        default={}, description="a subject's number: the number that it is known by"
    )
    detect: Detect | None = None
    keep: Literal["first", "last"] = Setting(
        default="last", description="which of the numbers detected the person is known by"
    )
    policy: Literal["report", "apply"] = Setting(
        default="report", description="what is detected is only reported, or taken as one person"
    )
    once: Names = Setting(
        default=[], description="forms with one record a person: only that of the number kept is used"
    )

    @field_validator("table")
    @classmethod
    def _table_ends(cls, table: dict[str, str]) -> dict[str, str]:
        for number in table:
            _follow(number, table)
        return table

    def crosswalk(self) -> dict[str, str]:
        """Each number of the table, and the last that it leads to."""
        return {number: _follow(number, self.table) for number in self.table}


def _follow(number: str, table: Mapping[str, str]) -> str:
    seen = [number]
    while seen[-1] in table:
        if table[seen[-1]] in seen:
            raise ValueError(f"rescreens lead in a circle: {' -> '.join([*seen, table[seen[-1]]])}")
        seen.append(table[seen[-1]])
    return seen[-1]


class DataCut(Model):
    """The moment up to which data counts, and by which date each dataset is cut.

    What is derived is derived from the data that counts: reference dates of DM, elements, epochs.
    A rule is the name of the dataset's date variable; or ``date``, its --STDTC or else
    --DTC; ``patient``, by subject only; ``special`` (DM), by subject, and a death after the
    cut is taken back; ``none``. SUPP-- and RELREC follow their parents. Without a rule of
    their own DM has ``special``, and datasets without subjects ``none``.
    """

    date: str = Setting(description="last day that counts, such as 2024-06-30")
    time: str | None = Setting(default=None, description="last time of that day; default: its end")
    description: str = "Data cut"
    rules: dict[str, str] = Setting(default={}, description="dataset, or default: rule")
    subjects: Names | None = Setting(
        default=None, description="USUBJID of the subjects in the cut; default: all"
    )
    entered: str | None = Setting(
        default=None,
        description="a date of DM, such as RFICDTC: subjects with a later one are not in the cut",
    )
    undated: Literal["keep", "remove"] = Setting(
        default="keep", description="records whose date is blank, or lacks its year"
    )
    reference_dates: Literal["keep", "clip"] = Setting(
        default="keep",
        description="RF--DTC of DM after the cut: kept, or a start made blank and an end set to the cut",
    )

    @field_validator("date")
    @classmethod
    def _date_is_complete(cls, text: str) -> str:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                date.fromisoformat(text)
            except ValueError:
                pass
            else:
                return text
        raise ValueError(f"expected a complete date such as 2024-06-30, not {text!r}")

    @field_validator("time")
    @classmethod
    def _time_is_of_the_day(cls, text: str | None) -> str | None:
        if text is not None and not _TIME.fullmatch(text):
            raise ValueError(f"expected a time such as 12:00 or 23:59:59, not {text!r}")
        return text

    @model_validator(mode="after")
    def _rules_are_known(self) -> DataCut:
        for dataset, rule in self.rules.items():
            if dataset != "default" and not _DATASET.fullmatch(dataset):
                raise ValueError(f"expected a dataset or default, not {dataset!r}")
            if dataset == "RELREC" or is_supplemental(dataset):
                raise ValueError(f"{dataset} has no rule of its own: its records go with their parents")
            if rule == "special" and dataset != "DM":
                raise ValueError(f"rule special is for DM, not for {dataset}")
            if dataset == "default" and rule not in ("date", "patient", "none"):
                raise ValueError(f"expected date, patient or none for default, not {rule!r}")
            if rule not in ("date", "patient", "special", "none") and not _DATASET.fullmatch(rule):
                raise ValueError(f"expected a date variable, date, patient, special or none, not {rule!r}")
        return self

    def rule(self, dataset: str, variables: Collection[str]) -> str:
        """Rule of a dataset: the name of a date variable (which need not be there), or another rule."""
        if "USUBJID" not in variables:
            return self.rules.get(dataset, "none")
        if dataset == "RELREC" or is_supplemental(dataset):
            return "patient"
        rule = self.rules.get(dataset) or (
            "special" if dataset == "DM" else self.rules.get("default", "date")
        )
        if rule != "date":
            return rule
        return next(
            (f"{dataset[:2]}{item}" for item in ("STDTC", "DTC") if f"{dataset[:2]}{item}" in variables), rule
        )

    def moment(self) -> np.datetime64:
        """The last second that counts; what the time leaves open is taken as late as it may be."""
        time = self.time or ""
        return np.datetime64(f"{self.date}T{time}{'23:59:59'[len(time) :]}", "s")

    def text(self) -> str:
        """The cut as it is stated, in ISO 8601."""
        return f"{self.date}T{self.time}" if self.time else self.date
