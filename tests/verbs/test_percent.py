"""One number as per cent of another."""

from tests.verbs.records import made, records


def test_it_is_missing_where_the_other_is_zero_or_missing():
    frame = records(A=[3.0, 3.0, 3.0, -1.0], B=[4.0, 0.0, float("nan"), 4.0])
    assert made({"percent": ["A", "B"]}, frame) == [75.0, None, None, -25.0]
