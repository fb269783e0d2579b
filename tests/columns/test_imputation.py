import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.imputation import (
    Imputation,
    date_flag,
    date_of,
    end_of_day,
    impute,
    time_flag,
    to_date,
)


def text(*values):
    return pd.Series(values, dtype="str")


def moments(*values):
    return np.array(values, dtype="datetime64[us]")


def shown(found):
    return [
        "" if np.isnat(item) else np.datetime_as_string(item, "s").replace("T00:00:00", "") for item in found
    ]


def test_only_complete_dates_without_imputation():
    assert shown(to_date(text("2024-02-29T10:15", "2024-02", "2024", "", "29.02.2024"))) == [
        "2024-02-29", "", "", "", "",
    ]  # fmt: skip


def test_both_bounds_act():
    # Imputed as the first of the month; not before treatment, and not after death either.
    dtc = text("2024-03", "2024-03", "2024-03", "2024-03-02")
    how = Imputation("month", "first")
    result = impute(
        dtc,
        how,
        lower=[moments(*["2024-03-10"] * 4)],
        upper=[moments("2024-03-05", "NaT", "2024-03-20", "NaT")],
    )
    assert shown(result) == ["2024-03-05", "2024-03-10", "2024-03-10", "2024-03-02"]


def test_a_bound_outside_of_what_is_defined_does_not_act():
    result = impute(
        text("2024-03", "2024-03"), Imputation("month", "last"), upper=[moments("2024-02-10", "2024-03-10")]
    )
    assert shown(result) == ["2024-03-31", "2024-03-10"]


def test_an_unknown_year_is_a_bound_or_missing():
    how = Imputation("year", "last")
    result = impute(text("", "", "--05-01"), how, upper=[moments("2024-02-10", "NaT", "2024-06-01")])
    assert shown(result) == ["2024-02-10", "", "2024-06-01"]
    assert date_flag(text("", "", "--05-01"), result).tolist() == ["Y", "", "Y"]


def test_a_date_as_upper_bound_of_datetimes_is_its_last_second():
    how = Imputation("day", "last", "last")
    limit = end_of_day(moments("2024-02-10"))
    result = impute(text("2024-02"), how, part="datetime", upper=[limit])
    assert shown(result) == ["2024-02-10T23:59:59"]
    assert date_flag(text("2024-02"), result).tolist() == ["D"]
    assert time_flag(text("2024-02"), result).tolist() == ["H"]


def test_preserved_parts_and_leap_years():
    how = Imputation("month", "last", preserve=True)
    assert shown(impute(text("2024---31", "2023-02", "2024-02"), how)) == [
        "2024-12-31",
        "2023-02-28",
        "2024-02-29",
    ]


@pytest.mark.parametrize(
    ("highest", "date"),
    [("day", "32"), ("month", "31"), ("month", "13-01"), ("year", "mid"), ("week", "first")],
)
def test_what_does_not_fit_together_is_refused(highest, date):
    with pytest.raises(ValueError, match="expected"):
        Imputation(highest, date)


def test_a_day_that_a_month_does_not_have_is_refused():
    with pytest.raises(ValueError, match="2023-02-30"):
        impute(text("2023-02"), Imputation("day", "30"))


@given(
    st.lists(st.dates(), min_size=1),
    st.sampled_from(["first", "mid", "last"]),
    st.sampled_from(["month", "day"]),
)
def test_imputed_dates_keep_what_is_defined(days, date, highest):
    cut = [day.isoformat()[: 7 if highest == "day" else 4] for day in days]
    result = impute(text(*cut), Imputation(highest, date))
    assert [
        np.datetime_as_string(item, "D")[: len(existing)] for item, existing in zip(result, cut, strict=True)
    ] == cut
    assert (date_of(result) == result).all()


@pytest.mark.parametrize(
    "value",
    [
        "2022-02-30",
        "2022-13-01",
        "2022-00-10",
        "2023-02-29",
        "2022-04-31T10:00",
        "0000-01-01",
        "2022-06-31T24:00",
    ],
)
@pytest.mark.parametrize(
    "how",
    [Imputation(), Imputation("month", "mid"), Imputation("month", "last"), Imputation("month", "06-15")],
)
def test_what_the_calendar_does_not_have_is_missing_and_reported(value, how):
    problems: list[np.ndarray] = []
    result = impute(text("2022-03-01", value, ""), how, problems=problems)
    assert shown(result) == ["2022-03-01", "", ""]
    (stated,) = problems
    assert [bool(item) for item in stated] == [False, True, False]


@pytest.mark.parametrize(
    "value", ["2022-03-01T25:00", "2022-03-01T10:60", "2022-03-01T10:00:61", "2022-02-29T10:00"]
)
def test_a_time_that_the_day_does_not_have_is_missing_and_reported(value):
    problems: list[np.ndarray] = []
    result = impute(text(value, "2022-03-01T10:00"), Imputation("hour"), part="datetime", problems=problems)
    assert shown(result) == ["", "2022-03-01T10:00:00"]
    assert [bool(item) for item in problems[0]] == [True, False]


def test_a_day_that_the_imputed_month_does_not_have_is_reported():
    """The known 31 is kept beside June, which has none."""
    problems: list[np.ndarray] = []
    result = impute(
        text("2022---31", "2022-02", "2024-02"), Imputation("month", "mid", preserve=True), problems=problems
    )
    assert shown(result) == ["", "2022-02-15", "2024-02-15"] and "2022-06-31" in problems[0][0]
    result = impute(text("2022-02", "2022-03"), Imputation("day", "30"), problems=problems)
    assert shown(result) == ["", "2022-03-30"] and "2022-02-30" in problems[1][0]


@pytest.mark.parametrize("date", ["02-30", "04-31", "11-31"])
def test_a_date_that_no_year_has_is_no_imputation(date):
    with pytest.raises(ValueError, match="which no year has"):
        Imputation("month", date)
