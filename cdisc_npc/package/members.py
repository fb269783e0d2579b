"""What the files of datasets are: names, labels, types, byte lengths and formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.standards.sdtmig import is_supplemental
from cdisc_npc.study.adam_check import label_of
from cdisc_npc.study.specification import AdamSpecification, Specification
from cdisc_npc.transport.xpt_layout import Member, Variable

# Of a variable: its label, its length where one is stated, its format where it is a number.
Stated = tuple[str, int | None, str]


def sdtm_members(datasets: Mapping[str, pd.DataFrame], spec: Specification) -> dict[str, Member]:
    """Describe the files of SDTM datasets.

    Parameters
    ----------
    datasets
        By name, SUPP-- and RELREC included.
    spec
        The specification that made them; a length that it states is kept.
    """

    def stated(dataset: str, variable: str) -> Stated:
        plan = spec.plans.get(dataset)
        if plan is None:
            return facts[dataset].variables[variable].label, None, ""
        planned = plan.variables[variable]
        return planned.label, planned.length, ""

    facts = spec.standard.datasets
    return _members(datasets, {name: facts[name].label for name in datasets}, stated, spec.study.encoding)


def adam_members(
    datasets: Mapping[str, pd.DataFrame], spec: Specification, adam: AdamSpecification
) -> dict[str, Member]:
    """Describe the files of analysis datasets; dates and datetimes get their SAS formats."""

    def stated(dataset: str, variable: str) -> Stated:
        model, adsl = adam.datasets[dataset], adam.datasets.get("ADSL")
        label = label_of(model, variable, spec) or (label_of(adsl, variable, spec) if adsl else None) or ""
        if datasets[dataset][variable].dtype.kind != "M":
            return label, None, ""
        return label, None, "DATETIME20." if variable in adam.datetimes.get(dataset, ()) else "DATE9."

    labels = {name: adam.datasets[name].label for name in datasets}
    return _members(datasets, labels, stated, spec.study.encoding)


def _members(
    datasets: Mapping[str, pd.DataFrame], labels: Mapping[str, str], stated: Callable[[str, str], Stated],
    encoding: str,
) -> dict[str, Member]:  # fmt: skip
    """Describe datasets: a text is as long as its longest value in any of them; a SUPP-- is measured by itself.

    FDA: the same length in every dataset, no longer than the data.
    """
    apart = {dataset: dataset if is_supplemental(dataset) else "" for dataset in datasets}
    longest: dict[tuple[str, str], int] = {}
    for dataset, frame in datasets.items():
        for name, column in frame.items():
            if column.dtype.kind == "O":
                measured = (apart[dataset], str(name))
                size = int(byte_lengths(column, encoding).max(initial=1))
                longest[measured] = max(longest.get(measured, 1), size)
    members = {}
    for dataset, frame in datasets.items():
        variables = []
        for name, dtype in frame.dtypes.items():
            label, length, form = stated(dataset, str(name))
            text = dtype.kind == "O"
            length = (length or longest[apart[dataset], str(name)]) if text else None
            variables.append(Variable(str(name), label, "Char" if text else "Num", length, form))
        members[dataset] = Member(dataset, labels[dataset], tuple(variables))
    return members
