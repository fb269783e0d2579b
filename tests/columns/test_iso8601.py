from __future__ import annotations

import datetime
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdisc_npc.columns.iso8601 import (
    DateRules,
    earliest_possible,
    is_complete,
    iso8601,
    iso8601_parts,
    latest_possible,
    to_days,
)  # fmt: skip

SDTM = re.compile(
    r"(?P<year>\d{4}|-)(?:-(?P<month>\d\d|-)(?:-(?P<day>\d\d))?)?"
    r"(?:T(?P<hour>\d\d|-)(?::(?P<minute>\d\d|-)(?::(?P<second>\d\d)(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?",
    re.A,
)


STATED = {"century": 1930, "excel_serials": True}


def text(*values: str) -> pd.Series:
    return pd.Series(values, dtype="str")


def one(value: str, time: str | None = None, format: str | None = None, **rules) -> tuple[str, str]:
    times = None if time is None else text(time)
    iso, problem = iso8601(text(value), times, DateRules(**STATED | rules), format)
    return iso[0], problem[0]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2021-08-31", "2021-08-31"),
        ("2021/8/31", "2021-08-31"),
        ("2021.08.31", "2021-08-31"),
        ("2021 - 08 - 31", "2021-08-31"),
        ("20210831", "2021-08-31"),
        ("31AUG2021", "2021-08-31"),
        ("31-Aug-2021", "2021-08-31"),
        ("5 Sept. 2021", "2021-09-05"),
        ("31 August 2021", "2021-08-31"),
        ("Aug 31, 2021", "2021-08-31"),
        ("August 1,2021", "2021-08-01"),
        ("2021-Aug-31", "2021-08-31"),
        ("2021年3月5日", "2021-03-05"),
        ("2021 年 3 月 5 日", "2021-03-05"),
        ("２０２１／０８／３１", "2021-08-31"),
        ("２０２１。", ""),
        ("\u00a02021-08-31\u3000", "2021-08-31"),
        ("2021–08–31", "2021-08-31"),
        ("21-08-31", "2021-08-31"),
        ("30-08-31", "1930-08-31"),
        ("29-08-31", "2029-08-31"),
        # Partial: what is not known is left out at the end, a hyphen in between.
        ("2021-03", "2021-03"),
        ("2021", "2021"),
        ("2021年3月", "2021-03"),
        ("2021年", "2021"),
        ("2021年未知月", "2021"),
        ("2021-UN-UN", "2021"),
        ("UN/UNK/2021", "2021"),
        ("UK MAR 2021", "2021-03"),
        ("UN-MAR-2021", "2021-03"),
        ("UNUNK2021", "2021"),
        ("unmar2021", "2021-03"),
        ("MAR 2021", "2021-03"),
        ("03/2021", "2021-03"),
        ("00/00/2021", "2021"),
        ("2021-03-00", "2021-03"),
        ("2021-UN-15", "2021---15"),
        ("2021---15", "2021---15"),
        ("--12-15", "--12-15"),
        ("----15", "----15"),
        # Nothing known at all: no text, and no problem.
        ("UNK", ""),
        ("nd", ""),
        ("不详", ""),
        ("", ""),
        ("   ", ""),
        # With a time.
        ("2021-08-31T10:30", "2021-08-31T10:30"),
        ("2021-08-31 10:30:15.250", "2021-08-31T10:30:15.250"),
        ("2021-08-31T10", "2021-08-31T10"),
        ("2021-08-31T10:30:15+0800", "2021-08-31T10:30:15+08:00"),
        ("2021-08-31T10:30Z", "2021-08-31T10:30Z"),
        ("20210831T103015", "2021-08-31T10:30:15"),
        ("31AUG2021:10:30:00", "2021-08-31T10:30:00"),
        ("2021/8/31 9:05", "2021-08-31T09:05"),
        ("2021-08-31 3:05 PM", "2021-08-31T15:05"),
        ("2021-08-31 12:30 a.m.", "2021-08-31T00:30"),
        ("2021-08-31 12:30pm", "2021-08-31T12:30"),
        ("2021年3月5日10时30分", "2021-03-05T10:30"),
        ("2021年3月5日 10时30分20秒", "2021-03-05T10:30:20"),
        ("2021-08-31 10：30", "2021-08-31T10:30"),
        ("2021-08-31 10:UN", "2021-08-31T10"),
        ("2021-08-31 UN:30", "2021-08-31T-:30"),
        ("2021-08-31T-:30", "2021-08-31T-:30"),
        ("2021-08-31 UN:UN", "2021-08-31"),
        ("2021-08-31 24:00", "2021-09-01T00:00"),
        ("2021-12-31T24:00:00", "2022-01-01T00:00:00"),
        ("1999-12-31 24:00", "2000-01-01T00:00"),
        # Excel.
        ("44439", "2021-08-31"),
        ("44439.0", "2021-08-31"),
        ("44439.4375", "2021-08-31T10:30"),
        ("44439.999999", "2021-09-01T00:00"),
    ],
)  # fmt: skip
def test_forms(raw, expected):
    iso, problem = one(raw)
    assert iso == expected
    assert (problem == "") is (raw != "２０２１。")


