import numpy as np
import pandas as pd
import pytest

from cdisc_npc.columns.order import group_codes, match_codes, require, sorted_positions, ties
from cdisc_npc.findings import Refused

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


def test_groups_are_numbered_in_order_of_appearance():
    assert group_codes(FRAME, ["ID"]).tolist() == [0, 1, 0, 1]
    assert group_codes(FRAME, []).tolist() == [0, 0, 0, 0]
    left, right = match_codes(FRAME, pd.DataFrame({"KEY": pd.Series(["a", "c"], dtype="str")}), {"ID": "KEY"})
    assert left.tolist() == [-1, 0, -1, 0] and right.tolist() == [0, 1]


def test_ties():
    assert ties(FRAME, ["ID"], ["-T"]).tolist() == [False, False, False, False]
    assert ties(FRAME, ["T"], []).tolist() == [True, False, False, True]


def test_a_missing_variable_is_named():
    with pytest.raises(Refused, match=r"RS has no variable ADT"):
        require(FRAME, ["ID", "ADT"], "RS")
