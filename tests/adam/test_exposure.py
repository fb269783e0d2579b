"""Single doses, dose intensity."""

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.exposure import dose_intensity, exposure_parameter, single_doses
from cdisc_npc.findings import Refused


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
