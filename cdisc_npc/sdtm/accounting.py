"""The account: what became of every raw record, field and cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.findings import Findings
from cdisc_npc.sdtm.conditions import is_blank
from cdisc_npc.sdtm.rows import LEFT_OUT, MAPPED, REJECTED, UNACCOUNTED, Build, FormRows
from cdisc_npc.spec.check import fields_read
from cdisc_npc.spec.load import Specification


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
        left_out, rejected, reported: the cells are those that are not blank, by the status
        of their record; reported counts findings of mapping for the field's form and row.
    """
    spec = build.spec
    found = build.findings.frame()
    reported = found[found["row"].notna() & (found["stage"] == "sdtm")].groupby("form").size()
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
            rows.append((name, field, use, reason, *cells))
    columns = ["form", "field", "use", "reason", "cells", "mapped", "left_out", "rejected"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.assign(findings=table["form"].map(reported).fillna(0).astype("int64"))


def close_account(build: Build, findings: Findings) -> None:
    """Refuse a mapping that leaves a raw record without a status."""
    for name, form in build.forms.items():
        if build.spec.contract.forms[name].not_submitted:
            form.mark(np.arange(len(form.status)), LEFT_OUT, build.spec.contract.forms[name].not_submitted or "")
        lost = np.flatnonzero(form.status == UNACCOUNTED)
        if len(lost):
            findings.add(
                "MAP_ACCOUNT", form=name, file=form.file, row=[lost[0] + 1], value=[len(lost)],
                expected="a `leave_out` with its reason, or a block that reads them",
            )  # fmt: skip