@pytest.mark.parametrize(
    ("order", "raw", "expected"),
    [
        ("mdy", "08/31/2021", "2021-08-31"),
        ("mdy", "8/5/2021", "2021-08-05"),
        ("dmy", "8/5/2021", "2021-05-08"),
        ("dmy", "31.08.2021", "2021-08-31"),
        ("dmy", "31/08/21 10:30", "2021-08-31T10:30"),
        ("dmy", "31-Aug-21", "2021-08-31"),
        ("mdy", "31AUG21", "2021-08-31"),
        ("dmy", "UN/03/2021", "2021-03"),
        ("mdy", "03/UN/2021", "2021-03"),
        ("mdy", "UN/03/2021", "2021---03"),
        ("dmy", "15-UNK-2021", "2021---15"),
        ("dmy", "05/03/UNK", "--03-05"),
        ("dmy", "2021-08-31", "2021-08-31"),
        ("mdy", "20210831", "2021-08-31"),
    ],
)
def test_order_decides_where_the_form_does_not(order, raw, expected):
    assert one(raw, order=order) == (expected, "")


@pytest.mark.parametrize(
    ("raw", "rules", "expected"),
    [
        ("2021-02-30", {}, "a day of February 2021"),
        ("31APR2021", {}, "a day of April 2021"),
        ("2021-02-29", {}, "a day of February 2021"),
        ("1900-02-29", {}, "a day of February 1900"),
        ("--02-30", {}, "a day of February"),
        ("2021---32", {}, "a day from 01 to 31"),
        ("2021-13-01", {}, "a month from 01 to 12"),
        ("2021-1-0", {}, "a day from 01 to 31"),
        ("0000-01-01", {}, "a year from 0001 on"),
        ("2021-01-01 25:00", {}, "an hour from 00 to 23"),
        ("2021-01-01 24:01", {}, "an hour from 00 to 23"),
        ("2021-01-01 10:60", {}, "a minute from 00 to 59"),
        ("2021-01-01 10:59:60", {}, "a second from 00 to 59"),
        ("2021-01-01 13:00 PM", {}, "an hour from 1 to 12 before AM or PM"),
        ("2021-01-01T10:30+15:00", {}, "a time zone from -12:00 to +14:00"),
        ("08/31/2021", {}, "a date in the order ymd"),
        ("08/31/2021", {"order": "dmy"}, "a date in the order dmy"),
        ("31/08/2021", {"order": "mdy"}, "a date in the order mdy"),
        ("31/08/21", {"order": "dmy", "century": None}, "a complete four-digit year"),
        ("21-08-31", {"century": None}, "a complete four-digit year"),
        ("31-Aug-21", {}, "a complete four-digit year"),
        ("Aug-21", {"order": "dmy"}, "a complete four-digit year"),
        ("210831", {}, "a date in the order ymd"),
        ("31122021", {"order": "dmy"}, "a date in the order dmy"),
        (
            "44439",
            {"excel_serials": False},
            "a date; day numbers of a spreadsheet are read where the study states `excel_serials: yes`",
        ),
        ("99999", {}, "a date in the order ymd"),
        ("31 août 2021", {}, "a date in the order ymd"),
        ("2021年3月1日5", {}, "a time such as 10:30"),
        ("2021-08-31T", {}, "a date in the order ymd"),
        ("---", {}, "a date in the order ymd"),
        ("UN/UNK/21", {}, "a date in the order ymd"),
        ("see attachment", {}, "a date in the order ymd"),
        ("2021-08-²", {}, "a date in the order ymd"),
    ],
)
def test_what_is_no_date_is_refused_and_named(raw, rules, expected):
    assert one(raw, **rules) == ("", expected)


