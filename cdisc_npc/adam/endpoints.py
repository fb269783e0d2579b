"""Time-to-event parameters from the specification: sources by name, and rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.adam.censoring import Horizon, Missed, NoAssessment, Rule
from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.event_source import Source
from cdisc_npc.adam.events import Copy, stack
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.tte import time_to_event
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.days import duration
from cdisc_npc.columns.keys import require
from cdisc_npc.study.adam_written import AdamDataset, Endpoint, HorizonRule, MissedRule


def endpoint_records(model: AdamDataset, context: Context, ledger: Ledger) -> pd.DataFrame:
    """Records of all endpoints of a dataset, AVAL in the unit of each."""
    for name, source in model.sources.items():
        context.report_absent(source.where, context.table(source.from_), f"source {name}", "note")
    parts = []
    _report_undated(model, context)
    populations: dict[ConditionParts | None, pd.DataFrame] = {}
    for code, endpoint in model.endpoints.items():
        if endpoint.population not in populations:
            populations[endpoint.population] = _population(model, endpoint, context)
        part = populations[endpoint.population]
        result = time_to_event(
            part, _start(model, endpoint, context), _sources(endpoint.events, model, context, event=True),
            _sources(endpoint.censors, model, context), ends=_sources(endpoint.ends, model, context),
            rules=_rules(model, endpoint, part, context), by=[SUBJECT], ledger=ledger, findings=context.findings,
            values={"PARAMCD": code, "PARAM": endpoint.label} | endpoint.values, dataset=model.dataset,
        )  # fmt: skip
        start, end = (result[name].to_numpy() for name in ("STARTDT", "ADT"))
        parts.append(result.assign(AVAL=duration(start, end, endpoint.unit)))
    return stack(parts)


def _population(model: AdamDataset, endpoint: Endpoint, context: Context) -> pd.DataFrame:
    subjects = context.table(model.subjects)
    chosen = context.records(model.subjects, endpoint.population)
    return subjects if chosen is None else subjects[chosen].reset_index(drop=True)


def _report_undated(model: AdamDataset, context: Context) -> None:
    """Records that a source states and that have no date: an error that names every endpoint that loses them.

    A source without a condition states no records: there a date that is missing says that there is none.
    """
    parts = []
    for code, endpoint in model.endpoints.items():
        members = context.table(model.subjects)[SUBJECT]
        population = context.records(model.subjects, endpoint.population)
        members = members if population is None else members[population]
        looked: list[tuple[str, str, str, ConditionParts | None]] = []
        names = [endpoint.start, *endpoint.events, *endpoint.censors, *endpoint.ends]
        if model.assessments is not None and any(isinstance(rule, MissedRule) for rule in endpoint.rules):
            names.append(model.assessments.source)
            looked.append(("plan of assessments", model.subjects, model.assessments.reference, None))
        for name in dict.fromkeys(names):
            source = model.sources.get(name)
            if source is not None and source.where is not None:
                looked.append((name, source.from_, source.date, source.where))
        for name, table, date, where in looked:
            frame = context.table(table)
            lost = frame[date].isna().to_numpy()
            stated = context.records(table, where)
            lost = lost if stated is None else lost & stated
            if not lost.any():
                continue
            at = np.flatnonzero(lost & frame[SUBJECT].isin(members).to_numpy())
            parts.append(pd.DataFrame({"table": table, "date": date, "at": at, "name": name, "code": code}))
    if not parts:
        return
    records = pd.concat(parts).groupby(["table", "date", "at"], sort=False)
    listed = records[["name", "code"]].agg(_listed).reset_index()
    for table in listed["table"].unique():
        rows = listed[listed["table"] == table]
        context.findings.add(
            "ADAM_UNDATED", dataset=model.root(table), variable=rows["date"], value=rows["name"],
            USUBJID=context.table(table)[SUBJECT].iloc[rows["at"]], expected=rows["code"],
        )  # fmt: skip


def _listed(texts: pd.Series) -> str:
    return ", ".join(dict.fromkeys(texts))


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
        name, frame, source.date, context.records(source.from_, source.where), values, 0 if event else source.censor,
        source.order, source.within_end, source.after_start,
    )  # fmt: skip


def _rules(model: AdamDataset, endpoint: Endpoint, subjects: pd.DataFrame, context: Context) -> list[Rule]:
    result: list[Rule] = []
    for rule in endpoint.rules:
        if isinstance(rule, HorizonRule):
            result.append(Horizon(rule.horizon, rule.code))
            continue
        assert model.assessments is not None
        seen = _source(model.assessments.source, model, context)
        if isinstance(rule, MissedRule):
            result.append(
                Missed(
                    seen, model.assessments.reference, rule.interval, rule.window, rule.missed, rule.code,
                    rule.from_day, rule.later,
                )
            )  # fmt: skip
            continue
        existing = context.holds(rule.baseline, subjects)
        existing = np.ones(len(subjects), dtype=bool) if existing is None else existing
        result.append(NoAssessment(seen, existing, rule.deaths, rule.death_within, rule.code))
    return result
