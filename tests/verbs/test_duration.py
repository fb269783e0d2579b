"""How long it is between dates."""

import pytest

from tests.verbs.records import made, records

FRAME = records(ADTM=["2024-01-01T10:00", None], BDTM=["2024-01-02T16:30", "2024-01-01T00:00"])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, 2.0),
        ({"add_one": "no"}, 1.0),
        ({"unit": "hours"}, 30.5),
        ({"unit": "hours", "add_one": "yes"}, 31.5),
        ({"unit": "hours", "whole": "yes"}, 30.0),
        ({"unit": "minutes"}, 1830.0),
    ],
)
def test_both_days_count_and_times_of_hours(more, expected):
    assert made({"duration": ["ADTM", "BDTM"], **more}, FRAME) == [expected, None]
