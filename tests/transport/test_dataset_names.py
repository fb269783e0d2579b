"""No name leads out of the folder that is written: datasets of every form, studies, forms."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cdisc_npc.cli.main import main
from cdisc_npc.findings import Refused
from cdisc_npc.pipeline.stages import place_package
from cdisc_npc.simulate.table import Table
from cdisc_npc.simulate.write import write_export
from cdisc_npc.study.forms import RawContract
from cdisc_npc.study.packaged import load_study
from cdisc_npc.transport.convert import convert
from cdisc_npc.transport.dataset import Dataset
from cdisc_npc.transport.file_forms import write_dataset
from cdisc_npc.transport.names import is_dataset_name, safe_name
from cdisc_npc.transport.xpt import Member, Variable

ROOT = Path(__file__).parents[2]
BAD = [
    "../../x",
    "/tmp/x",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "C:x",
    "CON",
    "nul",
    "Lpt1",
    "A B",
    "Ä",
    "1A",
    "A\n",
    "A.B",
    "A" * 33,
]


def source(folder: Path, name: str, ending: str) -> Path:
    """A file of a dataset of that name, as nobody of good will writes it."""
    path = folder / f"source{ending}"
    write_dataset(
        Dataset(pd.DataFrame({"A": ["x"]}, dtype="str"), Member("GOOD", "", (Variable("A", "", "Char", 1),))),
        path,
    )
    if ending == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(content | {"name": name}), encoding="utf-8")
    elif ending == ".ndjson":
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([json.dumps(json.loads(head) | {"name": name}), *rows]), encoding="utf-8")
    else:
        table = pq.read_table(path)
        metadata = {
            key: value.replace(b'"GOOD"', json.dumps(name).encode())
            for key, value in table.schema.metadata.items()
        }
        assert metadata != table.schema.metadata
        pq.write_table(pa.table(table.columns, schema=table.schema.with_metadata(metadata)), path)
    return path


@pytest.mark.parametrize("ending", [".json", ".ndjson", ".parquet"])
@pytest.mark.parametrize("name", BAD)
def test_a_dataset_of_another_name_is_not_written(tmp_path, name, ending):
    (tmp_path / "in").mkdir()
    (tmp_path / "place").mkdir()
    if ending == ".parquet" and not name:
        pytest.skip("a blank name is that of the file")
    path = source(tmp_path / "in", name, ending)
    before = sorted(tmp_path.rglob("*"))
    for to in ("csv", "parquet", "json"):
        with pytest.raises(Refused):
            convert(path, tmp_path / "place" / "out", to=to)
        with pytest.raises(Refused):
            convert(path, tmp_path / "place" / f"x.{to}")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("ending", [".json", ".ndjson", ".parquet"])
def test_a_good_name_is_written(tmp_path, ending):
    result = convert(source(tmp_path, "SUPPAE_LONG_NAME", ending), tmp_path / "out", to="csv")
    assert result.datasets[0]["file"] == str(tmp_path / "out" / "suppae_long_name.csv")
    with pytest.raises(Refused, match="1 to 8"):
        convert(source(tmp_path, "SUPPAE_LONG_NAME", ending), tmp_path / "xpt", to="xpt")


def test_two_names_that_differ_in_case_are_one(tmp_path):
    (tmp_path / "in").mkdir()
    source(tmp_path / "in", "ae", ".json")
    source(tmp_path / "in", "AE", ".parquet")
    with pytest.raises(Refused, match="second dataset"):
        convert(tmp_path / "in", tmp_path / "out", to="csv")


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_a_safe_name_is_one_step_on_every_system(text):
    name = safe_name(text, "study")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,65}", name)
    assert safe_name(name, "study") == name
    assert not is_dataset_name(text) or len(text) <= 32


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CDISCPILOT01", "CDISCPILOT01"), ("ABC-301", "ABC-301"), ("../../x", "x"), ("..", "study"), ("研究", "study"),
        ("Aux", "Aux_"), ("com1", "com1_"), ("a/b\\c:d", "a-b-c-d"), ("x" * 300, "x" * 64), ("AB 12/3\n", "AB-12-3"),
    ],
)  # fmt: skip
def test_a_text_built_a_name(text, name):
    assert safe_name(text, "study") == name


DEFINE = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
 ODMVersion="1.3.2" FileType="Snapshot" FileOID="F" CreationDateTime="2021-01-01T00:00:00" def:Context="Other">
 <Study OID="S"><GlobalVariables><StudyName>{}</StudyName></GlobalVariables>
 <MetaDataVersion OID="M" Name="M" def:DefineVersion="2.1.0"/></Study></ODM>"""
STUDIES = [("../../out", "out"), ("/tmp/evil", "tmp-evil"), ("NUL", "NUL_"), ("..", "study")]


@pytest.mark.parametrize("workbook", [False, True])
@pytest.mark.parametrize(("study", "folder"), STUDIES)
def test_the_folder_of_a_define_or_workbook_is_named_safely(tmp_path, monkeypatch, study, folder, workbook):
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    Path("define.xml").write_text(DEFINE.format(study))
    file = "define.xml"
    if workbook:
        file = "define.xlsx"
        assert CliRunner().invoke(main, ["spec", "workbook", "define.xml", file]).exit_code == 0
    done = CliRunner().invoke(main, ["spec", "from-define", file])
    assert done.exit_code == 0, done.output
    assert f"Written: {folder}\n" in done.output and "cannot name a folder" in done.output
    assert not {path.name for path in work.iterdir()} - {"define.xml", "define.xlsx", folder}
    assert [path.name for path in (*tmp_path.iterdir(), *work.parent.iterdir())] == ["a", "b"]


@pytest.mark.parametrize(("study", "folder"), STUDIES)
def test_the_folder_of_a_study_is_named_safely(tmp_path, study, folder):
    pilot = ROOT / "mappings" / "cdiscpilot"
    shutil.copytree(pilot, tmp_path / "study")
    text = (pilot / "study.yaml").read_text(encoding="utf-8")
    assert "study: CDISCPILOT01" in text
    text = text.replace("study: CDISCPILOT01", f"study: {study}")
    (tmp_path / "study" / "study.yaml").write_text(text, encoding="utf-8")
    spec = load_study(tmp_path / "study")
    layout, noticed = place_package(tmp_path / "place", spec.study.study)
    assert layout.study == folder.lower()
    assert layout.datasets("sdtm").relative_to(tmp_path).parts[:4] == (
        "place",
        "m5",
        "datasets",
        folder.lower(),
    )
    assert len(noticed) == (spec.study.study.lower() != folder.lower())


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "CON", "a b"])
def test_the_file_of_an_analysis_dataset_is_named_safely(tmp_path, name):
    shutil.copytree(ROOT / "mappings" / "npc", tmp_path / "study")
    file = tmp_path / "study" / "adam" / "adsl.yaml"
    file.write_text(f"file: {name}\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Refused, match=r"adam/adsl\.yaml line 1: .*cannot name a file"):
        load_study(tmp_path / "study")


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "NUL", ""])
@pytest.mark.parametrize("kind", ["csv", "xpt"])
def test_the_file_of_a_form_is_named_safely(tmp_path, name, kind):
    contract = RawContract.model_validate({"forms": {name: {"fields": {"A": {}}}}})
    table = Table({"A": np.array(["x"], dtype=object)}, np.array([0]), False)
    with pytest.raises(ValueError, match="cannot name a file"):
        write_export({name: table}, tmp_path, contract, studyid="S", kind=kind)
    assert list(tmp_path.iterdir()) == []
