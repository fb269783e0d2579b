"""The records of a dataset: which raw records feed it, and what each test makes of a wide form."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.sdtm.first_records import first_records
from cdisc_npc.sdtm.records import (
    EMPTY,
    LEFT_OUT,
    MAPPED,
    REJECTED,
    BlockRows,
    Build,
    Cell,
    FormRows,
    Mark,
    Table,
    blank,
    study_rows,
)
from cdisc_npc.sdtm.trail import Decided, Trail
from cdisc_npc.sdtm.views import BlockView
from cdisc_npc.sdtm.visits import planned_visits
from cdisc_npc.study.plan import DatasetPlan, VariablePlan
from cdisc_npc.study.written import CALENDAR, VISITS, Block
from cdisc_npc.verbs.verb import Verb

_NO_RESULT = "No result collected"


def make_rows(build: Build, plan: DatasetPlan) -> Table:
    """The records of a dataset, without variables yet; what became of raw records is marked."""
    blocks = [_block_rows(build, plan, index, block) for index, block in enumerate(plan.model.records)]
    for left in plan.model.leave_out:
        form = build.forms[left.from_]
        failing = np.flatnonzero(satisfied(left.where, form.column, len(form.subject)))
        if left.fields:
            build.marks.extend(Mark(form, name, failing, Cell.LEFT_OUT, left.reason) for name in left.fields)
        else:
            form.mark(failing, LEFT_OUT, left.reason)
    subject = [block.source.subject[block.source_rows] for block in blocks]
    return Table(plan, blocks, np.concatenate(subject) if subject else np.empty(0, dtype=np.int64))


def _source(build: Build, plan: DatasetPlan, block: Block) -> FormRows | Table:
    """What a block reads: a form, a dataset, the calendar, the planned visits, or its own written records."""
    if block.rows:
        return written_rows(f"{plan.name.lower()}.yaml", block)
    if block.from_ == VISITS:
        return planned_visits(build.spec.study.visits)
    if block.from_ == CALENDAR:
        return build.visits.rows()
    return build.forms.get(block.from_) or build.tables[block.from_]


def written_rows(file: str, block: Block) -> FormRows:
    """The records that a specification writes out, as if they were a form."""
    frame = pd.DataFrame([{name: row.get(name, "") for name in block.row_fields()} for row in block.rows])
    return study_rows("specification", file, frame.astype("str"))


def _block_rows(build: Build, plan: DatasetPlan, index: int, block: Block) -> BlockRows:
    source = _source(build, plan, block)
    usable = np.ones(len(source.subject), dtype=bool)
    if "USUBJID" in plan.variables:
        usable = source.subject >= 0
    if isinstance(source, FormRows):
        usable &= source.status != REJECTED
    every = BlockRows(index, block, source, np.arange(len(usable)))
    trail = Trail(plan.name, "", every, every.selected)
    if block.where:
        usable &= trail.decide(block.where, source.column, every.selected, usable)
    selected = np.flatnonzero(usable)
    if block.first and isinstance(source, FormRows):
        first = first_records(build, plan, BlockRows(index, block, source, selected))
        source.mark(np.setdiff1d(selected, first), EMPTY, f"Not the first of {', '.join(block.first.by)}")
        selected = first
    rows = BlockRows(index, block, source, selected)
    if block.tests:
        rows = _one_record_a_test(build, rows, trail)
    if isinstance(source, FormRows):
        source.mark(rows.source_rows, MAPPED)
        source.mark(selected, EMPTY, _NO_RESULT)
        trail.block = rows
        build.trails.append(trail)
    return rows


def _one_record_a_test(build: Build, rows: BlockRows, trail: Trail) -> BlockRows:
    """A record for each test with a result, or stated as not done; in the order of the form, then of the tests.

    That it was not done is decided where a result is missing; that it was, where there is one.
    """
    block, source, selected = rows.model, rows.source, rows.selected

    def column(name: str) -> Column:
        return source.column(name).take(selected)

    present = [~is_blank(column(rule.value)) for rule in block.tests.values()]
    for rule, there in zip(block.tests.values(), present, strict=True):
        trail.decided.append(
            Decided(rule.value, selected[there], np.ones(there.sum(), dtype=bool), f"{rule.value} is present")
        )
    not_done = np.zeros(len(selected), dtype=bool)
    if block.not_done and block.not_done.when:
        not_done = satisfied(block.not_done.when, column, len(selected))
        consistent = np.where(not_done, ~np.logical_and.reduce(present), np.logical_or.reduce(present))
        trail.decide(block.not_done.when, column, selected, consistent)
        _report_done(rows, trail, present, not_done & ~np.logical_and.reduce(present), build)
    expand = [np.flatnonzero(there | not_done) for there in present]
    test = [np.full(len(result), position) for position, result in enumerate(expand)]
    whole, tests = np.concatenate(expand), np.concatenate(test)
    order = np.lexsort((tests, whole))
    return BlockRows(rows.index, block, source, selected, whole[order], tests[order])


def _report_done(
    rows: BlockRows, trail: Trail, present: list[np.ndarray], not_done: np.ndarray, build: Build
) -> None:
    """Results of records that say, of their other tests, that nothing was done."""
    block, source = rows.model, rows.source
    assert block.not_done and block.not_done.when
    if not isinstance(source, FormRows):
        return
    for (code, rule), there in zip(block.tests.items(), present, strict=True):
        at = rows.selected[there & not_done]
        if len(at):
            build.findings.add(
                "MAP_DONE", dataset=trail.table, form=source.name, file=source.file, row=at + 1, variable=rule.value,
                USUBJID=build.subjects.take(source.subject[at]).to_numpy(), keys=f"TESTCD={code}",
                value=source.column(rule.value).take(at).values,
                expected=f"no result where {block.not_done.when.describe()}",
            )  # fmt: skip


def make_variable(build: Build, plan: DatasetPlan, variable: VariablePlan) -> Column:
    """The column of a block-wise variable over all records of the dataset."""
    parts = [blank(0, variable.type == "Num")]
    for index, block in enumerate(build.tables[plan.name].blocks):
        stated = variable.by_block.get(index)
        if stated is None:
            parts.append(blank(block.size, variable.type == "Num"))
        else:
            parts.append(_of_block(build, plan, variable, block, stated))
    return Column.joined(parts[1:] or parts)


def _of_block(
    build: Build, plan: DatasetPlan, variable: VariablePlan, block: BlockRows, stated: Verb
) -> Column:
    """The column of one block, as one verb makes it, or each test's own."""
    if parts := stated.by_tests(list(block.model.tests)):
        assert block.test is not None
        result = blank(block.size, variable.type == "Num")
        for verb, tests in parts:  # those that share a verb are made in one go
            rows = np.flatnonzero(np.isin(block.test, tests))
            result = result.put(rows, _of_block(build, plan, variable, block.only(rows), verb))
        return result
    rows = block.source_rows if stated.each_test else block.selected
    trail = None
    if isinstance(block.source, FormRows) and block.source.name in build.forms:
        trail = Trail(plan.name, variable.name, block, rows)
        build.trails.append(trail)
    values = BlockView(build, plan.name, variable, block, rows, trail).evaluate(stated)
    if trail:
        trail.close(values)
    return values if stated.each_test or block.expand is None else values.take(block.expand)
