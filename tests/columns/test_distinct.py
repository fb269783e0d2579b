"""Work on distinct values: the same as record by record."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.distinct import by_distinct, distinct, numbers, ranks

TEXTS = st.lists(st.text(max_size=3), max_size=12).map(lambda values: pd.Series(values, dtype="str"))


@given(TEXTS)
def test_distinct_points_back_to_every_value(values):
    codes, uniques = distinct(values)
    assert len(set(uniques)) == len(uniques)
    assert uniques.take(codes).tolist() == values.tolist()


def test_by_distinct_sees_each_value_once_and_keeps_the_index():
    seen = []

    def double(values: pd.Series) -> pd.Series:
        seen.extend(values)
        return values + values

    values = pd.Series(["b", "a", "b"], index=[7, 3, 5], dtype="str")
    made = by_distinct(values, double)
    assert seen == ["b", "a"]
    assert made.to_dict() == {7: "bb", 3: "aa", 5: "bb"}
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
