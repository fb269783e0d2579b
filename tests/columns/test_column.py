"""Columns as distinct values, and records numbered by the values of several."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.columns.column import Column, jointly

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
