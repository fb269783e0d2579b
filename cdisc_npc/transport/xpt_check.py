"""Check a dataset's description against TS-140: all that can be wrong before a value is looked at."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pandas as pd

from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.xpt_layout import Member, Variable

Refuse = Callable[..., None]


def moment_of(created: datetime | None, refuse: Refuse) -> datetime:
    if created is not None:
        return created.astimezone(UTC) if created.tzinfo else created
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime(1960, 1, 1)
    except (ValueError, OverflowError, OSError):
        refuse(value=f"SOURCE_DATE_EPOCH={epoch}", expected="seconds since 1970-01-01, a whole number")
        return datetime(1960, 1, 1)


def check_names(frame: pd.DataFrame, member: Member, encoding: str, refuse: Refuse) -> list[Variable]:
    """Check all but the values; give the variables whose column can be looked at."""
    if not 0 < len(member.variables) <= layout.MOST_VARIABLES:
        refuse(value=f"{len(member.variables)} variables", expected=f"1 to {layout.MOST_VARIABLES}")
    described = Counter(variable.name for variable in member.variables)
    held = Counter(frame.columns)
    for names, what in ((described, "variables"), (held, "columns of the frame")):
        for name, times in names.items():
            if times > 1:
                refuse(variable=shown(name), value=f"{times} {what}", expected="one of that name")
    for names, others, value, expected in (
        (held, described, "a column of the frame", "a variable of the dataset's description"),
        (described, held, "no column of the frame", "a column for each variable described"),
    ):
        for name in names:
            if name not in others:
                refuse(variable=shown(name), value=value, expected=expected)
    for variable in member.variables:
        name_refuse = partial(refuse, variable=shown(variable.name))
        check_name(variable.name, name_refuse)
        check_label(variable.label, encoding, name_refuse)
        _check_form(variable, name_refuse)
    return [
        replace(variable, format=_format_name(variable))
        for variable in member.variables
        if described[variable.name] == held[variable.name] == 1
    ]


def shown(text: object) -> str:
    """Give a text as a finding can hold it: a lone surrogate is escaped."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


def check_name(name: object, refuse: Refuse) -> None:
    if not isinstance(name, str) or not layout.NAME.fullmatch(name):
        refuse(value=f"the name {shown(name)}", expected="1 to 8 of A-Z, 0-9 and _, the first no digit")


def check_label(label: str, encoding: str, refuse: Refuse) -> None:
    try:
        written = label.encode(encoding)
        exact = written.decode(encoding) == label
    except UnicodeError:
        written, exact = b"", False
    if not exact or "\0" in label:
        refuse(value=f"the label {shown(label)}", expected=f"characters of {encoding}, without NUL")
    if len(written) > layout.LABEL_BYTES:
        refuse(
            value=f"the label {shown(label)} of {len(written)} bytes",
            expected=f"at most {layout.LABEL_BYTES} bytes",
        )


def _check_form(variable: Variable, refuse: Refuse) -> None:
    if variable.type not in ("Char", "Num"):
        refuse(value=f"the type {variable.type}", expected="Char or Num")
    elif variable.type == "Num" and variable.length not in (None, layout.NUMBER_BYTES):
        refuse(value=f"the length {variable.length}", expected=f"{layout.NUMBER_BYTES} for a number")
    elif (
        variable.type == "Char"
        and variable.length is not None
        and not 1 <= variable.length <= layout.TEXT_BYTES
    ):
        refuse(value=f"the length {variable.length}", expected=f"1 to {layout.TEXT_BYTES} for a text")
    for what, text in (("format", variable.format), ("informat", variable.informat)):
        try:
            layout.parse_format(text, variable.type)
        except ValueError as error:
            refuse(value=f"the {what} {shown(text)}", expected=str(error))


def _format_name(variable: Variable) -> str:
    try:
        return layout.parse_format(variable.format, variable.type).name
    except ValueError:
        return ""
