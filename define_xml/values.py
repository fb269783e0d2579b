"""The data types of Define-XML: what values they allow, and the narrowest that some values have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

NUMBERS = ("integer", "float")
WITH_LENGTH = ("text", "integer", "float")

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_PARTIAL_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_HOUR, _SIXTY = r"([01]\d|2[0-3])", r"[0-5]\d"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_TIME = rf"{_HOUR}:{_SIXTY}:{_SIXTY}(\.\d+)?{_ZONE}"
_PARTIAL_TIME = rf"{_HOUR}(:{_SIXTY}(:{_SIXTY}(\.\d+)?)?)?{_ZONE}"
_MONTH, _DAY = r"(0[1-9]|1[0-2]|-)", r"(0[1-9]|[12]\d|3[01]|-)"
# A part that is unknown between known ones is a hyphen: 2003---15, --12-15.
_INCOMPLETE = (
    rf"(\d{{4}}|-)(-{_MONTH}(-{_DAY}(T({_HOUR}|-)(:({_SIXTY}|-)(:({_SIXTY}(\.\d+)?|-))?)?{_ZONE})?)?)?"
)
_AMOUNT = r"\d+([.,]\d+)?"
_DURATION = (
    rf"[+-]?P({_AMOUNT}W|(?=[\dT])({_AMOUNT}Y)?({_AMOUNT}M)?({_AMOUNT}D)?"
    rf"(T(?=\d)({_AMOUNT}H)?({_AMOUNT}M)?({_AMOUNT}S)?)?)"
)
_PARTIAL_DATETIME = rf"{_PARTIAL_DATE}|{_DATE}T{_PARTIAL_TIME}"
_MOMENT = rf"(?:{_PARTIAL_DATETIME}|{_INCOMPLETE})"

# Each type and the form of its values, the narrowest before those that include it.
FORMS = {
    "date": _DATE,
    "datetime": rf"{_DATE}T{_TIME}",
    "time": _TIME,
    "partialDate": _PARTIAL_DATE,
    "partialTime": _PARTIAL_TIME,
    "partialDatetime": _PARTIAL_DATETIME,
    "incompleteDatetime": _INCOMPLETE,
    "durationDatetime": _DURATION,
    "intervalDatetime": rf"{_MOMENT}/{_MOMENT}|{_MOMENT}/(?:{_DURATION})|(?:{_DURATION})/{_MOMENT}",
    "integer": r"[+-]?\d+",
    "float": r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
}
_MOMENTS = (
    "date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime", "durationDatetime",
    "intervalDatetime",
)  # fmt: skip


@cache
def form_of(data_type: str) -> re.Pattern[str] | None:
    """The form of a type's values; None where every text is one. Compiled when first asked for: some are long."""
    return re.compile(FORMS[data_type]) if data_type in FORMS else None


def fits(data_type: str, value: str) -> bool:
    """Whether a text is a value of a type; every text is one of ``text``.

    Examples
    --------
    >>> fits("date", "2021-03"), fits("partialDate", "2021-03")
    (False, True)
    """
    form = form_of(data_type)
    return form is None or form.fullmatch(value) is not None


def narrowest(values: Iterable[str], among: Iterable[str]) -> str | None:
    """The first type that allows all values; None where none does.

    Parameters
    ----------
    values
        Texts.
    among
        Data types, the narrowest first.
    """
    texts = list(values)
    return next((item for item in among if all(fits(item, text) for text in texts)), None)


def moment_type(values: Iterable[str]) -> str | None:
    """The narrowest date, time or duration type of some texts; None where they are none."""
    return narrowest(values, _MOMENTS)


def number_type(values: Iterable[str]) -> str | None:
    """``integer`` or ``float`` where all texts are numbers, else None."""
    return narrowest(values, NUMBERS)


def digits(value: str) -> int:
    """Places after the decimal point."""
    return len(value.partition(".")[2])


def is_supplemental(dataset: str) -> bool:
    """Whether a dataset is one of supplemental qualifiers, by its name (SDTMIG 8.4)."""
    return dataset.startswith("SUPP")
