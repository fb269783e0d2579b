"""What is dated on treatment."""

import numpy as np

from cdisc_npc.verbs.on_treatment import on_treatment


def moments(*values):
    return np.array(values, dtype="datetime64[us]")


FIRST, LAST = moments(*["2024-02-01"] * 5), moments(*["2024-03-01"] * 5)


def test_on_treatment_from_the_first_dose_to_the_window_after_the_last():
    days = moments("2024-01-31", "2024-02-01", "2024-03-03", "2024-03-04", "NaT")
    assert on_treatment(days, FIRST, LAST, 2).tolist() == [False, True, True, False, False]
    ongoing = moments(*["NaT"] * 5)
    assert on_treatment(days, FIRST, ongoing).tolist() == [False, True, True, True, False]
