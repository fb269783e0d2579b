import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.categories import Category, categorize
from cdisc_npc.adam.exposure import dose_intensity, exposure_parameter, single_doses
from cdisc_npc.findings import Refused
from cdisc_npc.verbs.baseline import baseline
from cdisc_npc.verbs.difference import change, percent_change

FRAME = pd.DataFrame({"ID": ["a", "a", "b"], "ABLFL": ["Y", "", ""], "AVAL": [50.0, 35.0, 7.0]})


def test_base_is_that_of_the_group():
    base = baseline(FRAME, ["ID"])
    assert base.tolist()[:2] == [50, 50] and np.isnan(base[2])
    assert change(FRAME["AVAL"], base).tolist()[:2] == [0, -15]
    assert percent_change(FRAME["AVAL"], base).tolist()[:2] == [0, -30]


def test_two_baselines_are_refused():
    with pytest.raises(Refused, match="several records of one ID: 'a'"):
        baseline(FRAME.assign(ABLFL="Y"), ["ID"])


def test_a_baseline_of_zero_has_no_per_cent():
    assert np.isnan(percent_change(np.array([3.0]), np.array([0.0]))).all()


def test_the_first_category_that_holds():
    low, rest = (FRAME["AVAL"] < 40).to_numpy(), np.ones(3, dtype=bool)
    result = categorize(FRAME, [Category(low, {"C": "<40", "CN": 1}), Category(rest, {"C": ">=40", "CN": 2})])
    assert result["C"].tolist() == [">=40", "<40", "<40"] and result["CN"].tolist() == [2, 1, 1]
    with pytest.raises(ValueError, match="sets C"):
        categorize(FRAME, [Category(low, {"C": "x"}), Category(rest, {"D": "y"})])


def test_doses_of_an_interval():
    exposure = pd.DataFrame(
        {"USUBJID": ["1", "1"], "DOSE": [250.0, 240.0], "FRQ": ["QD", "EVERY 3 WEEKS"],
         "A": pd.to_datetime(["2024-01-01", "2024-01-01"]), "B": pd.to_datetime(["2024-01-03", "2024-01-22"])}
    )  # fmt: skip
    result = single_doses(exposure, "A", "B", "FRQ")
    assert result["A"].dt.day.tolist() == [1, 2, 3, 1, 22] and (result["A"] == result["B"]).all()
    with pytest.raises(Refused, match="FRQ is 'NOW'"):
        single_doses(exposure.assign(FRQ="NOW"), "A", "B", "FRQ")
    with pytest.raises(Refused, match=r"EX\.B"):
        single_doses(exposure.assign(B=pd.Timestamp("2023-01-01")), "A", "B", "FRQ")


def test_dose_intensity_and_total_exposure():
    assert dose_intensity(np.array([50.0, 0.0]), np.array([100.0, 0.0]))[0] == 50
    days = pd.to_datetime(["2024-01-01", "2024-01-05"])
    frame = pd.DataFrame({"ID": "a", "PARAMCD": "DOSE", "AVAL": [1.0, 2.0], "ASTDT": days, "AENDT": days})
    result = exposure_parameter(frame, ["ID"], "DOSE", {"PARAMCD": "TDOSE"})
    assert result["AVAL"].tolist() == [3] and (result["AENDT"] - result["ASTDT"]).dt.days.tolist() == [4]
