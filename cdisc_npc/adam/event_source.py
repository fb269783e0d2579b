"""Where the date of an event, of censoring, or of the end of observation comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.adam.events import Copy
from cdisc_npc.columns.imputation import MOMENT, date_of
from cdisc_npc.columns.keys import Names, match_codes
from cdisc_npc.columns.order import sort_keys, ties
from cdisc_npc.findings import Findings

NEVER = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Source:
    """Where the date of an event, of censoring, or of the end of observation is found.

    Attributes
    ----------
    name
        By which the specification and the ledger call it.
    frame
        The dataset.
    date
        Name of the date in it.
    where
        Records that count, shape (n,); None: all. A record without a date never does.
    values
        What a record taken from here sets: EVNTDESC, CNSDTDSC, SRCDOM, SRCVAR, SRCSEQ; a value, or a
        `Copy` of a variable of the record.
    censor
        CNSR: 0 of events, 1 or more of censoring.
    order
        Decides among records of one date.
    within_end
        Whether records after the end of observation are left out.
    after_start
        Whether only records after the start of observation count.
    """

    name: str
    frame: pd.DataFrame
    date: str
    where: np.ndarray | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    censor: int = 0
    order: Names = ()
    within_end: bool = True
    after_start: bool = False

    def pick(
        self,
        subjects: pd.DataFrame,
        by: Names,
        *,
        latest: bool,
        after: np.ndarray | None = None,
        until: np.ndarray | None = None,
        moment: Callable[[np.ndarray], np.ndarray] = date_of,
        findings: Findings | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Date of each subject's earliest (or latest) record that counts, and its position in the frame.

        Parameters
        ----------
        after, until
            Moments, one a subject: only records after the one, and on or before the other, count. NaT
            bounds nothing.

        Returns
        -------
        date : ndarray of datetime64[us]
            NaT where there is none.
        record : ndarray of int64
            -1 where there is none.
        """
        dates = self.frame[self.date].to_numpy().astype(MOMENT)
        counted = ~np.isnat(dates) if self.where is None else self.where & ~np.isnat(dates)
        at = np.flatnonzero(counted)
        who = match_codes(self.frame, subjects, {name: name for name in by})[0][at]
        day = moment(dates[at])
        kept = who >= 0
        if until is not None:
            kept[kept] = ~(day[kept] > until[who[kept]])
        if after is not None:
            kept[kept] = ~(day[kept] <= after[who[kept]])
        at, who, day = at[kept], who[kept], day[kept]
        if findings is not None and len(at):
            _report_same_day(self, at, by, who, day, latest, findings)
        keys = [who, day.view(np.int64), *(key[at] for key in sort_keys(self.frame, self.order))]
        ordered = np.lexsort(keys[::-1])
        ends = np.diff(who[ordered], append=-1) if latest else np.diff(who[ordered], prepend=-1)
        chosen = ordered[np.flatnonzero(ends)]
        date, record = np.full(len(subjects), NEVER), np.full(len(subjects), -1)
        date[who[chosen]], record[who[chosen]] = day[chosen], at[chosen]
        return date, record

    def numbers(self, record: np.ndarray) -> np.ndarray:
        """SRCSEQ of records at positions; NaN where the source has none."""
        copied = self.values.get("SRCSEQ")
        if not isinstance(copied, Copy) or copied.variable not in self.frame.columns:
            return np.full(len(record), np.nan)
        column = np.append(self.frame[copied.variable].to_numpy(dtype=np.float64), np.nan)
        return column[record]


def _report_same_day(
    source: Source, at: np.ndarray, by: Names, who: np.ndarray, day: np.ndarray, latest: bool,
    findings: Findings,
) -> None:  # fmt: skip
    """Several records on the very day that counts, and no order that decides among them."""
    limits = np.full(int(who.max()) + 1, np.iinfo(np.int64).min if latest else np.iinfo(np.int64).max)
    (np.maximum if latest else np.minimum).at(limits, who, day.view(np.int64))
    extreme = day.view(np.int64) == limits[who]
    if np.bincount(who[extreme]).max() < 2:
        return
    part = source.frame.iloc[at[extreme]]
    failing = part[ties(part, by, source.order)].drop_duplicates(list(by))
    if len(failing):
        findings.add(
            "ADAM_TIE", dataset=source.name, USUBJID=failing["USUBJID"],
            keys=failing["USUBJID"], expected=", ".join([source.date, *source.order]),
        )  # fmt: skip
