import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from cdisc_npc.study import graph
from cdisc_npc.study.graph import CycleFound, build_order, dependencies, qualified

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("AETERM", "AE.AETERM"),
        ("DM.RFSTDTC", "DM.RFSTDTC"),
        ("EX.--SEQ", "EX.EXSEQ"),
        ("AE.AETERM", "AE.AETERM"),
    ],
)
def test_a_name_is_qualified_by_the_dataset_that_reads_it(name: str, node: str) -> None:
    assert qualified("AE", name) == node


def test_every_node_comes_after_all_that_it_reads(tiny) -> None:
    plans = tiny.load().plans
    order = build_order(plans)
    waits = dependencies(plans)
    assert len(order) == len(set(order)) == len(waits)
    assert set(order) == set(plans) | {
        f"{name}.{item}" for name, plan in plans.items() for item in plan.variables
    }
    place = {node: index for index, node in enumerate(order)}
    assert all(place[read] < place[node] for node, reads in waits.items() for read in reads)


def test_two_datasets_may_take_from_every_other(tiny) -> None:
    waits = dependencies(tiny.load().plans)
    assert waits["DM.RFSTDTC"] == ["DM", "EX.EXSTDTC"]
    assert waits["EX.EXSTDY"] == ["EX", "EX.EXSTDTC", "DM.RFSTDTC"]
    assert waits["DM"] == waits["EX"] == []


def test_an_epoch_waits_for_the_dates_with_which_epochs_begin(tiny) -> None:
    waits = dependencies(tiny.load().plans)
    assert waits["AE.EPOCH"] == ["AE", "AE.AESTDTC", "DM.RFICDTC", "DM.RFSTDTC"]
    tiny.replace("sdtm/ae.yaml", "{epoch: AESTDTC}", "{cases: [{epoch: AESTDTC, when: {AESTDTC: present}}]}")
    assert "DM.RFSTDTC" in dependencies(tiny.load().plans)["AE.EPOCH"]


def test_a_block_waits_for_the_rows_and_the_variables_that_it_reads(tiny) -> None:
    tiny.replace(
        "sdtm/ex.yaml", "variables:\n  EXSTDY",
        "  - from: AE\n    where: {AESEV: SEVERE}\n    variables: {EXTRT: {assign: AETERM}}\nvariables:\n  EXSTDY",
    )  # fmt: skip
    waits = dependencies(tiny.load().plans)
    assert waits["EX"] == ["AE", "AE.AESEV"]
    assert waits["EX.EXTRT"] == ["EX", "AE.AETERM"]


def test_a_form_may_be_called_like_its_dataset(tiny) -> None:
    tiny.replace("raw.yaml", "  ae:\n", "  AE:\n")
    tiny.replace("sdtm/ae.yaml", "from: ae", "from: AE")
    assert dependencies(tiny.load().plans)["AE"] == []


CYCLES = [
    ("sdtm/ae.yaml", "{study_day: AESTDTC}", "{copy: AESTDY}", {"AE.AESTDY"}),
    (
        "sdtm/dm.yaml", "{lookup: EX.EXSTDTC, take: earliest}", "{lookup: EX.EXSTDY, take: earliest}",
        {"DM.RFSTDTC", "EX.EXSTDY"},
    ),
    ("sdtm/ex.yaml", "from: ex\n", "from: EX\n", {"EX", "EX.EXSTDTC"}),
]  # fmt: skip


def test_a_cycle_names_its_nodes_in_the_order_in_which_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = {"A.X": ["A", "A.Y"], "A.Y": ["A.Z"], "A.Z": ["A.X"], "A": []}
    monkeypatch.setattr(graph, "dependencies", lambda plans, cut: waits)
    with pytest.raises(CycleFound) as result:
        build_order({})
    path = result.value.path
    assert len(path) == 4
    assert path[0] == path[-1]
    assert all(read in waits[node] for node, read in pairwise(path))
    assert str(result.value) == " -> ".join(path)


@pytest.mark.parametrize(("file", "old", "new", "nodes"), CYCLES)
def test_a_cycle_is_printed_as_a_path(errors_of: Callable, file: str, old: str, new: str, nodes: set) -> None:
    result = [item for item in errors_of((file, old, new)) if "a cycle: " in item.text]
    assert len(result) == 1
    path = result[0].text.partition("a cycle: ")[2].split(" reads ")
    assert path[0] == path[-1]
    assert set(path) <= nodes
    assert result[0].file == f"sdtm/{path[0][:2].lower()}.yaml"
    dataset, _, variable = path[0].partition(".")
    assert (result[0].dataset, result[0].variable) == (dataset, variable)


def test_the_order_does_not_hang_on_the_hash_seed() -> None:
    code = (
        "from cdisc_npc.study.packaged import load_study\nfrom cdisc_npc.study.graph import build_order\n"
        "print('\\n'.join(build_order(load_study('cdiscpilot').plans)))"
    )
    orders = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(orders) == 1
    assert "DM.RFSTDTC" in orders.pop()
