"""What is submitted of datasets: no permissible variable without a value, and what reads one that is left out."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import cdisc_npc as npc
from cdisc_npc.define.make import define_sdtm
from cdisc_npc.package.members import sdtm_members
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.sdtm.submitted import submitted
from cdisc_npc.transport.file_forms import read_datasets
from tests.sdtm.small_study import MakeStudy

DM = """
dataset: DM
keys: [USUBJID]
records:
  - from: dm
    variables:
      SUBJID: {assign: SUBJ}
      COUNTRY: {assign: LAND}
      INVID: {hardcode: "9", when: {DOCTOR: present}}
      SITEID: {hardcode: "01"}
      SEX: {hardcode: F}
"""
CM = """
dataset: CM
keys: [USUBJID, CMTRT, CMSPID]
records:
  - from: cm
    variables:
      CMTRT: {assign: DRUG}
      CMSPID: {hardcode: "1", when: {LINE: present}}
      CMINDC: {assign: WHY}
      CMDOSE: {assign: DOSE}
      CMCAT: {hardcode: OTHER, when: {DRUG: NONE}}
variables:
  CMDECOD: {copy: CMTRT, when: {CMDOSE: {min: "7"}}}
"""
ADSL = """
dataset: ADSL
label: Subject-Level Analysis Dataset
structure: ADSL
keys: [USUBJID]
records: [{from: DM, keep: [STUDYID, USUBJID, INVID]}]
"""
ADCM = """
dataset: ADCM
label: Concomitant Medications Analysis Dataset
structure: OCCDS
keys: [USUBJID, CMSEQ]
labels: {HIGHFL: High Dose Flag, CODEFL: Coded Flag}
records: [{from: CM}]
variables:
  HIGHFL: {hardcode: "Y", when: {CMDOSE: {min: "5"}}}
  CODEFL: {hardcode: "Y", when: {CMDECOD: present}}
"""


def forms(**columns: str) -> dict[str, pd.DataFrame]:
    """Two subjects and their medications, each column of which is blank unless given."""
    blank = dict.fromkeys(("DRUG", "WHY", "LINE", "DOSE"), "") | {"DRUG": "A"}
    cm = pd.DataFrame(
        {"SUBJ": ["1", "2"]} | {name: ["", columns.get(name, value)] for name, value in blank.items()}
    )
    cm["DRUG"] = "A"
    return {
        "dm": pd.DataFrame({"SUBJ": ["1", "2"], "LAND": "CHN", "DOCTOR": ""}, dtype="str"),
        "cm": cm.astype("str"),
    }


def left_out(result) -> list[tuple[str, str]]:
    frame = result.frame()
    assert (frame["severity"] == "note").all() and (frame["code"] == "MAP_VARIABLE_EMPTY").all()
    return list(zip(frame["dataset"], frame["variable"], strict=True))


@pytest.mark.parametrize(
    ("columns", "absent"),
    [
        ({"DOSE": "5", "LINE": "1"}, ["CMDECOD", "CMCAT"]),
        ({"DOSE": "7", "LINE": "1"}, ["CMCAT"]),
        ({"DOSE": "8"}, ["CMSPID", "CMCAT"]),
        ({}, ["CMSPID", "CMDECOD", "CMCAT"]),
    ],
)
def test_a_permissible_variable_without_any_value_is_left_out_and_said(
    make_study: MakeStudy, columns, absent
):
    study = make_study(forms(**columns), DM, CM)
    sdtm = study.convert()
    datasets, findings = submitted(sdtm.datasets, study.spec)
    assert left_out(findings) == [("DM", "INVID"), *(("CM", name) for name in absent)]
    assert list(datasets["CM"]) == [name for name in sdtm.datasets["CM"] if name not in absent]
    # Expected variables stay without values, and collected ones.
    assert {"ARM", "RFSTDTC", "AGE"} <= set(datasets["DM"])
    assert {"CMINDC", "CMDOSE"} <= set(datasets["CM"])
    assert_frame_equal(datasets["CM"], sdtm.datasets["CM"].drop(columns=absent))


def test_whole_study_decides_what_a_subject_has(make_study: MakeStudy):
    study = make_study(forms(DOSE="7", LINE="1"), DM, CM)
    cm = submitted(study.convert().datasets, study.spec)[0]["CM"]
    assert cm.set_index("USUBJID")["CMDECOD"].to_dict() == {"S1-1": "", "S1-2": "A"}


def test_a_link_that_relrec_names_stays(make_study: MakeStudy):
    relrec = """
dataset: RELREC
relations:
  - name: DMCM
    between: [{dataset: DM, by: USUBJID, type: ONE}, {dataset: CM, by: CMSPID, type: MANY}]
"""
    study = make_study(forms(), DM, CM, relrec)
    datasets, findings = submitted(study.convert().datasets, study.spec)
    assert "CMSPID" in datasets["CM"] and ("CM", "CMSPID") not in left_out(findings)


def test_define_describes_what_is_there(make_study: MakeStudy):
    values = """
value_level:
  - {variable: CMTRT, name: ALL, where: {CMDECOD: A}}
  - {variable: CMTRT, name: A, where: {CMTRT: A}}
"""
    study = make_study(forms(), DM, CM + values)
    datasets, _ = submitted(study.convert().datasets, study.spec)
    define = define_sdtm(study.spec, datasets, sdtm_members(datasets, study.spec))
    group = next(one for one in define.metadata.item_groups if one.name == "CM")
    names = [define.index.items[ref.item_oid].name for ref in group.item_refs]
    assert names == list(datasets["CM"])
    assert [define.index.items[ref.item_oid].name for ref in group.keys] == ["STUDYID", "USUBJID", "CMTRT"]
    (values,) = define.metadata.value_lists
    assert [define.index.items[ref.item_oid].name for ref in values.item_refs] == ["A"]


@pytest.mark.slow
@pytest.mark.parametrize("columns", [{}, {"DOSE": "5", "LINE": "1"}, {"DOSE": "8"}, {"LINE": "2"}])
def test_analysis_of_the_files_is_that_of_the_build(
    make_study: MakeStudy, tmp_path_factory: pytest.TempPathFactory, columns
):
    place = tmp_path_factory.mktemp("files")
    study = make_study(forms(**columns), DM, CM)
    (study.folder / "adam").mkdir()
    for name, text in (("adsl", ADSL), ("adcm", ADCM)):
        (study.folder / "adam" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (place / "raw").mkdir()
    for name, frame in study.forms.items():
        frame.to_csv(place / "raw" / f"{name}.csv", index=False)
    built = build_package(place / "raw", place / "out", study.spec)
    rules = built.findings.frame()["rule"].dropna().astype("str")
    assert "NPC-SCH-019" not in set(rules) and not rules.str.startswith("DEFINE-DATA").any()
    folder = next((place / "out" / "m5").rglob("cm.xpt")).parent
    files = {path.stem.upper(): read_datasets(path)[0].frame for path in folder.glob("*.xpt")}
    assert "CMCAT" not in files["CM"]
    result = npc.to_adam(files, study.spec)
    stated = result.findings.frame().query("code == 'ADAM_VARIABLE_EMPTY'")
    assert {"CMCAT"} <= set(stated["variable"])
    analysis = next((place / "out" / "m5").rglob("adcm.xpt"))
    whole = npc.to_adam(study.convert(), study.spec)
    for name, made in whole.datasets.items():
        assert_frame_equal(result.datasets[name], made)
    assert list(read_datasets(analysis)[0].frame) == list(whole.datasets["ADCM"])
