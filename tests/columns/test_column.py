"""Columns as distinct values, and records numbered by the values of several."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.column import Column, groups_of, jointly, numbered, together

NAN = float("nan")
VALUES = {
    "text": pd.Series(["b", "", "b", " ", "a"], dtype="str"),
    "numbers": pd.Series([2.0, NAN, 2.0, -1.0, NAN]),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_coded_column_has_each_value_once(name: str) -> None:
    plain = Column.of(VALUES[name])
    coded = plain.coded
    assert len(coded.kinds) == VALUES[name].nunique(dropna=False)
    assert coded.coded is coded
    for column in (plain, coded, Column.joined([coded, coded.take(np.array([0]))])):
        pd.testing.assert_series_equal(column.series(slice(5)), VALUES[name])
        assert column.spread(column.blank)[:5].tolist() == [
            not str(value).strip() or value != value for value in VALUES[name]
        ]


@pytest.mark.parametrize("name", VALUES)
def test_records_that_are_taken_are_coded_again_with_each_value_once(name: str) -> None:
    rows = np.array([4, 2, 0])
    taken = Column.of(VALUES[name]).take(rows)
    expected = VALUES[name].take(rows).reset_index(drop=True)
    pd.testing.assert_series_equal(taken.series(), expected)
    pd.testing.assert_series_equal(taken.coded.series(), expected)


def test_text_beside_numbers_is_compared_as_text() -> None:
    left, right, kinds = jointly(Column.of(pd.Series(["1", "", "x"])), Column.of(pd.Series([1.0, NAN, 2.5])))
    assert (left == right).tolist() == [True, True, False]
    assert sorted(kinds.kinds.tolist()) == ["", "1", "2.5", "x"]


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=20))
def test_records_have_one_number_where_they_agree_in_all(rows: list[tuple[int, ...]]) -> None:
    columns = [Column.of(np.array([float(row[place]) for row in rows])) for place in range(3)]
    numbers, bound = together(columns, len(rows))
    assert len(set(zip(numbers.tolist(), rows, strict=True))) == len(set(numbers.tolist())) == len(set(rows))
    assert all(number < bound for number in numbers)


@pytest.mark.parametrize("count", [50_000, 2**31 - 1, 2**40])
def test_many_codes_do_not_run_over(count: int) -> None:
    kind = np.int32 if count < 2**31 else np.int64
    codes = np.array([0, count - 1, count - 1, 1], dtype=kind)
    numbers, bound = numbered([(codes, count)] * 3, 4)
    assert numbers[1] == numbers[2]
    assert len(set(numbers.tolist())) == 3
    assert numbers.max() < bound


def test_records_of_two_datasets_have_one_number_where_they_agree() -> None:
    own, other = pd.Series(["A", "B", "A", "C"]), pd.Series(["C", "A", "D"])
    mine, theirs, count = groups_of([Column.of(own)], [Column.of(other)], (4, 3))
    assert [[left == right for right in theirs] for left in mine] == [
        [left == right for right in other] for left in own
    ]
    assert max(*mine, *theirs) < count
