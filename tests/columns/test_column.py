"""Columns as distinct values, and records numbered by the values of several."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.column import Column, different, in_one_text, jointly
from cdisc_npc.columns.distinct import kept_codes

NAN = float("nan")
VALUES = {
    "text": pd.Series(["b", "", "b", " ", "a"], dtype="str"),
    "numbers": pd.Series([2.0, NAN, 2.0, -1.0, NAN]),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_coded_column_has_every_value_once(name: str) -> None:
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
def test_records_that_are_used_are_coded_again_with_every_value_once(name: str) -> None:
    rows = np.array([4, 2, 0])
    chosen = Column.of(VALUES[name]).take(rows)
    expected = VALUES[name].take(rows).reset_index(drop=True)
    pd.testing.assert_series_equal(chosen.series(), expected)
    pd.testing.assert_series_equal(chosen.coded.series(), expected)


def test_text_beside_numbers_is_compared_as_text() -> None:
    left, right, kinds = jointly(Column.of(pd.Series(["1", "", "x"])), Column.of(pd.Series([1.0, NAN, 2.5])))
    assert (left == right).tolist() == [True, True, False]
    assert sorted(kinds.kinds.tolist()) == ["", "1", "2.5", "x"]


TEXTS = st.lists(st.sampled_from(["", " ", "a", "B ", "字", "10"]), max_size=8)


def _in_three_forms(texts: list[str]) -> list[Column]:
    """A column as it is, coded, and as records of a column that has more values than they."""
    column = Column.of(texts)
    more = Column.of(["zz", *texts, "a", "yy"]).coded
    return [column, column.coded, more.take(np.arange(1, len(texts) + 1))]


@given(TEXTS)
def test_a_narrow_column_has_what_its_records_have_in_their_order(texts: list[str]) -> None:
    for column in _in_three_forms(texts):
        assert column.narrow.kinds.to_pylist() == list(dict.fromkeys(texts))
        assert column.narrow.values.tolist() == column.values.tolist() == texts
        assert column.equal("a").tolist() == [text == "a" for text in texts]
        assert column.stripped.values.tolist() == [text.strip() for text in texts]
        asked: list[list[str]] = []
        doubled = column.mapped(
            lambda kinds, asked=asked: asked.append(kinds) or [2 * text for text in kinds]
        )
        assert asked == [list(dict.fromkeys(texts))]
        assert doubled.values.tolist() == [2 * text for text in texts]


@given(TEXTS, st.data())
def test_values_are_put_in_some_records(texts: list[str], data: st.DataObject) -> None:
    keep = np.array([data.draw(st.booleans()) for _ in texts], dtype=bool)
    other = [text + "!" for text in texts]
    expected = [one if kept else two for one, two, kept in zip(texts, other, keep, strict=True)]
    for column in _in_three_forms(texts):
        assert column.where(keep, Column.of(other)).values.tolist() == expected
        assert column.filled(~keep, "x").values.tolist() == [
            text if kept else "x" for text, kept in zip(texts, keep, strict=True)
        ]
        assert column.values.tolist() == texts
        assert different(column, Column.of(expected)).tolist() == (~keep).tolist()


@pytest.mark.parametrize(
    ("column", "blank"), [(Column.of(["b", "a"]), ""), (Column.of(["b", "a"]).coded, ""), (Column.of(np.array([2.0, 1.0])), NAN)]
)  # fmt: skip
def test_the_record_of_none_is_blank(column: Column, blank: object) -> None:
    first, last = column.values.tolist()
    chosen = column.take_or_blank(np.array([1, -1, 0, 0])).values.tolist()
    assert chosen[:1] + chosen[2:] == [last, first, first]
    assert chosen[1] == blank or (chosen[1] != chosen[1] and blank != blank)


def test_numbers_are_printed_exactly_and_missing_ones_as_nothing() -> None:
    values = np.array([1.0, NAN, 0.1, 1e6, -24.04, 1e-7, 1.0])
    assert Column.of(values).printed.values.tolist() == [
        "1",
        "",
        "0.1",
        "1000000",
        "-24.04",
        "0.0000001",
        "1",
    ]


def test_what_is_defined_of_the_values_is_shared_by_columns_of_them() -> None:
    column = Column.of(["b", " ", "b"]).coded
    assert column.blank.tolist() == [False, True]
    chosen = column.take(np.array([1, 0]))
    assert chosen.blank is column.blank
    assert in_one_text([column, chosen.take(np.array([0, 1, 1]))], "/", np.array([0, 2])) == ["b/ ", "b/b"]


def test_a_series_of_a_column_keeps_its_codes() -> None:
    series = Column.of(["b", "a", "b", "c"]).take(np.array([3, 0, 2])).series()
    codes, kinds, _ = kept_codes(series)
    assert (codes.tolist(), kinds.to_pylist()) == ([0, 1, 1], ["c", "b"])
    assert Column.of(series).codes is codes
