"""Conditions stated as data, and the records for which they hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.condition import parse_condition
from cdisc_npc.columns.where import is_blank, satisfied

NAN = float("nan")
TABLE = {
    "TERM": pd.Series(["A", "B", "", "a", "\u00a0\u3000"], dtype="str"),
    "OTHER": pd.Series(["A", "C", "", "A", "x"], dtype="str"),
    "DOSE": pd.Series([1.0, 2.0, NAN, 10.0, -1.0]),
    "LOW": pd.Series([0.0, 2.0, 1.0, NAN, 0.0]),
    "TEXTDOSE": pd.Series(["1", "2.0", "", "10", "none"], dtype="str"),
    "DTC": pd.Series(["2020-01-05", "2020-01-04T23:59", "", "2019", "2020-02"], dtype="str"),
}


# As the distinct values of a column are given.
ARRAYS = {
    name: column.to_numpy(dtype=float if name in ("DOSE", "LOW") else object)
    for name, column in TABLE.items()
}


def held(condition) -> list[int]:
    """Positions of the records for which it holds."""
    result = satisfied(parse_condition(condition), TABLE.__getitem__, 5)
    assert result.dtype == bool
    assert len(result) == 5
    assert result.tolist() == satisfied(parse_condition(condition), ARRAYS.__getitem__, 5).tolist()
    return np.flatnonzero(result).tolist()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"TERM": "A"}, [0]),
        ({"TERM": ["A", "a"]}, [0, 3]),
        ({"TERM": "present"}, [0, 1, 3]),
        ({"TERM": "blank"}, [2, 4]),  # NBSP and the full-width blank are blanks
        ({"DOSE": "present"}, [0, 1, 3, 4]),
        ({"TERM": {"matches": "[A-Z]"}}, [0, 1]),
        ({"DOSE": {"matches": r"\d+\.0"}}, [0, 1, 3]),
        ({"DOSE": {"not": {"matches": r"-?\d+\.0"}}}, [2]),
        ({"DOSE": {"matches": r"[a-z]*"}}, [2]),  # a missing number has no text
        ({"DOSE": "blank"}, [2]),
        ({"TERM": {"not": "A"}}, [1, 2, 3, 4]),
        ({"TERM": {"not": ["A", "a"]}}, [1, 2, 4]),
        ({"TERM": {"not": "blank"}}, [0, 1, 3]),
        ({"TERM": {"not": "present"}}, [2, 4]),
        ({"DOSE": {"not": "1"}}, [1, 2, 3, 4]),
        ({"DOSE": {"not": {"min": "1", "max": "2"}}}, [2, 3, 4]),  # not (at least 1 and at most 2)
        ({"DOSE": "1"}, [0]),
        ({"DOSE": ["1.0", "10"]}, [0, 3]),
        ({"DOSE": "A"}, []),
        ({"DTC": {"before": "2020-01-05"}}, [1, 3]),
        ({"DTC": {"after": "2020-01-04T12"}}, [0, 1, 4]),
        ({"DTC": {"before": "2020"}}, [3]),  # of the others the year alone can be compared
        ({"DTC": {"before": "yesterday"}}, []),
        ({"DTC": {"before": {"variable": "DTC"}}}, []),
        ({"TEXTDOSE": "2"}, []),  # a text is equal as it is written
        ({"TERM": "A", "DOSE": "1"}, [0]),
        ({"TERM": "A", "DOSE": "2"}, []),
        ([{"TERM": "A"}, {"DOSE": "2"}], [0, 1]),
        ([{"TERM": "A", "DOSE": "2"}, {"TERM": "B", "DOSE": "2"}], [1]),
    ],
)
def test_values_and_connectives(condition, expected):
    assert held(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"DOSE": {"min": "2"}}, [1, 3]),
        ({"DOSE": {"above": "2"}}, [3]),
        ({"DOSE": {"max": "1"}}, [0, 4]),
        ({"DOSE": {"below": "1"}}, [4]),
        ({"DOSE": {"min": "1", "below": "10"}}, [0, 1]),
        ({"TEXTDOSE": {"min": "2"}}, [1, 3]),  # as numbers: 10 is above 2
        ({"TEXTDOSE": {"max": "99"}}, [0, 1, 3]),  # "none" is no number
        ({"DTC": {"min": "2020-01-05"}}, [0, 4]),
        ({"DTC": {"below": "2020-01-05"}}, [1, 3]),
        ({"DTC": {"max": "2020-01-04"}}, [3]),
        ({"DTC": {"min": "2020"}}, [0, 1, 4]),  # a year beside dates is one
        ({"DTC": {"below": "2020"}}, [3]),
        ({"TEXTDOSE": {"below": "2020"}}, [0, 1, 3]),
    ],
)
def test_order_of_numbers_and_dates(condition, expected):
    assert held(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"TERM": {"variable": "OTHER"}}, [0]),  # two blanks are not equal: nothing is known
        ({"TERM": {"not": {"variable": "OTHER"}}}, [1, 2, 3, 4]),
        ({"TERM": ["B", {"variable": "OTHER"}]}, [0, 1]),
        ({"DOSE": {"variable": "LOW"}}, [1]),
        ({"DOSE": {"above": {"variable": "LOW"}}}, [0]),
        ({"DOSE": {"min": {"variable": "LOW"}}}, [0, 1]),
        ({"DOSE": {"below": {"variable": "LOW"}}}, [4]),
        ({"TEXTDOSE": {"variable": "DOSE"}}, [0, 1, 3]),  # a number beside a text
        ({"DOSE": {"variable": "TEXTDOSE"}}, [0, 1, 3]),
        ({"TEXTDOSE": {"min": {"variable": "LOW"}}}, [0, 1]),
        ({"DTC": {"min": {"variable": "DTC"}}}, [0, 1, 3, 4]),
        ({"TERM": {"max": {"variable": "OTHER"}}}, [0, 1]),
    ],
)
def test_other_variables(condition, expected):
    assert held(condition) == expected


def test_a_condition_names_all_that_it_reads():
    condition = parse_condition(
        [{"A": {"min": {"variable": "B"}}}, {"C": {"not": ["x", {"variable": "D"}]}, "A": "blank"}]
    )
    assert condition.reads() == ["A", "B", "C", "D"]
    assert condition.describe() == "(A is at least B) or (not (C is one of x, D) and A is blank)"


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("TERM", "mapping of tests"),
        ([], "mapping of tests"),
        ({}, "mapping of tests"),
        ([{"A": "x"}, "B"], "mapping of tests"),
        ({"A": []}, "expected a value"),
        ({"A": {}}, "expected a value"),
        ({"A": {"least": "1"}}, "unknown test 'least'"),
        ({"A": {"min": ["1"]}}, "expected a value or"),
        ({"A": None}, "expected a value"),
    ],
)
def test_what_is_no_condition_is_refused(stated, message):
    with pytest.raises(ValueError, match=message):
        parse_condition(stated)


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u00a0", "\u3000", "\u2003 \u3000"])
def test_blanks(blank):
    assert is_blank(pd.Series([blank, f"{blank}x{blank}"], dtype="str")).tolist() == [True, False]


@given(
    st.lists(st.sampled_from(["", "A", "B", "1", "10", "2"]), max_size=8), st.sampled_from(["A", "1", "5"])
)
def test_not_is_the_complement(values, literal):
    column = pd.Series(values, dtype="str")
    for test in (literal, "present", "blank", {"min": literal}, {"above": literal, "max": literal}):
        holds, fails = (
            satisfied(parse_condition({"X": stated}), lambda _: column, len(column))
            for stated in (test, {"not": test})
        )
        assert (holds ^ fails).all()
