"""The latest of several dates."""

from tests.verbs.records import made, records


def test_the_greatest_of_dates_and_numbers_that_are_there():
    frame = records(ADT=["2024-01-02", None, None], BDT=["2024-01-01", "2024-01-03", None], M=[1.0, 2.0, 0.0])
    assert made({"latest": ["ADT", "BDT"]}, frame) == ["2024-01-02T00:00:00", "2024-01-03T00:00:00", None]
    assert made({"earliest": ["ADT", "BDT"]}, frame) == ["2024-01-01T00:00:00", "2024-01-03T00:00:00", None]
    assert made({"latest": ["M"]}, frame) == [1.0, 2.0, 0.0]
