"""Other variables."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import DM, EX, FORMS


def test_copy_and_another_datasets_variable(make_study: MakeStudy):
    ex = "EXENDTC: {copy: EXSTDTC}, EXGRPID: {copy: DM.RFICDTC}"
    sdtm = make_study(FORMS, DM % "", EX.replace(", EXENDTC: {iso8601: END}", "") % ex).convert()
    ex = sdtm.datasets["EX"]
    assert ex["EXENDTC"].tolist() == ex["EXSTDTC"].tolist()
    assert set(zip(ex["USUBJID"], ex["EXGRPID"], strict=True)) == {
        ("S1-1", "2019-12-31"),
        ("S1-2", "2020-01-02"),
        ("S1-9", ""),
    }
