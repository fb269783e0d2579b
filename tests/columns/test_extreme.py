"""The first or last record of each group."""

import pandas as pd

from cdisc_npc.columns.extreme import extreme_flag, extreme_records
from cdisc_npc.findings import Findings

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Series(["1", "1", "2", "1"], dtype="str"),
        "GRADE": [1.0, 3.0, 2.0, 3.0],
        "DY": [1.0, 9.0, 4.0, 5.0],
    }
)


def test_the_worst_then_the_earliest():
    assert extreme_flag(FRAME, ["USUBJID"], ["-GRADE", "DY"]).tolist() == [False, False, True, True]
    assert extreme_records(FRAME, ["USUBJID"], ["DY"], "last")["DY"].tolist() == [9, 4]


def test_ties_are_reported_once_and_can_all_be_flagged():
    findings = Findings()
    assert extreme_flag(FRAME, ["USUBJID"], ["-GRADE"], findings=findings).tolist() == [
        False,
        True,
        True,
        False,
    ]
    assert findings.frame()["USUBJID"].tolist() == ["1"]
    assert extreme_flag(FRAME, ["USUBJID"], ["-GRADE"], all_ties=True).tolist() == [False, True, True, True]
