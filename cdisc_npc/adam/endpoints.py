"""Time-to-event parameters from the specification: sources by name, and rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.adam.censoring import Assessments, Horizon, Missed, NoAssessment, Rule
from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.days import duration
from cdisc_npc.adam.events import Copy, stack
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.order import require
from cdisc_npc.adam.tte import Source, time_to_event
from cdisc_npc.spec.adam.model import (
    AdamDataset,
    DateSource,
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
        require(part, [SUBJECT, endpoint.start], model.subjects)
        made = time_to_event(
            part, endpoint.start, _sources(endpoint.events, model, endpoint, context, event=True),
            _sources(endpoint.censors, model, endpoint, context), ends=_sources(endpoint.ends, model, endpoint, context),
            rules=_rules(model, endpoint, part, context), by=[SUBJECT], ledger=ledger, findings=context.findings,
            values={"PARAMCD": code, "PARAM": endpoint.label} | endpoint.values,
        )  # fmt: skip
        start, end = (made[name].to_numpy() for name in ("STARTDT", "ADT"))
        parts.append(made.assign(AVAL=duration(start, end, endpoint.unit)))
    return stack(parts)


def _sources(
    names: list[str], model: AdamDataset, endpoint: Endpoint, context: Context, *, event: bool = False
) -> list[Source]:
    return [
        _source(name, model.sources[name], f"{model.subjects}.{endpoint.start}", context, event)
        for name in names
    ]


def _source(name: str, model: DateSource, start: str, context: Context, event: bool) -> Source:
    frame = context.table(model.from_)
    require(frame, [SUBJECT, model.date], model.from_)
    where = context.holds(model.where, frame)
    if model.after_start:
        later = frame[model.date].to_numpy() > context.dates(frame, start)
        where = later if where is None else where & later
    values: dict[str, object] = {
        "EVNTDESC": model.event,
        "SRCDOM": model.domain or model.from_,
        "SRCVAR": model.date,
    }
    if not event:
        values["CNSDTDSC"] = model.reason
    if model.sequence is not None:
        require(frame, [model.sequence], model.from_)
        values["SRCSEQ"] = Copy(model.sequence)
    return Source(
        name, frame, model.date, where, values, 0 if event else model.censor, model.order, model.within_end
    )


def _rules(model: AdamDataset, endpoint: Endpoint, subjects: pd.DataFrame, context: Context) -> list[Rule]:
    made: list[Rule] = []
    for rule in endpoint.rules:
        if isinstance(rule, HorizonRule):
            made.append(Horizon(rule.horizon, rule.code))
            continue
        assert model.assessments is not None
        frame = context.table(model.assessments.from_)
        where = context.holds(model.assessments.where, frame)
        seen = Assessments(
            frame, model.assessments.date, np.ones(len(frame), dtype=bool) if where is None else where
        )
        if isinstance(rule, MissedRule):
            made.append(
                Missed(seen, rule.interval, rule.window, rule.missed, rule.code, rule.from_day, rule.later)
            )
            continue
        known = context.holds(rule.baseline, subjects)
        known = np.ones(len(subjects), dtype=bool) if known is None else known
        made.append(NoAssessment(seen, known, rule.deaths, rule.death_within, rule.code))
    return made
