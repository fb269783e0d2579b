"""The command and its files: same bytes, all formats read back, nothing replaced that is not ours."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.findings import Refused
from cdisc_npc.raw.find_tables import find_tables
from cdisc_npc.raw.read import read_export
from cdisc_npc.simulate import simulate
from cdisc_npc.simulate.messy import disorder
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.trial import simulate_trial
from cdisc_npc.simulate.truth import subject_truth
from cdisc_npc.simulate.write import FORMATS, frame_of, in_contract_order, transport_names, write_export
from cdisc_npc.study.forms import Field, Form, RawContract


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


_EXPORTS = """
import sys
from pathlib import Path
from cdisc_npc.simulate import simulate
from cdisc_npc.simulate.write import FORMATS
for kind in FORMATS:
    simulate(Path(sys.argv[1]) / kind, subjects=3, export=kind)
"""


@pytest.mark.slow
def test_same_seed_gives_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    for hash_seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", _EXPORTS, str(tmp_path / hash_seed)],
            check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": f"UTC{hash_seed}"},
        )  # fmt: skip
    for kind in FORMATS:
        assert hashes(tmp_path / "1" / kind) == hashes(tmp_path / "2" / kind), kind


def test_another_seed_gives_another_trial(tmp_path: Path) -> None:
    simulate(tmp_path / "a", subjects=4, seed=1)
    simulate(tmp_path / "b", subjects=4, seed=2)
    assert hashes(tmp_path / "a")["dm.csv"] != hashes(tmp_path / "b")["dm.csv"]


@pytest.mark.parametrize("kind", FORMATS)
def test_clean_export_reads_back_as_it_was(
    tmp_path: Path, kind: str, contract: RawContract, settings: Settings
) -> None:
    tables = in_contract_order(simulate_trial(settings, 6, 5).tables, contract)
    write_export(tables, tmp_path, contract, studyid="S", kind=kind)
    raw = read_export(tmp_path, contract)
    assert not len(raw.findings)
    for name, table in tables.items():
        assert raw.forms[name].equals(frame_of(table)), name


def test_gb18030_reads_back(tmp_path: Path, contract: RawContract) -> None:
    simulate(tmp_path / "a", subjects=3, clean=True, encoding="gb18030")
    simulate(tmp_path / "b", subjects=3, clean=True)
    one, two = read_export(tmp_path / "a", contract), read_export(tmp_path / "b", contract)
    assert all(one.forms[name].equals(two.forms[name]) for name in one.forms)


def test_truth_and_manifest_are_no_forms(tmp_path: Path, contract: RawContract) -> None:
    simulate(tmp_path / "a")
    sources, findings = find_tables(tmp_path / "a")
    assert {source.name for source in sources} == set(contract.forms)
    assert not len(findings)


def test_an_earlier_simulation_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    simulate(tmp_path / "a", subjects=2)
    simulate(tmp_path / "a", subjects=3)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.docx").write_text("mine")
    with pytest.raises(Refused):
        simulate(tmp_path / "b")
    assert (tmp_path / "b" / "thesis.docx").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        {"export": "sas"},
        {"subjects": 0},
        {"seed": -1},
        {"encoding": "gb18030", "export": "xlsx"},
        {"without": ("x",)},
    ],
)
def test_unknown_arguments_are_refused(tmp_path: Path, arguments: dict) -> None:
    with pytest.raises(ValueError, match="expected"):
        simulate(tmp_path / "a", **arguments)
    assert not (tmp_path / "a").exists()


def test_the_command_tells_what_it_did(tmp_path: Path) -> None:
    out = str(tmp_path / "a")
    done = CliRunner().invoke(main, ["simulate", out, "--json", "--without", "tabs"])
    assert done.exit_code == 0
    stated = json.loads(done.output)
    assert stated["records"]["dm"] >= 16 and "tabs" not in stated["disorder"]
    assert CliRunner().invoke(main, ["simulate", out, "--without", "nothing"]).exit_code == 2


@pytest.mark.parametrize("subjects", [1, 2, 3])
def test_the_smallest_trials(subjects: int, contract: RawContract, settings: Settings) -> None:
    for seed in range(8):
        trial = simulate_trial(settings, subjects, seed)
        tables, places = disorder(settings, contract, in_contract_order(trial.tables, contract), seed)
        assert set(tables) == set(contract.forms) and len(tables["dm"]) > subjects
        assert len(subject_truth(settings, trial)["BOR"]) == subjects and places


def test_one_subject_makes_an_export(tmp_path: Path, contract: RawContract) -> None:
    simulate(tmp_path / "a", subjects=1)
    assert set(read_export(tmp_path / "a", contract).forms) == set(contract.forms)


def test_names_of_transport_files_are_short_and_differ(contract: RawContract) -> None:
    for name, form in contract.forms.items():
        short = transport_names(form).values()
        assert len(set(short)) == len(form.fields) and max(map(len, short)) <= 8, name


def test_a_field_without_a_short_name_is_refused() -> None:
    form = Form(fields={"SHORT": Field(), "VERYLONGNAME": Field()})
    with pytest.raises(ValueError, match="VERYLONGNAME; expected a name of 8 characters"):
        transport_names(form)
