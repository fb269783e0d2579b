"""The trial's study, on simulated exports: what holds for every conversion of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cdisc_npc.findings import Findings
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.pipeline.stages import compare_responses, compute_responses
from cdisc_npc.raw.read import RawData, read_raw
from cdisc_npc.sdtm.mapper import Sdtm, to_sdtm
from cdisc_npc.sdtm.translate import in_language
from cdisc_npc.simulate import simulate
from cdisc_npc.study.packaged import load_study
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.translation import localise
from cdisc_npc.study.versions import DataCut
from cdisc_npc.transport.xpt import read_xpt

pytestmark = pytest.mark.slow
# Records of the study itself: they count its subjects.
STUDY_RECORDS = {"TA", "TD", "TE", "TI", "TS", "TV", "RELREC"}


@pytest.fixture(scope="module")
def spec() -> Specification:
    return load_study("npc")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory, spec: Specification) -> RawData:
    folder = tmp_path_factory.mktemp("npc") / "raw"
    simulate(folder, subjects=24, seed=11)
    return read_raw(folder, spec)


@pytest.fixture(scope="module")
def whole(raw: RawData, spec: Specification) -> Sdtm:
    return to_sdtm(raw, spec)


def part_of(raw: RawData, numbers: set[str]) -> RawData:
    """The raw records of some subjects, and of forms without any."""
    forms = {
        name: frame[frame["SUBJID"].str.strip().isin(numbers)].reset_index(drop=True)
        if "SUBJID" in frame
        else frame
        for name, frame in raw.forms.items()
    }
    return RawData(forms, {name: replace(raw.tables[name], frame=frame) for name, frame in forms.items()})


@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.long)])
def test_any_subjects_give_the_same_records_as_in_the_whole(
    raw: RawData, whole: Sdtm, spec: Specification, seed: int
):
    numbers = sorted({text.strip() for text in raw.forms["dm"]["SUBJID"]})
    # A person screened twice has two numbers, which go together.
    again = whole.findings.frame().query("code == 'RAW_SAME_PERSON'")
    assert len(again)
    pairs = dict(zip(again["value"], again["expected"], strict=True))
    rng = np.random.default_rng(seed)
    chosen = {number for number in numbers if rng.random() < 0.4}
    chosen = {number for number in numbers if pairs.get(number, number) in chosen}
    assert 3 < len(chosen) < len(numbers)
    result = to_sdtm(part_of(raw, chosen), spec)
    subjects = set(result.datasets["DM"]["USUBJID"])
    assert set(result.datasets) <= set(whole.datasets)
    for name, frame in result.datasets.items():
        if name not in STUDY_RECORDS:
            expected = whole.datasets[name]
            expected = expected[expected["USUBJID"].isin(subjects)].reset_index(drop=True)
            pd.testing.assert_frame_equal(frame, expected, obj=name)


def test_responses_are_set_against_the_computed_ones(whole: Sdtm, spec: Specification):
    before = whole.findings.frame()
    computed, noticed = compute_responses(whole.datasets, spec.study.recist)
    assert computed is not None and set(computed["USUBJID"]) <= set(whole.datasets["DM"]["USUBJID"])
    pd.testing.assert_frame_equal(whole.findings.frame(), before)  # a stage changes none of what it is given
    noticed = compare_responses(computed, whole.datasets, spec.study.recist)
    sums = noticed.frame().query("code == 'RECIST_SUM'")
    assert len(sums)
    typed = whole.datasets["TR"].query("TRTESTCD == 'SUMDIAM'")["TRSTRESN"]
    assert set(sums["value"].astype(float)) <= set(typed)
    computed, noticed = compute_responses(whole.datasets, None)
    assert computed is None and not len(noticed)
    assert not len(compare_responses(None, whole.datasets, spec.study.recist))


def test_a_data_cut_takes_what_came_after_it(raw: RawData, whole: Sdtm, spec: Specification):
    cut = DataCut(date="2022-09-30", entered="RFICDTC")
    result = to_sdtm(raw, replace(spec, study=spec.study.model_copy(update={"data_cut": cut}))).datasets
    for name, variable in (
        ("AE", "AESTDTC"),
        ("TR", "TRDTC"),
        ("LB", "LBDTC"),
        ("DM", "RFICDTC"),
        ("DM", "DTHDTC"),
    ):
        dates = result[name][variable].str.slice(0, 10)
        assert 0 < len(result[name]) <= len(whole.datasets[name]) and (dates <= "2022-09-30").all(), name
    assert len(result["LB"]) < len(whole.datasets["LB"])
    assert set(result["SUPPAE"]["IDVARVAL"].astype(int)) <= set(result["AE"]["AESEQ"].astype(int))


def test_the_fda_package_is_ascii_and_the_nmpa_package_chinese(
    tmp_path: Path, clean_trial: Path, spec: Specification
):
    packages = clean_trial / "package", tmp_path / "zh"
    build_package(clean_trial / "raw", packages[1], spec, skip=["analysis", "check"], language="zh")
    english, chinese = (next(package.glob("m5/**/sdtm")) for package in packages)
    stated = [json.loads((package / "manifest.json").read_text("utf-8")) for package in packages]
    assert [item["encoding"] for item in stated] == ["us-ascii", "gb18030"]
    assert all("adam/adsl.yaml" in item["specification"] for item in stated)
    assert ["languages/zh.yaml" in item["specification"] for item in stated] == [False, True]
    files = sorted(path.name for path in english.glob("*.xpt"))
    assert files == sorted(path.name for path in chinese.glob("*.xpt"))
    for name in files:  # what is beyond ASCII in them is in numbers
        frame, member = read_xpt(english / name, encoding="us-ascii")[:2]
        assert member.label.isascii() and all(variable.label.isascii() for variable in member.variables)
        assert all(frame[column].str.isascii().all() for column in frame.select_dtypes("str"))
    ours, member = read_xpt(chinese / "ae.xpt", encoding="gb18030")[:2]
    assert member.label == "不良事件"
    labels = {variable.name: variable.label for variable in member.variables}
    assert labels["AETERM"] == "报告的不良事件名称" and labels["STUDYID"] == "研究编号"
    theirs = read_xpt(english / "ae.xpt")[0]
    terms = dict(zip(theirs["AEDECOD"], ours["AEDECOD"], strict=True))
    assert terms and not any(text.isascii() for text in terms.values())
    assert set(terms) == set(theirs["AEDECOD"]) and all(text.isascii() for text in terms)
    assert not any(text.isascii() for text in ours["AEBODSYS"])
    assert theirs["AEOUT"].tolist() == ours["AEOUT"].tolist()


def test_what_has_no_translation_is_reported(whole: Sdtm, spec: Specification):
    language = localise(spec, "zh")
    assert len(language.findings) == 0
    findings = Findings()
    odd = whole.datasets["AE"].assign(AETERM="Something new")
    result = in_language({"AE": odd}, language, "zh", findings)
    assert set(result["AE"]["AETERM"]) == {"Something new"}
    frame = findings.frame()
    assert frame[frame["variable"] == "AETERM"][["code", "value"]].to_numpy().tolist() == [
        ["LANGUAGE_VALUE", "Something new"]
    ]
