"""Which part of a date was imputed."""

from tests.verbs.records import made, records


def test_the_largest_part():
    frame = records(
        ADTC=["2024", "2024-02", "2024-02-03", ""], ADT=["2024-01-01", "2024-02-01", "2024-02-03", None]
    )
    assert made({"date_flag": "ADTC", "of": "ADT"}, frame) == ["M", "D", "", ""]
