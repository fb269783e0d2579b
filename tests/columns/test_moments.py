"""ISO 8601 dates as integers, against the same asked of one text at a time."""

from __future__ import annotations

import math
import re
from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.moments import known_range, whole_days

KNOWN = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?", re.ASCII)
PARTS = st.tuples(
    st.sampled_from(["0000", "0001", "1959", "2020", "2021", "9999"]),
    st.sampled_from(["-00", "-01", "-02", "-12", "-13", "--"]),
    st.sampled_from(["-00", "-01", "-28", "-29", "-31", "-32", "--"]),
    st.sampled_from(["T00", "T23", " 23", "T2", ""]),
    st.sampled_from([":00", ":59", ":", ""]),
    st.sampled_from([":00", ":30.5", "Z", "é", ""]),
)
TEXTS = st.one_of(
    st.builds(lambda parts, end: "".join(parts)[:end], PARTS, st.integers(0, 22)),
    st.text(alphabet="2019-T:é检 \0", max_size=22),
)


def arrow(*texts: str) -> pa.Array:
    return pa.array(texts, pa.large_string())


@given(TEXTS, TEXTS)
def test_a_date_is_before_another_as_far_as_both_tell(left: str, right: str) -> None:
    first, last = known_range(
        arrow("", left, right)[1:]
    )  # an array that does not begin at its memory's start
    one, two = (result[0] if (result := KNOWN.match(text)) else "" for text in (left, right))
    size = min(len(one), len(two))
    assert (last[0] < first[1]) == (one[:size] < two[:size])
    assert (first[0] > last[1]) == (one[:size] > two[:size])


@given(TEXTS)
def test_days_are_of_dates_that_the_calendar_has(text: str) -> None:
    (result,) = whole_days(arrow(text))
    try:
        whole = re.match(r"\d{4}-\d\d-\d\d(?:T|$)", text)
        expected = float((date.fromisoformat(text[:10]) - date(1960, 1, 1)).days) if whole else math.nan
    except ValueError:
        expected = math.nan
    assert result == expected or (math.isnan(result) and math.isnan(expected))


def test_of_no_texts_there_is_nothing() -> None:
    assert known_range(arrow()).shape == (2, 0)
    assert whole_days(arrow()).tolist() == []
