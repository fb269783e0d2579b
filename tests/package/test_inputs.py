"""Which file an analysis reads a dataset from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cdisc_npc as npc
from cdisc_npc.findings import Refused
from cdisc_npc.package.inputs import read_sdtm
from cdisc_npc.package.layout import Layout
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import write_dataset
from cdisc_npc.transport.xpt import Member, Variable


def write(folder: Path, file: str, subject: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = file.partition(".")[0].upper()
    member = Member(name, name, (Variable("USUBJID", "Subject", "Char", 8),))
    write_dataset(Dataset(pd.DataFrame({"USUBJID": [subject]}, dtype="str"), member), folder / file)


@pytest.fixture(scope="module")
def adam():
    return npc.load_study("npc").adam


@pytest.mark.parametrize("other", ["dm.json", "dm.parquet", "dm.csv"])
def test_of_two_forms_the_transport_file_is_read(tmp_path, adam, other):
    write(tmp_path, other, "other")
    write(tmp_path, "dm.xpt", "xpt")
    datasets, files, noticed = read_sdtm(tmp_path, adam)
    assert datasets["DM"]["USUBJID"].tolist() == ["xpt"]
    assert files == {"dm.xpt": tmp_path / "dm.xpt"} and not len(noticed)


def test_a_package_is_read_below_its_study_s_folder(tmp_path, adam):
    write(Layout(tmp_path, "a").datasets("sdtm"), "dm.xpt", "inside")
    write(tmp_path, "dm.xpt", "beside")
    assert read_sdtm(tmp_path, adam)[0]["DM"]["USUBJID"].tolist() == ["inside"]


@pytest.mark.parametrize("files", [[], ["ae.xpt"], ["manifest.json"]])
def test_what_is_missing_is_said_at_once(tmp_path, adam, files):
    for file in files:
        write(tmp_path, file, "A")
    with pytest.raises(Refused) as refused:
        read_sdtm(tmp_path, adam)
    findings = refused.value.findings.frame()
    assert set(findings["code"]) == {"ADAM_NO_DATASET"} and "DM" in set(findings["dataset"])
    assert ("AE" in set(findings["dataset"])) == ("ae.xpt" not in files)
