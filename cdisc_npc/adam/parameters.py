"""Parameters with one record a subject: responses summed up, dates, existing records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdisc_npc.adam import responses
from cdisc_npc.adam.censoring import Horizon
from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.responses import History, ResponsePolicies
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.distinct import constant, distinct, take_or_blank
from cdisc_npc.columns.keys import match_codes
from cdisc_npc.columns.merge import exists
from cdisc_npc.recist.overall import BEST, RECORDED
from cdisc_npc.study.adam_written import Parameter, Responses

# A reference date that is missing: nothing ever comes so many days after it.
_NEVER = 1 << 39


NO_YES = ("N", "Y")
# Parameters that sum up no assessments.
_UNSUMMED = ("date", "exists")


@dataclass(frozen=True)
class Outcome:
    """One parameter, subject by subject.

    Attributes
    ----------
    row
        Position of the record that decides, -1 where none.
    value
        Code of the value in ``names``; None where the value is the record's own.
    date
        In place of the record's date.
    """

    row: np.ndarray
    value: np.ndarray | None = None
    names: tuple[str, ...] = ()
    date: np.ndarray | None = None

    def words(self) -> pd.Series | None:
        """The values as text."""
        if self.value is None:
            return None
        return pd.Series(self.names, dtype="str").take(self.value).reset_index(drop=True)


def _but_for_dates(where: ConditionParts) -> ConditionParts:
    """A condition without its tests of ADT and of flags, which records without a date do not get."""
    return ConditionParts(
        tuple(
            tuple((name, tests) for name, tests in item if name != "ADT" and not name.endswith("FL"))
            for item in where.alternatives
        )
    )


def policies_of(model: Responses) -> ResponsePolicies:
    """The policies that a specification states."""
    return ResponsePolicies(
        model.confirm_days, model.stable_days, model.not_evaluable, model.stable_between,
        model.partial_after_complete, model.no_assessment, tuple(model.benefit),
    )  # fmt: skip


def counted_responses(records: pd.DataFrame, models: Iterable[Responses], context: Context) -> pd.DataFrame:
    """The records, AVALC of assessments being what their term counts as (``counts_as``); each is noted."""
    for model in models:
        codes, terms = distinct(records["AVALC"])
        counted = np.array([model.counted.get(term, "refuse") for term in terms], dtype=object)
        fits = (counted != "refuse")[codes]
        if not fits.any():
            continue
        holds = context.holds(_but_for_dates(model.where), records)
        assert holds is not None
        fits &= holds
        part = records[fits]
        context.findings.add(
            "ADAM_COUNTS_AS", dataset=context.dataset, variable="AVALC", USUBJID=part[SUBJECT],
            value=part["AVALC"], expected=counted[codes[fits]],
            keys=part["ADT"].dt.strftime("%Y-%m-%d").fillna("without date"),
        )  # fmt: skip
        texts = np.where(fits, counted[codes], records["AVALC"].to_numpy(dtype=object))
        records = records.assign(AVALC=pd.Series(texts, dtype="str"))
    return records


class Summary:
    """The assessments of a dataset, and the parameters that sum them up.

    Parameters
    ----------
    records
        Records of the dataset, among them the assessments.
    subjects
        ADSL: each subject gets one record of each parameter.
    """

    def __init__(
        self,
        records: pd.DataFrame,
        subjects: pd.DataFrame,
        model: Responses | None,
        context: Context,
        ledger: Ledger,
    ) -> None:
        self.records, self.subjects, self.context, self.ledger = records, subjects, context, ledger
        self.best: dict[str, Outcome] = {}
        if model is None:
            return
        self.policies = policies_of(model)
        context.report_absent(model.where, records, "responses", "warning")
        self.all = responses.history(records, subjects, where=context.holds(model.where, records))
        self.past = responses.until_progression(self.all, ends=model.ends)
        self.begin = context.dates(subjects, model.reference)
        dates = self.begin.astype("datetime64[D]")
        self.reference = np.where(np.isnat(dates), _NEVER, dates.astype(np.int64))
        undated = context.holds(_but_for_dates(model.where), records)
        assert undated is not None
        undated &= records["ADT"].isna().to_numpy() & records["AVALC"].isin(RECORDED).to_numpy()
        self.undated = np.flatnonzero(undated & records[SUBJECT].isin(subjects[SUBJECT]).to_numpy())
        relapsed = responses.partial_after_complete(self.past)
        if relapsed.any():
            context.findings.add(
                "ADAM_PR_AFTER_CR", dataset=context.dataset, USUBJID=subjects[SUBJECT][relapsed]
            )

    def parameter(self, code: str, model: Parameter) -> Outcome:
        """Of each subject of ADSL the record that decides a parameter, and its value."""
        result: Outcome = getattr(self, f"_{model.kind}")(code, model)
        if model.horizon is None:
            return result
        dates = np.append(self.records["ADT"].to_numpy(), np.datetime64("NaT", "us"))[result.row]
        return self._yes(np.where(dates <= Horizon(model.horizon).date(self.begin), result.row, -1))

    def report_undated(self, codes: list[str], reference: str) -> None:
        """Assessments, and references of assessed subjects, without a date: what they are lost to."""
        lost, findings = ", ".join(codes), self.context.findings
        part = self.records.iloc[self.undated]
        if len(part):
            visit = " of " + part["VISIT"] if "VISIT" in part.columns else ""
            findings.add(
                "ADAM_UNDATED", dataset=self.context.dataset, variable="ADT", USUBJID=part[SUBJECT],
                value=part["AVALC"] + visit, expected=lost,
            )  # fmt: skip
        assessed = np.bincount(self.past.who, minlength=len(self.subjects)) > 0
        failing = self.subjects[SUBJECT][np.isnat(self.begin) & assessed]
        if len(failing):
            findings.add(
                "ADAM_UNDATED", dataset="ADSL", variable=reference, USUBJID=failing, value="reference",
                expected=lost,
            )  # fmt: skip

    def _undated_progression(self) -> np.ndarray:
        """Position of each subject's first PD that has no date, -1 where none."""
        at = self.undated[(self.records["AVALC"].to_numpy() == "PD")[self.undated]][::-1]
        who = match_codes(self.records.iloc[at], self.subjects, {SUBJECT: SUBJECT})[0]
        result = np.full(len(self.subjects), -1)
        result[who] = at
        return result

    def _yes(self, row: np.ndarray) -> Outcome:
        return Outcome(row, (row >= 0).astype(np.int64), NO_YES)

    def _first(self, code: str, model: Parameter) -> Outcome:
        assert model.first is not None
        row = responses.first_record(self.past, model.first)
        if "PD" in model.first:  # a progression is one, though its day is not known
            row = np.where(row < 0, self._undated_progression(), row)
        return self._yes(row)

    def _response(self, code: str, model: Parameter) -> Outcome:
        if model.response == "confirmed":
            return self._yes(responses.confirmed_response(self.past, self.policies))
        return self._yes(responses.first_record(self.past, ("CR", "PR")))

    def _best(self, code: str, model: Parameter) -> Outcome:
        confirmed = model.best == "confirmed"
        value, row = responses.best_response(self.past, self.reference, self.policies, confirmed=confirmed)
        undated = self._undated_progression()
        progressed = (undated >= 0) & (value > responses.PD)
        value, row = np.where(progressed, responses.PD, value), np.where(progressed, undated, row)
        self._account(code, confirmed, value, row)
        self.best[code] = Outcome(row, value, BEST)
        return self.best[code]

    def _benefit(self, code: str, model: Parameter) -> Outcome:
        policies = self.policies
        if model.benefit_of is not None:
            policies = ResponsePolicies(**{**vars(policies), "benefit": tuple(model.benefit_of)})
        row = responses.clinical_benefit(
            self.past, self.reference, policies, confirmed=model.benefit == "confirmed"
        )
        return self._yes(row)

    def _best_is(self, code: str, model: Parameter) -> Outcome:
        assert model.best_is is not None
        wanted = [BEST.index(value) for value in model.of]
        best = self.best[model.best_is]
        assert best.value is not None
        return self._yes(np.where(np.isin(best.value, wanted), best.row, -1))

    def _last(self, code: str, model: Parameter) -> Outcome:
        return Outcome(responses.last_record(self.all))

    def _date(self, code: str, model: Parameter) -> Outcome:
        assert model.date is not None
        dates = self.context.dates(self.subjects, model.date)
        there = (~np.isnat(dates)).astype(np.int64)
        return Outcome(np.full(len(there), -1), there, NO_YES, dates)

    def _exists(self, code: str, model: Parameter) -> Outcome:
        assert model.exists is not None
        table = self.context.table(model.exists)
        there = exists(self.subjects, table, [SUBJECT], self.context.holds(model.where, table))[1]
        return Outcome(np.full(len(there), -1), there.astype(np.int64), NO_YES)

    def _account(self, code: str, confirmed: bool, value: np.ndarray, chosen: np.ndarray) -> None:
        """Rows of the ledger: each assessment, what it counts as, and why; then the best response."""
        past: History = self.past
        rank, reason = responses.ranks(past, self.reference, self.policies, confirmed=confirmed)
        step = np.arange(len(past.who)) - np.searchsorted(past.who, past.who) + 1.0
        number = next((name for name in self.records.columns if name.endswith("SEQ")), None)
        counts = np.array(BEST, dtype=object)[rank]
        stated = np.array(RECORDED, dtype=object)[past.value] + np.where(
            counts == np.array(RECORDED, dtype=object)[past.value], "", " counts as " + counts
        )
        self.ledger.add(
            USUBJID=self.subjects[SUBJECT].to_numpy()[past.who], PARAMCD=code, STEP=step, ROLE="candidate",
            NAME="assessment", DATE=past.day.astype("datetime64[D]"), VALUE=stated, DATASET=(number or "")[:2],
            RECORD=self.records[number].to_numpy()[past.row] if number else np.full(len(past.row), np.nan),
            DECISION=np.where(chosen[past.who] == past.row, "taken", "passed over"), REASON=reason,
        )  # fmt: skip
        date = np.append(self.records["ADT"].to_numpy(), np.datetime64("NaT", "us"))[chosen]
        self.ledger.add(
            USUBJID=self.subjects[SUBJECT], PARAMCD=code, STEP=np.full(len(value), 1.0 + step.max(initial=0)),
            ROLE="outcome", NAME="best response", VALUE=np.array(BEST, dtype=object)[value], DATE=date,
            DECISION="taken",
        )  # fmt: skip


