"""Tests of the values of a column: what passes, and what does not."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.check import columns


def passing(passes, *texts: str) -> list[str]:
    """Those of some texts that pass."""
    values = pd.Series(texts, dtype="str")
    return values[passes(values)].tolist()


MOMENTS = ["2021", "2021-03", "2021-03-31", "2021-03-31T08", "2021-03-31T08:15", "2021-03-31T08:15:30", "2020-02-29",
           "2021---15", "--12-15", "2021-03-31T08:15:30+01:00", "2021-03-31T-:15", ""]  # fmt: skip
NO_MOMENTS = ["31MAR2021", "2021-3-31", "2021-02-29", "2021-13", "2021-04-31", "2021-03-31 08:15", "2021-03-31T24:00",
              "2021-03-31T08:60", "20210331", "2021-", " 2021", "UNK", "."]  # fmt: skip
DURATIONS = ["P1D", "PT2H", "P1Y2M3DT4H5M6S", "-PT15M", "P3W", "P0.5D", ""]
NO_DURATIONS = ["P", "PT", "1D", "P1H", "P1W2D", "P1M2Y", "3 days"]


def test_moments_of_iso_8601_on_the_calendar():
    assert passing(columns.of_forms(["moment"]), *MOMENTS, *NO_MOMENTS) == MOMENTS


def test_durations():
    assert passing(columns.of_forms(["duration"]), *DURATIONS, *NO_DURATIONS) == DURATIONS


def test_intervals_only_where_they_may_be():
    interval = "2021-03-01/2021-03-31"
    assert passing(columns.of_forms(["moment"]), interval) == []
    assert passing(columns.of_forms(["moment", "interval"]), interval, "2021-03-01/2021-02-30") == [interval]


@given(st.dates(min_value=datetime.date(1, 1, 1)))
def test_every_day_passes_and_the_day_after_the_last_of_its_month_does_not(day: datetime.date):
    last = (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1) \
        if day < datetime.date(9999, 12, 1) else datetime.date(9999, 12, 31)  # fmt: skip
    beyond = f"{day:%Y-%m}-{last.day + 1}".zfill(10)
    assert passing(columns.of_forms(["moment"]), day.isoformat(), beyond) == [day.isoformat()]


@pytest.mark.parametrize(
    ("passes", "good", "bad"),
    [
        (columns.present, ["x", " x"], ["", " ", "\u3000"]),
        (columns.unpadded, ["", "a b", "  "], [" a", "a ", "a\t"]),
        (columns.printable, ["", "naïve 5 µg", "检查"], ["a\nb", "a\tb", "\x00", "\x85"]),
        (columns.no_dot, ["", "..", "1.5"], [".", " . "]),
        (columns.code_like, ["", "SYSBP", "_A1", "ABCDEFGH"], ["sysbp", "1A", "ABCDEFGHI", "A B", "A-B"]),
        (columns.of_type("integer"), ["", "12", "-3", " 4"], ["1.5", "x"]),
        (columns.of_type("text"), ["", "x"], []),
        (columns.within_characters(2), ["ab", "检查"], ["abc"]),
        (columns.within_bytes(3, "utf-8"), ["abc", "检"], ["abcd", "检查"]),
        (columns.within_bytes(4, "gb18030"), ["检查"], ["检查结"]),
    ],
)
def test_text(passes, good, bad):
    assert passing(passes, *good, *bad) == good


def test_distinct_values_are_found_anew_for_another_frame():
    distinct = columns.Distinct()
    first, second = (pd.Series(values, name="X", dtype="str") for values in (["a", "b"], ["b", "c", "b"]))
    assert distinct.passing(first, lambda texts: (texts == "a").to_numpy()).tolist() == [True, False]
    assert distinct.passing(second, lambda texts: (texts == "c").to_numpy()).tolist() == [False, True, False]


def test_numbers_pass_every_test_of_text():
    numbers = pd.Series([1.0, float("nan")], name="X", index=[5, 6])
    passed = columns.Distinct().passing(numbers, columns.present)
    assert passed.tolist() == [True, True] and passed.index.tolist() == [5, 6]
