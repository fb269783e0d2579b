"""The account: what became of every raw record, field and cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.sdtm.conditions import is_blank
from cdisc_npc.sdtm.rows import LEFT_OUT, MAPPED, REJECTED, UNACCOUNTED, Build, FormRows
from cdisc_npc.spec.load import Specification
from cdisc_npc.spec.usage import fields_read


def account_records(forms: dict[str, FormRows], spec: Specification) -> pd.DataFrame:
    """Per form: records read, mapped, left out (with each reason) and rejected.

    Returns
    -------
    DataFrame
        form, records, mapped, left_out, rejected, unaccounted, reasons.
    """
    rows = []
    for name, form in forms.items():
        counts = np.bincount(form.status, minlength=4)
        left = pd.Series(form.reason[form.status == LEFT_OUT], dtype="str").value_counts(sort=False)
        reasons = "; ".join(f"{reason} ({count})" for reason, count in left.items())
        rows.append((name, len(form.status), *counts[[MAPPED, LEFT_OUT, REJECTED, UNACCOUNTED]], reasons))
    columns = ["form", "records", "mapped", "left_out", "rejected", "unaccounted", "reasons"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def account_fields(build: Build) -> pd.DataFrame:
    """Per field: whether it is mapped, and what became of its cells that are not blank.

    Returns
    -------
    DataFrame
        form, field, use (mapped, condition only, not submitted), reason, cells, mapped,
        left_out, rejected, reported. Cells are those that are not blank, by the status of
        their record; reported counts warnings and errors on variables that read the field.
    """
    spec = build.spec
    reported = _reported(build)
    rows = []
    for name, form in build.forms.items():
        stated = spec.contract.forms[name]
        values, every = fields_read(spec, name, conditions=False), fields_read(spec, name)
        for field, fact in stated.fields.items():
            use = "mapped" if field in values else "condition only" if field in every else "not submitted"
            reason = fact.not_submitted or stated.not_submitted or ""
            filled = form.status[~is_blank(form.frame[field])]
            counts = np.bincount(filled, minlength=4)
            cells = (len(filled), *counts[[MAPPED, LEFT_OUT, REJECTED]])
            rows.append((name, field, use, reason, *cells, reported.get((name, field), 0)))
    columns = ["form", "field", "use", "reason", "cells", "mapped", "left_out", "rejected", "reported"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _reported(build: Build) -> dict[tuple[str, str], int]:
    """Warnings and errors by form and field, through the variables that read the field."""
    found = build.findings.frame()
    counted = found[(found["form"] != "") & (found["severity"] != "note")]
    counts = counted.groupby(["form", "dataset", "variable"]).size().to_dict()
    reported: dict[tuple[str, str], int] = {}
    for dataset, plan in build.spec.plans.items():
        for variable in plan.variables.values():
            for index, verb in variable.by_block.items():
                form = plan.model.records[index].from_
                for field in verb.own_reads():
                    struck = counts.get((form, dataset, variable.name), 0)
                    reported[form, field] = reported.get((form, field), 0) + struck
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
