"""Whether the subject has a record of a kind."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import dm, of_subjects


def test_exists(make_study: MakeStudy):
    sdtm = dm(make_study, "DTHFL: {exists: EX, where: {EXDOSE: {min: '2'}, EXENDTC: {min: '2020-01-09'}}}")
    assert of_subjects(sdtm, "DTHFL") == ["Y", "Y", ""]
