"""`adam/*.yaml`, read and checked; the order in which the datasets are made."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from cdisc_npc.recist.policies import DEFAULT
from cdisc_npc.study.adam_check import check_dataset
from cdisc_npc.study.adam_written import AdamDataset, Inputs
from cdisc_npc.study.parts import load_part
from cdisc_npc.study.problems import Problems
from cdisc_npc.study.specification import AdamSpecification, Specification, tables_read
from cdisc_npc.transport.names import is_dataset_name


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
    existing: dict[str, AdamDataset] = {}
    datetimes: dict[str, frozenset[str]] = {}
    for name in order:
        datetimes[name] = check_dataset(datasets[name], documents[name], study, existing, problems)
        existing[name] = datasets[name]
    rule = study.study.recist
    policies = replace(DEFAULT, **rule.policies) if rule else DEFAULT  # type: ignore[arg-type]
    qualifiers = {name: tuple(one.name for one in plan.qualifiers) for name, plan in study.plans.items()}
    tabulations = {
        name: {one.name: "float64" if one.type == "Num" else "str" for one in plan.submitted}
        for name, plan in study.plans.items()
    }
    permissible = {name: plan.permissible for name, plan in study.plans.items()}
    return AdamSpecification(
        datasets, order, inputs[0], documents, policies, qualifiers, datetimes, tabulations, permissible
    )
