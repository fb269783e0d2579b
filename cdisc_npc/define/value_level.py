"""Value-level metadata: what a variable's values are, test by test.

It comes from the data, by test code and, where a test has several of them, by
category and specimen too: then a condition has several parts, all of which must hold. What a
study states under ``value_level`` stands in place of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from cdisc_npc.columns.condition import ConditionParts, range_checks
from cdisc_npc.columns.texts import byte_lengths
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.define.provenance import SOURCES, provenance
from cdisc_npc.define.sources import (
    ItemSource,
    Provenance,
    Shape,
    Where,
    distinct_texts,
    number_shape,
    shape_of,
)
from cdisc_npc.define.terms import candidates, choose
from cdisc_npc.study.codelists import sponsor_codelist
from cdisc_npc.study.plan import DatasetPlan, VariablePlan
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.written import Block, ValueLevel
from cdisc_npc.verbs.verb import Verb
from define_xml.values import WITH_LENGTH, number_type

_RESULTS = ("ORRES", "STRESC", "STRESN")
# What tells the records of one test apart, beside the test.
_DISCRIMINATORS = ("CAT", "SPEC")


def result_values(
    spec: Specification, plan: DatasetPlan, variable: VariablePlan, item: ItemSource, frame: pd.DataFrame
) -> ItemSource:
    """The item of a result (--ORRES, --STRESC, --STRESN, TSVAL) with a definition for each test.

    What the study states under ``value_level`` for the variable comes in place of that.
    """
    # No record is told apart by a variable that has no value, and is not submitted.
    absent = set(plan.permissible) - set(frame.columns)
    stated = [
        value
        for value in plan.model.value_level
        if value.variable == variable.name and not absent & set(value.where.reads())
    ]
    code = _code_variable(plan, variable.name)
    if stated:
        return replace(item, values=tuple(_stated(spec, item, value, frame) for value in stated))
    if code is None or code not in frame.columns or frame.empty:
        return item
    return replace(item, values=tuple(_of_tests(spec, plan, variable, item, frame, code)))


def _code_variable(plan: DatasetPlan, name: str) -> str | None:
    if name == "TSVAL" and plan.name == "TS":
        return "TSPARMCD"
    if plan.class_.startswith("Findings") and name.removeprefix(plan.name) in _RESULTS:
        return f"{plan.name}TESTCD"
    return None


def _of_tests(
    spec: Specification,
    plan: DatasetPlan,
    variable: VariablePlan,
    item: ItemSource,
    frame: pd.DataFrame,
    code: str,
) -> Iterator[ItemSource]:
    names = code.removesuffix("CD")
    read = {variable.name, code, names, *(f"{plan.name}{part}" for part in _DISCRIMINATORS)}
    present = frame.loc[~is_blank(frame[variable.name]), [name for name in frame.columns if name in read]]
    for where, rows in _groups(plan, present, code):
        values = rows[variable.name]
        test = where[0][2][0]
        blocks = _blocks_of(plan, where, test)
        texts = distinct_texts(values)
        lists = candidates(spec, variable, blocks, test)
        terms = None if number_type(texts) else choose(spec, lists, texts)
        yield ItemSource(
            test, str(rows[names].iloc[0]) if names in rows.columns else test, _shape(spec, values, texts),
            _made(plan, variable, item, blocks, test), terms=terms, where=(where,), role=item.role,
        )  # fmt: skip


def _groups(plan: DatasetPlan, frame: pd.DataFrame, code: str) -> Iterator[tuple[Where, pd.DataFrame]]:
    """Records by test, in the order of the tests' codes; and by what else tells them apart."""
    others = [name for part in _DISCRIMINATORS if (name := f"{plan.name}{part}") in frame.columns]
    for test, records in frame.groupby(code, sort=True):
        tells = [name for name in others if len(records[name].unique()) > 1 and (records[name] != "").all()]
        if not tells:
            yield ((code, "EQ", (str(test),)),), records
            continue
        for parts, rows in records.groupby(tells, sort=True):
            further = tuple((name, "EQ", (str(part),)) for name, part in zip(tells, parts, strict=True))
            yield ((code, "EQ", (str(test),)), *further), rows


def _shape(spec: Specification, values: pd.Series, texts: list[str]) -> Shape:
    if pd.api.types.is_numeric_dtype(values.dtype):
        return shape_of(values, texts, timed=False, length=None)
    if number_type(texts) and all(len(text) <= 15 for text in texts):
        shape = number_shape(texts)
        if pd.api.types.is_numeric_dtype(values.dtype):
            return shape
        # Of text, the longest value: 100 and 1.25 have four characters, where numbers of both forms have six.
        return replace(shape, length=max(map(len, texts)))
    return Shape("text", int(byte_lengths(values, spec.study.encoding).max(initial=1)))


def _blocks_of(plan: DatasetPlan, where: Where, test: str) -> set[int]:
    """Record blocks that can make the records of a where-clause; all, where the specification does not tell."""
    blocks = set(range(len(plan.model.records)))
    for name, _, (value, *_) in where:
        stated = plan.variables[name]
        if stated.overall is None:
            blocks &= {
                block
                for block, verb in stated.by_block.items()
                if value in _fixed(plan.model.records[block], verb.of_test(test), value)
            }
    return blocks


def _fixed(block: Block, verb: Verb | None, value: str) -> set[str]:
    """The values that a verb can only give; where it does not tell, the value asked for."""
    if verb is None:
        return set()
    if verb.modified:
        return {value}
    if verb.copies and block.rows:
        return {row.get(verb.copies, "") for row in block.rows}
    return set(verb.fixed_values()) or {value}


def _made(
    plan: DatasetPlan, variable: VariablePlan, item: ItemSource, blocks: set[int], test: str
) -> Provenance:
    return item.provenance if variable.overall else provenance(plan, variable, blocks, test)


def _stated(spec: Specification, item: ItemSource, value: ValueLevel, frame: pd.DataFrame) -> ItemSource:
    """A value definition as the study states it; what it leaves open is told from the records it is for."""
    # A condition on another dataset does not tell which of these records it is for.
    own = ConditionParts(
        tuple(tuple(part for part in one if "." not in part[0]) for one in value.where.alternatives)
    )
    rows = frame[satisfied(own, lambda name: frame[name], len(frame))]
    texts = distinct_texts(rows[item.name])
    shape = _shape(spec, rows[item.name], texts)
    if value.type:
        length = value.length or (max(map(len, texts), default=1) if value.type in WITH_LENGTH else None)
        shape = Shape(value.type, length, value.digits, value.format)
    codelist = None
    if value.codelist:
        codelist = sponsor_codelist(spec, value.codelist) or spec.terminology.get(value.codelist)
    result = item.provenance
    if value.origin:
        text = value.method or value.comment or ""
        result = Provenance(((value.origin, value.source or SOURCES.get(value.origin)),), text)
    return ItemSource(
        value.name, value.label or item.label, shape, result, mandatory=value.mandatory, role=item.role,
        terms=choose(spec, [codelist], texts) if codelist else None, where=range_checks(value.where),
    )  # fmt: skip
