"""Epochs by dates."""

from __future__ import annotations

from tests.sdtm.small_study import MakeStudy
from tests.verbs.small_trial import DM, EX, FORMS


def test_epochs(make_study: MakeStudy):
    study = """
epochs:
  - {epoch: SCREENING, begins: DM.RFICDTC}
  - {epoch: TREATMENT, begins: DM.RFSTDTC}
  - {epoch: FOLLOW-UP, begins: DM.RFENDTC, after: yes}
"""
    cm = """
dataset: CM
records: [{from: cm, variables: {CMTRT: {assign: DAY}, CMSTDTC: {iso8601: DAY}}}]
variables: {EPOCH: {epoch: CMSTDTC}}
"""
    days = {
        "2019-12-30": "", "2019-12-31": "SCREENING", "2020-01-01": "TREATMENT", "2020-02-01": "TREATMENT",
        "2020-02-02": "FOLLOW-UP", "2020-03": "FOLLOW-UP", "2020-02": "", "2020-01": "TREATMENT", "": "",
    }  # fmt: skip
    variables = "RFSTDTC: {lookup: EX.EXSTDTC, take: earliest}, RFENDTC: {lookup: EX.EXSTDTC, take: latest}"
    forms = FORMS | {"cm": "SUBJ | DAY\n" + "\n".join(f"1 | {day}" for day in days) + "\n3 | 2020-05-05"}
    result = make_study(forms, DM % variables, EX % "", cm, study=study).convert().datasets["CM"]
    ours = result[result["USUBJID"] == "S1-1"]
    assert dict(zip(ours["CMSTDTC"], ours["EPOCH"], strict=True)) == days
    assert result[result["USUBJID"] == "S1-3"]["EPOCH"].tolist() == [""]
