import pandas as pd

from cdisc_npc.adam.sequence import sequence_number
from cdisc_npc.columns.extreme import extreme_flag, extreme_records
from cdisc_npc.findings import Findings
from cdisc_npc.verbs.relative_flag import relative_flag

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


def test_numbers():
    assert sequence_number(FRAME, ["USUBJID"], ["DY"]).tolist() == [1, 3, 1, 2]
