import numpy as np
import pandas as pd
import pytest

from cdisc_npc.adam.emergent import on_treatment, treatment_emergent, worsened, worsened_in_group


def moments(*values):
    return np.array(values, dtype="datetime64[us]")


FIRST, LAST = moments(*["2024-02-01"] * 5), moments(*["2024-03-01"] * 5)


def test_between_first_dose_and_the_window_after_the_last():
    start = moments("2024-01-31", "2024-02-01", "2024-03-31", "2024-04-01", "NaT")
    end = moments("2024-02-03", "NaT", "NaT", "NaT", "2024-01-15")
    assert treatment_emergent(start, end, FIRST, LAST, window=30).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert treatment_emergent(start, end, FIRST).tolist() == [False, True, True, True, False]


def test_no_treatment_no_emergence_and_worsening_counts():
    none, start = moments("NaT"), moments("2024-01-31")
    assert treatment_emergent(start, none, none).tolist() == [False]
    worse = worsened(pd.Series(["1"]), pd.Series(["3"]))
    assert treatment_emergent(start, none, FIRST[:1], worsened=worse).tolist() == [True]
    with pytest.raises(ValueError, match="belong together"):
        treatment_emergent(start, none, FIRST[:1], window=30)


def test_a_later_record_of_the_event_is_worse():
    frame = pd.DataFrame(
        {"ID": ["a", "a", "a", "b"], "AST": moments("2024-01-01", "2024-02-02", "2024-02-09", "2024-02-02"),
         "TRT": moments(*["2024-02-01"] * 4), "GR": pd.Series(["2", "2", "3", "4"], dtype="str")}
    )  # fmt: skip
    assert worsened_in_group(frame, ["ID"], "AST", "TRT", "GR").tolist() == [False, False, True, False]


def test_on_treatment_from_the_first_dose_to_the_window_after_the_last():
    days = moments("2024-01-31", "2024-02-01", "2024-03-03", "2024-03-04", "NaT")
    assert on_treatment(days, FIRST, LAST, 2).tolist() == [False, True, True, False, False]
    ongoing = moments(*["NaT"] * 5)
    assert on_treatment(days, FIRST, ongoing).tolist() == [False, True, True, True, False]
