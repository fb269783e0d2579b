"""Contradictions inside the records of finished datasets."""

from __future__ import annotations

import numpy as np

from cdisc_npc.columns.where import satisfied
from cdisc_npc.sdtm.records import Build
from cdisc_npc.sdtm.views import TableView


def check_records(build: Build) -> None:
    """Report (MAP_CHECK) each record for which the condition of one of its dataset's checks holds."""
    for name, plan in build.spec.plans.items():
        for check in plan.model.checks:
            view = TableView(build, name, plan.variables[check.variable])
            failing = np.flatnonzero(satisfied(check.when, view.column, view.size))
            if len(failing):
                values = view.column(check.variable).printed.take(failing).values
                view.report("MAP_CHECK", failing, values, check.expected)
