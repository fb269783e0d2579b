"""Study days."""

from __future__ import annotations

import math

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import dm


def test_reference_dates_and_study_days_are_no_cycle(make_study: MakeStudy):
    sdtm = dm(
        make_study,
        "RFSTDTC: {lookup: EX.EXSTDTC, take: earliest}",
        "EXSTDY: {study_day: EXSTDTC}, EXENDY: {study_day: EXENDTC}",
    )
    ex = sdtm.datasets["EX"].query("USUBJID == 'S1-1'")
    assert ex["EXSTDY"].tolist() == [1, 10, 32]
    assert [None if math.isnan(day) else day for day in ex["EXENDY"]] == [None, 11, None]
