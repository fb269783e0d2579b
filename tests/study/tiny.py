"""A small valid study, written into a folder of the test, with single parts replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from cdisc_npc.findings import Refused
from cdisc_npc.study.load import load_specification
from cdisc_npc.study.specification import Specification

STUDY = """\
study: TINY01
title: A study small enough to read
identity:
  studyid: TINY01
  subject: {field: PAT, pattern: "{SITEID}-{SUBJID}"}
  usubjid: "{STUDYID}-{SITEID}-{SUBJID}"
visits:
  - {visitnum: 1, visit: SCREENING, visitdy: -7}
  - {visitnum: 2, visit: WEEK 1, visitdy: 8}
epochs:
  - {epoch: SCREENING, begins: DM.RFICDTC}
  - {epoch: TREATMENT, begins: DM.RFSTDTC}
"""
RAW = """\
forms:
  dm:
    fields:
      PAT: {required: yes}
      SEX: {}
      ICDT: {type: date}
      LAND: {}
  ae:
    fields:
      PAT: {}
      TERM: {}
      SEV: {}
      STDT: {type: date}
  ex:
    fields:
      PAT: {}
      DRUG: {}
      STDT: {type: date}
  vs:
    fields:
      PAT: {}
      VISIT: {}
      DT: {type: date}
      SYS: {unit: mmHg}
      WT: {}
      WTU: {}
      DONE: {}
      WHY: {}
"""
CODELISTS = """\
terms:
  severity:
    Mild: MILD
    Bad: SEVERE
codelists:
  ARM:
    label: Arm
    extensible: no
    terms: {A: Arm A}
extensions:
  C66727:
    FINAL VISIT: The last visit
"""
DM = """\
dataset: DM
keys: [USUBJID]
records:
  - from: dm
    variables:
      SUBJID: {assign: SUBJID}
      SITEID: {assign: SITEID}
      SEX: {assign: SEX}
      RFICDTC: {iso8601: ICDT}
      COUNTRY: {assign: LAND}
      ARM: {hardcode: A, codelist: ARM}
variables:
  RFSTDTC: {lookup: EX.EXSTDTC, take: earliest}
"""
AE = """\
dataset: AE
keys: [USUBJID, AETERM, AESTDTC]
sequence: [AESTDTC, AETERM]
records:
  - from: ae
    variables:
      AETERM: {assign: TERM, case: upper}
      AEDECOD: {assign: TERM}
      AESEV: {assign: SEV, terms: severity}
      AESTDTC: {iso8601: STDT}
      EMERGED: {hardcode: "Y"}
variables:
  AESTDY: {study_day: AESTDTC}
  EPOCH: {epoch: AESTDTC}
supplemental:
  EMERGED: {label: Treatment Emergent}
"""
EX = """\
dataset: EX
keys: [USUBJID, EXTRT, EXSTDTC]
records:
  - from: ex
    variables:
      EXTRT: {assign: DRUG}
      EXSTDTC: {iso8601: STDT}
variables:
  EXSTDY: {study_day: EXSTDTC}
"""
VS = """\
dataset: VS
keys: [USUBJID, VSTESTCD, VISITNUM]
records:
  - from: vs
    visit: VISIT
    tests:
      SYSBP: {value: SYS, standard_unit: mmHg, variables: {VSPOS: {hardcode: SITTING}}}
      WEIGHT: {value: WT, unit: WTU, standard_unit: kg}
    not_done: {when: {DONE: N}, reason: WHY}
    variables:
      VSDTC: {iso8601: DT}
variables:
  VSDY: {study_day: VSDTC}
"""
FILES = {
    "study.yaml": STUDY, "raw.yaml": RAW, "codelists.yaml": CODELISTS,
    "sdtm/dm.yaml": DM, "sdtm/ae.yaml": AE, "sdtm/ex.yaml": EX, "sdtm/vs.yaml": VS,
}  # fmt: skip


class Said(NamedTuple):
    """One error of a refused study."""

    file: str
    line: int | None
    dataset: str
    variable: str
    text: str


class Tiny:
    """The study's folder: change its texts, then load it or take all its errors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sdtm").mkdir(parents=True)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> None:
        (self.folder / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace a part that stands once; the line on which the new one begins."""
        text = self.text(name)
        assert text.count(old) == 1, (old, text.count(old))
        self.write(name, text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1

    def add(self, name: str, text: str) -> int:
        """Add text at the end; its first line."""
        whole = self.text(name)
        self.write(name, whole + text)
        return whole.count("\n") + 1

    def load(self) -> Specification:
        return load_specification(self.folder)

    def errors(self) -> list[Said]:
        with pytest.raises(Refused) as refused:
            self.load()
        return said(refused.value)


def said(refused: Refused) -> list[Said]:
    records = refused.findings.frame().to_dict("records")
    return [
        Said(
            item["file"], json.loads(item["params"])["line"] if item["params"] else None,
            item["dataset"], item["variable"], item["expected"],
        )
        for item in records
    ]  # fmt: skip
