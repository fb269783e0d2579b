"""The ledger: for each subject and endpoint every candidate, what decided, and the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cdisc_npc.adam.censoring import Rule
    from cdisc_npc.adam.event_source import Source
    from cdisc_npc.adam.outcomes import Outcomes

COLUMNS = (
    "USUBJID", "PARAMCD", "STEP", "ROLE", "NAME", "DATE", "VALUE", "DATASET", "RECORD", "DECISION", "REASON",
)  # fmt: skip
NUMBERS = ("STEP", "RECORD")


class Ledger:
    """A growing table: `COLUMNS`, one row a candidate, a rule that acted, or an outcome.

    STEP orders the rows of a subject and endpoint. ROLE is candidate, end, event, censor, rule or
    outcome. RECORD is the sequence number of the record in DATASET. DECISION is taken, passed over,
    dropped or changed.
    """

    def __init__(self) -> None:
        self._parts: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}

    def add(self, **columns: Any) -> None:
        """Add one batch: scalars are repeated along the arrays given."""
        sizes = [len(values) for values in columns.values() if not np.isscalar(values) and values is not None]
        if not sizes or not sizes[0]:
            return
        for name in COLUMNS:
            values = columns.get(name, "")
            if name == "DATE":
                text = np.datetime_as_string(np.asarray(values).astype("datetime64[D]"))
                result = np.where(text == "NaT", "", text).astype(object)
            elif name in NUMBERS:
                none = isinstance(values, str)
                numbers = np.full(sizes[0], np.nan) if none else np.broadcast_to(values, sizes[0])
                result = np.asarray(numbers, dtype=np.float64)
            else:
                result = (
                    np.full(sizes[0], values, object) if np.isscalar(values) else np.asarray(values, object)
                )
            self._parts[name].append(result)

    def endpoint(self, subjects: pd.Series, parameter: str) -> Endpoint:
        """Begin the account of one endpoint, for subjects in a fixed order."""
        return Endpoint(self, subjects.to_numpy(dtype=object), parameter)

    def frame(self) -> pd.DataFrame:
        """All rows, by subject, endpoint and step."""
        joined = pd.DataFrame({
            name: pd.Series(
                np.concatenate([np.empty(0, object), *parts]), dtype="float64" if name in NUMBERS else "str"
            )
            for name, parts in self._parts.items()
        })  # fmt: skip
        return joined.sort_values(["USUBJID", "PARAMCD", "STEP"], kind="stable", ignore_index=True)


class Endpoint:
    """The account of one endpoint."""

    def __init__(self, ledger: Ledger, subjects: np.ndarray, parameter: str) -> None:
        self._ledger, self._subjects, self._parameter = ledger, subjects, parameter
        self._step = 0

    def row(self, struck: np.ndarray, **columns: Any) -> None:
        """Add a row for each subject that is struck."""
        self._step += 1
        self._ledger.add(
            USUBJID=self._subjects[struck], PARAMCD=self._parameter, STEP=float(self._step), **columns
        )

    def candidates(
        self,
        sources: Sequence[Source],
        found: Sequence[tuple[np.ndarray, Any]],
        role: str,
        chosen: np.ndarray,
    ) -> None:
        """One row for each source's record of each subject, with what became of it."""
        for place, source in enumerate(sources):
            date, record = found[place]
            there = ~np.isnat(date)
            number = "" if record is None else source.numbers(record[there])
            self.row(
                there, ROLE=role, NAME=source.name, DATE=date[there], DATASET=source.values.get("SRCDOM", ""),
                RECORD=number, DECISION=np.where(chosen[there] == place, "taken", "passed over"),
            )  # fmt: skip

    def rule(self, rule: Rule, struck: np.ndarray, outcome: Outcomes) -> None:
        """One row for each subject whose outcome a rule has changed, with the record of its new date."""
        dataset, number = outcome.date_from(struck)
        self.row(
            struck, ROLE="rule", NAME=rule.name, DATE=outcome.date[struck], DECISION="changed", DATASET=dataset, RECORD=number,
            VALUE=outcome.censor[struck].astype(str), REASON=outcome.texts["EVNTDESC"][struck],
        )  # fmt: skip

    def outcome(self, outcome: Outcomes, kept: np.ndarray) -> None:
        """One row for each subject: event or censored, and when, with the record of that date."""
        dataset, number = outcome.date_from(kept)
        names = np.array([source.name for source in outcome.sources] or [""], dtype=object)
        self.row(
            kept, ROLE="outcome", NAME=names[outcome.source[kept]], DATE=outcome.date[kept],
            VALUE=np.where(outcome.censor[kept] == 0, "event", "censored"), DECISION="taken", DATASET=dataset, RECORD=number,
        )  # fmt: skip
