"""`adam/*.yaml`, read and checked; the order in which the datasets are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from cdisc_npc.recist.policies import DEFAULT, Policies
from cdisc_npc.spec.adam.check import check_dataset
from cdisc_npc.spec.adam.columns import RECIST
from cdisc_npc.spec.adam.model import AdamDataset, Inputs
from cdisc_npc.spec.adam.verbs import AdamVerb
from cdisc_npc.spec.load import Problems, Specification, load_part
from cdisc_npc.spec.yaml import Document
from cdisc_npc.transport.names import is_dataset_name


@dataclass(frozen=True)
class AdamSpecification:
    """The analysis datasets of a study.

    Attributes
    ----------
    datasets : dict
        By name: ADSL first, then by name.
    order : tuple of str
        Names in an order in which each dataset comes after those that it reads.
    inputs : Inputs
        Names of the SDTM files.
    recist : Policies
        By which responses are computed from TU and TR.
    qualifiers : Mapping
        QNAM that the study's SUPP-- may have, by parent dataset: blank where the data has none.
    datetimes : Mapping
        Of each dataset the names by which it reads or has datetimes: all other moments are dates.
    tabulations : Mapping
        Of each SDTM dataset that the study makes the dtype of its variables: one without records has no file.
    """

    datasets: dict[str, AdamDataset]
    order: tuple[str, ...]
    inputs: Inputs
    documents: dict[str, Document]
    recist: Policies = DEFAULT
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    datetimes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tabulations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def tables_read(self) -> list[str]:
        """Names of all tables that the datasets look at; of those of the responses computed, TU and TR."""
        names = dict.fromkeys(name for model in self.datasets.values() for name in tables_read(model))
        if names.pop(RECIST, RECIST) is None:
            names |= {"TU": None, "TR": None}
        return list(names)


def load_adam(study: Specification, problems: Problems) -> AdamSpecification | None:
    """Read and check ``adam/*.yaml``; None where there are none, or where they have errors.

    Parameters
    ----------
    study
        The rest of the study's specification.
    problems
        Takes every error, with file, line, dataset and variable.
    """
    files = sorted((study.folder / "adam").glob("*.yaml"))
    if not files:
        return None
    before = len(problems.found)
    inputs = load_part(study.folder, "adam/inputs.yaml", Inputs, problems, needed=False)
    loaded = [
        load_part(study.folder, f"adam/{path.name}", AdamDataset, problems)
        for path in files
        if path.name != "inputs.yaml"
    ]
    if len(problems.found) > before or inputs is None:
        return None
    datasets: dict[str, AdamDataset] = {}
    documents = {"inputs": inputs[1]}
    for part in loaded:
        assert part is not None
        model, document = part
        datasets[model.dataset], documents[model.dataset] = model, document
        if document.path.stem != model.dataset.lower():
            problems.add(
                document, ("dataset",), f"the file of {model.dataset} is {model.dataset.lower()}.yaml"
            )
        if not is_dataset_name(model.stem):
            text = f"{model.stem!r} cannot name a file; expected letters, digits and _, the first no digit"
            problems.add(document, ("file",), text)
    datasets = dict(sorted(datasets.items(), key=lambda item: (item[0] != "ADSL", item[0])))
    home = {table: name for name, model in datasets.items() for table in (name, *model.shared)}
    waits = {
        name: [
            home[table]
            for table in tables_read(model)
            if home.get(table, name) != name and table not in model.tables
        ]
        for name, model in datasets.items()
    }
    try:
        order = tuple(TopologicalSorter(waits).static_order())
    except CycleError as error:
        path = " -> ".join(reversed(error.args[1]))
        problems.add(documents[error.args[1][0]], (), f"the datasets wait for one another: {path}")
        return None
    known: dict[str, AdamDataset] = {}
    datetimes: dict[str, frozenset[str]] = {}
    for name in order:
        datetimes[name] = check_dataset(datasets[name], documents[name], study, known, problems)
        known[name] = datasets[name]
    rule = study.study.recist
    policies = replace(DEFAULT, **rule.policies) if rule else DEFAULT  # type: ignore[arg-type]
    qualifiers = {name: tuple(one.name for one in plan.qualifiers) for name, plan in study.plans.items()}
    tabulations = {
        name: {one.name: "float64" if one.type == "Num" else "str" for one in plan.submitted}
        for name, plan in study.plans.items()
    }
    return AdamSpecification(
        datasets, order, inputs[0], documents, policies, qualifiers, datetimes, tabulations
    )


def tables_read(model: AdamDataset) -> list[str]:
    """Names of all tables that a dataset looks at, its own among them."""
    return list(dict.fromkeys(_tables(model)))


def _tables(model: AdamDataset) -> Iterator[str]:
    if model.subject or model.parameters or model.endpoints:
        yield "ADSL"
    for table in (*model.tables.values(), *model.records):
        yield table.from_
        yield from _of_verbs(table.variables.values())
    yield from _of_verbs(model.variables.values())
    for source in model.sources.values():
        yield source.from_
    for parameter in model.parameters.values():
        if parameter.exists:
            yield parameter.exists


def _of_verbs(verbs: Iterable[AdamVerb]) -> Iterator[str]:
    for verb in verbs:
        yield from (name.partition(".")[0] for name in verb.reads() if "." in name)
        yield from (table for table, _ in verb.looks_in())
