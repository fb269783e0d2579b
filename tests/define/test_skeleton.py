"""A study's folder from a document, and the workbook, by command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.columns.condition import parse_condition, range_checks
from cdisc_npc.define.conditions import condition_of
from cdisc_npc.define.skeleton import skeleton
from cdisc_npc.pipeline.build import build_package
from cdisc_npc.study.packaged import load_study
from define_xml import Define, read

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CDISC_NPC_SHARED") or ROOT.parent / "shared") / "define"
SAMPLES = ["defineV21-SDTM.xml", "define2-0-0-sdtm.xml"]


def sample(name: str) -> Path:
    if not (SHARED / name).is_file():
        pytest.skip(f"no official sample {name} in {SHARED}")
    return SHARED / name


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pilot") / "out"
    build_package(ROOT / "examples/pilot", out, load_study("cdiscpilot"))
    return out / "m5/datasets/cdiscpilot01/tabulations/sdtm/define.xml"


def checks_of(define: Define, oids: list[str]) -> set[tuple[tuple[str, str, tuple[str, ...]], ...]]:
    """Where-clauses as variable, comparator and values."""
    return {
        tuple(
            (define.index.items[check.item_oid].name, check.comparator, tuple(check.check_values))
            for check in define.index.where_clauses[oid].range_checks
        )
        for oid in oids
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_skeleton_of_an_official_sample_is_a_valid_study(name: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["spec", "from-define", str(sample(name)), "--to", str(tmp_path / "s")])
    assert done.exit_code == 0, done.output
    spec = load_study(tmp_path / "s")
    define = read(sample(name))
    groups = {group.name: group for group in define.metadata.item_groups}
    for dataset, plan in spec.plans.items():
        wanted = [define.index.items[ref.item_oid].name for ref in groups[dataset].item_refs]
        existing = [item for item in wanted if spec.standard.variable(dataset, item)]
        assert set(existing) <= set(plan.variables)
        keys = [define.index.items[ref.item_oid].name for ref in groups[dataset].keys]
        assert [key for key in keys if key != "STUDYID"] == list(plan.keys)


@pytest.mark.parametrize("name", SAMPLES)
def test_compound_conditions_and_value_level_survive(name: str) -> None:
    """Each value definition of a dataset that is carried over, with all parts of its conditions."""
    define = read(sample(name))
    files, result = skeleton(define)
    left = set(result.frame()["variable"])
    compound = carried = 0
    for group in define.metadata.item_groups:
        file = files.get(f"sdtm/{group.name.lower()}.yaml")
        if file is None:
            continue
        stated = {(one["variable"], one["name"]): one for one in file.get("value_level", [])}
        for variable, ref in define.index.values(group):
            item = define.index.items[ref.item_oid]
            if f"{group.name}.{variable.name}" in left:
                continue
            value = stated[variable.name, item.name]
            checks = range_checks(parse_condition(value["where"]))
            # One name may stand for several definitions; the conditions are compared all together.
            oids = [one.where_clause_oid for one in ref.where_clause_refs]
            same = [
                one
                for one in file["value_level"]
                if one["variable"] == variable.name and one["name"] == item.name
            ]
            said = {_plain(part) for one in same for part in range_checks(parse_condition(one["where"]))}
            assert checks_of(define, oids) <= said
            assert all(len(part) for part in checks)
            compound += any(len(part) > 1 for part in said)
            carried += 1
    assert carried > 20 and compound > 5


def _plain(
    where: tuple[tuple[str, str, tuple[str, ...]], ...],
) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple((name.rpartition(".")[2], comparator, values) for name, comparator, values in where)


def test_what_is_not_carried_over_is_reported() -> None:
    _, result = skeleton(read(sample("defineV21-SDTM.xml")))
    messages = "\n".join(result.messages())
    assert "XX is no dataset of sdtmig-3.4" in messages
    assert "CL.SEX extends the closed codelist SEX by UNDIFFERENTIATED" in messages
    assert set(result.frame()["severity"]) == {"warning"}


def test_sponsors_codelists_origins_and_methods_are_carried_over(pilot: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["spec", "from-define", str(pilot), "--to", str(tmp_path / "s")])
    assert done.exit_code == 0, done.output
    spec = load_study(tmp_path / "s")
    assert list(spec.plans) == ["DM", "EX", "AE", "DS"]
    assert spec.codelists.codelists["AEREL"].terms["POSSIBLE"] == "Possibly related"
    assert spec.study.dictionaries["MedDRA"].version == "8.0"
    day = spec.plans["AE"].variables["AESTDY"].verbs[0]
    assert (day.origins(), day.source) == (["Derived"], "Sponsor")
    assert day.comment == "AESTDTC - DM.RFSTDTC in days, + 1 on or after DM.RFSTDTC."
    assert spec.plans["AE"].qualifiers[0].name == "AETRTEM"
    assert spec.plans["AE"].model.supplemental["AETRTEM"].origin == "DERIVED"
    raw = yaml.safe_load((tmp_path / "s/raw.yaml").read_text(encoding="utf-8"))
    assert raw["forms"]["ae"]["fields"]["AESTDTC"]["type"] == "date"


def test_a_folder_that_is_there_is_not_replaced(pilot: Path, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "mine.txt").touch()
    done = CliRunner().invoke(main, ["spec", "from-define", str(pilot), "--to", str(tmp_path / "s")])
    assert done.exit_code == 2 and [path.name for path in (tmp_path / "s").iterdir()] == ["mine.txt"]


def test_workbook_there_and_back_changes_nothing(pilot: Path, tmp_path: Path) -> None:
    runner, book, again = CliRunner(), tmp_path / "spec.xlsx", tmp_path / "again.xml"
    assert runner.invoke(main, ["spec", "workbook", str(pilot), str(book)]).exit_code == 0
    assert runner.invoke(main, ["spec", "workbook", str(book), str(again)]).exit_code == 0
    assert again.read_bytes() == pilot.read_bytes()
    done = runner.invoke(main, ["spec", "from-define", str(book), "--to", str(tmp_path / "s")])
    assert done.exit_code == 0 and list(load_study(tmp_path / "s").plans) == ["DM", "EX", "AE", "DS"]


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    runner = CliRunner()
    for name, content in (("a.xml", "<ODM/>"), ("a.xlsx", "no zip")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        for call in (
            ["from-define", str(tmp_path / name)],
            ["workbook", str(tmp_path / name), str(tmp_path / ("b.xlsx" if name == "a.xml" else "b.xml"))],
        ):
            done = runner.invoke(main, ["spec", *call])
            assert done.exit_code == 2 and f"{name}: cannot be read" in done.stderr
    done = runner.invoke(main, ["spec", "workbook", str(tmp_path / "a.xml"), str(tmp_path / "b.xml")])
    assert done.exit_code == 2 and not (tmp_path / "b.xml").exists()


def test_condition_of_every_comparator() -> None:
    define = read(sample("defineV21-SDTM.xml"))
    group = define.index.item_groups["IG.LB"]
    ref = next(ref for _, ref in define.index.values(group))
    clause = define.index.where_clauses[ref.where_clause_refs[0].where_clause_oid]
    check = clause.range_checks[0]
    clause.range_checks = [check]
    name = define.index.items[check.item_oid].name
    for comparator, values, expected in (
        ("EQ", ["A"], "A"), ("IN", ["A", "B"], ["A", "B"]), ("NE", ["A"], {"not": "A"}),
        ("NOTIN", ["A", "B"], {"not": ["A", "B"]}), ("GE", ["1"], {"min": "1"}), ("LE", ["1"], {"max": "1"}),
        ("GT", ["1"], {"above": "1"}), ("LT", ["1"], {"below": "1"}),
    ):  # fmt: skip
        check.comparator, check.check_values = comparator, values
        condition = condition_of(define, group, ref)
        assert condition == {name: expected}
        assert range_checks(parse_condition(condition)) == (((name, comparator, tuple(values)),),)
    check.check_values = ["1", "2"]
    with pytest.raises(ValueError, match="LT with 2 values"):
        condition_of(define, group, ref)
