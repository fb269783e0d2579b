"""Dates of datetimes."""

from tests.verbs.records import made, records


def test_the_time_is_left_out():
    frame = records(ADTM=["2024-02-29T23:59", None])
    assert made({"date_of": "ADTM"}, frame) == ["2024-02-29T00:00:00", None]
