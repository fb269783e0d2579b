"""What the files of datasets are: byte lengths over all datasets, those of SUPP-- by themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.package.members import adam_members, sdtm_members
from cdisc_npc.study.translation import localise


def text(*values: str) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.fixture(scope="module")
def study():
    return npc.load_study("npc")


def test_a_text_is_as_long_as_its_longest_value_in_any_dataset(study):
    result = sdtm_members(
        {
            "DM": pd.DataFrame({"USUBJID": text("A-1"), "AGE": np.array([61.0])}),
            "AE": pd.DataFrame({"USUBJID": text("A-1", "A-1234"), "AETERM": text("", "")}),
            "SUPPAE": pd.DataFrame({"USUBJID": text("A"), "QVAL": text("much longer than that")}),
        },
        study,
    )
    lengths = {
        name: [(one.name, one.type, one.length) for one in member.variables]
        for name, member in result.items()
    }
    assert lengths["DM"] == [("USUBJID", "Char", 6), ("AGE", "Num", None)]
    assert lengths["AE"] == [("USUBJID", "Char", 6), ("AETERM", "Char", 1)]
    assert lengths["SUPPAE"] == [("USUBJID", "Char", 1), ("QVAL", "Char", 21)]
    assert (
        result["DM"].label == "Demographics"
        and result["AE"].variables[1].label == "Reported Term for the Adverse Event"
    )


def test_lengths_are_bytes_of_the_study_s_encoding(study):
    frame = pd.DataFrame({"USUBJID": text("A"), "AETERM": text("\u53d1\u70ed")})
    (member,) = sdtm_members({"AE": frame}, localise(study, "zh").spec).values()
    assert [one.length for one in member.variables] == [1, 4]


def test_dates_of_an_analysis_have_sas_formats(study):
    day = pd.Series(pd.to_datetime(["2024-01-02"]).astype("datetime64[s]"))
    frame = pd.DataFrame({"USUBJID": text("A"), "TRTSDT": day, "AGE": np.array([61.0])})
    (member,) = adam_members({"ADSL": frame}, study, study.adam).values()
    assert [(one.name, one.type, one.length, one.format) for one in member.variables] == [
        ("USUBJID", "Char", 1, ""), ("TRTSDT", "Num", None, "DATE9."), ("AGE", "Num", None, ""),
    ]  # fmt: skip
    assert all(one.label for one in member.variables)