@pytest.mark.parametrize(
    ("date", "time", "expected", "problem"),
    [
        ("2021-08-31", "10:30", "2021-08-31T10:30", ""),
        ("2021-08-31", "10:30:15", "2021-08-31T10:30:15", ""),
        ("2021-08-31", "1030", "2021-08-31T10:30", ""),
        ("2021-08-31", "9:05 pm", "2021-08-31T21:05", ""),
        ("2021-08-31", "10时30分", "2021-08-31T10:30", ""),
        ("2021-08-31", "10:UN", "2021-08-31T10", ""),
        ("2021-08-31", "24:00", "2021-09-01T00:00", ""),
        ("2021-08-31", "0.4375", "2021-08-31T10:30", ""),
        ("2021-08-31", "", "2021-08-31", ""),
        ("2021-08-31", "UNK", "2021-08-31", ""),
        ("", "", "", ""),
        ("2021-08-31", "25:00", "2021-08-31", "an hour from 00 to 23"),
        ("2021-08-31", "morning", "2021-08-31", "a time such as 10:30"),
        ("2021-08-31", "10", "2021-08-31", "a time such as 10:30"),
        ("2021-08-31 10:00", "11:00", "2021-08-31T10:00", "one time, not two"),
        ("2021-08-31 10:00:15", "10:00", "2021-08-31T10:00:15", ""),
        ("2021-08", "10:30", "2021-08", "a complete date for the time 10:30"),
        ("2021-08", "24:00", "2021-08", "a complete date for the time 24:00"),
        ("", "10:30", "", "a complete date for the time 10:30"),
        ("UNK", "10:30", "", "a complete date for the time 10:30"),
        ("2021-02-30", "10:30", "", "a day of February 2021"),
    ],
)
def test_column_of_times(date, time, expected, problem):
    assert one(date, time) == (expected, problem)


def test_a_time_in_the_value_needs_a_complete_date_too():
    assert one("2021-03 10:30") == ("2021-03", "a complete date for the time 10:30")


def test_study_states_its_unknown_texts():
    assert one("2021-没有-没有", unknown=("没有",)) == ("2021", "")
    assert one("2021-UN-UN", unknown=("没有",))[0] == ""
    assert one("2021-99-99", unknown=["99"]) == ("2021", "")


