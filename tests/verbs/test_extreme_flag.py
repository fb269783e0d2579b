"""The first or last record of each group."""

from tests.verbs.records import made, records

FRAME = records(USUBJID=["1", "1", "2", "1"], A=[2.0, 3.0, 1.0, 3.0], Q=["", "x", "x", "x"])


def test_in_an_order_ties_by_the_order_of_records():
    assert made({"extreme_flag": "first", "order": "-A"}, FRAME) == ["", "Y", "Y", ""]
    assert made({"extreme_flag": "last", "order": "-A"}, FRAME) == ["Y", "", "Y", ""]


def test_among_some_records_and_by_further_variables():
    assert made({"extreme_flag": "first", "order": "A", "where": {"Q": "x"}}, FRAME) == ["", "Y", "Y", ""]
    assert made({"extreme_flag": "first", "order": "A", "by": "Q"}, FRAME) == ["Y", "Y", "Y", ""]
