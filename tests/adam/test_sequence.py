"""Sequence numbers."""

import pandas as pd

from cdisc_npc.adam.sequence import sequence_number

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Series(["1", "1", "2", "1"], dtype="str"),
        "GRADE": [1.0, 3.0, 2.0, 3.0],
        "DY": [1.0, 9.0, 4.0, 5.0],
    }
)


def test_numbers():
    assert sequence_number(FRAME, ["USUBJID"], ["DY"]).tolist() == [1, 3, 1, 2]
