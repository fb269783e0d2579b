"""Variables that the standard expects and the study has not."""

from __future__ import annotations

import pandas as pd

from tests.sdtm.small_study import MakeStudy


def test_they_are_there_and_blank_text_or_number(make_study: MakeStudy) -> None:
    vs = "dataset: VS\nkeys: [USUBJID, VSTESTCD]\nrecords: [{from: vs, tests: {PULSE: {value: PULSE}}}]"
    study = make_study({"vs": "SUBJ | PULSE\n1 | 60\n2 | 61"}, vs)
    frame = study.convert().datasets["VS"]
    assert frame["VSDTC"].tolist() == ["", ""]
    assert pd.api.types.is_float_dtype(frame["VISITNUM"]) and frame["VISITNUM"].isna().all()
    assert study.spec.plans["VS"].variables["VSDTC"].origins == ["Not Available"]
