"""The earliest, and the latest, of several dates."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import dm, of_subjects


def test_earliest_and_latest_of_several(make_study: MakeStudy):
    variables = (
        "RFSTDTC: {earliest: [RFICDTC, EX.EXSTDTC]}, RFENDTC: {latest: [RFICDTC, EX.EXSTDTC, EX.EXENDTC]}"
    )
    sdtm = dm(make_study, variables)
    assert of_subjects(sdtm, "RFSTDTC") == ["2019-12-31", "2020-01-02", ""]
    assert of_subjects(sdtm, "RFENDTC") == ["2020-02-01", "2020-01-09", ""]
