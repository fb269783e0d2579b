"""A small study of the tests: its specification, and SDTM of a few subjects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.study.packaged import load_study

STUDY = """
study: S1
title: A study
identity: {studyid: S1, subject: {field: SUBJID}, usubjid: "{SUBJID}"}
"""
ADSL = """
dataset: ADSL
label: Subject-Level Analysis Dataset
structure: ADSL
keys: [USUBJID]
records:
  - {from: DM, keep: [STUDYID, USUBJID]}
variables:
  RFICDT: {date: DM.RFICDTC}
  TRTSDT: {date: DM.RFXSTDTC}
  DTHDT: {date: DM.DTHDTC}
  scanned: {exists: TU}
checks:
  - text: treatment starts before consent
    where: {TRTSDT: present}
    expect: {TRTSDT: {min: {variable: RFICDT}}}
"""
ADRS = """
dataset: ADRS
label: Response Analysis Dataset
structure: BDS
keys: [USUBJID, PARAMCD, ADT]
records:
  - from: RS
    keep: [STUDYID, USUBJID, RSSEQ]
    variables:
      PARAMCD: {hardcode: OVR}
      PARAM: {hardcode: Overall Response}
      ADT: {date: RSDTC}
      AVALC: {copy: RSSTRESC}
      ANL01FL: {worst_of_day: AVALC, where: {ADT: present}}
responses:
  investigator: {where: {PARAMCD: OVR, ANL01FL: "Y"}, reference: TRTSDT}
parameters:
  BOR: {label: Best Overall Response, best: unconfirmed}
"""
FILES = {"study.yaml": STUDY, "adam/adsl.yaml": ADSL, "adam/adrs.yaml": ADRS}


def write(folder, **changed: str):
    """Write the study's folder; by file stem another text in place of one."""
    (folder / "adam").mkdir(parents=True)
    for name, text in FILES.items():
        stem = name.rpartition("/")[2].removesuffix(".yaml")
        (folder / name).write_text(changed.get(stem, text), encoding="utf-8")
    return folder


def loaded(folder, **changed: str):
    return load_study(write(folder, **changed))


def frame(**columns) -> pd.DataFrame:
    kinds = {
        name: "float64" if values and isinstance(values[0], float) else "str"
        for name, values in columns.items()
    }
    return pd.DataFrame({name: pd.Series(values, dtype=kinds[name]) for name, values in columns.items()})


def sdtm(**responses: list[tuple[str, str]]) -> dict[str, pd.DataFrame]:
    """Subjects A, B …: consent, first dose, and the responses given as (date, response)."""
    names = list(responses)
    rows = [(name, day, value) for name, visits in responses.items() for day, value in visits]
    dm = frame(
        STUDYID=["S1"] * len(names), USUBJID=names, RFICDTC=["2024-01-01"] * len(names),
        RFXSTDTC=["2024-01-10"] * len(names), DTHDTC=[""] * len(names),
    )  # fmt: skip
    rs = frame(
        STUDYID=["S1"] * len(rows), USUBJID=[r[0] for r in rows], RSDTC=[r[1] for r in rows],
        RSSTRESC=[r[2] for r in rows], RSSEQ=np.arange(1.0, len(rows) + 1).tolist(),
    )  # fmt: skip
    return {"DM": dm, "RS": rs, "TU": frame(USUBJID=names)}
