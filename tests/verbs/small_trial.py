"""Forms of a few subjects, and datasets of them, for tests of verbs of SDTM."""

from __future__ import annotations

import pandas as pd

from cdisc_npc.sdtm.mapper import Sdtm
from tests.sdtm.small_study import MakeStudy

DM = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {hardcode: M},
  COUNTRY: {hardcode: USA}, RFICDTC: {iso8601: IC}}}]
variables: {%s}
"""

EX = """
dataset: EX
sequence: [EXSTDTC]
records: [{from: ex, variables: {EXTRT: {assign: DRUG}, EXDOSE: {assign: DOSE},
  EXSTDTC: {iso8601: DAY}, EXENDTC: {iso8601: END}}}]
variables: {%s}
"""

FORMS = {
    "dm": "SUBJ | IC\n2 | 2020-01-02\n1 | 2019-12-31\n3 |",
    "ex": """SUBJ | DRUG | DOSE | DAY | END
1 | B | 2 | 2020-01-10 | 2020-01-11
1 | A | 1 | 2020-01-01 | 2020-01
1 |   | 1 | 2020-02-01 |
2 | C | 5 | 2020-01-05 | 2020-01-05
2 | C | 5 |  | 2020-01-09
9 | D | 1 | 2021-01-01 | 2021-01-01""",
}
# Subjects with dates of their own.
SUBJECTS = """
dataset: DM
keys: [USUBJID]
records: [{from: dm, variables: {SUBJID: {assign: SUBJID}, SITEID: {hardcode: "01"}, SEX: {assign: SEX},
  COUNTRY: {hardcode: USA}, RFICDTC: {iso8601: IC}, RFXSTDTC: {iso8601: DOSE}, RFPENDTC: {iso8601: END}}}]
"""
SUBJECTS_FORM = """SUBJ | SEX | IC | DOSE | END
1 | M | 2020-01-02 | 2020-01-09 | 2020-03-01
2 | F | 2020-01-01 |  | 2020-01-05"""
FORM = pd.DataFrame(
    {
        "SUBJ": ["1", "1", "2", "2"],
        "A": [" aspirin ", "\u00a0zinc\u3000", "\u3000", "iron"],
        "B": ["aspirin", "copper", "gold", ""],
        "C": ["", "zinc", "", "tin"],
        "N": ["1.50", "x", "", " 7 "],
        "D": ["2020-02-30", "2020-02", "", "2020-02-03"],
        "T": ["", "", "", "9:05"],
    },
    dtype="str",
)


def dm(make_study: MakeStudy, variables: str, ex: str = "", forms=FORMS, **options) -> Sdtm:
    return make_study(forms, DM % variables, EX % ex, **options).convert()


def of_subjects(sdtm: Sdtm, name: str) -> list:
    values = sdtm.datasets["DM"].set_index("USUBJID")[name]
    return [values[f"S1-{subject}"] for subject in "123"]
