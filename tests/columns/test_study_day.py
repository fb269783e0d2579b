from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdisc_npc.columns.study_day import derive_study_day, study_day, subject_reference


def text(*values: str) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_there_is_no_day_0():
    dtc = text("2021-03-14", "2021-03-15", "2021-03-16", "2021-03-15T23:59", "2020-03-15")
    days = study_day(dtc, text(*["2021-03-15T08:00"] * 5))
    assert days.tolist() == [-1, 1, 2, 1, -365]
    assert days.dtype == np.float64


def test_only_complete_dates_have_a_day():
    dtc = text("2021-03", "2021---15", "", "2021-03-15", "2021-03-15", "2021-02-30")
    reference = text(*["2021-03-15"] * 3, "", "2021-03", "2021-03-15")
    assert study_day(dtc, reference).isna().all()


def test_index_is_that_of_the_dates():
    days = study_day(pd.Series(["2021-03-15"], index=[9], dtype="str"), text("2021-03-15"))
    assert days.index.tolist() == [9]
    with pytest.raises(ValueError, match="1 dates and 2"):
        study_day(text("2021-03-15"), text("2021-03-15", ""))


@given(st.dates(), st.dates())
def test_day_counts_calendar_days(date, reference):
    day = study_day(text(date.isoformat()), text(reference.isoformat()))[0]
    apart = (date - reference).days
    assert day == (apart + 1 if apart >= 0 else apart)


def test_reference_of_a_subject():
    dm = pd.DataFrame(
        {
            "USUBJID": text("1", "2", "2", "3", "3"),
            "RFSTDTC": text("2021-01-01", "2021-01-02", "2021-01-03", "2021-01-04", "2021-01-04"),
        }
    )
    frame = pd.DataFrame({"USUBJID": text("3", "2", "1", "4")}).set_axis([4, 5, 6, 7])
    result = subject_reference(frame, dm, "RFSTDTC")
    assert result.to_dict() == {4: "2021-01-04", 5: "", 6: "2021-01-01", 7: ""}


def test_dataset_gets_its_study_day():
    ae = pd.DataFrame({"USUBJID": text("1", "2"), "AESTDTC": text("2021-01-01", "2020-12-31")})
    dm = pd.DataFrame({"USUBJID": text("1", "2"), "RFSTDTC": text("2021-01-01", "2021-01-01")})
    assert derive_study_day(ae, dm, date="AESTDTC")["AESTDY"].tolist() == [1, -1]
    assert "AESTDY" not in ae
    with pytest.raises(ValueError, match="dataset has no variable AEENDTC"):
        derive_study_day(ae, dm, date="AEENDTC")
    with pytest.raises(ValueError, match="DM has no variable RFXSTDTC"):
        derive_study_day(ae, dm, date="AESTDTC", reference="RFXSTDTC")
    with pytest.raises(TypeError, match="name"):
        derive_study_day(ae, dm, date="AESTDTC", variable=1)