def add_parameters(
    records: pd.DataFrame,
    parameters: dict[str, Parameter],
    models: dict[str, Responses],
    context: Context,
    ledger: Ledger,
    population: ConditionParts | None = None,
) -> pd.DataFrame:
    """Append the parameters, one record a subject of the population, to the records that they are made of.

    A record that an assessment decides keeps the assessment's variables.
    """
    if not parameters:
        return records
    records = counted_responses(records, models.values(), context)
    subjects = context.table("ADSL")
    chosen = context.holds(population, subjects)
    subjects = (subjects if chosen is None else subjects[chosen]).reset_index(drop=True)
    summaries = {name: Summary(records, subjects, model, context, ledger) for name, model in models.items()}
    first = next(iter(summaries), "")
    for name, summary in summaries.items():
        codes = [
            code
            for code, one in parameters.items()
            if one.kind not in _UNSUMMED and (one.assessor or first) == name
        ]
        summary.report_undated(codes, models[name].reference)
    plain = Summary(records, subjects, None, context, ledger)
    outcomes = {
        code: summaries.get(one.assessor or first, plain).parameter(code, one)
        for code, one in parameters.items()
    }
    size, begin = len(subjects), len(records)
    # All records of all parameters are taken in one go: columns are many, parameters too.
    rows = np.concatenate([np.arange(begin), *(outcome.row for outcome in outcomes.values())])
    columns = {name: take_or_blank(records[name], rows) for name in records.columns}

    def put(name: str, parts: list[pd.Series | None]) -> None:
        """Set a variable of the parameters' records; None leaves what was taken."""
        places = [begin + n * size for n in range(len(parts))]
        if name not in columns:
            kind = next(part.dtype for part in parts if part is not None)
            columns[name] = take_or_blank(pd.Series([], dtype=kind), np.full(len(rows), -1))
        own = columns[name]
        pieces = [
            own.iloc[at : at + size] if part is None else part for at, part in zip(places, parts, strict=True)
        ]
        columns[name] = pd.concat([own.iloc[:begin], *pieces], ignore_index=True)

    count = len(parameters)
    for name in ("STUDYID", SUBJECT):
        if name in subjects.columns:
            put(name, [subjects[name]] * count)
    texts = [{"PARAMCD": code, "PARAM": one.label} | one.values for code, one in parameters.items()]
    for name in dict.fromkeys(name for item in texts for name in item):
        put(name, [constant(item[name], size) if name in item else None for item in texts])
    put("AVALC", [outcome.words() for outcome in outcomes.values()])
    if any(outcome.date is not None for outcome in outcomes.values()):
        put("ADT", [None if o.date is None else pd.Series(o.date) for o in outcomes.values()])
    return pd.DataFrame(columns)
