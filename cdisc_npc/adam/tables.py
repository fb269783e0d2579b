"""Records of a dataset and tables on the way: chosen, grouped, with variables of their own."""

from __future__ import annotations

import pandas as pd

from cdisc_npc.adam.context import Context
from cdisc_npc.adam.derive_values import evaluate
from cdisc_npc.adam.exposure import single_doses
from cdisc_npc.columns.distinct import constant
from cdisc_npc.columns.keys import require
from cdisc_npc.sdtm.qualifiers import merge_supp
from cdisc_npc.standards.sdtmig import supplemental_of
from cdisc_npc.study.adam_written import QualifierPolicies, Table, Variables


def make_table(model: Table, context: Context) -> pd.DataFrame:
    """Make the records that a table describes.

    1. The records of its source, with the qualifiers of SUPP-- where asked for (blank those that the data
       does not have), that satisfy ``where``.
    2. With ``group`` one record for each combination of its variables, in order of appearance.
    3. The variables to keep, then the table's own.
    4. Single doses, where asked for.
    """
    source = context.table(model.from_)
    name = model.from_
    if model.supplemental:
        if supplemental_of(name) in context.tables:
            stated = (
                model.supplemental
                if isinstance(model.supplemental, QualifierPolicies)
                else QualifierPolicies()
            )
            source = merge_supp(
                source, context.table(supplemental_of(name)), orphans=stated.orphans,
                repeated=stated.repeated, findings=context.findings,
            )  # fmt: skip
        lacking = [item for item in context.qualifiers.get(name, ()) if item not in source.columns]
        if lacking:
            blank = constant("", len(source)).set_axis(source.index)
            source = source.assign(**dict.fromkeys(lacking, blank))
    where = context.holds(model.where, source)
    if model.group:
        require(source, model.group, name)
        source = source[list(dict.fromkeys(model.group))]
    if model.keep is not None:
        require(source, model.keep, name)
    kept = [column for column in source.columns if column not in model.drop]
    kept = [column for column in kept if model.keep is None or column in model.keep]
    frame = source[[column for column in source.columns if column in {*kept, *_read(model)}]]
    frame = (frame if where is None else frame[where]).reset_index(drop=True)
    if model.group:
        frame = frame.drop_duplicates(ignore_index=True)
    result = add_variables(frame, model.variables, context)
    result = result[[column for column in result.columns if column in kept or column in model.variables]]
    if model.single_doses is not None:
        doses = model.single_doses
        require(result, [doses.start, doses.end, doses.frequency], name)
        result = single_doses(result, doses.start, doses.end, doses.frequency)
    return result


def _read(model: Table) -> set[str]:
    names = {name for verb in model.variables.values() for name in verb.reads()}
    return names | {"USUBJID"}


def add_variables(frame: pd.DataFrame, variables: Variables, context: Context) -> pd.DataFrame:
    """Add variables one after the other, each of which may read those before it."""
    result = frame.copy(deep=False)
    for name, verb in variables.items():
        result[name] = evaluate(verb, result, context)
    return result
