"""CDISC CORE: how it is found and asked, and, where it is installed, what it says of both studies.

The engine's interpreter is found as the adapter finds it (``CDISC_NPC_CORE_PYTHON``), its rules in
``CDISC_NPC_CORE_CACHE`` or the reference material. ``CDISC_NPC_CORE_SEEDS=1,2,3`` tries more simulated studies, by ``-m long``.
"""

from __future__ import annotations

import gzip
import json
import os
import pickle
import stat
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import cdisc_npc as npc
from cdisc_npc.check import core_worker
from cdisc_npc.check.core import CACHE, PYTHON, Core, find_core, run_core
from cdisc_npc.check.explained import explain
from cdisc_npc.check.verdict import Checked
from cdisc_npc.cli.main import main
from cdisc_npc.package.read import read_package
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.simulate import simulate
from cdisc_npc.standards.sdtmig import mappings_root
from cdisc_npc.study.explanations import load_explanations
from tests.check.planted import copied, found, valued

SHARED = Path(os.environ.get("CDISC_NPC_SHARED", Path(__file__).parents[2] / "../shared")).resolve()
RULES = Path(os.environ.get(CACHE, SHARED / "core" / "cache"))
REAL = SHARED / "oracles" / "raw_to_sdtm" / "raw"
SEEDS = [int(seed) for seed in os.environ.get("CDISC_NPC_CORE_SEEDS", "1").split(",")]
ENGINE = find_core(None, RULES)
installed = pytest.mark.skipif(bool(ENGINE.absent), reason=ENGINE.absent)


def test_without_rules_it_is_absent(monkeypatch, tmp_path):
    monkeypatch.delenv(CACHE, raising=False)
    assert "no cache of its rules is named (--core-cache or CDISC_NPC_CORE_CACHE)" in find_core().absent
    assert "there is no cache of rules" in find_core(cache=tmp_path / "none").absent


@pytest.mark.parametrize("python", [sys.executable, "no-such-python"])
def test_an_interpreter_that_has_no_engine_is_named(monkeypatch, tmp_path, python):
    if python == sys.executable and find_spec("cdisc_rules_engine"):
        pytest.skip("this interpreter has the engine")
    monkeypatch.setenv(PYTHON, python)
    assert find_core(cache=tmp_path).absent.startswith(
        f"CDISC CORE was not run: {python} has no cdisc-rules-"
    )


def test_what_is_absent_is_said_once_and_nothing_else(pilot_package):
    checked = Checked()
    run_core(read_package(pilot_package), checked, Core(absent="CDISC CORE was not run: why"))
    (verdict,) = checked.verdicts().to_dict("records")
    assert (verdict["rule"], verdict["dataset"], verdict["status"]) == ("CORE", "STUDY", "not evaluated")
    assert verdict["reason"] == "CDISC CORE was not run: why"
    assert len(checked.findings) == 0


def test_the_command_says_it_once_and_checks_all_else(pilot_package, tmp_path, monkeypatch):
    monkeypatch.delenv(CACHE, raising=False)
    stated = CliRunner().invoke(main, ["check", str(pilot_package), str(tmp_path / "report")])
    assert stated.output.count("CDISC CORE was not run: no cache of its rules is named") == 1
    assert "NPC-PKG-006" in stated.output and (tmp_path / "report" / "findings.html").is_file()


