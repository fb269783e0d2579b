"""The order of the build, found from what each variable reads.

Nodes are a dataset's rows (``AE``) and each of its variables (``AE.AETERM``), never
whole datasets: DM takes its reference dates from EX while EX takes its study days from
DM, and that is no cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from cdisc_npc.study.plan import ORDER, DatasetPlan
from cdisc_npc.study.versions import DataCut
from cdisc_npc.verbs.verb import nested


class CycleFound(Exception):  # noqa: N818 - what was found, not a fault
    """Variables that wait for one another; ``path`` begins and ends with the same node."""

    def __init__(self, path: list[str]) -> None:
        super().__init__(" -> ".join(path))
        self.path = path


def qualified(dataset: str, name: str) -> str:
    """Node of a name as read from within a dataset.

    Parameters
    ----------
    dataset
        In which the name is read.
    name
        A variable of it, or ``DATASET.VARIABLE``; ``DATASET.--SEQ`` is the order of the other.

    Returns
    -------
    str
        ``DATASET.VARIABLE``.
    """
    if "." not in name:
        return f"{dataset}.{name}"
    other, _, variable = name.partition(".")
    return f"{other}.{other}SEQ" if variable == ORDER else name


def dependencies(plans: Mapping[str, DatasetPlan], cut: DataCut | None = None) -> dict[str, list[str]]:
    """For each node the nodes it waits for; names that no plan has are left out.

    With a data cut whatever reads a dataset waits for the date by which its records are cut, a
    variable that says how a record ended for the record's end, and one that is as of the cut by others
    for those.

    Parameters
    ----------
    plans
        Datasets by name.
    cut
        The data cut, if there is one.
    """
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
                reads = [qualified(dataset, read) for read in variable.overall.reads()]
                # What blocks have made of the variable is there for its own verb to read.
                node += [read for read in reads if not variable.by_block or read != f"{dataset}.{name}"]
                if any(verb.reads_epochs for verb in nested([variable.overall])):
                    node += [start.date for start in plan.epochs]
            for index, verb in variable.by_block.items():
                if index in plan.parents:
                    node += [f"{plan.parents[index]}.{read}" for read in verb.reads()]
                for item in nested([verb]):
                    if item.subjects == "study":
                        node += item.own_reads()
    if cut:
        _cut_first(waits, plans, cut)
    return {node: [name for name in dict.fromkeys(reads) if name in waits] for node, reads in waits.items()}


def cut_date(plan: DatasetPlan, cut: DataCut) -> str:
    """Variable by which records are cut as soon as it is made; blank for none.

    A date that the whole dataset derives may read what is derived from the records, so it cuts the
    finished dataset.

    Parameters
    ----------
    plan
        Of the dataset.
    cut
        Has the rule of each dataset.
    """
    variable = cut.rule(plan.name, plan.variables)
    return variable if variable in plan.variables and plan.variables[variable].by_block else ""


def collection_date(plan: DatasetPlan, cut: DataCut) -> str:
    """The --DTC that cuts records without the date by which the others are cut; blank for none."""
    name = f"{plan.name}DTC"
    result = name in plan.variables and plan.variables[name].by_block
    return name if result and cut_date(plan, cut) not in ("", name) else ""


def _cut_first(waits: dict[str, list[str]], plans: Mapping[str, DatasetPlan], cut: DataCut) -> None:
    # The records with a date, then those without, whose collection or visit tells; then all else.
    first = {}
    for name, plan in plans.items():
        if date := cut_date(plan, cut):
            collected = collection_date(plan, cut)
            visit = "VISITNUM" if "VISITNUM" in plan.variables else ""
            first[name] = [f"{name}.{item}" for item in (date, collected, visit) if item]
    # What those read of the dataset itself is there before the cut.
    before = {
        name: {node for node in ancestors(waits, nodes) if node.startswith(f"{name}.")}
        for name, nodes in first.items()
    }
    for node, reads in waits.items():
        dataset, _, variable = node.partition(".")
        others = {read.partition(".")[0] for read in reads} - {dataset}
        reads += [item for other in others & first.keys() for item in first[other]]
        if not variable or dataset not in first or (node in before[dataset] and node not in first[dataset]):
            continue
        own = first[dataset]
        reads += own[: own.index(node)] if node in own else own
        end = plans[dataset].variables.get(f"{dataset}ENDTC")
        if node not in own and end and end.by_block and variable != end.name:
            reads.append(f"{dataset}.{end.name}")
    for name, plan in plans.items():
        for existing in plan.as_of_cut:
            node = f"{name}.{existing.variable}"
            stated = [f"{name}.{item}" for item in (existing.by, *existing.unless) if item in plan.variables]
            if node not in ancestors(waits, stated):  # what is made of the variable cannot come before it
                waits[node] += stated


def ancestors(waits: Mapping[str, list[str]], nodes: Iterable[str]) -> set[str]:
    """The nodes given and all that they wait for.

    Parameters
    ----------
    waits
        For each node those it waits for; see `dependencies`.
    nodes
        To begin with.
    """
    result: set[str] = set()
    rest = list(nodes)
    while rest:
        node = rest.pop()
        if node not in result and node in waits:
            result.add(node)
            rest += waits[node]
    return result


def build_order(plans: Mapping[str, DatasetPlan], cut: DataCut | None = None) -> list[str]:
    """Nodes in an order in which each comes after all that it reads.

    Raises
    ------
    CycleFound
        Naming the variables of the cycle, in the order in which they wait.
    """
    try:
        return list(TopologicalSorter(dependencies(plans, cut)).static_order())
    except CycleError as error:
        raise CycleFound(list(reversed(error.args[1]))) from error
