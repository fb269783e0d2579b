"""Variables of the tests of a wide form: code, name, result, unit, and that nothing was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.complete import decoded
from cdisc_npc.sdtm.plain_text import made_plain
from cdisc_npc.sdtm.records import blank
from cdisc_npc.study.codelists import test_name
from cdisc_npc.verbs.test_part import TestPart

if TYPE_CHECKING:
    from cdisc_npc.sdtm.views import BlockView


def test_part(stated: TestPart, view: BlockView) -> Column:
    """What the tests of a block say of each record."""
    assert view.block.test is not None
    tests = view.block.model.tests
    match stated.test_part:
        case "TESTCD":
            return _by_test(view, list(tests))
        case "TEST":
            return _by_test(view, [rule.test or _standard_name(view, code) for code, rule in tests.items()])
        case "ORRES":
            return _collected(view, used=True)
        case "ORRESU":
            return _units(stated, view)
    missing = is_blank(_collected(view))
    if stated.test_part == "STAT":
        for position, rule in enumerate(tests.values()):
            view.used(rule.value, np.flatnonzero(missing & (view.block.test == position)))
        return blank(view.size).filled(missing, "NOT DONE")
    assert view.block.model.not_done and view.block.model.not_done.reason
    return view.take(view.block.model.not_done.reason).stripped.filled(~missing, "")


def _by_test(view: BlockView, texts: list[str]) -> Column:
    assert view.block.test is not None
    return Column(pa.array(texts, pa.large_string()), view.block.test)


def _standard_name(view: BlockView, code: str) -> str:
    codelists = view.build.spec.plans[view.table].variables[f"{view.table}TESTCD"].codelists
    return test_name(view.build.spec, codelists, code) or ""


def _collected(view: BlockView, used: bool = False) -> Column:
    """Of each record the result of its test, as plain text; blank where it says that nothing was done."""
    assert view.block.test is not None
    result = blank(view.size)
    for position, test in enumerate(view.block.model.tests.values()):
        rows = np.flatnonzero(view.block.test == position)
        part = view.part(rows)
        if used:
            part.used(test.value, np.arange(part.size))
        result = result.put(rows, part.plain(test.value))
    rule = view.block.model.not_done
    if not (rule and rule.values):
        return result
    return result.mapped(lambda texts: ["" if text in rule.values else text for text in texts])


def _units(stated: TestPart, view: BlockView) -> Column:
    """The collected unit, decoded, or the contract's; blank where there is no result to have one."""
    block = view.block
    assert block.test is not None
    form = view.build.spec.contract.forms[block.model.from_]
    result = _by_test(view, [form.fields[rule.value].unit or "" for rule in block.model.tests.values()])
    by_table: dict[str, list[int]] = {}
    for position, (code, rule) in enumerate(block.model.tests.items()):
        if rule.unit:
            rows = np.flatnonzero(block.test == position)
            part = view.part(rows)
            result = result.put(rows, made_plain(part.take(rule.unit), part))
            by_table.setdefault(stated.unit_tables.get(code, ""), []).append(position)
    for table, positions in by_table.items():
        if table:
            part = view.part(np.flatnonzero(np.isin(block.test, positions)))
            units = result.take(part.positions)
            how = stated.model_copy(update={"terms": table, "match": "ignore case"})
            result = result.put(part.positions, decoded(how, part, units))
    missing = is_blank(_collected(view))
    return result.filled(missing, "")
