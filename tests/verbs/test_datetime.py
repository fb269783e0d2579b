"""Dates and times of --DTC."""

from tests.verbs.records import made, records


def test_times_are_imputed_to_the_hour_by_default():
    frame = records(ADTC=["2024-02-29T09:30", "2024-02-29", "2024-02"])
    assert made({"datetime": "ADTC"}, frame) == ["2024-02-29T09:30:00", "2024-02-29T00:00:00", None]
    assert made({"datetime": "ADTC", "time": "last"}, frame)[1] == "2024-02-29T23:59:59"


def test_a_date_bounds_by_its_last_second_and_a_datetime_by_its_own_time():
    frame = records(ADTC=["2024-02-10"], RFDT=["2024-02-10"], RFDTM=["2024-02-10T08:00"])
    stated = {"datetime": "ADTC", "time": "last"}
    assert made(stated | {"upper": "RFDT"}, frame) == ["2024-02-10T23:59:59"]
    assert made(stated | {"upper": "RFDTM"}, frame) == ["2024-02-10T08:00:00"]
