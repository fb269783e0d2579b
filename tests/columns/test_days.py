import numpy as np
import pytest

from cdisc_npc.columns.days import age, age_in_years, duration, study_day


def moments(*values):
    return np.array(values, dtype="datetime64[us]")


def test_there_is_no_day_zero():
    days = study_day(
        moments("2024-01-01", "2024-01-02T23:59", "2023-12-31", "NaT"), moments(*["2024-01-01T08:00"] * 4)
    )
    assert days[:3].tolist() == [1, 2, -1] and np.isnan(days[3])


def test_first_and_last_day_both_count_unless_the_end_is_before_the_start():
    start = moments("2014-01-02", "2014-01-02", "2014-01-03")
    end = moments("2014-07-02", "2014-01-02", "2014-01-02")
    assert duration(start, end).tolist() == [182, 1, -1]


def test_age_is_in_completed_years_of_the_calendar():
    birth = moments("2000-02-29", "2000-02-29", "1964-03-01")
    assert age(birth, moments("2021-02-27", "2021-02-28", "2024-02-29")).tolist() == [20, 21, 59]


def test_months_of_an_endpoint_are_a_twelfth_of_a_year():
    assert duration(moments("2024-01-01"), moments("2024-03-01"), "months")[0] == 61 / 30.4375


def test_ages_in_other_units():
    assert age_in_years(np.array([24.0, 1461.0, 3.0]), np.array(["MONTHS", "DAYS", ""])).tolist()[:2] == [
        2,
        4,
    ]
    with pytest.raises(ValueError, match="LUSTRUM"):
        age_in_years(np.array([1.0]), np.array(["LUSTRUM"]))
