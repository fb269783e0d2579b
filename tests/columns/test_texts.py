"""Tests of the values of a column: what passes, and what does not."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns import texts as columns
from cdisc_npc.columns.column import Column


def passing(passes, *texts: str) -> list[str]:
    """Those of some texts that pass."""
    values = pa.array(texts, pa.large_string())
    return values.filter(passes(values)).to_pylist()


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


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_a_test_is_asked_of_the_distinct_texts_and_tells_of_every_record(dtype: str):
    asked = []
    column = Column.of(pd.Series(["b", " ", "b", "a", " "], dtype=dtype))

    def not_blank(texts: pa.Array) -> np.ndarray:
        asked.extend(texts.to_pylist())
        return columns.present(texts)

    assert column.passing(not_blank).tolist() == [True, False, True, True, False]
    assert asked == ["b", " ", "a"]
    assert column.passing(columns.printable) is True


def test_numbers_pass_every_test_of_text():
    assert Column.of(pd.Series([1.0, float("nan")])).passing(columns.present) is True


def test_codes_of_text_in_several_pieces_and_of_numbers():
    text = pd.concat([pd.Series(["b", "a"], dtype="str"), pd.Series(["a", "c"], dtype="str")])
    assert Column.of(text).coded.codes.tolist() == [0, 1, 1, 2]
    assert Column.of(pd.Series([2.0, float("nan"), 2.0, 1.0])).coded.codes.tolist() == [0, 1, 0, 2]


@given(st.lists(st.text(alphabet="aZ é检\U00020000", max_size=3)))
def test_text_is_ordered_by_code_point(texts: list[str]):
    places = Column.of(pd.Series(texts, dtype="str")).ordered().tolist()
    assert all((places[i] < places[j]) == (texts[i] < texts[j]) for i in range(len(texts)) for j in range(i))


def test_a_missing_number_stands_before_all_others():
    places = Column.of(pd.Series([0.5, float("nan"), -3.0])).ordered().tolist()
    assert places[1] < places[2] < places[0]
