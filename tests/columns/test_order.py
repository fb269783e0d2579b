import numpy as np
import pandas as pd

from cdisc_npc.columns.order import sorted_positions, ties

FRAME = pd.DataFrame(
    {
        "ID": pd.Series(["b", "a", "b", "a"], dtype="str"),
        "N": [2.0, np.nan, 1.0, 3.0],
        "T": pd.Series(["x", "", "y", "x"], dtype="str"),
    }
)


def test_missing_values_come_last_in_both_directions():
    assert sorted_positions(FRAME, ["N"]).tolist() == [2, 0, 3, 1]
    assert sorted_positions(FRAME, ["-N"]).tolist() == [3, 0, 2, 1]
    assert sorted_positions(FRAME, ["T", "-N"]).tolist() == [3, 0, 2, 1]


def test_ties():
    assert ties(FRAME, ["ID"], ["-T"]).tolist() == [False, False, False, False]
    assert ties(FRAME, ["T"], []).tolist() == [True, False, False, True]
