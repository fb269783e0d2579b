"""Records that belong to no subject of DM, or to no record: what becomes of them."""

from __future__ import annotations

import pytest

import cdisc_npc as npc
from cdisc_npc.adam.derive import derive
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.pipeline.stages import specified
from cdisc_npc.study.packaged import load_study
from tests.adam.study import ADRS, frame, sdtm, write

ADAE = """
dataset: ADAE
label: Adverse Events Analysis Dataset
structure: OCCDS
keys: [USUBJID, AESEQ]
records:
  - {from: AE, supplemental: POLICY}
variables:
  ASTDT: {date: AESTDTC}
"""
ADEX = """
dataset: ADEX
label: Exposure Analysis Dataset
structure: BDS
keys: [USUBJID, PARAMCD, EXSEQ]
records:
  - from: EX
    variables:
      PARAMCD: {hardcode: DOSE}
      PARAM: {hardcode: Dose}
      ASTDT: {date: EXSTDTC}
      AVAL: {copy: EXDOSE}
"""
ADTR = """
dataset: ADTR
label: Tumor Analysis Dataset
structure: BDS
keys: [USUBJID, PARAMCD, TRSEQ]
records:
  - from: TR
    variables:
      PARAMCD: {copy: TRTESTCD}
      PARAM: {hardcode: Diameter}
      AVAL: {copy: TRSTRESN}
"""
ADTTE = """
dataset: ADTTE
label: Time-to-Event Analysis Dataset
structure: TTE
keys: [USUBJID, PARAMCD]
subjects: everyone
tables:
  events: {from: RS, variables: {ADT: {date: RSDTC}}}
  everyone: {from: RS, group: [USUBJID], variables: {STARTDT: {lookup: events.ADT, take: min}}}
sources:
  progression: {from: events, where: {RSSTRESC: PD}, date: ADT, variable: RSDTC, event: Progression}
  last: {from: events, date: ADT, variable: RSDTC}
endpoints:
  TTP: {label: Time to Progression, start: STARTDT, events: progression, censors: last}
"""


def study(folder, policy="yes"):
    """A study whose records come from every domain, ADSL's included."""
    write(folder, adrs=ADRS)
    for name, text in (
        ("adae", ADAE.replace("POLICY", policy)),
        ("adex", ADEX),
        ("adtr", ADTR),
        ("adtte", ADTTE),
    ):
        (folder / "adam" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_study(folder)


def data(*strangers: str):
    """Subject A; and AE, RS, EX, TR and TU of others that DM does not have."""
    names = ["A", *strangers]
    tables = sdtm(**{name: [("2024-03-01", "SD"), ("2024-05-01", "PD")] for name in names})
    tables["DM"] = tables["DM"][:1]
    size = len(names)
    one = {"STUDYID": ["S1"] * size, "USUBJID": names}
    tables["AE"] = frame(**one, DOMAIN=["AE"] * size, AESEQ=[1.0] * size, AESTDTC=["2024-02-01"] * size)
    tables["SUPPAE"] = frame(
        **one, RDOMAIN=["AE"] * size, IDVAR=["AESEQ"] * size, IDVARVAL=["1"] * size, QNAM=["AEX"] * size,
        QVAL=["x"] * size,
    )  # fmt: skip
    tables["EX"] = frame(**one, EXSEQ=[1.0] * size, EXSTDTC=["2024-01-10"] * size, EXDOSE=[5.0] * size)
    tables["TR"] = frame(**one, TRSEQ=[1.0] * size, TRTESTCD=["LDIAM"] * size, TRSTRESN=[9.0] * size)
    return tables


@pytest.mark.parametrize("strangers", [["X"], ["0"], ["B", "X"], ["a"]])
def test_a_subject_that_dm_does_not_have_is_in_no_analysis_dataset(tmp_path, strangers):
    adam = npc.to_adam(data(*strangers), study(tmp_path / "s"))
    assert set(adam.datasets) == {"ADSL", "ADAE", "ADEX", "ADRS", "ADTR", "ADTTE"}
    for name, records in {**adam.datasets, "ledger": adam.ledger}.items():
        assert set(records["USUBJID"]) == {"A"}, name
    shown = adam.findings.frame()
    shown = shown[shown["code"] == "ADAM_STRANGER"]
    assert set(shown["USUBJID"]) == set(strangers)
    assert set(shown["dataset"]) == {"AE", "SUPPAE", "EX", "RS", "TR", "TU"}
    alone = npc.to_adam(data(), study(tmp_path / "t"))
    for name, records in alone.datasets.items():
        assert records.equals(adam.datasets[name]), name


LOST = ("A", "AESEQ", "9", "AEX", "lost")
AGAIN = ("A", "AESEQ", "1", "AEX", "y")


def qualified(*rows):
    tables = data()
    names = ["USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"]
    every = [("A", "AESEQ", "1", "AEX", "x"), *rows]
    columns = dict(zip(names, map(list, zip(*every, strict=True)), strict=True))
    tables["SUPPAE"] = frame(STUDYID=["S1"] * len(every), RDOMAIN=["AE"] * len(every), **columns)
    return tables


@pytest.mark.parametrize(
    ("rows", "policy", "code", "keys"),
    [
        ([LOST], "orphans", "SUPP_ORPHAN", ["AESEQ=9"]),
        ([("A", "AESEQ", "", "AEX", "lost"), LOST], "orphans", "SUPP_ORPHAN", ["AESEQ=", "AESEQ=9"]),
        ([AGAIN], "repeated", "SUPP_REPEATED", ["AESEQ=1"]),
        ([AGAIN, ("A", "AESEQ", "1", "AEX", "z")], "repeated", "SUPP_REPEATED", ["AESEQ=1", "AESEQ=1"]),
    ],
)
def test_qualifiers_that_do_not_fit_are_refused_or_reported(tmp_path, rows, policy, code, keys):
    with pytest.raises(Refused, match=code):
        npc.to_adam(qualified(*rows), study(tmp_path / "refusing"))
    adam = npc.to_adam(qualified(*rows), study(tmp_path / "reporting", f"{{{policy}: report}}"))
    assert adam.datasets["ADAE"]["AEX"].tolist() == ["x"]
    shown = adam.findings.frame()
    shown = shown[shown["code"] == code]
    assert shown["keys"].tolist() == keys
    assert {*shown["dataset"] + shown["USUBJID"] + shown["variable"]} == {"SUPPAEAAEX"}


def test_a_policy_of_qualifiers_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"refuse.*report"):
        study(tmp_path / "s", "{orphans: ignore}")


def test_responses_computed_before_are_of_subjects_of_dm_only(tmp_path):
    computed = ADRS.replace("from: RS", "from: RECIST").replace("[STUDYID, USUBJID, RSSEQ]", "[USUBJID]")
    computed = computed.replace("copy: RSSTRESC", "copy: OVRLRESP")
    write(tmp_path / "s", adrs=computed)
    rows = frame(USUBJID=["A", "X"], RSDTC=["2024-03-01"] * 2, OVRLRESP=["SD", "PD"])
    adam = derive(data("X"), specified(load_study(tmp_path / "s")), (rows, Findings()))
    assert set(adam.datasets["ADRS"]["USUBJID"]) == set(adam.ledger["USUBJID"]) == {"A"}
    assert "RECIST" not in set(adam.findings.frame()["dataset"])
