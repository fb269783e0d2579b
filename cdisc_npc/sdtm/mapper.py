"""Raw data to SDTM, by the study's specification alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column, different
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings
from cdisc_npc.raw.read import RawData
from cdisc_npc.sdtm.accounting import account_fields, account_records, close_account
from cdisc_npc.sdtm.as_of_cut import Cutting
from cdisc_npc.sdtm.assemble import assemble
from cdisc_npc.sdtm.blocks import make_rows, make_variable
from cdisc_npc.sdtm.cells import Cells, account_cells, report_cells
from cdisc_npc.sdtm.data_cut import apply_data_cut, cut_lineage
from cdisc_npc.sdtm.record_checks import check_records
from cdisc_npc.sdtm.records import Build, FormRows, origins
from cdisc_npc.sdtm.relrec import make_relrec
from cdisc_npc.sdtm.subjects import prepare_forms
from cdisc_npc.sdtm.views import TableView
from cdisc_npc.sdtm.visits import Calendar
from cdisc_npc.standards.sdtmig import is_supplemental
from cdisc_npc.study.graph import build_order
from cdisc_npc.study.specification import Specification


@dataclass(frozen=True)
class Sdtm:
    """The outcome of a conversion.

    Attributes
    ----------
    datasets : dict of DataFrame
        By name, SUPP-- and RELREC included; text without nulls, numbers as float64,
        records by USUBJID and --SEQ.
    lineage : dict of DataFrame
        For each dataset (not SUPP--, RELREC), aligned to its records: ``form`` and ``row``
        (from 1), and ``<variable> from <DATASET>``: the record (from 1) a lookup took.
    records, fields : DataFrame
        The account, per form and per field.
    cells : Cells
        The account of cells.
    """

    datasets: dict[str, pd.DataFrame]
    lineage: dict[str, pd.DataFrame]
    records: pd.DataFrame
    fields: pd.DataFrame
    cells: Cells
    findings: Findings


def to_sdtm(raw: RawData, spec: Specification, *, timer: Callable[[str, float], None] | None = None) -> Sdtm:
    """Convert raw data.

    1. Records that do not count (versions, inactivated lines) are left out, and the subject of
       each other one is found; records without one are rejected.
    2. Visits are told over all forms together.
    3. Rows and variables are made in the order of what they read; a data cut takes effect on the records
       before anything reads them.
    4. Records that contradict themselves are reported. Each dataset is sorted, long text and
       qualifiers go to SUPP--, RELREC is made.
    5. The data cut, where the study states one, removes what the dates of whole datasets tell.
    6. A SUPP-- or RELREC without records is left out; the account of records and cells is closed.

    Parameters
    ----------
    raw, spec
        The forms as read, and the study.
    timer
        Told the CPU seconds of each step, by dataset, as they are spent.

    Raises
    ------
    Refused
        A finding of severity ``refuse``: the specification does not cover the data.
    """
    clock = _Clock(timer)
    findings = Findings()
    forms, subjects = prepare_forms(raw, spec, findings)
    build = Build(spec, subjects, forms, findings)
    cutting = None
    if spec.study.data_cut:
        cutting = Cutting(build, spec.study.data_cut, _make)
    else:
        build.visits = Calendar.of_forms(spec, forms)
    clock.tell("forms")
    _make(build, None, cutting, clock)
    check_records(build)
    datasets: dict[str, pd.DataFrame] = {}
    lineage: dict[str, pd.DataFrame] = {}
    assemble(build, datasets, lineage)
    if spec.relations:
        datasets["RELREC"] = make_relrec(spec.relations, datasets, spec.study.identity.studyid)
    removed: Mapping[str, pd.DataFrame] = {}
    if spec.study.data_cut:
        cut = apply_data_cut(datasets, spec.study.data_cut)
        datasets, lineage = cut.datasets, cut_lineage(lineage, cut.removed)
        removed = cut.removed
        findings.extend(cut.findings)
    _leave_out_empty(datasets, findings)
    close_account(build, findings)
    cells = account_cells(build, removed, raw.findings)
    report_cells(build, cells, findings)
    whole = Findings()
    whole.extend(raw.findings)
    whole.extend(findings)
    whole.refuse_if_worst()
    result = Sdtm(datasets, lineage, account_records(forms, spec), account_fields(build, cells), cells, whole)
    clock.tell("assembly")
    return result


def _leave_out_empty(datasets: dict[str, pd.DataFrame], findings: Findings) -> None:
    """Say which datasets have no record; a SUPP-- or RELREC without any is none."""
    empty = [name for name, frame in datasets.items() if frame.empty]
    findings.add("MAP_NO_RECORDS", dataset=empty)
    for name in empty:
        if name == "RELREC" or is_supplemental(name):
            del datasets[name]


def _make(
    build: Build, nodes: set[str] | None = None, cutting: Cutting | None = None, clock: _Clock | None = None
) -> None:
    """Make the rows and variables of all datasets, or only the nodes given, each after what it reads."""
    plans = build.spec.plans
    for node in build_order(plans, cutting.cut if cutting else None):
        if nodes is not None and node not in nodes:
            continue
        dataset, _, name = node.partition(".")
        plan = plans[dataset]
        if not name:
            build.tables[dataset] = make_rows(build, plan)
        else:
            variable = plan.variables[name]
            columns = build.tables[dataset].columns
            if variable.by_block or not variable.overall:
                columns[name] = make_variable(build, plan, variable).finished
            if variable.overall:
                view = TableView(build, dataset, variable)
                before = columns.get(name)
                columns[name] = view.evaluate(variable.overall, before).finished
                if before is not None:
                    _account_replaced(view, before, variable.overall.describe())
            if cutting:
                cutting.apply(build, plan, name)
        if clock:
            clock.tell(dataset)


def _account_replaced(view: TableView, before: Column, by: str) -> None:
    """Take back what the blocks' trails say of values that the dataset's own verb has replaced."""
    table, name = view.build.tables[view.table], view.variable.name
    replaced = np.flatnonzero(different(table.columns[name], before) & ~is_blank(before))
    forms, rows = (item[replaced] for item in origins(table))
    for trail in view.build.trails:
        if (trail.table, trail.variable) == (view.table, name) and isinstance(trail.block.source, FormRows):
            trail.replace(rows[forms == trail.block.source.name], f"{name} is {by}")


class _Clock:
    """CPU seconds since the last step."""

    def __init__(self, tell: Callable[[str, float], None] | None) -> None:
        self._tell = tell
        self._last = time.process_time()

    def tell(self, step: str) -> None:
        if self._tell:
            now = time.process_time()
            self._tell(step, now - self._last)
            self._last = now
