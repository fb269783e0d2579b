import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cdisc_npc as npc
from cdisc_npc.findings import Refused
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.packaged import load_study, packaged_studies


def test_packaged_studies_are_those_with_a_study_file() -> None:
    names = packaged_studies()
    assert "cdiscpilot" in names
    assert "standards" not in names


@pytest.mark.parametrize("name", packaged_studies())
def test_every_packaged_study_is_valid(name: str) -> None:
    spec = load_study(name)
    assert spec.plans or spec.adam
    assert spec.folder == mappings_root() / name


def test_a_study_is_detected_by_its_folder_too(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(mappings_root() / "cdiscpilot", folder)
    for path in (folder, str(folder)):
        spec = load_study(path)
        assert spec.folder == folder
        assert spec.plans == load_study("cdiscpilot").plans


@pytest.mark.parametrize("name", ["nostudy", "standards", "", ".", "../mappings", "a\x00b", "study.yaml"])
def test_what_is_no_study_is_refused_with_what_there_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as refused:
        load_study(name)
    (finding,) = refused.value.findings.frame().to_dict("records")
    assert (finding["code"], finding["severity"], finding["value"]) == ("STUDY_NOT_FOUND", "refuse", name)
    assert "cdiscpilot" in finding["expected"]
    assert str(refused.value).startswith("there is no study ")


def test_a_packaged_name_goes_before_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cdiscpilot").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_study("cdiscpilot").study.study == "CDISCPILOT01"


def test_every_public_name_is_there_and_no_other() -> None:
    for name in npc.__all__:
        assert callable(getattr(npc, name)), name
    assert dir(npc) == npc.__all__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        npc.nothing  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, cdisc_npc; print([m for m in ('pandas', 'numpy', 'pydantic', 'lxml', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