def test_stated_format_takes_the_place_of_recognition():
    assert one("5.8.2021", format="d.m.y") == ("2021-08-05", "")
    assert one("20-UNK-2021", format="d-m-y") == ("2021---20", "")
    assert one("2021-08-05", format="d.m.y") == ("", "a date in the format d.m.y")
    assert one("05.08.2021", "10:30", format="d.m.y") == ("2021-08-05T10:30", "")
    assert one("31.04.2021", format="d.m.y") == ("", "a day of April 2021")
    assert one("00.13.2021", format="d.m.y") == ("", "a month from 01 to 12")
    assert one("31aug2021 9:05", format=["ymd", "dmy H:M"]) == ("2021-08-31T09:05", "")
    assert one("10:30", format="H:M") == ("", "a complete date for the time 10:30")
    assert one("12 b 2021", format="m b y") == ("2021-12", "")
    assert one("nk", format="y") == ("", "")
    # What fits the first format is not for the second to read better.
    assert one("10/08/2021", format=["m/d/y", "d/m/y"]) == ("2021-10-08", "")
    with pytest.raises(ValueError, match="no date format"):
        one("2021", format=[])


def test_result_keeps_the_index_and_has_no_nulls():
    raw = pd.Series(["2021-08-31", None, "x", "2021-08-31"], index=[5, 3, 5, 1], dtype="str")
    iso, problem = iso8601(raw)
    assert iso.index.tolist() == problem.index.tolist() == [5, 3, 5, 1]
    assert iso.tolist() == ["2021-08-31", "", "", "2021-08-31"]
    assert str(iso.dtype) == str(problem.dtype) == "str"
    for column in iso8601(text()):
        assert len(column) == 0 and str(column.dtype) == "str"
    assert iso8601(text(), text())[0].empty


def test_order_that_is_none_is_refused():
    with pytest.raises(ValueError, match="order"):
        DateRules(order="myd")


def test_parts_in_columns_of_their_own():
    iso, problem = iso8601_parts(
        text("2021", "2021", "2021", "2021", "", "21", "2021", "2021", "202"),
        text("8", "AUG", "UN", "02", "12", "08", "00", "", "08"),
        text("31", "", "15", "30", "15", "31", "00", "", "31"),
        text("10", "10", "", "", "", "", "", "", ""),
        text("30", "", "", "", "", "", "", "", ""),
        DateRules(**STATED),
    )
    assert list(zip(iso, problem, strict=True)) == [
        ("2021-08-31T10:30", ""),
        ("2021-08", "a complete date for the time 10"),
        ("2021---15", ""),
        ("", "a day of February 2021"),
        ("--12-15", ""),
        ("2021-08-31", ""),
        ("2021", ""),
        ("2021", ""),
        ("", "a complete four-digit year"),
    ]


def test_days_of_complete_and_partial_dates():
    dtc = text(
        "2021-03-15", "2021-03-15T10:30", "2021-03", "2021", "2021---31", "--03-15", "", "1969-12-31", "x"
    )
    days, valid = to_days(dtc)
    assert valid.tolist() == [True, True, False, False, False, False, False, True, False]
    assert is_complete(dtc).tolist() == valid.tolist()
    assert days.dtype == np.int64
    assert days[valid].tolist() == [18701, 18701, -1]

    def as_dates(result):
        return [str(np.datetime64(int(day), "D")) if ok else "" for day, ok in zip(*result, strict=True)]

    assert as_dates(earliest_possible(dtc)) == [
        "2021-03-15", "2021-03-15", "2021-03-01", "2021-01-01", "2021-01-31", "", "", "1969-12-31", "",
    ]  # fmt: skip
    assert as_dates(latest_possible(dtc)) == [
        "2021-03-15", "2021-03-15", "2021-03-31", "2021-12-31", "2021-12-31", "", "", "1969-12-31", "",
    ]  # fmt: skip
    assert as_dates(latest_possible(text("2020-02", "2021-02"))) == ["2020-02-29", "2021-02-28"]


# -- Properties ---------------------------------------------------------------------------------------

