"""The raw data contract: `raw.yaml`, the forms of a study and their fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.date_grammar import DateRules
from cdisc_npc.study.versions import Versions, versions_of
from cdisc_npc.verbs.base import Flag, Model, Names

Labels = dict[str, str]
Refusable = Literal["refuse", "report"]


class Dates(Model):
    """How dates are written, where the text alone does not tell: of a study, of a form, or of a field."""

    order: Literal["dmy", "mdy", "ymd"] | None = Setting(
        default=None, description="of numeric dates; default: ymd"
    )
    century: int | None = Setting(
        default=None, description="first year of the hundred that two digits stand for; default: refused"
    )
    unknown: Names | None = Setting(
        default=None, description="words for an unknown part, in place of the usual ones"
    )
    excel_serials: Flag | None = Setting(
        default=None, description="whether five digits are a day number of a spreadsheet; default: no"
    )


def date_rules(*stated: Dates | None) -> DateRules:
    """By which raw dates are read: what is stated last comes first."""
    rules = DateRules()
    for dates in filter(None, stated):
        rules = replace(rules, **{name: value for name, value in dates if value is not None})
    return rules


class Field(Model):
    """One field of a form, as it is collected."""

    label: Labels = Setting(default={}, description="label by language: {en: Severity, zh: 严重程度}")
    type: Literal["text", "integer", "number", "date", "time", "datetime"] = "text"
    length: int | None = Setting(default=None, description="most characters of the collected text")
    required: Flag = False
    optional: Flag = Setting(default=False, description="the column itself may be absent from the export")
    unit: str | None = None
    values: Names | None = Setting(default=None, description="the collected values allowed, where few")
    codelist: str | None = Setting(
        default=None, description="the choices printed for the field: a name under `codelists` of raw.yaml"
    )
    also: Names = Setting(
        default=[], description="other names of the column, such as the 8 characters that XPT version 5 has"
    )
    pad: int | None = Setting(
        default=None, description="left-pad with zeros to this width, where XLSX or SAS lost them"
    )
    dates: Dates | None = Setting(default=None, description="how its dates are written; default: the form's")
    not_submitted: str | None = Setting(default=None, description="why no dataset uses the field")


class Form(Model):
    """One form: a file, a sheet or an ODM form, with its fields in the order of the CRF."""

    label: Labels = {}
    file: str | None = Setting(
        default=None, description="name of the file (no ending) or sheet; default: the form's"
    )
    key: Names | None = None
    may_be_empty: Flag = False
    dates: Dates | None = Setting(default=None, description="how its dates are written; default: the study's")
    not_submitted: str | None = Setting(default=None, description="why no dataset uses the form")
    versions: Versions | None = Setting(default=None, description="in place of the contract's, for this form")
    header: Flag = Setting(default=True, description="whether the form has the header fields of all forms")
    fields: dict[str, Field]

    @model_validator(mode="after")
    def _key_is_of_the_form(self) -> Form:
        unknown = [name for name in self.key or [] if name not in self.fields]
        if unknown:
            raise ValueError(f"key {', '.join(unknown)} is no field of the form")
        return self


class RawContract(Model):
    """All forms, and what to do about an export that does not keep to them."""

    extra_columns: Refusable = "refuse"
    versions: Versions | None = Setting(
        default=None, description="which record counts, where an export holds more"
    )
    header: dict[str, Field] = Setting(default={}, description="fields that every form begins with")
    codelists: dict[str, dict[str, str]] = Setting(
        default={}, description="choices printed on the forms: value, and the same in the other language"
    )
    forms: dict[str, Form]

    @model_validator(mode="before")
    @classmethod
    def _forms_have_the_header(cls, data: Any) -> Any:
        """Put the header's fields before those of each form that does not say ``header: no``."""
        if (
            not isinstance(data, dict)
            or not isinstance(data.get("header"), dict)
            or not isinstance(data.get("forms"), dict)
        ):
            return data
        forms = dict(data["forms"])
        for name, form in forms.items():
            if isinstance(form, dict) and isinstance(form.get("fields"), dict) and form.get("header") != "no":
                forms[name] = form | {"fields": data["header"] | form["fields"]}
        return data | {"forms": forms}

    @model_validator(mode="after")
    def _codelists_are_those_named(self) -> RawContract:
        named = {
            field.codelist: f"{form_name}.{field_name}"
            for form_name, form in self.forms.items()
            for field_name, field in form.fields.items()
            if field.codelist is not None
        }
        for name, place in named.items():
            if name not in self.codelists:
                raise ValueError(f"{place} has the codelist {name}, which is none of `codelists`")
        unused = [name for name in self.codelists if name not in named]
        if unused:
            raise ValueError(f"codelist {', '.join(unused)} is of no field")
        return self

    def choices(self, form: str, field: str) -> dict[str, str]:
        """The values printed for a field, each with the same in the other language; none where it is free."""
        name = self.forms[form].fields[field].codelist
        return {} if name is None else self.codelists[name]

    def form_versions(self, name: str) -> Versions | None:
        """The rule by which the records of a form count; None where all do.

        Raises
        ------
        ValueError
            The rule names a field that the form has not, or lacks a part.
        """
        form = self.forms[name]
        return versions_of(self.versions, form.versions, form.fields, form.key)
