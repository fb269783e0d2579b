"""What a study states for define.xml alone: dictionaries, and value-level metadata.

In `study.yaml`::

    dictionaries:
      MedDRA: {version: "27.1"}

In `sdtm/lb.yaml`, in place of what the data tell of the variable::

    value_level:
      - {variable: LBORRES, name: GLUC, where: {LBTESTCD: GLUC, LBSPEC: URINE}, type: text, codelist: DIPSTICK}
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Setting

from cdisc_npc.columns.condition import Condition
from cdisc_npc.verbs.base import Flag, Model
from cdisc_npc.verbs.verb import Origin, Source

DefineType = Literal[
    "text", "integer", "float", "date", "time", "datetime", "partialDate", "partialTime", "partialDatetime",
    "incompleteDatetime", "durationDatetime", "intervalDatetime",
]  # fmt: skip


class Dictionary(Model):
    """A dictionary outside the study, such as MedDRA: what define.xml says of it, and where its files are."""

    name: str | None = Setting(default=None, description="as define.xml calls it; default: the value domain")
    version: str
    href: str | None = None
    folder: str | None = Setting(
        default=None,
        description="where its files are, from the study's folder on: terms are checked against them",
    )


class ValueLevel(Model):
    """What a variable is for some of its records, in place of what the data tell."""

    variable: str
    where: Condition
    name: str = Setting(description="name of the value definition, such as the test code")
    label: str | None = None
    type: DefineType | None = Setting(default=None, description="data type of Define-XML")
    length: int | None = Setting(default=None, ge=1)
    digits: int | None = Setting(default=None, ge=0)
    format: str | None = None
    codelist: str | None = None
    origin: Origin | None = None
    source: Source | None = None
    method: str | None = None
    comment: str | None = None
    mandatory: Flag = False
