"""From finished columns to datasets: order, keys, long text, SUPP--, lineage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column, in_one_text
from cdisc_npc.columns.keys import together
from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.sdtm.qualifiers import Qualifier, continued_name, make_supp, split_column
from cdisc_npc.sdtm.records import Build, Table, origins
from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.plan import DatasetPlan, VariablePlan

_QORIG = {"Collected": "CRF", "Assigned": "ASSIGNED", "Protocol": "PROTOCOL"}


def assemble(build: Build, datasets: dict[str, pd.DataFrame], lineage: dict[str, pd.DataFrame]) -> None:
    """Fill ``datasets`` (each followed by its SUPP--) and ``lineage`` from the finished tables."""
    for table in build.tables.values():
        table.order = _order(table)
    orders = {name: table.order for name, table in build.tables.items() if table.order is not None}
    for name, plan in build.spec.plans.items():
        table = build.tables[name]
        _keys_are_unique(build, plan, table)
        order = orders[name]
        moved = (order != np.arange(len(order))).any()
        columns = {item: column.take(order) if moved else column
                   for item in plan.variables for column in [table.columns[item]]}  # fmt: skip
        lineage[name] = _lineage(table, order, orders)
        qualifiers = [
            (qualifier(item, build.spec.study.encoding), columns.pop(item.name)) for item in plan.qualifiers
        ]
        continued = _split_long(build, plan, columns, qualifiers, lineage[name])
        datasets[name] = pd.DataFrame({item: column.series() for item, column in columns.items()}, copy=False)
        if qualifiers or continued:
            datasets[supplemental_of(name)] = make_supp(
                datasets[name], [*qualifiers, *continued], dataset=name, idvar=plan.sequence_variable
            )


def qualifier(plan: VariablePlan, encoding: str) -> Qualifier:
    """QNAM, QLABEL, QORIG and QEVAL of a supplemental variable; QORIG from its origin unless stated."""
    assert plan.supplemental is not None
    origin = plan.supplemental.origin or _QORIG.get(plan.origins[0], "DERIVED")
    return Qualifier(plan.name, plan.label, origin, plan.supplemental.evaluator)


def _order(table: Table) -> np.ndarray:
    """Records by subject and --SEQ; by subject and keys where there is no --SEQ, or no subject."""
    plan = table.plan
    if plan.sequence_variable and "USUBJID" in plan.variables:
        return np.lexsort((table.columns[plan.sequence_variable].values, table.subject))
    keys = [table.columns[name].ordered() for name in plan.sequence if name != "USUBJID"]
    return np.lexsort((np.arange(table.size), *reversed(keys), table.subject))


def _keys_are_unique(build: Build, plan: DatasetPlan, table: Table) -> None:
    if not plan.keys or not table.size:
        return
    subject = ["USUBJID"] if "USUBJID" in plan.variables else []
    columns = {name: table.columns[name] for name in dict.fromkeys([*subject, *plan.keys])}
    groups, _ = together(list(columns.values()), table.size)
    first = np.unique(groups, return_index=True)[1]
    if len(first) == table.size:
        return
    rows = np.setdiff1d(np.arange(table.size), first)
    forms, source = origins(table)
    place = {name: columns[name].take(rows).values for name in subject} | build.place(
        forms[rows], source[rows]
    )
    policies = build.spec.study.policies
    if set(plan.keys) <= {"STUDYID", "USUBJID"}:
        subjects = columns["USUBJID"].coded.places
        counts = np.bincount(subjects)[subjects[rows]]
        severity = "error" if policies.duplicate_subject == "report" else None
        build.findings.add(
            "MAP_DUPLICATE_SUBJECT", severity=severity, dataset=plan.name, value=counts, **place
        )
        return
    severity = "error" if policies.duplicate_key == "report" else None
    build.findings.add(
        "MAP_DUPLICATE_KEY",
        severity=severity,
        dataset=plan.name,
        keys=", ".join(plan.keys),
        value=in_one_text([columns[name].printed for name in plan.keys], " | ", rows),
        **place,
    )


def _lineage(table: Table, order: np.ndarray, orders: dict[str, np.ndarray]) -> pd.DataFrame:
    forms, rows = origins(table)
    data = {"form": pd.Series(forms[order], dtype="str"), "row": rows[order] + 1}
    for (variable, dataset), positions in table.parents.items():
        place = np.empty(len(orders[dataset]) + 1, dtype=np.int64)
        place[orders[dataset]] = np.arange(1, len(orders[dataset]) + 1)
        place[-1] = 0  # no record was found
        result = place[positions][order]
        data[f"{variable} from {dataset}"] = pd.arrays.IntegerArray(result, result == 0)
    return pd.DataFrame(data)


def _split_long(
    build: Build, plan: DatasetPlan, columns: dict[str, Column],
    qualifiers: list[tuple[Qualifier, Column]], lineage: pd.DataFrame,
) -> list[tuple[Qualifier, Column]]:  # fmt: skip
    """Leave 200 bytes in each column; what is over goes to new qualifiers, which are returned."""
    encoding = build.spec.study.encoding
    chosen = {*columns, *(item.name for item, _ in qualifiers)}
    continued: list[tuple[Qualifier, Column]] = []

    def split(variable: VariablePlan, values: Column, base: Qualifier) -> Column:
        pieces, stuck = split_column(values, encoding)
        if len(pieces) == 1 and not len(stuck):
            return values
        sizes = values.spread(byte_lengths(values.kinds, encoding))
        long = np.flatnonzero(sizes > 200)
        names = [continued_name(variable.name, part) for part in range(1, len(pieces))]
        # A dataset of the study itself has no SUPP--, and a name may be taken.
        nowhere = "USUBJID" not in columns or bool(chosen & set(names))
        refused = np.isin(long, stuck) | nowhere
        place = build.place(lineage["form"].to_numpy(dtype=object)[long], lineage["row"].to_numpy()[long] - 1)
        place["file"] = np.array(place["file"], dtype=object)
        if "USUBJID" in columns:
            place["USUBJID"] = columns["USUBJID"].take(long).values
        for code, which, where in (
            ("MAP_LONG_TEXT", ~refused, f"{supplemental_of(plan.name)}: {', '.join(names)}"),
            ("MAP_TEXT_TOO_LONG", refused, "200"),
        ):
            failing = {name: array[which] for name, array in place.items()}
            build.findings.add(
                code,
                dataset=plan.name,
                variable=variable.name,
                value=sizes[long][which],
                expected=where,
                **failing,
            )
        if nowhere:
            return values
        chosen.update(names)
        for name, piece in zip(names, pieces[1:], strict=True):
            continued.append((Qualifier(name, base.label, base.origin, base.evaluator), piece))
        return pieces[0]

    for name in list(columns):
        variable = plan.variables[name]
        if variable.type == "Char":
            origin = _QORIG.get(variable.origins[0], "DERIVED") if variable.origins else "DERIVED"
            columns[name] = split(variable, columns[name], Qualifier(name, variable.label, origin))
    for index, (base, values) in enumerate(qualifiers):
        qualifiers[index] = (base, split(plan.variables[base.name], values, base))
    return continued
