"""Time to event: the earliest event, or the latest date at which there had been none.

A source is a dataset, a date in it and the records that count; an endpoint is a list of sources,
and of the rules under which an event does not count (`cdisc_npc.adam.censoring`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cdisc_npc.adam.event_source import NEVER, Source
from cdisc_npc.adam.events import Copy
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.outcomes import Outcomes, outcome_records
from cdisc_npc.columns.imputation import MOMENT, date_of
from cdisc_npc.columns.keys import Names, require
from cdisc_npc.columns.order import ties
from cdisc_npc.findings import Findings, Refused

if TYPE_CHECKING:
    from cdisc_npc.adam.censoring import Rule

SUBJECT = ("STUDYID", "USUBJID")


def time_to_event(
    subjects: pd.DataFrame,
    start: str | Source,
    events: Sequence[Source],
    censors: Sequence[Source],
    *,
    ends: Sequence[Source] = (),
    rules: Sequence[Rule] = (),
    by: Names = SUBJECT,
    groups: Names = (),
    values: Mapping[str, Any] | None = None,
    times: bool = False,
    ledger: Ledger | None = None,
    findings: Findings | None = None,
    dataset: str = "ADTTE",
) -> pd.DataFrame:
    """Derive one time-to-event parameter.

    1. Observation ends with the earliest date of ``ends``, where a subject has one; records after
       it do not count, unless their source says so.
    2. Of each event source the earliest record counts, of each censoring source the latest.
    3. The event is the earliest of all sources; of one date that of the source named first.
    4. Without an event the subject is censored at the latest date of the censoring sources; of one
       date that of the source named last. Where observation has ended, CNSR and EVNTDESC tell the
       end's reason.
    5. The rules are applied in their order; each may turn an event into a censoring.
    6. A date before the start is set to the start, and reported (ADAM_BEFORE_START).
       SRCDOM, SRCVAR and SRCSEQ are those of the record that ADT comes from: after a rule has moved it,
       of the assessment or the start that it was moved to; at a horizon of that which STARTDT comes from.
    7. A subject without a start date, or with neither event nor censoring, has no record, and is
       reported (ADAM_NO_OUTCOME).

    Parameters
    ----------
    subjects
        One record a subject, with ``by`` and ``start``.
    start
        Name of the date from which time is counted, or the source whose earliest date it is.
    events, censors, ends
        The sources.
    rules
        See `cdisc_npc.adam.censoring`.
    by
        Variables that identify a subject.
    groups
        Variables of the event sources: the parameter is derived for each of their combinations.
    values
        Variables to set: a value, a `Copy`, or a function of the records.
    times
        Count times, too: STARTDTM and ADTM in place of STARTDT and ADT.
    ledger
        Takes every candidate, what decided, and the outcome.
    findings
        Takes what was noticed.
    dataset
        Name of the dataset, for findings.

    Returns
    -------
    DataFrame
        ``by``, ``groups``, STARTDT, ADT, CNSR, the sources' values and ``values``.

    Raises
    ------
    Refused
        A variable is missing; a group variable is in no or not in every group source; the same
        PARAMCD for two groups; a subject twice in ``subjects``.

    Sources: ADaM Basic Data Structure for Time-to-Event Analyses 1.0; ADaMIG 1.3.
    """
    origin = Source("start", subjects, start) if isinstance(start, str) else start
    require(subjects, by)
    if ties(subjects, by, ()).any():
        raise Refused.because("ADAM_MANY", dataset="ADSL", keys=", ".join(by), value="a subject twice")
    require(origin.frame, [*by, origin.date])
    for source in (*events, *censors, *ends):
        require(source.frame, [*by, source.date], source.name)
    values = dict(values or {})
    if not groups:
        result = _one(
            subjects, origin, events, censors, ends, rules, by, values, times, ledger, findings, dataset
        )
        return _set(result, values)
    combinations = _combinations(events, groups)
    parts = []
    for combination in combinations.to_dict("records"):
        fits = (
            [_restricted(item, combination) for item in events],
            [_restricted(item, combination) for item in censors],
        )
        part = _one(subjects, origin, *fits, ends, rules, by, values, times, ledger, findings, dataset)
        parts.append(part.assign(**{str(name): value for name, value in combination.items()}))
    result = _set(pd.concat(parts, ignore_index=True) if parts else subjects[list(by)].head(0), values)
    if "PARAMCD" in result and ties(result.drop_duplicates([*groups, "PARAMCD"]), ["PARAMCD"], ()).any():
        raise Refused.because(
            "ADAM_MANY", dataset=dataset, keys="PARAMCD", value=f"several {', '.join(groups)} have the same"
        )
    return result


def _combinations(events: Sequence[Source], groups: Names) -> pd.DataFrame:
    parts = []
    for source in events:
        there = [name for name in groups if name in source.frame.columns]
        if there and len(there) < len(groups):
            require(source.frame, groups, source.name)
        if there:
            counted = source.frame if source.where is None else source.frame[source.where]
            parts.append(counted[list(groups)])
    if not parts:
        require(events[0].frame, groups, events[0].name)
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def _restricted(source: Source, combination: Mapping[Any, Any]) -> Source:
    if not set(combination) <= set(source.frame.columns):
        return source
    fits = np.ones(len(source.frame), dtype=bool) if source.where is None else source.where.copy()
    for name, value in combination.items():
        fits &= (source.frame[name] == value).to_numpy()
    return Source(**{**vars(source), "where": fits})


def _one(
    subjects: pd.DataFrame, origin: Source, events: Sequence[Source], censors: Sequence[Source],
    ends: Sequence[Source], rules: Sequence[Rule], by: Names, values: Mapping[str, Any],
    times: bool, ledger: Ledger | None, findings: Findings | None, dataset: str,
) -> pd.DataFrame:  # fmt: skip
    size = len(subjects)
    moment = _as_moment if times else date_of
    begin, start_record = origin.pick(subjects, by, latest=False, moment=moment)

    def picked(source: Source, latest: bool, limit: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        return source.pick(
            subjects, by, latest=latest, moment=moment, findings=findings,
            after=begin if source.after_start else None, until=limit if source.within_end else None,
        )  # fmt: skip

    end_dates = [picked(source, False, None)[0] for source in ends]
    which_end, end = _choose(end_dates, size, latest=False)
    sources = [*events, *censors]
    result = [picked(source, n >= len(events), end) for n, source in enumerate(sources)]
    event, event_date = _choose([date for date, _ in result[: len(events)]], size, latest=False)
    censored, censor_date = _choose([date for date, _ in result[len(events) :]], size, latest=True)
    has_event = event >= 0
    source_at = np.where(has_event, event, np.where(censored >= 0, censored + len(events), -1))
    records = np.full(size, -1)
    codes = np.full(size, -1)
    texts: dict[str, np.ndarray] = {name: np.full(size, None, object) for name in ("EVNTDESC", "CNSDTDSC")}
    for number, source in enumerate(sources):
        at = source_at == number
        records[at] = result[number][1][at]
        codes[at] = source.censor if number < len(events) else max(source.censor, 1)
        ended = at & (which_end >= 0) & source.within_end & (number >= len(events))
        for place, limit in enumerate(ends):
            by_end = ended & (which_end == place)
            codes[by_end] = max(limit.censor, 1)
            if "EVNTDESC" in limit.values:
                texts["EVNTDESC"][by_end] = limit.values["EVNTDESC"]
    outcome = Outcomes(
        begin,
        np.where(has_event, event_date, censor_date),
        codes,
        source_at,
        records,
        source_at.copy(),
        records.copy(),
        start_record,
        texts,
        [*sources, origin],
        bool(ends or rules),
        origin,
    )
    note = None
    if ledger is not None:
        note = ledger.endpoint(subjects["USUBJID"], str(values.get("PARAMCD", "")))
        note.candidates(ends, [(date, None) for date in end_dates], "end", which_end)
        note.candidates(events, result[: len(events)], "event", event)
        note.candidates(censors, result[len(events) :], "censor", np.where(has_event, -1, censored))
    for rule in rules:
        failing = rule.apply(outcome, subjects, by)
        if note is not None:
            note.rule(rule, failing, outcome)
    early = (outcome.date < begin) & (outcome.censor >= 0)
    outcome.move_to_start(early)
    lost = np.isnat(begin) | (outcome.censor < 0)
    if findings is not None:
        code = str(values.get("PARAMCD", ""))
        for failing, name in ((early & ~lost, "ADAM_BEFORE_START"), (lost, "ADAM_NO_OUTCOME")):
            if failing.any():
                findings.add(name, dataset=dataset, variable=code, USUBJID=subjects["USUBJID"][failing],
                             value=_days(begin[failing]), expected=origin.date)  # fmt: skip
    if note is not None:
        note.outcome(outcome, ~lost)
    built = outcome_records(subjects, outcome, by, ~lost)
    return built.rename(columns={"STARTDT": "STARTDTM", "ADT": "ADTM"}) if times else built


def _as_moment(moments: np.ndarray) -> np.ndarray:
    return moments.astype(MOMENT)


def _days(moments: np.ndarray) -> np.ndarray:
    return np.where(np.isnat(moments), "", np.datetime_as_string(moments.astype("datetime64[D]")))


def _choose(dates: Sequence[np.ndarray], size: int, *, latest: bool) -> tuple[np.ndarray, np.ndarray]:
    """Which of several dates is the earliest (or latest), -1 where there is none, and that date."""
    if not dates:
        return np.full(size, -1), np.full(size, NEVER)
    stacked = np.stack(dates).view(np.int64)
    missing = np.isnat(np.stack(dates))
    if latest:
        stacked = np.where(missing, np.iinfo(np.int64).min, stacked)
        which = len(dates) - 1 - np.argmax(stacked[::-1], axis=0)
    else:
        which = np.argmin(np.where(missing, np.iinfo(np.int64).max, stacked), axis=0)
    chosen = np.stack(dates)[which, np.arange(size)]
    return np.where(np.isnat(chosen), -1, which), chosen


def _set(frame: pd.DataFrame, values: Mapping[str, Any]) -> pd.DataFrame:
    for name, value in values.items():
        if callable(value):
            frame = frame.assign(**{name: value(frame)})
        elif isinstance(value, Copy):
            require(frame, [value.variable])
            frame = frame.assign(**{name: frame[value.variable]})
        else:
            kind = "str" if isinstance(value, str) else "float64"
            frame = frame.assign(**{name: pd.Series([value] * len(frame), dtype=kind)})
    return frame
