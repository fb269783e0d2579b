"""Dates so many days after others."""

from tests.verbs.records import made, records


def test_days_are_added_or_taken_away():
    frame = records(ADT=["2024-02-28", None])
    assert made({"add_days": "ADT", "days": "2"}, frame) == ["2024-03-01T00:00:00", None]
    assert made({"add_days": "ADT", "days": "-28"}, frame) == ["2024-01-31T00:00:00", None]
