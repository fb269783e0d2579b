"""A dataset as it will be, for `spec show`."""

from __future__ import annotations

from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.codelists import verb_codelists
from cdisc_npc.study.plan import DatasetPlan, VariablePlan
from cdisc_npc.study.specification import Specification

COLUMNS = ("Variable", "Label", "Type", "Length", "Codelist", "Origin", "How it is made")


def dataset_rows(spec: Specification, plan: DatasetPlan) -> list[tuple[str, ...]]:
    """One row a variable, in `COLUMNS`; qualifiers last, named with their SUPP--."""
    return [
        (
            f"{supplemental_of(plan.name)}.{variable.name}" if variable.supplemental else variable.name,
            variable.label,
            variable.type,
            _length(variable),
            ", ".join(_codelists(spec, variable)),
            ", ".join(variable.origins),
            variable.describe(),
        )
        for variable in plan.variables.values()
    ]


def _length(variable: VariablePlan) -> str:
    if variable.type == "Num":
        return "8"
    return str(variable.length) if variable.length else "as the data"


def _codelists(spec: Specification, variable: VariablePlan) -> list[str]:
    names: dict[str, None] = {}
    for verb in variable.verbs:
        for codelist in verb_codelists(spec, variable.codelists, verb) or []:
            names[f"{codelist.name} ({codelist.code})" if codelist.code else codelist.name] = None
    return list(names)
