"""Value-level metadata that a study states: what it names is there, and its conditions are where-clauses."""

from __future__ import annotations

from cdisc_npc.columns.condition import range_checks
from cdisc_npc.study.codelists import sponsor_codelist
from cdisc_npc.study.problems import Problems, near
from cdisc_npc.study.specification import Specification


def check_value_level(spec: Specification, problems: Problems) -> None:
    """Add the errors of every ``value_level``."""
    for plan in spec.plans.values():
        names = [variable.name for variable in plan.submitted]
        for index, value in enumerate(plan.model.value_level):
            place = ("value_level", index)

            def say(text: str, place: tuple[str | int, ...] = place, dataset: str = plan.name) -> None:
                problems.add(spec.documents[dataset], place, text, dataset)

            if value.variable not in names:
                say(f"{value.variable} is no variable of {plan.name}{near(value.variable, names)}")
            for name in value.where.reads():
                dataset, _, variable = name.rpartition(".")
                other = spec.plans.get(dataset or plan.name)
                if other is None or variable not in [item.name for item in other.submitted]:
                    say(f"{name} is not there to read{near(name, names)}")
            try:
                range_checks(value.where)
            except ValueError as error:
                say(str(error))
            codelist = value.codelist
            if codelist and not (sponsor_codelist(spec, codelist) or spec.terminology.get(codelist)):
                say(f"{codelist} is no codelist")
            if value.origin == "Derived" and not value.method:
                say(f"{value.name} is derived; expected its method")
