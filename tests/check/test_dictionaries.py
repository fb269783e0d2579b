"""Coded terms against dictionaries: a tiny invented one, in the layout of MedDRA's and WHODrug's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdisc_npc.check.dictionaries import check_dictionaries
from cdisc_npc.check.dictionary_files import read_meddra, read_whodrug
from cdisc_npc.check.verdict import Checked
from cdisc_npc.findings import Refused
from tests.check.small_packages import dataset, found, package

LLT = """1001$Green nose$101$$$$$$$Y$$
1002$Nose green old$101$$$$$$$N$$
1003$Loud knee$102$$$$$$$Y$$
"""
# Loud knee belongs to two classes, of which noises is the primary one.
MDHIER = """101$201$301$401$Green nose$Nose colours$Nose changes$Nasal disorders$Nasal$$401$Y$
102$202$302$402$Loud knee$Knee noises$Joint noises$Noises$Noise$$402$Y$
102$203$303$403$Loud knee$Knee symptoms$Joint symptoms$Limb disorders$Limb$$402$N$
"""


@pytest.fixture
def meddra(tmp_path: Path) -> Path:
    (tmp_path / "llt.asc").write_text(LLT, encoding="utf-8")
    (tmp_path / "MDHIER.ASC").write_text(MDHIER, encoding="utf-8")  # as some unpack it
    return tmp_path


def event(**changed):
    columns = {
        "USUBJID": ["S-1", "S-1"], "AELLT": ["Green nose", "Loud knee"], "AELLTCD": [1001.0, 1003.0],
        "AEDECOD": ["Green nose", "Loud knee"], "AEPTCD": [101.0, 102.0], "AEHLT": ["Nose colours", "Knee noises"],
        "AEHLTCD": [201.0, 202.0], "AEHLGT": ["Nose changes", "Joint noises"], "AEHLGTCD": [301.0, 302.0],
        "AEBODSYS": ["Nasal disorders", "Limb disorders"], "AEBDSYCD": [401.0, 403.0],
        "AESOC": ["Nasal disorders", "Noises"], "AESOCCD": [401.0, 402.0],
    }  # fmt: skip
    table = columns | changed
    return dataset("AE", **{name: values for name, values in table.items() if values is not None})


def run(*tables, **folders: Path) -> Checked:
    checked = Checked()
    check_dictionaries(package(*tables, dictionaries=folders), checked)
    return checked


def test_one_way_of_the_hierarchy(meddra: Path):
    checked = run(event(), MedDRA=meddra)
    assert found(checked) == []
    verdicts = checked.verdicts()
    assert set(verdicts.loc[verdicts["rule"].str.startswith("NPC-MD"), "status"]) == {"passed"}


@pytest.mark.parametrize(
    ("changed", "rule", "variable"),
    [
        ({"AEDECOD": ["Green nose", "Quiet knee"], "AEPTCD": None}, "001", "AEDECOD"),
        ({"AEHLT": ["Nose colours", "KNEE NOISES"]}, "002", "AEHLT"),
        ({"AEPTCD": [101.0, 101.0]}, "003", "AEPTCD"),
        ({"AESOCCD": [401.0, 403.0]}, "003", "AESOCCD"),
        ({"AELLT": ["Green nose", "Green nose"], "AELLTCD": [1001.0, 1001.0]}, "004", "AELLT"),
        ({"AEHLT": ["Nose colours", "Knee symptoms"], "AEHLTCD": [201.0, 203.0]}, "006", "AEDECOD"),
        ({"AEBODSYS": ["Nasal disorders", "Nasal disorders"], "AEBDSYCD": [401.0, 401.0]}, "006", "AEBODSYS"),
    ],
)
def test_a_broken_way(meddra: Path, changed, rule, variable):
    assert found(run(event(**changed), MedDRA=meddra)) == [(f"NPC-MD-{rule}", "AE", variable, "2")]


def test_a_term_that_is_not_current(meddra: Path):
    changed = {"AELLT": ["Nose green old", "Loud knee"], "AELLTCD": [1002.0, 1003.0]}
    assert found(run(event(**changed), MedDRA=meddra)) == [("NPC-MD-005", "AE", "AELLT", "1")]


def test_the_primary_class(meddra: Path):
    changed = {
        "AESOC": ["Nasal disorders", "Limb disorders"], "AESOCCD": [401.0, 403.0], "AEHLT": None, "AEHLTCD": None,
        "AEHLGT": None, "AEHLGTCD": None,
    }  # fmt: skip
    checked = run(event(**changed), MedDRA=meddra)
    assert found(checked) == [("NPC-MD-007", "AE", "AESOC", "2")]
    assert checked.findings.frame()["expected"].tolist() == ["Noises"]


def test_what_is_not_coded_is_not_judged(meddra: Path):
    blank = {name: ["", ""] for name in ("AELLT", "AEDECOD", "AEHLT", "AEHLGT", "AEBODSYS", "AESOC")}
    blank |= {
        name: [float("nan")] * 2
        for name in ("AELLTCD", "AEPTCD", "AEHLTCD", "AEHLGTCD", "AEBDSYCD", "AESOCCD")
    }
    assert found(run(event(**blank), MedDRA=meddra)) == []


def test_history_and_analysis_datasets_are_coded_too(meddra: Path):
    history = dataset("MH", USUBJID=["S-1"], MHDECOD=["Quiet knee"])
    analysis = dataset("ADAE", USUBJID=["S-1"], AEDECOD=["Quiet knee"], AETERM=["x"])
    assert [item[:3] for item in found(run(history, analysis, MedDRA=meddra))] == [
        ("NPC-MD-001", "ADAE", "AEDECOD"),
        ("NPC-MD-001", "MH", "MHDECOD"),
    ]


def test_without_dictionaries_nothing_is_judged_and_it_is_said_once():
    verdicts = run(event()).verdicts()
    assert set(verdicts["status"]) == {"not evaluated"} and set(verdicts["dataset"]) == {"STUDY"}
    assert not verdicts["rule"].duplicated().any() and len(verdicts) == 12


@pytest.mark.parametrize(("name", "text"), [("llt.asc", None), ("llt.asc", "1001$Green nose$\n")])
def test_files_that_are_no_dictionary(meddra: Path, name: str, text: str | None):
    (meddra / name).unlink()
    if text:
        (meddra / name).write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"llt\.asc"):
        read_meddra.__wrapped__(meddra)


def drug_line(record: str, sequence: str, name: str) -> str:
    return f"{record:<6}{sequence:<2}001" + "1" + " " * 18 + name


@pytest.fixture
def whodrug(tmp_path: Path) -> Path:
    drugs = [
        drug_line("000001", "01", "GRINSOL"),
        drug_line("000001", "02", "GRINSOL FORTE"),
        drug_line("000002", "01", "KNEEX"),
    ]
    (tmp_path / "DD.txt").write_text("\r\n".join(drugs), encoding="latin-1")
    classes = ["000001010011X01AB  ", "000001020011X01AB  ", "000002010011Y02    "]
    (tmp_path / "DDA.txt").write_text("\n".join(classes), encoding="latin-1")
    texts = [
        "X      1NOSES",
        "X01    2NOSE COLOURS",
        "X01AB  4GREENERS",
        "Y02    2KNEE DRUGS",
        "Z01    2NOSE COLOURS",
    ]
    (tmp_path / "INA.txt").write_text("\n".join(texts), encoding="latin-1")
    return tmp_path


def test_drugs_are_read_with_their_classes(whodrug: Path):
    dictionary = read_whodrug(whodrug)
    assert dictionary.classes_of["GRINSOL FORTE"] == {"X01AB"}
    assert dictionary.classes["Y02"] == "KNEE DRUGS"


@pytest.mark.parametrize(
    ("drug", "class_", "code", "rules"),
    [
        ("GRINSOL", "GREENERS", "X01AB", []),
        ("GRINSOL", "NOSE COLOURS", "X01", []),
        ("GRINSOL", "NOSE COLOURS", "Z01", ["NPC-WD-005"]),
        ("Kneex", "KNEE DRUGS", "Y02", ["NPC-WD-002"]),
        ("ELBOWEX", "KNEE DRUGS", "Y02", ["NPC-WD-001"]),
        ("KNEEX", "ELBOW DRUGS", "Y02", ["NPC-WD-003"]),
        ("KNEEX", "NOSES", "Y02", ["NPC-WD-004"]),
        ("KNEEX", "NOSES", "X", ["NPC-WD-005"]),
        ("", "", "", []),
    ],
)
def test_a_drug_and_its_class(whodrug: Path, drug, class_, code, rules):
    table = dataset("CM", USUBJID=["S-1"], CMDECOD=[drug], CMCLAS=[class_], CMCLASCD=[code])
    assert [item[0] for item in found(run(table, WHODrug=whodrug))] == rules
