"""SDTM files of any form, ours or another's, give the same files of ADaM."""

import json

import pytest

from cdisc_npc.pipeline.analysis import build_adam
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.describe import member_of_frame
from cdisc_npc.transport.file_forms import write_dataset
from cdisc_npc.transport.xpt import read_xpt
from tests.adam.study import loaded, sdtm

DATA = {"A": [("2024-03-01", "PR"), ("2024-04-15", "PR")], "B": [("2024-03-01", "SD")], "C": []}


def written(folder, ending: str):
    folder.mkdir()
    for name, frame in sdtm(**DATA).items():
        write_dataset(Dataset(frame, member_of_frame(frame, name)), folder / f"{name.lower()}.{ending}")
    return folder


@pytest.mark.parametrize("ending", ["xpt", "parquet", "json"])
def test_the_form_does_not_matter(tmp_path, ending):
    study = loaded(tmp_path / "s")
    outcome = build_adam(written(tmp_path / "in", ending), tmp_path / "out", study)
    assert outcome.counts == {"ADSL": 3, "ADRS": 6}
    frame, _ = read_xpt(tmp_path / "out" / "adrs.xpt")
    best = frame[frame["PARAMCD"] == "BOR"]
    assert best["AVALC"].tolist() == ["PR", "SD", "MISSING"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"adrs.xpt", "exchange/adrs.parquet", "report/ledger.parquet", "report/findings.csv"} <= set(
        manifest["files"]
    )
    assert set(manifest["inputs"]) == {f"{name}.{ending}" for name in ("dm", "rs", "tu")}
    assert {"study.yaml", "adam/adsl.yaml", "adam/adrs.yaml"} == set(manifest["specification"])


def test_the_same_input_gives_the_same_bytes(tmp_path):
    study, source = loaded(tmp_path / "s"), written(tmp_path / "in", "xpt")
    files = []
    for name in ("one", "two"):
        build_adam(source, tmp_path / name, study)
        folder = tmp_path / name
        files.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert files[0] == files[1]
