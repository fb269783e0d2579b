"""Numbers that the study states."""

from tests.verbs.records import made, records


def test_every_record_has_it():
    assert made({"number": "1.5"}, records(A=["x", "y"])) == [1.5, 1.5]


def test_it_is_missing_where_the_condition_does_not_hold():
    assert made({"number": "2", "when": {"A": "x"}}, records(A=["x", "y"])) == [2.0, None]
    assert made({"number": "2", "when": {"A": "x"}, "else": "0"}, records(A=["x", "y"])) == [2.0, 0.0]
