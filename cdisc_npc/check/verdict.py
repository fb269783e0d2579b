"""What a run of checks found: findings, and for every rule whether it could be judged, and of how many records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cdisc_npc.check.rule import Rule
from cdisc_npc.findings import Findings
from cdisc_npc.package.read import Table, texts_of

# So many findings of one rule and variable of a dataset are listed; all are counted.
LISTED = 1000


@dataclass
class _Tally:
    records: int = 0
    findings: int = 0
    reasons: list[str] = field(default_factory=list)
    ran: bool = False


@dataclass(frozen=True, eq=False)
class Group:
    """Findings of one rule in one variable: how many there are, how many are listed, and of what records.

    Attributes
    ----------
    records
        How many were looked at.
    rows
        Positions of all records that fail; None where the finding is of no record.
    values
        What all of them show first; None where they show nothing.
    """

    rule: str
    dataset: str
    variable: str
    severity: str
    findings: int
    listed: int
    records: int
    rows: np.ndarray | None = None
    values: pd.Series | None = None


class Failing(NamedTuple):
    """Something other than a record that breaks a rule: a variable, a file, a part of a document.

    Attributes
    ----------
    expected
        In place of the rule's title, where it says more.
    """

    value: str
    expected: str = ""
    variable: str = ""


class Checked:
    """The outcome of checks, growing.

    Parameters
    ----------
    in_full
        Rules of which all findings are listed: those that an explanation tells apart.

    Attributes
    ----------
    findings : Findings
        At most `LISTED` of each rule and variable of a dataset; code ``CHECK_RULE``, and the rule's id in ``rule``.
    rules : dict of Rule
        Every rule that was asked for, by id.
    groups : list of Group
        With the full counts.
    """

    def __init__(self, in_full: Collection[str] = ()) -> None:
        self.findings = Findings()
        self._in_full = in_full
        self.rules: dict[str, Rule] = {}
        self.groups: list[Group] = []
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def judge(
        self,
        rule: str,
        meaning: Rule,
        table: Table | str,
        rows: np.ndarray | Sequence[int],
        variable: str = "",
        shown: Mapping[str, Any] | None = None,
        *,
        expected: str | Sequence[str] = "",
        records: int | None = None,
    ) -> None:
        """Note that a rule was tried on a dataset, and the records that break it.

        Parameters
        ----------
        rule, meaning
            Id, and what it states.
        table
            The dataset; or its name, of what is no record (a file, a variable): then `rows` says how many findings.
        rows
            Positions of the failing records; none: the rule holds.
        variable
            That the findings are of.
        shown
            Values by name, one a failing record (or one for all): what the finding shows.
        expected
            In place of the rule's title: what was expected, for all or for each.
        records
            How many were looked at; default: all of the table.
        """
        of = table if isinstance(table, Table) else None
        name = table.name if isinstance(table, Table) else table
        looked = records if records is not None else of.size if of is not None else 1
        self.rules.setdefault(rule, meaning)
        tally = self._tallies.setdefault((rule, name), _Tally())
        tally.ran = True
        tally.records = max(tally.records, looked)
        total = len(rows)
        if not total:
            return
        tally.findings += total
        failing = np.asarray(rows, dtype=np.int64)
        places = failing if rule in self._in_full else failing[:LISTED]
        listed = len(places)
        first = next((pd.Series(value) for value in (shown or {}).values() if not np.isscalar(value)), None)
        self.groups.append(
            Group(
                rule,
                name,
                variable,
                meaning.severity,
                total,
                listed,
                looked,
                failing if of is not None else None,
                first,
            )
        )
        subjects: Any = ""
        if of is not None and "USUBJID" in of.columns:
            subjects = of.columns["USUBJID"].series(places).tolist()
        self.findings.add(
            "CHECK_RULE",
            severity=meaning.severity,
            dataset=name,
            variable=variable,
            USUBJID=subjects,
            keys=table.record_keys(places) if isinstance(table, Table) else "",
            value=_shown(shown or {}, listed),
            expected=expected if isinstance(expected, str) and expected else (
                list(expected)[:listed] if expected else meaning.title
            ),
            file=table.path.name if isinstance(table, Table) else "",
            row=(places + 1).tolist() if of is not None else [None] * listed,
            rule=rule,
        )  # fmt: skip

    def judge_parts(
        self, rule: str, meaning: Rule, name: str, failing: Iterable[Failing], records: int = 1
    ) -> None:
        """Note that a rule was tried on what is no record, and what breaks it; see `judge`.

        Parameters
        ----------
        name
            The dataset, document or package that the parts are of.
        """
        self.judge(rule, meaning, name, [], records=records)
        by_variable: dict[str, list[Failing]] = {}
        for part in failing:
            by_variable.setdefault(part.variable, []).append(part)
        for variable, parts in by_variable.items():
            values = {"value": [part.value for part in parts]}
            expected = [part.expected or meaning.title for part in parts]
            self.judge(
                rule, meaning, name, range(len(parts)), variable, values, expected=expected, records=records
            )

    def extend(self, other: Checked) -> None:
        """Take over what another part of the checks found; the two share no rule of a dataset."""
        self.findings.extend(other.findings)
        self.rules |= {name: rule for name, rule in other.rules.items() if name not in self.rules}
        self.groups += other.groups
        self._tallies |= other._tallies

    def skip(self, rule: str, meaning: Rule, dataset: str, reason: str) -> None:
        """Note that a rule could not be tried on a dataset, and why."""
        self.rules.setdefault(rule, meaning)
        self._tallies.setdefault((rule, dataset), _Tally()).reasons.append(reason)

    def verdicts(self) -> pd.DataFrame:
        """Each rule and dataset, by rule: ``status`` (passed, failed, not evaluated), ``reason``, ``records``, ``findings``."""
        rows = [
            (rule, dataset, "failed" if tally.findings else "passed" if tally.ran else "not evaluated",
             "; ".join(dict.fromkeys(tally.reasons)), tally.records, tally.findings)
            for (rule, dataset), tally in sorted(self._tallies.items(), key=lambda item: item[0][0])
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["rule", "dataset", "status", "reason", "records", "findings"])


def _shown(values: Mapping[str, Any], size: int) -> list[str]:
    """Values as text: ``AEOUT=FATAL, DTHFL=``; a single one without its name."""
    columns = {
        name: [str(column)] * size if np.isscalar(column) else texts_of(pd.Series(column).iloc[:size])
        for name, column in values.items()
    }
    if len(columns) == 1:
        return next(iter(columns.values()))
    return [", ".join(f"{name}={texts[place]}" for name, texts in columns.items()) for place in range(size)]
