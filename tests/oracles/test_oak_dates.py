"""create_iso8601, parse_dttm and assign_datetime of sdtm.oak, against our stated formats."""

from __future__ import annotations

import datetime
import re

import pandas as pd
import pytest

from cdisc_npc.columns.date_formats import FIELDS, compile_format, parse, to_iso8601
from tests.oracles.values import (
    Expression,
    argument,
    arguments,
    case_ids,
    cases,
    column_values,
    expected_table,
    expected_vector,
    is_error,
    many,
    records,
)

CREATE, PARSE, ASSIGN = "sdtm.oak/create_iso8601", "sdtm.oak/parse_dttm", "sdtm.oak/assign_datetime"

# oak's names of the components, in the order of fmt_cmp()'s arguments.
OAK_FIELDS = {"sec": "second", "min": "minute", "hour": "hour", "mday": "day", "mon": "month", "year": "year"}
# A month of one digit fits oak's formats nowhere; ours takes it where no other digit touches it.
OAK_KEY = ["oak_id", "raw_source", "patient_number"]
OAK_PATTERNS = {"month": r"\d\d"}

# Where our result differs from oak's, by case: the reason. Found by rule in `as_the_standard_has_it`.
DEVIATIONS = {
    "oak/create_iso8601/L1.3": "ISO 8601-1 has days of the month from 01 on: 0 is refused, 00 is not known",
}
ISO = re.compile(r"(\d{4}|-)(?:-(\d\d|-)(?:-(\d\d|-))?)?(?:T(\d\d|-)(?::(\d\d|-)(?::(\d\d|-)(?:\.\d+)?)?)?)?")


def as_the_standard_has_it(text: str | None) -> str | None:
    """oak's text, or None where it is no date or time that exists: nothing there is taken over."""
    if text is None:
        return None
    year, month, day, hour, minute, second = (
        int(part) if part and part != "-" else None for part in ISO.fullmatch(text).groups()
    )
    try:
        # 2000 is a leap year and January has 31 days: a day stands if it may exist.
        datetime.datetime(
            2000 if year is None else year, month or (1 if month is None else 0), 1 if day is None else day,
            hour or 0, minute or 0, second or 0,
        )  # fmt: skip
    except ValueError:
        return None
    return text


def letters(given: object) -> dict[str, str]:
    """fmt_cmp() as our ``letters``."""
    if isinstance(given, Expression):
        given = dict(re.findall(r"(\w+)\s*=\s*\"([^\"]*)\"", given))
    elif isinstance(given, list):
        given = dict(zip(OAK_FIELDS, given, strict=True))
    return {OAK_FIELDS[name]: regex for name, regex in (given or {}).items()}


def create_iso8601(args: dict) -> tuple[pd.Series, pd.Series]:
    given = dict(args)
    formats = many(given.pop(".format"))
    fmt_c, unknown = letters(given.pop(".fmt_c", None)), many(given.pop(".na", None))
    cutoff = given.pop(".cutoff_2000", 68)
    if given.pop(".check_format", False):
        for fmt in [item for several in formats for item in many(several)]:
            compile_format(fmt)
            if odd := re.sub(r"[ymdHMST\W]", "", fmt):
                raise ValueError(f"date format {fmt!r}: {odd!r} is no component and no separator")
    given.pop(".warn", None)
    unnamed = [name for name in given if re.fullmatch(r"\.\.\d+", name)]
    assert set(given) == set(unnamed), f"arguments without an adapter: {set(given) - set(unnamed)}"
    columns = [column_values(many(given[name]), "string") for name in unnamed]
    # The last year of the window is the cutoff's: 68 gives 1969 to 2068.
    return to_iso8601(columns, formats, unknown, 1901 + int(cutoff), fmt_c, OAK_PATTERNS)


