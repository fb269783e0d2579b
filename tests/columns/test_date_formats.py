from __future__ import annotations

import pandas as pd
import pytest

from cdisc_npc.columns.date_formats import FIELDS, compile_format, parse, to_iso8601


def text(*values: str) -> pd.Series:
    return pd.Series(values, dtype="str")


def iso(fmt, *values, **rules):
    result, problem = to_iso8601([text(*values)], [fmt], **{"century": 1930} | rules)
    return list(zip(result, problem, strict=True))


@pytest.mark.parametrize(
    ("fmt", "value", "expected"),
    [
        ("y-m-d", "2021-08-31", "2021-08-31"),
        ("yyyy-mm-dd", "2021-08-31", "2021-08-31"),
        ("ymd", "20210831", "2021-08-31"),
        ("ymd", "210831", "2021-08-31"),
        ("dmy", "31AUG2021", "2021-08-31"),
        ("d m y", "31 August 2021", "2021-08-31"),
        ("m/d/y", "8/5/2021", "2021-08-05"),
        (r"y\s+m\s*d", "2021   08 31", "2021-08-31"),
        (r"d\.m\.y", "31.08.2021", "2021-08-31"),
        ("d.m.y", "31.08.2021", "2021-08-31"),
        ("y-m-dTH:M", "2021-08-31t10:30", "2021-08-31T10:30"),
        ("H:M d/m/y", "10:30 31/08/2021", "2021-08-31T10:30"),
        ("y-m-d H:M:S", "2021-08-31 10:30:15.250", "2021-08-31T10:30:15.250"),
        ("y-m-d H:M:S", "2021-08-31 24:00:00", "2021-09-01T00:00:00"),
        ("y-m", "2021-00", "2021"),
        ("m-d", "12-15", "--12-15"),
        ("d", "15", "----15"),
        ("HhM", "10h30", "-----T10:30"),
        ("H:M:S", "5:1:4", "-----T05:01:04"),
        ("y年m月d日", "2021年8月31日", "2021-08-31"),
        ("y-m-d", "", ""),
    ],
)
def test_formats(fmt, value, expected):
    assert iso(fmt, value) == [(expected, "")]


def test_what_does_not_fit_is_named_and_not_guessed():
    assert iso("d-m-y", "2021-08-31") == [("", "a value in the format d-m-y")]
    assert iso("d.m.y", "31-08-2021") == [("", "a value in the format d.m.y")]
    assert iso(["d-m-y", "d m y"], "x") == [("", "a value in the format d-m-y or d m y")]
    assert iso("ymd", "2021831") == [("", "a value in the format ymd")]
    assert iso("y-m-d", "2021-02-29") == [("", "a day of February 2021")]
    assert iso("y-m-d", "21-08-31", century=None) == [("", "a complete four-digit year")]
    assert iso("H:M", "24:00") == [("", "a complete date for the time 24:00")]


def test_two_digit_years_fall_in_the_window():
    years = ["29", "30", "68", "69"]
    assert [result for result, _ in iso("y", *years)] == ["2029", "1930", "1968", "1969"]
    assert [result for result, _ in iso("y", *years, century=1969)] == ["2029", "2030", "2068", "1969"]


def test_unknown_texts_make_a_component_missing():
    result = iso("d-m-y", "UN-UNK-2021", "15-UNK-2021", "UN-AUG-2021", "UNK", unknown=("UN", "UNK"))
    assert result == [("2021", ""), ("2021---15", ""), ("2021-08", ""), ("", "")]
    assert iso("d-m-y", "UN-AUG-2021") == [("", "a value in the format d-m-y")]


def test_formats_are_tried_in_order():
    fmts = ["d/m/y", "m/d/y", "y"]
    result = iso(fmts, "05/08/2021", "08/31/2021", "2021")
    # The second fits 31 as a month only by its digits: a format that fits is not left for the next one.
    assert result == [("2021-08-05", ""), ("", "a month from 01 to 12"), ("2021", "")]


def test_columns_of_one_date_come_together():
    result, problem = to_iso8601(
        [text("2021-08-31", "x", "", "2021-08-31"), text("10:30", "10:30", "10:30", "x")], ["y-m-d", "H:M"]
    )
    assert result.tolist() == ["2021-08-31T10:30", "-----T10:30", "-----T10:30", "2021-08-31"]
    assert problem.tolist() == ["", "a value in the format y-m-d", "", "a value in the format H:M"]


def test_parse_gives_the_text_as_it_stands():
    result = parse(pd.Series(["05 feb 1985 12 55 02.5", "x"], index=[7, 3], dtype="str"), "d m y H M S")
    assert result.index.tolist() == [7, 3]
    assert result.loc[7, list(FIELDS)].tolist() == ["1985", "feb", "05", "12", "55", "02.5"]
    assert result.loc[3, list(FIELDS)].tolist() == [""] * 6
    assert result["fits"].tolist() == [True, False]


def test_letters_and_patterns_may_be_stated():
    assert compile_format("d%m%Y", letters={"year": "Y"}).fullmatch("31%08%2021")
    assert compile_format("y-m", patterns={"month": r"\d\d"}).fullmatch("2021-8") is None


@pytest.mark.parametrize(
    ("fmt", "message"),
    [
        ("", "none of the components"),
        ("--", "none of the components"),
        ("y-m-d y", "year stands twice"),
        (r"y\Bm", "escape"),
        (r"y\dm", "escape"),
    ],
)
def test_a_format_that_makes_no_sense_is_refused(fmt, message):
    with pytest.raises(ValueError, match=message):
        compile_format(fmt)


def test_formats_and_columns_must_match():
    with pytest.raises(ValueError, match="2 date formats"):
        to_iso8601([text("2021")], ["y", "m"])
    with pytest.raises(ValueError, match="differ in length"):
        to_iso8601([text("2021"), text("01", "02")], ["y", "m"])
    with pytest.raises(TypeError, match="date format"):
        to_iso8601([text("2021")], [[1]])


@pytest.mark.parametrize("fmt", [1, [1], None])
def test_a_format_is_text(fmt):
    with pytest.raises(TypeError, match="a date format is text"):
        parse(text("2021"), fmt)