def _stand_in(folder: Path, script: str) -> Core:
    """An interpreter that answers as the script says; it is called with -P, a program, request and results."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Core(str(program), folder, "0")


def _result(number: int, **parts: object) -> dict[str, object]:
    nothing = {"passed": [], "skipped": {}, "failed": {}, "found": []}
    stated = {
        "id": f"CORE-{number:06}",
        "title": f"Rule {number}",
        "basis": ["CDISC CG1"],
        "type": "Record Data",
    }
    return stated | nothing | parts


# Answers as the worker does: the head, and every so manieth line of what all engines say together.
_PART = r"""set -- "$1" "$2" "$3" "$4" $(sed -E 's/.*"part": \[([0-9]+), ([0-9]+)\].*/\1 \2/' "$3")
awk -v place="$5" -v parts="$6" 'NR == 1 || (NR - 2) % parts == place' "FOLDER/said.jsonl" > "$4"
cp "$3" "FOLDER/asked-$5.json"
"""


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize("processors", [1, 3, 64])
def test_results_become_findings_and_verdicts(pilot_package, tmp_path, monkeypatch, processors):
    of_records = {
        "dataset": "AE", "message": "AETERM is wrong", "variables": ["$x", "AETERM"], "rows": [2, 4],
        "values": {"$x": ["1", "2"], "AETERM": ["A", "B"]},
    }  # fmt: skip
    of_dataset = {
        "dataset": "DM", "message": "AGEX is missing", "variables": ["AGEX"], "rows": None,
        "values": {"AGEX": ["Not in dataset"]},
    }  # fmt: skip
    of_study = {"dataset": "STUDY", "message": "no TS", "variables": [], "rows": None, "values": {}}
    lines = [
        {"rules": 7, "absent": ["sdtmct-1900-01-01"]},
        _result(1, passed=["AE", "DM"]),
        _result(2, passed=["DM"], found=[of_records]),
        _result(3, found=[of_dataset], type="Variable Metadata Check"),
        _result(4, found=[of_study], type="Domain Presence Check"),
        _result(5, skipped={"AE": "Outside scope: class", "DM": "Outside scope: class"}),
        _result(6, skipped={"AE": "Outside scope: x", "DM": "Column not found in data: AGEX"}),
        _result(7, passed=["DM"], failed={"AE": "the engine fell over"}),
    ]
    (tmp_path / "said.jsonl").write_text("\n".join(map(json.dumps, lines)))
    core = _stand_in(tmp_path, _PART.replace("FOLDER", str(tmp_path)))
    monkeypatch.setattr("cdisc_npc.check.core._processors", lambda: processors)
    checked = Checked()
    study = npc.load_study("cdiscpilot")
    run_core(read_package(pilot_package, study), checked, core)
    assert found(checked) == {
        ("CORE-000002", "AE", "AETERM"),
        ("CORE-000003", "DM", "AGEX"),
        ("CORE-000004", "STUDY", ""),
    }
    frame = checked.findings.frame()
    assert frame["row"].tolist()[:2] == [2, 4] and frame["row"].isna().tolist()[2:] == [True, True]
    assert frame["value"].tolist()[:3] == ["$x=1, AETERM=A", "$x=2, AETERM=B", "Not in dataset"]
    assert frame["expected"].tolist()[0] == "AETERM is wrong" and frame["USUBJID"].iloc[0] != ""
    assert [checked.rules[f"CORE-{n:06}"].category for n in (2, 3, 4)] == [
        "Consistency",
        "Metadata",
        "Presence",
    ]
    verdicts = checked.verdicts().set_index(["rule", "dataset"])
    assert verdicts.loc[("CORE", "SDTM"), "reason"].endswith("sdtmct-1900-01-01")
    assert verdicts.loc[("CORE-000001", "DM"), "status"] == "passed"
    assert verdicts.loc[("CORE-000005", "SDTM"), "reason"] == "no dataset of the package is in its scope"
    assert verdicts.loc[("CORE-000006", "SDTM"), "reason"] == "Column not found in data: AGEX"
    assert verdicts.loc[("CORE-000007", "AE"), "reason"] == "the engine fell over"
    asked = json.loads((tmp_path / "asked-0.json").read_text())
    assert (asked["standard"], asked["version"], asked["ct"]) == ("sdtmig", "3-4", ["sdtmct-2025-03-28"])
    assert asked["define"].endswith("define.xml") and len(asked["files"]) == 6
    assert asked["part"][1] == min(processors, 4)
    assert list(checked.rules)[1:] == [f"CORE-{n:06}" for n in range(1, 8)]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_an_engine_that_stops_is_a_reason(pilot_package, tmp_path):
    checked = Checked()
    core = _stand_in(tmp_path, "echo 'first'  >&2; echo 'KeyError: x' >&2; exit 1")
    run_core(read_package(pilot_package), checked, core)
    (verdict,) = checked.verdicts().to_dict("records")
    assert (verdict["rule"], verdict["dataset"]) == ("CORE", "SDTM")
    assert verdict["reason"] == "CDISC CORE 0 stopped: KeyError: x"


def test_a_rule_rests_on_the_ids_of_its_standard():
    def authority(organization: str, standard: str, *ids: str) -> dict[str, object]:
        references = [{"Rule_Identifier": {"Id": name}} for name in ids]
        return {"Organization": organization, "Standards": [{"Name": standard, "References": references}]}

    rule = {
        "authorities": [
            authority("CDISC", "SENDIG", "SEND1"),
            authority("FDA", "SDTMIG", "FB1", "FB1", "FB2"),
        ]
    }
    assert core_worker.basis(rule, "sdtmig") == ["FDA FB1", "FDA FB2"]
    assert core_worker.basis(rule, "adamig") == ["CDISC SEND1", "FDA FB1", "FDA FB2"]
    assert core_worker.basis({"authorities": None}, "sdtmig") == []


def test_what_the_engine_says_of_a_dataset_is_told_apart():
    said = [
        {"executionStatus": "success", "dataset": "DM", "errors": []},
        {"executionStatus": "skipped", "dataset": "AE", "message": "m", "errors": []},
        {
            "executionStatus": "execution error",
            "dataset": "EX",
            "errors": [{"dataset": "EX", "error": "Unknown", "message": "fell over"}],
        },
        # A rule that cannot group comes as a finding of no dataset.
        {
            "executionStatus": "issue reported",
            "dataset": None,
            "domain": "TR",
            "errors": [{"dataset": "N/A", "row": 0, "value": {"ERROR": "no variable TRCAT"}}],
        },
        # A domain in two datasets.
        {
            "executionStatus": "issue reported",
            "dataset": "QSA, QSB",
            "message": "wrong",
            "variables": ["QSX", "QSY"],
            "errors": [
                {"dataset": "QSA", "row": 3, "value": {"QSX": 2.0, "QSZ": None}},
                {"dataset": "QSB", "row": 1, "value": {"QSX": ["a", 1.5]}},
                {"dataset": "QSA", "row": 5, "value": {"QSX": float("nan"), "QSY": "b"}},
            ],
        },
        {
            "executionStatus": "issue reported",
            "dataset": "LB",
            "message": "none",
            "variables": [],
            "errors": [{"dataset": "LB", "value": {}}],
        },
    ]
    judged = core_worker.sort_results(said)
    assert judged["passed"] == ["DM"]
    assert judged["skipped"] == {"AE": "m"}
    assert judged["failed"] == {"EX": "Unknown: fell over", "TR": "no variable TRCAT"}
    first, second, third = judged["found"]
    assert (first["dataset"], first["rows"], first["variables"]) == ("QSA", [3, 5], ["QSX", "QSY", "QSZ"])
    assert first["values"] == {"QSX": ["2", ""], "QSY": ["", "b"], "QSZ": ["", ""]}
    assert (second["dataset"], second["values"]) == ("QSB", {"QSX": ["a; 1.5"]})
    assert (third["dataset"], third["rows"], third["values"]) == ("LB", None, {})


def test_a_cache_of_either_form_gives_the_same_rules(tmp_path):
    rules = [{"core_id": "CORE-000001"}, {"core_id": "CORE-000002"}]
    package = {"package": "sdtmct-2025-03-28", "codelists": []}
    first, second = tmp_path / "json", tmp_path / "pickles"
    (first / "ct").mkdir(parents=True)
    second.mkdir()
    for path, content in {
        first / "rules_sdtmig-3-4.json.gz": rules,
        first / "rules_adamig-1-3-vetted.json.gz": rules[:1],
        first / "published_ct.json.gz": ["sdtmct-2025-03-28"],
        first / "ct" / "sdtmct-2025-03-28.json.gz": package,
    }.items():
        path.write_bytes(gzip.compress(json.dumps(content).encode()))
    for name, content in {
        "rules": {rule["core_id"]: rule for rule in rules},
        "rules_dictionary": {"sdtmig/3-4": ["CORE-000001", "CORE-000002"], "adamig/1-3": ["CORE-000001"]},
        "sdtmct-2025-03-28": package,
    }.items():
        (second / f"{name}.pkl").write_bytes(pickle.dumps(content))
    caches = [core_worker.open_cache(first), core_worker.open_cache(second)]
    assert [type(cache) for cache in caches] == [core_worker.JsonCache, core_worker.PickleCache]
    for cache in caches:
        assert cache.rules("sdtmig", "3-4") == rules
        assert cache.rules("adamig", "1-3") == rules[:1]
        assert cache.terminology("sdtmct-2025-03-28") == package
        assert cache.terminology("sdtmct-1900-01-01") is None
        assert cache.published() == {"sdtmct-2025-03-28"}


# With the engine


@pytest.fixture
def one_engine(monkeypatch):
    """The other processors have other tests to run."""
    monkeypatch.setattr("cdisc_npc.check.core._processors", lambda: 1)


@pytest.mark.slow
@installed
@pytest.mark.usefixtures("one_engine")
def test_the_engines_own_cache_serves_as_well_and_a_fault_is_found_with_its_record(pilot_package, tmp_path):
    if not (RULES / "standard_sdtmig-3-4.json.gz").is_file():
        pytest.skip("the rules at hand are in the engine's own form already")
    held = {
        name: json.loads(gzip.decompress((RULES / f"{name}.json.gz").read_bytes()))
        for name in (
            "rules_sdtmig-3-4",
            "standard_sdtmig-3-4",
            "ct/sdtmct-2025-03-28",
            "ct/define-xmlct-2025-03-28",
        )
    }
    rules, standard = held["rules_sdtmig-3-4"], held["standard_sdtmig-3-4"]
    pickles = {
        "rules": {rule["core_id"]: rule for rule in rules},
        "rules_dictionary": {"sdtmig/3-4": [rule["core_id"] for rule in rules]},
        "standards_details": {"standards/sdtmig/3-4": standard["standard"]},
        "standards_models": {"models/sdtm/2-0": standard["model"]},
        "variables_metadata": {"library_variables_metadata/sdtmig/3-4": standard["variables_metadata"]},
        "variable_codelist_maps": {"sdtmig-3-4-codelists": standard["variable_codelists"]},
        "sdtmct-2025-03-28": held["ct/sdtmct-2025-03-28"],
        "define-xmlct-2025-03-28": held["ct/define-xmlct-2025-03-28"],
    }
    own = tmp_path / "own"
    own.mkdir()
    for name, content in pickles.items():
        (own / f"{name}.pkl").write_bytes(pickle.dumps(content))
    folder = copied(pilot_package, tmp_path)
    valued(folder / "ae.xpt", "AESDTH", "Y", row=5)
    # AESER; a variable of the model in its place; the length of --DTC.
    rules = ("CORE-000022", "CORE-000206", "CORE-000356")
    outcomes = []
    for cache in (RULES, own):
        checked = Checked()
        package = read_package(tmp_path / "package", npc.load_study("cdiscpilot"))
        run_core(package, checked, find_core(ENGINE.python, cache), rules)
        outcomes.append((checked.findings.frame(), checked.verdicts()))
    pd.testing.assert_frame_equal(outcomes[0][0], outcomes[1][0])
    pd.testing.assert_frame_equal(outcomes[0][1], outcomes[1][1])
    frame, verdicts = outcomes[0]
    failing = frame[frame["rule"] == "CORE-000022"]
    assert (failing["row"].tolist(), failing["dataset"].tolist()) == ([6], ["AE"])
    assert set(verdicts["rule"]) == set(rules)


def _unexplained(checked: Checked, study: str) -> list[tuple[str, str, str]]:
    explained = load_explanations(mappings_root() / study)
    frame = checked.findings.frame()
    left = frame[explain(frame["rule"], frame["dataset"], frame, explained) < 0]
    return sorted(set(zip(left["rule"], left["dataset"], left["expected"], strict=True)))


def _judged(checked: Checked) -> dict[str, int]:
    """Rules by what became of them."""
    verdicts = checked.verdicts()
    return verdicts.groupby("status")["rule"].nunique().to_dict()


@pytest.mark.slow
@installed
@pytest.mark.parametrize(
    ("seed", "subjects"),
    # The engine takes half its time for the records of fourteen subjects.
    [(1, 2), *(pytest.param(seed, 14, marks=pytest.mark.long) for seed in SEEDS)],
)
@pytest.mark.usefixtures("one_engine")
def test_nothing_unexplained_in_a_simulated_study(tmp_path, seed, subjects):
    study, package = npc.load_study("npc"), tmp_path / "package"
    simulate(tmp_path / "raw", subjects=subjects, seed=seed, clean=True)
    build_package(tmp_path / "raw", package, study, skip=["check"])
    checked = Checked()
    run_core(read_package(package, study), checked, ENGINE)
    assert _unexplained(checked, "npc") == []
    drafts = {rule for rule in checked.rules if ".adamig." in rule.casefold()}
    assert len(drafts) >= 91 and not drafts & set(checked.findings.frame()["rule"])
    assert len(checked.rules) > 500 and _judged(checked)["passed"] > 350
    failed = checked.verdicts().query("status == 'not evaluated' and dataset not in ('SDTM', 'ADAM')")
    assert failed[["rule", "dataset"]].to_numpy().tolist() == [["CORE-000699", "TR"]]


@pytest.mark.slow
@installed
@pytest.mark.skipif(not REAL.is_dir(), reason="the reference material has no raw data of the pilot study")
@pytest.mark.parametrize("subjects", [20, pytest.param(306, marks=pytest.mark.long)])
@pytest.mark.usefixtures("one_engine")
def test_nothing_unexplained_in_the_pilot_study(tmp_path, subjects):
    study, raw = npc.load_study("cdiscpilot"), tmp_path / "raw"
    raw.mkdir()
    forms = {path: pd.read_csv(path, dtype="str", keep_default_na=False) for path in REAL.glob("*.csv")}
    first = forms[REAL / "dm_raw.csv"]["PATNUM"].head(subjects)
    for path, form in forms.items():
        form[form["PATNUM"].isin(first)].to_csv(raw / path.name, index=False)
    build_package(raw, tmp_path / "out", study, skip=["check"])
    checked = Checked()
    run_core(read_package(tmp_path / "out", study), checked, ENGINE)
    assert _unexplained(checked, "cdiscpilot") == []
    assert len(checked.rules) > 400 and _judged(checked)["passed"] > 180
