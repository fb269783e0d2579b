"""Which part of a time was imputed."""

from tests.verbs.records import made, records


def test_the_largest_part():
    frame = records(
        ADTC=["2024-02-03", "2024-02-03T09", "2024-02-03T09:30", "2024-02-03T09:30:15"],
        ADTM=["2024-02-03T00:00", "2024-02-03T09:00", "2024-02-03T09:30", "2024-02-03T09:30:15"],
    )
    assert made({"time_flag": "ADTC", "of": "ADTM"}, frame) == ["H", "M", "S", ""]
