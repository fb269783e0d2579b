"""Time-to-event parameters from the specification: sources by name, and rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.adam.censoring import Horizon, Missed, NoAssessment, Rule
from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.days import duration
from cdisc_npc.adam.events import Copy, stack
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.order import require
from cdisc_npc.adam.tte import Source, time_to_event
from cdisc_npc.spec.adam.model import (
    AdamDataset,
    Endpoint,
    HorizonRule,
    MissedRule,
)


def endpoint_records(model: AdamDataset, context: Context, ledger: Ledger) -> pd.DataFrame:
    """Records of all endpoints of a dataset, AVAL in the unit of each."""
    parts = []
    for code, endpoint in model.endpoints.items():
        subjects = context.table(model.subjects)
        chosen = context.holds(endpoint.population, subjects)
        part = subjects if chosen is None else subjects[chosen].reset_index(drop=True)
        made = time_to_event(
            part, _start(model, endpoint, context), _sources(endpoint.events, model, context, event=True),
            _sources(endpoint.censors, model, context), ends=_sources(endpoint.ends, model, context),
            rules=_rules(model, endpoint, part, context), by=[SUBJECT], ledger=ledger, findings=context.findings,
            values={"PARAMCD": code, "PARAM": endpoint.label} | endpoint.values,
        )  # fmt: skip
        start, end = (made[name].to_numpy() for name in ("STARTDT", "ADT"))
        parts.append(made.assign(AVAL=duration(start, end, endpoint.unit)))
    return stack(parts)


def _start(model: AdamDataset, endpoint: Endpoint, context: Context) -> Source:
    if endpoint.start in model.sources:
        return _source(endpoint.start, model, context)
    values = {"SRCDOM": model.root(model.subjects), "SRCVAR": endpoint.start}
    return Source("start", context.table(model.subjects), endpoint.start, values=values)


def _sources(names: list[str], model: AdamDataset, context: Context, *, event: bool = False) -> list[Source]:
    return [_source(name, model, context, event=event) for name in names]


def _source(name: str, model: AdamDataset, context: Context, *, event: bool = False) -> Source:
    source = model.sources[name]
    frame = context.table(source.from_)
    require(frame, [SUBJECT, source.date, *([source.sequence] if source.sequence else [])], source.from_)
    values: dict[str, object] = {
        "EVNTDESC": source.event,
        "SRCDOM": model.root(source.from_),
        "SRCVAR": source.variable or source.date,
    }
    if not event:
        values["CNSDTDSC"] = source.reason
    if source.sequence is not None:
        values["SRCSEQ"] = Copy(source.sequence)
    return Source(
        name, frame, source.date, context.holds(source.where, frame), values, 0 if event else source.censor,
        source.order, source.within_end, source.after_start,
    )  # fmt: skip


def _rules(model: AdamDataset, endpoint: Endpoint, subjects: pd.DataFrame, context: Context) -> list[Rule]:
    made: list[Rule] = []
    for rule in endpoint.rules:
        if isinstance(rule, HorizonRule):
            made.append(Horizon(rule.horizon, rule.code))
            continue
        assert model.assessments is not None
        seen = _source(model.assessments.source, model, context)
        if isinstance(rule, MissedRule):
            made.append(
                Missed(
                    seen, model.assessments.reference, rule.interval, rule.window, rule.missed, rule.code,
                    rule.from_day, rule.later,
                )
            )  # fmt: skip
            continue
        known = context.holds(rule.baseline, subjects)
        known = np.ones(len(subjects), dtype=bool) if known is None else known
        made.append(NoAssessment(seen, known, rule.deaths, rule.death_within, rule.code))
    return made
