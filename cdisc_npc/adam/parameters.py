"""Parameters with one record a subject: responses summed up, dates, existing records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.adam import responses
from cdisc_npc.adam.context import SUBJECT, Context
from cdisc_npc.adam.dates import MOMENT
from cdisc_npc.adam.events import stack
from cdisc_npc.adam.ledger import Ledger
from cdisc_npc.adam.merge import exists, taken
from cdisc_npc.adam.responses import BEST, History, ResponsePolicies
from cdisc_npc.spec.adam.model import Parameter, Responses

# A reference date that is missing: nothing ever comes so many days after it.
_NEVER = 1 << 39


def policies_of(model: Responses) -> ResponsePolicies:
    """The policies that a specification states."""
    return ResponsePolicies(
        model.confirm_days, model.stable_days, model.not_evaluable, model.stable_between,
        model.partial_after_complete, model.no_assessment, tuple(model.benefit),
    )  # fmt: skip


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
        self.best: dict[str, np.ndarray] = {}
        if model is None:
            return
        self.policies = policies_of(model)
        where, all_where = context.holds(model.where, records), context.holds(model.all_where, records)
        self.past = responses.history(records, subjects, where=where)
        self.all = self.past if all_where is None else responses.history(records, subjects, where=all_where)
        dates = context.dates(subjects, model.reference).astype("datetime64[D]")
        self.reference = np.where(np.isnat(dates), _NEVER, dates.astype(np.int64))
        relapsed = responses.partial_after_complete(self.past)
        if relapsed.any():
            context.findings.add(
                "ADAM_PR_AFTER_CR", dataset=context.dataset, USUBJID=subjects[SUBJECT][relapsed]
            )

    def parameter(self, code: str, model: Parameter) -> pd.DataFrame:
        """Records of one parameter, one a subject of ADSL.

        A record that an assessment decides keeps the assessment's variables.
        """
        row, value = getattr(self, f"_{model.kind}")(code, model)
        identity = [name for name in ("STUDYID", SUBJECT) if name in self.subjects.columns]
        made = self.subjects[identity].reset_index(drop=True)
        if model.date is not None:
            made = made.assign(ADT=self.context.dates(self.subjects, model.date))
        elif model.kind != "exists":
            names = [name for name in self.records.columns if name not in identity]
            made = made.assign(**{name: taken(self.records[name], row) for name in names})
        set_ = {"PARAMCD": code, "PARAM": model.label} | model.values
        texts = {name: pd.Series([text] * len(made), dtype="str") for name, text in set_.items()}
        made = made.assign(AVALC=pd.Series(value, dtype="str"), **texts)
        date = (
            made["ADT"].to_numpy().astype(MOMENT)
            if "ADT" in made
            else np.full(len(made), np.datetime64("NaT", "us"))
        )
        self.ledger.add(
            USUBJID=made[SUBJECT], PARAMCD=code, STEP=99.0, ROLE="outcome", NAME=model.kind, VALUE=value, DATE=date,
            DECISION="taken",
        )  # fmt: skip
        return made

    def _yes(self, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return row, np.where(row < 0, "N", "Y").astype(object)

    def _first(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        assert model.first is not None
        return self._yes(responses.first_record(self.past, model.first))

    def _response(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        if model.response == "confirmed":
            return self._yes(responses.confirmed_response(self.past, self.policies))
        return self._yes(responses.first_record(self.past, ("CR", "PR")))

    def _best(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        confirmed = model.best == "confirmed"
        value, row = responses.best_response(self.past, self.reference, self.policies, confirmed=confirmed)
        self._account(code, confirmed, row)
        self.best[code] = np.where(np.isin(value, [0, 1, 2, 3, 4, 5, 6, 7]), value, 7)
        self.best[f"{code}.row"] = row
        return row, np.array(BEST, dtype=object)[value]

    def _benefit(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        policies = self.policies
        if model.benefit_of is not None:
            policies = ResponsePolicies(**{**vars(policies), "benefit": tuple(model.benefit_of)})
        row = responses.clinical_benefit(
            self.past, self.reference, policies, confirmed=model.benefit == "confirmed"
        )
        return self._yes(row)

    def _best_is(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        assert model.best_is is not None
        wanted = [BEST.index(value) for value in model.of]
        is_one = np.isin(self.best[model.best_is], wanted)
        return self._yes(np.where(is_one, self.best[f"{model.best_is}.row"], -1))

    def _last(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        row = responses.last_record(self.all)
        return row, taken(self.records["AVALC"], row).to_numpy(dtype=object)

    def _date(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        assert model.date is not None
        there = ~np.isnat(self.context.dates(self.subjects, model.date))
        return np.full(len(there), -1), np.where(there, "Y", "N").astype(object)

    def _exists(self, code: str, model: Parameter) -> tuple[np.ndarray, np.ndarray]:
        assert model.exists is not None
        table = self.context.table(model.exists)
        there = exists(self.subjects, table, [SUBJECT], self.context.holds(model.where, table))[1]
        return np.full(len(there), -1), np.where(there, "Y", "N").astype(object)

    def _account(self, code: str, confirmed: bool, chosen: np.ndarray) -> None:
        """One row of the ledger for each assessment: what it counts as, and why."""
        past: History = self.past
        rank, reason = responses.ranks(past, self.reference, self.policies, confirmed=confirmed)
        step = np.arange(len(past.who)) - np.searchsorted(past.who, past.who) + 1.0
        number = next((name for name in self.records.columns if name.endswith("SEQ")), None)
        counts = np.array(BEST, dtype=object)[rank]
        told = np.array(responses.RESPONSES, dtype=object)[past.value] + np.where(
            counts == np.array(responses.RESPONSES, dtype=object)[past.value], "", " counts as " + counts
        )
        self.ledger.add(
            USUBJID=self.subjects[SUBJECT].to_numpy()[past.who], PARAMCD=code, STEP=step, ROLE="candidate",
            NAME="assessment", DATE=past.day.astype("datetime64[D]"), VALUE=told, DATASET=(number or "")[:2],
            RECORD=self.records[number].to_numpy()[past.row] if number else np.full(len(past.row), np.nan),
            DECISION=np.where(chosen[past.who] == past.row, "taken", "passed over"), REASON=reason,
        )  # fmt: skip


def add_parameters(
    records: pd.DataFrame,
    parameters: dict[str, Parameter],
    model: Responses | None,
    context: Context,
    ledger: Ledger,
) -> pd.DataFrame:
    """Append the parameters to the records that they are made of."""
    if not parameters:
        return records
    subjects = context.table("ADSL")
    summary = Summary(records, subjects, model, context, ledger)
    return stack([records, *(summary.parameter(code, one) for code, one in parameters.items())])
