"""The account: what became of every raw record, field and cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.sdtm.cells import Cells
from cdisc_npc.sdtm.records import EMPTY, LEFT_OUT, MAPPED, REJECTED, UNACCOUNTED, Build, Cell, FormRows
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.unused import fields_read


def account_records(forms: dict[str, FormRows], spec: Specification) -> pd.DataFrame:
    """Per form: records read, mapped, left out (with each reason) and rejected.

    Returns
    -------
    DataFrame
        form, records, mapped, left_out, rejected, unaccounted, reasons.
    """
    rows = []
    for name, form in forms.items():
        out = np.isin(form.status, (EMPTY, LEFT_OUT))
        left = pd.Series(form.reason[out], dtype="str").value_counts(sort=False)
        reasons = "; ".join(f"{reason} ({count})" for reason, count in left.items())
        mapped, rejected, lost = ((form.status == item).sum() for item in (MAPPED, REJECTED, UNACCOUNTED))
        rows.append((name, len(form.status), mapped, out.sum(), rejected, lost, reasons))
    columns = ["form", "records", "mapped", "left_out", "rejected", "unaccounted", "reasons"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def account_fields(build: Build, cells: Cells) -> pd.DataFrame:
    """Per field: whether it is mapped, and what became of its cells that are not blank.

    Returns
    -------
    DataFrame
        form, field, use (mapped, condition only, not submitted: what the specification says), reason,
        cells, mapped, decided, left_out, rejected, not_used, reported. Cells are those that are not blank,
        each counted once, by its `Cell`; reported counts warnings and errors on variables that read the field.
    """
    spec = build.spec
    reported = _reported(build)
    counted = [
        (Cell.MAPPED, "mapped"), (Cell.DECIDED, "decided"), (Cell.LEFT_OUT, "left_out"),
        (Cell.REJECTED, "rejected"), (Cell.NOT_USED, "not_used"),
    ]  # fmt: skip
    rows = []
    for name in build.forms:
        stated = spec.contract.forms[name]
        values, every = fields_read(spec, name, conditions=False), fields_read(spec, name)
        for field, fact in stated.fields.items():
            use = "mapped" if field in values else "condition only" if field in every else "not submitted"
            reason = fact.not_submitted or stated.not_submitted or ""
            counts = np.bincount(cells.status[name][field], minlength=len(Cell))
            filled = (counts[Cell.BLANK + 1 :].sum(), *counts[[cell for cell, _ in counted]])
            rows.append((name, field, use, reason, *filled, reported.get((name, field), 0)))
    columns = ["form", "field", "use", "reason", "cells", *(word for _, word in counted), "reported"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _reported(build: Build) -> dict[tuple[str, str], int]:
    """Warnings and errors by form and field, through the variables that read the field."""
    findings = build.findings.frame()
    counted = findings[(findings["form"] != "") & (findings["severity"] != "note")]
    counts = counted.groupby(["form", "dataset", "variable"]).size().to_dict()
    reported: dict[tuple[str, str], int] = {}
    for dataset, plan in build.spec.plans.items():
        for variable in plan.variables.values():
            for index, verb in variable.by_block.items():
                form = plan.model.records[index].from_
                for field in verb.own_reads():
                    failing = counts.get((form, dataset, variable.name), 0)
                    reported[form, field] = reported.get((form, field), 0) + failing
    return reported


def close_account(build: Build, findings: Findings) -> None:
    """Refuse a mapping that leaves a raw record without a status."""
    for name, form in build.forms.items():
        if build.spec.contract.forms[name].not_submitted:
            form.mark(
                np.arange(len(form.status)), LEFT_OUT, build.spec.contract.forms[name].not_submitted or ""
            )
        lost = np.flatnonzero(form.status == UNACCOUNTED)
        if len(lost):
            findings.add(
                "MAP_ACCOUNT", form=name, file=form.file, row=[lost[0] + 1], value=[len(lost)],
                expected="a `leave_out` with its reason, or a block that reads them",
            )  # fmt: skip
