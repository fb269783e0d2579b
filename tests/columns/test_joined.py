import numpy as np
import pandas as pd

from cdisc_npc.columns.joined import pairs

FRAME = pd.DataFrame({"ID": ["a", "a", "b", "a"], "N": [3.0, 1.0, 1.0, 2.0], "V": ["PR", "PR", "CR", "NE"]})


def shown(left, right):
    return list(zip(FRAME["N"].to_numpy()[left], FRAME["N"].to_numpy()[right], strict=True))


def test_pairs_with_later_records_only():
    left, right = pairs(FRAME, FRAME, ["ID"], order=["N"], side="after")
    assert shown(left, right) == [(1, 2), (1, 3), (2, 3)]


def test_pairs_end_with_the_first_that_satisfies():
    values = FRAME["V"].to_numpy()
    left, right = pairs(
        FRAME, FRAME, ["ID"], order=["N"], side="after", until=lambda one, two: values[two] == "NE"
    )
    assert shown(left, right) == [(1, 2)]


def test_all_pairs_of_another_frame():
    add = pd.DataFrame({"ID": ["a", "c", "a"], "N": [9.0, 8.0, 7.0]})
    left, right = pairs(FRAME, add, ["ID"], order=["N"])
    assert left.tolist() == [0, 0, 1, 1, 3, 3] and right.tolist() == [2, 0] * 3
    assert np.diff(left).min() >= 0
