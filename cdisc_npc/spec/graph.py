"""The order of the build, found from what each variable reads.

Nodes are a dataset's rows (``AE``) and each of its variables (``AE.AETERM``), never
whole datasets: DM takes its reference dates from EX while EX takes its study days from
DM, and that is no cycle.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from cdisc_npc.spec.plan import ORDER, DatasetPlan
from cdisc_npc.spec.verb import nested
from cdisc_npc.spec.verbs import StudyValue


class CycleFound(Exception):  # noqa: N818 - what was found, not a fault
    """Variables that wait for one another; ``path`` begins and ends with the same node."""

    def __init__(self, path: list[str]) -> None:
        super().__init__(" -> ".join(path))
        self.path = path


def qualified(dataset: str, name: str) -> str:
    """Node of a name as read from within a dataset."""
    if "." not in name:
        return f"{dataset}.{name}"
    other, _, variable = name.partition(".")
    return f"{other}.{other}SEQ" if variable == ORDER else name


def dependencies(plans: Mapping[str, DatasetPlan]) -> dict[str, list[str]]:
    """For each node the nodes it waits for; names that no plan has are left out."""
    waits: dict[str, list[str]] = {}
    for dataset, plan in plans.items():
        rows: dict[str, None] = {}
        for index, source in plan.parents.items():
            where = plan.model.records[index].where
            rows[source] = None
            rows.update(dict.fromkeys(f"{source}.{name}" for name in (where.reads() if where else [])))
        waits[dataset] = list(rows)
        for name, variable in plan.variables.items():
            node = waits.setdefault(f"{dataset}.{name}", [dataset])
            if variable.overall:
                node += [qualified(dataset, read) for read in variable.overall.reads()]
                if any(verb.name == "epoch" for verb in nested([variable.overall])):
                    node += plan.epoch_starts
                continue
            for index, verb in variable.by_block.items():
                if index in plan.parents:
                    node += [f"{plan.parents[index]}.{read}" for read in verb.reads()]
                for each in nested([verb]):
                    if isinstance(each, StudyValue):
                        node += each.own_reads()
    return {node: [name for name in dict.fromkeys(reads) if name in waits] for node, reads in waits.items()}


def build_order(plans: Mapping[str, DatasetPlan]) -> list[str]:
    """Nodes in an order in which each comes after all that it reads.

    Raises
    ------
    CycleFound
        Naming the variables of the cycle, in the order in which they wait.
    """
    try:
        return list(TopologicalSorter(dependencies(plans)).static_order())
    except CycleError as error:
        raise CycleFound(list(reversed(error.args[1]))) from error
