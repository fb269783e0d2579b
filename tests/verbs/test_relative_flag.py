"""Records before or after another."""

import pandas as pd

from cdisc_npc.verbs.relative_flag import relative_flag

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Series(["1", "1", "2", "1"], dtype="str"),
        "GRADE": [1.0, 3.0, 2.0, 3.0],
        "DY": [1.0, 9.0, 4.0, 5.0],
    }
)


def test_records_after_the_first_of_grade_three():
    flags = relative_flag(
        FRAME,
        ["USUBJID"],
        ["DY"],
        (FRAME["GRADE"] == 3).to_numpy(),
        side="after",
        inclusive=False,
        without=False,
    )
    assert flags.tolist() == [False, True, False, False]
