"""What each verb of `cdisc_npc.verbs.analysis` does: records in, a column out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cdisc_npc.adam.baseline import baseline, percent_change
from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.emergent import goes_on, on_treatment, treatment_emergent
from cdisc_npc.adam.extreme import extreme_flag
from cdisc_npc.adam.lookup import look_up
from cdisc_npc.adam.merge import exists
from cdisc_npc.adam.relative import relative_flag
from cdisc_npc.adam.responses import worst_of_day
from cdisc_npc.columns import days
from cdisc_npc.columns import imputation as dates
from cdisc_npc.columns.distinct import by_distinct, distinct, numbers, spread
from cdisc_npc.columns.keys import group_codes
from cdisc_npc.columns.patterns import first_group
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Refused
from cdisc_npc.sdtm.plain_text import put_into_text
from cdisc_npc.verbs import analysis as verbs
from cdisc_npc.verbs.analysis import AdamVerb

V = TypeVar("V", bound=AdamVerb)
Evaluator = Callable[[Any, pd.DataFrame, Context], Any]
_EVALUATORS: dict[type[AdamVerb], Evaluator] = {}


def _evaluates(kind: type[AdamVerb]) -> Callable[[Evaluator], Evaluator]:
    def register(function: Evaluator) -> Evaluator:
        _EVALUATORS[kind] = function
        return function

    return register


def evaluate(verb: AdamVerb, frame: pd.DataFrame, context: Context) -> pd.Series:
    """Make the column that a verb describes.

    Parameters
    ----------
    verb
        From the specification.
    frame
        The records at hand; any index.
    context
        The other tables; takes findings.

    Returns
    -------
    Series
        Text without null, float64, or datetime64[us]; the frame's index.
    """
    result = _EVALUATORS[type(verb)](verb, frame, context)
    column = result if isinstance(result, pd.Series) else pd.Series(result, index=frame.index)
    if column.dtype == object:
        column = column.astype("str")
    elif column.dtype == bool:
        column = pd.Series(np.where(column, "Y", ""), index=frame.index, dtype="str")
    holds = context.holds(verb.when, frame)
    if holds is not None and not holds.all():
        column = column.where(holds, _missing(column))
    if verb.else_ is not None:
        column = _filled(column, verb.else_)
    return column


def _missing(column: pd.Series) -> Any:
    return (
        "" if pd.api.types.is_string_dtype(column.dtype) else pd.NaT if column.dtype.kind == "M" else np.nan
    )


def _filled(column: pd.Series, value: str) -> pd.Series:
    if pd.api.types.is_string_dtype(column.dtype):
        return column.where(column != "", value)
    return column.fillna(np.datetime64(value, "us") if column.dtype.kind == "M" else float(value))


@_evaluates(verbs.Copy)
def _copy(verb: verbs.Copy, frame: pd.DataFrame, context: Context) -> pd.Series:
    return context.column(frame, verb.copy_)


@_evaluates(verbs.Hardcode)
def _hardcode(verb: verbs.Hardcode, frame: pd.DataFrame, context: Context) -> pd.Series:
    return pd.Series([verb.hardcode] * len(frame), index=frame.index, dtype="str")


@_evaluates(verbs.Number)
def _number(verb: verbs.Number, frame: pd.DataFrame, context: Context) -> np.ndarray:
    return np.full(len(frame), verb.number)


@_evaluates(verbs.Text)
def _text(verb: verbs.Text, frame: pd.DataFrame, context: Context) -> pd.Series:
    def column(name: str) -> pd.Series:
        return _as_text(frame, name, context).reset_index(drop=True)

    return put_into_text(verb.text, column, len(frame)).set_axis(frame.index)


def _as_text(frame: pd.DataFrame, name: str, context: Context) -> pd.Series:
    """A variable as text: numbers in their shortest form, dates and datetimes as ISO 8601 writes them."""
    column = context.column(frame, name)
    if pd.api.types.is_string_dtype(column.dtype):
        return column
    codes, uniques = distinct(column.to_numpy())
    if column.dtype.kind == "M":
        unit = "s" if name in context.datetimes else "D"
        texts = np.datetime_as_string(uniques.astype(f"datetime64[{unit}]")).tolist()
    else:
        texts = [f"{number:.15g}" for number in uniques]
    return spread([*texts, ""], codes, column.index)


@_evaluates(verbs.Extract)
def _extract(verb: verbs.Extract, frame: pd.DataFrame, context: Context) -> pd.Series:
    def part(distinct: np.ndarray) -> list[str]:
        return first_group(verb.pattern, distinct, anywhere=True)

    return by_distinct(_as_text(frame, verb.extract, context), part)


@_evaluates(verbs.Date)
@_evaluates(verbs.Datetime)
def _impute(verb: verbs.Date | verbs.Datetime, frame: pd.DataFrame, context: Context) -> np.ndarray:
    timed = isinstance(verb, verbs.Datetime)
    dtc = context.column(frame, verb.datetime if isinstance(verb, verbs.Datetime) else verb.date)
    how = dates.Imputation(verb.highest, verb.impute, getattr(verb, "time", "first"), verb.preserve)
    upper = [context.dates(frame, name) for name in verb.upper]
    if timed:
        # A date bounds a datetime by its last second.
        upper = [
            limit if name in context.datetimes else dates.end_of_day(limit)
            for name, limit in zip(verb.upper, upper, strict=True)
        ]
    problems: list[np.ndarray] = []
    result = dates.impute(
        dtc, how, part="datetime" if timed else "date",
        lower=[context.dates(frame, name) for name in verb.lower], upper=upper, problems=problems,
    )  # fmt: skip
    partial = np.isnat(result) & (dtc != "").to_numpy()
    for problem in problems:
        failing = problem != ""
        partial &= ~failing
        context.findings.add(
            "ADAM_DATE", dataset=context.dataset, variable=str(dtc.name), value=dtc[failing],
            USUBJID=frame[SUBJECT][failing] if SUBJECT in frame.columns else "", expected=problem[failing],
        )  # fmt: skip
    if partial.any():
        extent = "nothing" if how.highest == "none" else f"no more than the {how.highest}"
        context.findings.add(
            "ADAM_PARTIAL", dataset=context.dataset, variable=str(dtc.name), value=dtc[partial],
            USUBJID=frame[SUBJECT][partial] if SUBJECT in frame.columns else "", expected=extent,
        )  # fmt: skip
    return result


@_evaluates(verbs.DateOf)
def _date_of(verb: verbs.DateOf, frame: pd.DataFrame, context: Context) -> np.ndarray:
    return dates.date_of(context.dates(frame, verb.date_of))


@_evaluates(verbs.AddDays)
def _add_days(verb: verbs.AddDays, frame: pd.DataFrame, context: Context) -> np.ndarray:
    return context.dates(frame, verb.add_days) + np.timedelta64(verb.days, "D")


@_evaluates(verbs.DateFlag)
def _date_flag(verb: verbs.DateFlag, frame: pd.DataFrame, context: Context) -> pd.Series:
    return dates.date_flag(context.column(frame, verb.date_flag), context.dates(frame, verb.of))


@_evaluates(verbs.TimeFlag)
def _time_flag(verb: verbs.TimeFlag, frame: pd.DataFrame, context: Context) -> pd.Series:
    return dates.time_flag(context.column(frame, verb.date_flag), context.dates(frame, verb.of))


_EVALUATORS[verbs.Lookup] = look_up


@_evaluates(verbs.Exists)
def _exists(verb: verbs.Exists, frame: pd.DataFrame, context: Context) -> np.ndarray:
    table = context.table(verb.exists)
    return exists(frame, table, {SUBJECT: SUBJECT} | verb.keys, context.records(verb.exists, verb.where))[1]


@_evaluates(verbs.StudyDay)
def _study_day(verb: verbs.StudyDay, frame: pd.DataFrame, context: Context) -> np.ndarray:
    return days.study_day(context.dates(frame, verb.study_day), context.dates(frame, verb.reference))


@_evaluates(verbs.Duration)
def _duration(verb: verbs.Duration, frame: pd.DataFrame, context: Context) -> np.ndarray:
    start, end = (context.dates(frame, name) for name in verb.duration)
    return days.duration(
        start, end, verb.unit, add_one=verb.counts_both, whole=verb.whole, calendar=verb.calendar,
        dates=not verb.timed, of=verb.unit if verb.timed else "days",
    )  # fmt: skip


@_evaluates(verbs.Earliest)
def _earliest(verb: verbs.Earliest, frame: pd.DataFrame, context: Context) -> pd.Series:
    return pd.concat([context.column(frame, name) for name in verb.earliest], axis=1).min(axis=1)


@_evaluates(verbs.Latest)
def _latest(verb: verbs.Latest, frame: pd.DataFrame, context: Context) -> pd.Series:
    return pd.concat([context.column(frame, name) for name in verb.latest], axis=1).max(axis=1)


@_evaluates(verbs.Source)
def _latest_source(verb: verbs.Source, frame: pd.DataFrame, context: Context) -> pd.Series:
    result = np.stack([context.dates(frame, name).astype(np.int64) for name in verb.latest_source])
    words = np.array([*verb.latest_source.values(), ""], dtype=object)
    none = np.iinfo(np.int64).min  # NaT
    which = np.where((result == none).all(axis=0), len(result), np.argmax(result, axis=0))
    return pd.Series(words[which], index=frame.index, dtype="str")


@_evaluates(verbs.Recode)
def _recode(verb: verbs.Recode, frame: pd.DataFrame, context: Context) -> pd.Series:
    column = _as_text(frame, verb.recode, context)
    result = by_distinct(column, lambda distinct: [verb.to.get(value, "") for value in distinct])
    return pd.Series(numbers(result), index=frame.index) if verb.numeric else result


@_evaluates(verbs.Difference)
def _difference(verb: verbs.Difference, frame: pd.DataFrame, context: Context) -> Any:
    one, two = (numbers(context.column(frame, name)) for name in verb.difference)
    return percent_change(one, two) if verb.percent else one - two


@_evaluates(verbs.Ratio)
def _percent(verb: verbs.Ratio, frame: pd.DataFrame, context: Context) -> np.ndarray:
    one, two = (numbers(context.column(frame, name)) for name in verb.percent)
    return 100 * one / np.where(two == 0, np.nan, two)


@_evaluates(verbs.Product)
def _product(verb: verbs.Product, frame: pd.DataFrame, context: Context) -> np.ndarray:
    reads = set(verb.own_reads())
    result = np.ones(len(frame))
    for name in verb.product:
        result = result * (numbers(context.column(frame, name)) if name in reads else float(name))
    return result


@_evaluates(verbs.Total)
def _total(verb: verbs.Total, frame: pd.DataFrame, context: Context) -> np.ndarray:
    reads = set(verb.own_reads())
    result = np.zeros(len(frame))
    for name in verb.total:
        result = result + (numbers(context.column(frame, name)) if name in reads else float(name))
    return result


@_evaluates(verbs.Baseline)
def _baseline(verb: verbs.Baseline, frame: pd.DataFrame, context: Context) -> pd.Series:
    return baseline(frame, [SUBJECT, *verb.by], verb.baseline)


@_evaluates(verbs.ExtremeFlag)
def _extreme_flag(verb: verbs.ExtremeFlag, frame: pd.DataFrame, context: Context) -> np.ndarray:
    where = context.holds(verb.where, frame)
    return extreme_flag(frame, [SUBJECT, *verb.by], verb.order, verb.extreme_flag, where=where)


@_evaluates(verbs.RelativeFlag)
def _relative_flag(verb: verbs.RelativeFlag, frame: pd.DataFrame, context: Context) -> np.ndarray:
    where = context.holds(verb.where, frame)
    counted = np.ones(len(frame), dtype=bool) if where is None else where
    part = frame[counted]
    reference = context.holds(verb.reference, part)
    assert reference is not None
    result = np.zeros(len(frame), dtype=bool)
    result[counted] = relative_flag(
        part, [SUBJECT, *verb.by], verb.order, reference, take=verb.take, side=verb.relative_flag,
        inclusive=verb.inclusive, without=verb.without,
    )  # fmt: skip
    return result


@_evaluates(verbs.WorstOfDay)
def _worst_of_day(verb: verbs.WorstOfDay, frame: pd.DataFrame, context: Context) -> np.ndarray:
    where = context.holds(verb.where, frame)
    counted = np.ones(len(frame), dtype=bool) if where is None else where
    result = np.zeros(len(frame), dtype=bool)
    part = frame[counted]
    result[counted] = worst_of_day(part, [SUBJECT, *verb.by], verb.date, verb.worst_of_day)
    passed = part[~result[counted] & part[verb.date].notna().to_numpy()]
    if len(passed):
        context.findings.add(
            "ADAM_SAME_DAY", dataset=context.dataset, variable=verb.worst_of_day, USUBJID=passed[SUBJECT],
            value=passed[verb.worst_of_day], keys=passed[verb.date].dt.strftime("%Y-%m-%d"),
        )  # fmt: skip
    return result


@_evaluates(verbs.TreatmentEmergent)
def _treatment_emergent(verb: verbs.TreatmentEmergent, frame: pd.DataFrame, context: Context) -> np.ndarray:
    start, end = (context.dates(frame, name) for name in verb.treatment_emergent)
    last = context.dates(frame, verb.last) if verb.last else None
    first = context.dates(frame, verb.first)
    result = treatment_emergent(start, end, first, last, window=verb.window)
    if verb.intensity is None:
        return result
    collected = context.column(frame, verb.intensity)
    level = numbers(collected)
    wrong = np.isnan(level) & ~is_blank(collected)
    if wrong.any():
        raise Refused.because(
            "ADAM_VALUE", dataset=context.dataset, variable=verb.intensity, USUBJID=frame[SUBJECT][wrong],
            value=collected[wrong], expected="a number: recode it first",
        )  # fmt: skip
    names = {name: _as_text(frame, name, context) for name in verb.group}
    event = group_codes(pd.DataFrame({SUBJECT: frame[SUBJECT], **names}), [SUBJECT, *verb.group])
    alone = np.logical_or.reduce([is_blank(item) for item in names.values()])
    event = np.where(alone, -1, event)
    return result & ~goes_on(start, first, event, level)


@_evaluates(verbs.OnTreatment)
def _on_treatment(verb: verbs.OnTreatment, frame: pd.DataFrame, context: Context) -> np.ndarray:
    moments, first, last = (context.dates(frame, name) for name in (verb.on_treatment, verb.first, verb.last))
    return on_treatment(moments, first, last, verb.window)


@_evaluates(verbs.Cases)
def _cases(verb: verbs.Cases, frame: pd.DataFrame, context: Context) -> pd.Series:
    """Each case on the records that no earlier one has taken; what none takes is blank."""
    open_ = np.ones(len(frame), dtype=bool)
    result: pd.Series | None = None
    for case in verb.cases:
        holds = context.holds(case.when, frame)
        at = open_ if holds is None else open_ & holds
        column = evaluate(case, frame, context)
        result = column.where(at, _missing(column)) if result is None else result.where(~at, column)
        open_ = open_ & ~at
    assert result is not None
    return result