@pytest.mark.parametrize("case", cases(CREATE))
def test_create_iso8601(case):
    args = arguments(case)
    if is_error(case):
        with pytest.raises((TypeError, ValueError), match=r"\w"):
            create_iso8601(args)
        return
    iso, problem = create_iso8601(args)
    stated = expected_vector(case)
    assert [text or None for text in iso] == [as_the_standard_has_it(text) for text in stated]
    # What oak turns into NA or into less, we name; and we refuse nothing without a problem.
    columns = [many(given) for name, given in args.items() if name.startswith("..")]
    values = [" ".join(text for text in row if text is not None) for row in zip(*columns, strict=True)]
    unknown = {*many(args.get(".na")), "", "00"}
    for value, text, why in zip(values, iso, problem, strict=True):
        assert text or why or set(value.split()) <= unknown


@pytest.mark.parametrize("case_id", sorted(DEVIATIONS.keys() & case_ids(CREATE)))
def test_deviation_from_create_iso8601_is_one(case_id):
    case = next(p.values[0] for p in cases(CREATE) if p.id == case_id)
    iso, _ = create_iso8601(arguments(case))
    assert [text or None for text in iso] != expected_vector(case)


def parse_dttm(args: dict) -> pd.DataFrame:
    given = dict(args)
    values = column_values(many(given.pop("dttm")), "string")
    formats, fmt_c = many(given.pop("fmt")), letters(given.pop("fmt_c", None))
    shared = many(given.pop("na", None))
    unknown = {ours: many(given.pop(f"{oaks}_na", shared)) for oaks, ours in OAK_FIELDS.items()}
    assert not given, f"arguments without an adapter: {set(given)}"
    return parse(values, formats, unknown, fmt_c, OAK_PATTERNS)


@pytest.mark.parametrize("case", cases(PARSE))
def test_parse_dttm(case):
    args = arguments(case)
    if is_error(case):
        with pytest.raises((TypeError, ValueError), match=r"\w"):
            parse_dttm(args)
        return
    result = parse_dttm(args)[list(FIELDS)]
    if case["expected"]["kind"] == "table":
        assert records(result) == records(expected_table(case))
    else:
        # An R matrix, column by column.
        flat = [text or None for field in FIELDS for text in result[field]]
        assert flat == expected_vector(case)


def assign_datetime(args: dict) -> pd.DataFrame:
    given = dict(args)
    raw, target = given.pop("raw_dat"), given.pop("tgt_dat", None)
    variable, ids = (
        given.pop("tgt_var"),
        many(given.pop("id_vars", OAK_KEY)),
    )
    names, formats = many(given.pop("raw_var")), many(given.pop("raw_fmt"))
    unknown = many(given.pop("raw_unk", ["UN", "UNK"]))
    given.pop(".warn", None)
    assert not given, f"arguments without an adapter: {set(given)}"
    for frame in (raw, target):
        assert "condition_add" not in getattr(frame, "attrs", {}).get("r", ""), "conditions: no adapter"
    if not isinstance(variable, str):
        raise TypeError(f"the variable is {variable!r}; expected its name")
    if missing := [name for name in [*ids, *names] if name not in raw]:
        raise ValueError(f"the raw data has no column {missing}")
    iso, _ = to_iso8601([raw[name] for name in names], formats, unknown, 1969, patterns=OAK_PATTERNS)
    result = raw[ids].assign(**{variable: iso})
    return result if target is None else target.merge(result, on=ids, how="left", validate="m:1")


@pytest.mark.parametrize("case", cases(ASSIGN))
def test_assign_datetime(case):
    args = arguments(case)
    if is_error(case):
        with pytest.raises((TypeError, ValueError), match=r"\w"):
            assign_datetime(args)
        return
    result, stated = assign_datetime(args), expected_table(case)
    variable = argument(case, case["args"]["tgt_var"])
    assert list(result) == list(stated)
    assert records(result.drop(columns=variable)) == records(stated.drop(columns=variable))
    texts = [as_the_standard_has_it(text or None) for text in stated[variable]]
    assert [text or None for text in result[variable].fillna("")] == texts