DATES = st.dates(datetime.date(1930, 1, 1), datetime.date(2029, 12, 31))
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
FORMS = {
    "ymd": [
        "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m:02}.{d:02}", "{y}{m:02}{d:02}", "{d:02}{b}{y}",
        "{d}-{b}-{y}", "{d} {b} {y}", "{b} {d}, {y}", "{y}-{b}-{d:02}", "{y}年{m}月{d}日",
        "{yy:02}-{m:02}-{d:02}", "{yy:02}/{m}/{d}",
    ],
    "dmy": ["{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d}-{m}-{yy:02}", "{d:02}{b}{yy:02}", "{y}-{m}-{d}"],
    "mdy": ["{m:02}/{d:02}/{y}", "{m}/{d}/{y}", "{m}-{d}-{yy:02}", "{d:02}-{b}-{yy:02}", "{b} {d} {y}"],
}  # fmt: skip
CLOCKS = [
    "",
    " {H:02}:{M:02}",
    "T{H:02}:{M:02}:{S:02}",
    " {H}:{M:02}:{S:02}.5",
    " {H12}:{M:02} {half}",
    " {H}时{M}分",
]


@given(
    DATES,
    st.times(),
    st.sampled_from([(o, f) for o in FORMS for f in FORMS[o]]),
    st.sampled_from(CLOCKS),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_a_real_date_in_any_form_gives_its_iso_text(date, time, form, clock, wide):
    order, shape = form
    raw = (shape + clock).format(
        y=date.year, yy=date.year % 100, m=date.month, d=date.day, b=MONTHS[date.month - 1],
        H=time.hour, M=time.minute, S=time.second, H12=time.hour % 12 or 12,
        half="AM" if time.hour < 12 else "PM",
    )  # fmt: skip
    if wide:
        raw = raw.translate(
            {code: code + 0xFEE0 for code in range(0x30, 0x3A)} | {ord("-"): "－", ord(":"): "："}
        )
    expected = date.isoformat()
    if clock:
        expected += f"T{time.hour:02}:{time.minute:02}"
        expected += f":{time.second:02}" if "{S" in clock else ""
        expected += ".5" if clock.endswith(".5") else ""
    assert one(raw, order=order) == (expected, "")
    assert one(expected) == (expected, "")


PIECES = st.sampled_from(
    ["0", "1", "2", "20", "21", "31", "12", "2021", "1999", "44439", "-", "/", ".", ":", " ", "T", "UN",
     "UNK", "Aug", "FEB", "年", "月", "日", "时", "分", "AM", "PM", "Z", "+08:00", ",", "00", "24", "60", "?",
     "２", "\u00a0", "S", "-"]
)  # fmt: skip


@given(
    st.text(max_size=20) | st.lists(PIECES, max_size=9).map("".join),
    st.none() | st.text(max_size=8) | st.lists(PIECES, max_size=4).map("".join),
    st.sampled_from(["dmy", "mdy", "ymd"]),
)
@settings(max_examples=600, deadline=None)
def test_any_text_gives_a_real_date_or_a_blank(raw, time, order):
    iso, _ = one(raw, time, order=order)
    if not iso:
        return
    result = SDTM.fullmatch(iso)
    assert result and not iso.endswith("-"), iso
    existing = {part: int(digits) for part, digits in result.groupdict().items() if digits and digits != "-"}
    datetime.datetime(**({"year": 2000, "month": 1, "day": 1} | existing))
    if "T" in iso:
        assert {"year", "month", "day"} <= set(existing)
    assert iso8601(text(iso))[0][0] == iso


@given(
    st.integers(1931, 2029),
    st.integers(1, 14),
    st.integers(29, 33),
    st.sampled_from([(o, f) for o in FORMS for f in FORMS[o]]),
)
@settings(max_examples=300, deadline=None)
def test_a_date_that_does_not_exist_is_always_a_problem(year, month, day, form):
    order, shape = form
    try:
        datetime.date(year, month, day)
    except ValueError:
        name = MONTHS[(month - 1) % 12]
        if "{b}" in shape and month > 12:
            return
        raw = shape.format(y=year, yy=year % 100, m=month, d=day, b=name)
        iso, problem = one(raw, order=order)
        assert iso == "" and problem
