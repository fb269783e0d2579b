"""Work on distinct values: the same as record by record."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.distinct import by_distinct, distinct, numbers, ranks, take_or_blank

TEXTS = st.lists(st.text(max_size=3), max_size=12).map(lambda values: pd.Series(values, dtype="str"))


@given(TEXTS)
def test_distinct_points_back_to_every_value(values):
    codes, uniques = distinct(values)
    assert len(set(uniques)) == len(uniques)
    assert uniques.take(codes).tolist() == values.tolist()


def test_by_distinct_sees_every_value_once_and_keeps_the_index():
    seen = []

    def double(values: pd.Series) -> pd.Series:
        seen.extend(values)
        return values + values

    values = pd.Series(["b", "a", "b"], index=[7, 3, 5], dtype="str")
    result = by_distinct(values, double)
    assert seen == ["b", "a"]
    assert result.to_dict() == {7: "bb", 3: "aa", 5: "bb"}
    assert by_distinct(values.iloc[:0], double).empty


@given(TEXTS)
def test_text_ranks_by_code_point_blank_first(values):
    rank = ranks(values)
    assert [values.iloc[i] for i in np.argsort(rank, kind="stable")] == sorted(values)


def test_numbers_rank_missing_first():
    assert ranks(pd.Series([10.0, np.nan, 2.0, 10.0])).tolist() == [2, 0, 1, 2]
    assert ranks(pd.Series([], dtype="float64")).tolist() == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), (" 1.50 ", 1.5), ("-.5", -0.5), ("+2.", 2.0), ("1e3", 1000.0), ("0010", 10.0)],
)
def test_decimal_numbers(text, number):
    assert numbers(pd.Series([text], dtype="str")).tolist() == [number]


@pytest.mark.parametrize("text", ["", " ", ".", "1,5", "<5", "1 2", "nan", "inf", "0x10", "1_000"])
def test_what_is_no_decimal_number(text):
    assert np.isnan(numbers(pd.Series([text], dtype="str"))).all()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series(["a", "b"], dtype="str"), ["b", "", "a"]),
        (pd.Series([1.0, 2.0]), [2.0, np.nan, 1.0]),
        (
            pd.Series(["2024-01-02", "2024-01-03"]).astype("datetime64[us]"),
            ["2024-01-03", None, "2024-01-02"],
        ),
    ],
)
def test_a_position_of_none_is_blank_or_missing(values, expected):
    result = take_or_blank(values, np.array([1, -1, 0]), pd.Index([5, 6, 7]))
    pd.testing.assert_series_equal(result, pd.Series(expected, [5, 6, 7], dtype=values.dtype))


@pytest.mark.parametrize("positions", [[], [-1], [-1, -1]])
def test_nothing_is_used_of_a_column_without_records(positions):
    result = take_or_blank(pd.Series([], dtype="str"), np.array(positions, dtype=np.int64))
    assert result.tolist() == [""] * len(positions)


def test_codes_are_kept_with_the_array_and_follow_a_change():
    column = pd.Series(["a", "b", "a"], dtype="str")
    first = distinct(column)
    assert distinct(column.copy())[1] is first[1]
    column[2] = "c"
    codes, values = distinct(column)
    assert codes.tolist() == [0, 1, 2] and values.tolist() == ["a", "b", "c"]


def test_a_caller_may_change_its_codes():
    column = pd.Series(["a", "b"], dtype="str")
    distinct(column)[0][:] = 7
    assert distinct(column)[0].tolist() == [0, 1]
