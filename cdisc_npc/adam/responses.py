"""Best overall response, confirmed or not, and what is derived beside it.

A `History` is the assessments of all subjects in the order of their dates, one a day. Every function
answers per subject with the position of the record that decides, so that the analysis record can keep
that record's variables.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.imputation import MOMENT
from cdisc_npc.columns.keys import Names, match_codes, require
from cdisc_npc.findings import Refused
from cdisc_npc.recist.overall import RECORDED

CR, PR, SD, NON, PD, NE, ND = range(7)
MISSING = 7
# AVAL of a response; ND has none.
NUMBERS = {"CR": 1.0, "PR": 2.0, "SD": 3.0, "NON-CR/NON-PD": 4.0, "PD": 5.0, "NE": 6.0, "MISSING": 7.0}
_NOWHERE = -1
_FAR = 1 << 40  # days: no subject's dates reach the next subject's


@dataclass(frozen=True)
class ResponsePolicies:
    """What RECIST 1.1 and the field leave to the protocol.

    Attributes
    ----------
    confirm_days
        A response is confirmed by another one at least so many days later (RECIST 1.1, 4.4: no less
        than 4 weeks).
    stable_days
        Stable disease counts from so many days after the reference date on (RECIST 1.1, 4.4: usually
        6 to 8 weeks).
    not_evaluable
        How many NE may lie between a response and its confirmation.
    stable_between
        How many SD may lie between a PR and its confirmation.
    partial_after_complete
        Whether a PR may follow a CR between a PR and its confirmation.
    no_assessment
        The best response of a subject without any: MISSING or NE.
    benefit
        Responses that are a benefit when they last to ``stable_days``.
    """

    confirm_days: int = 28
    stable_days: int = 42
    not_evaluable: int = 1
    stable_between: int = 0
    partial_after_complete: bool = False
    no_assessment: str = "MISSING"
    benefit: tuple[str, ...] = ("CR", "PR", "SD", "NON-CR/NON-PD")

    def __post_init__(self) -> None:
        if self.no_assessment not in ("MISSING", "NE"):
            raise ValueError(f"no assessment is {self.no_assessment}; expected MISSING or NE")
        if not set(self.benefit) <= set(RECORDED):
            raise ValueError(f"a benefit is {', '.join(self.benefit)}; expected {', '.join(RECORDED)}")


@dataclass(frozen=True)
class History:
    """Assessments in order: by subject, then date.

    Attributes
    ----------
    size
        Number of subjects.
    who, day, value, row : ndarray of int64
        Of each assessment: the subject's number, the date in days since 1970, the code of the
        response (`RECORDED`), and the position of its record.
    """

    size: int
    who: np.ndarray
    day: np.ndarray
    value: np.ndarray
    row: np.ndarray

    def only(self, kept: np.ndarray) -> History:
        """The history of some of the assessments."""
        return History(self.size, self.who[kept], self.day[kept], self.value[kept], self.row[kept])


def history(
    frame: pd.DataFrame,
    subjects: pd.DataFrame,
    by: Names = ("USUBJID",),
    *,
    date: str = "ADT",
    value: str = "AVALC",
    where: np.ndarray | None = None,
) -> History:
    """Order the assessments of all subjects.

    Parameters
    ----------
    frame
        Records with the subject's keys, a date and a response.
    subjects
        One record a subject; assessments of others are left out.
    where
        Records that count; one without a date or response never does.

    Raises
    ------
    Refused
        ADAM_VALUE: a response that is none of `RECORDED`. ADAM_MANY: two responses of one day.
    """
    require(frame, [*by, date, value])
    counted = frame[value].to_numpy() != ""
    counted &= frame[date].notna().to_numpy()
    if where is not None:
        counted &= where
    row = np.flatnonzero(counted)
    part = frame.iloc[row]
    code = pd.Index(RECORDED).get_indexer(pd.Index(part[value]))
    if (code < 0).any():
        failing = part[code < 0]
        raise Refused.because(
            "ADAM_VALUE", dataset=str(frame.attrs.get("name", "")), variable=value, USUBJID=failing[by[-1]],
            value=failing[value], expected=", ".join(RECORDED) + ", or a term that `counts_as` has",
        )  # fmt: skip
    who = match_codes(part, subjects, {name: name for name in by})[0]
    day = part[date].to_numpy().astype(MOMENT).astype("datetime64[D]").astype(np.int64)
    order = np.lexsort([day, who])
    order = order[who[order] >= 0]
    result = History(len(subjects), who[order], day[order], code[order], row[order])
    twice = np.flatnonzero((np.diff(result.who) == 0) & (np.diff(result.day) == 0))
    if len(twice):
        failing = frame.iloc[result.row[twice]]
        raise Refused.because(
            "ADAM_MANY", dataset=str(frame.attrs.get("name", "")), USUBJID=failing[by[-1]],
            keys=f"{', '.join(by)}, {date}",
            value=failing[by[-1]].astype("str") + " " + failing[date].dt.strftime("%Y-%m-%d"),
        )  # fmt: skip
    return result


def first_record(past: History, values: Collection[str], since: np.ndarray | None = None) -> np.ndarray:
    """Position of each subject's first record with one of some responses, -1 where none.

    Parameters
    ----------
    since
        Days, per subject, before which none counts.
    """
    fits = np.isin(past.value, [RECORDED.index(value) for value in values])
    if since is not None:
        fits &= past.day >= since[past.who]
    return _first(past, fits)


def last_record(past: History) -> np.ndarray:
    """Position of each subject's last record, -1 where none."""
    result = np.full(past.size, _NOWHERE)
    result[past.who] = past.row
    return result


def progression_day(past: History, ends: Collection[str] = ("PD",)) -> np.ndarray:
    """Day of each subject's first PD (or another of ``ends``); without one a day that never comes."""
    result = np.full(past.size, np.iinfo(np.int64).max)
    at = np.flatnonzero(np.isin(past.value, [RECORDED.index(value) for value in ends]))[::-1]
    result[past.who[at]] = past.day[at]
    return result


def until_progression(
    past: History, day: np.ndarray | None = None, ends: Collection[str] = ("PD",)
) -> History:
    """Assessments up to and including the first of ``ends`` (or up to and including a day per subject)."""
    limit = progression_day(past, ends) if day is None else day
    return past.only(past.day <= limit[past.who])


def confirmations(past: History, policies: ResponsePolicies) -> tuple[np.ndarray, np.ndarray]:
    """Which assessments are responses that a later one confirms.

    For each assessment *a* the span is what follows it up to and including the first assessment that
    confirms: at least ``confirm_days`` after *a*, CR for a CR, CR or PR for a PR. Without one, *a* is
    not confirmed.

    1. A CR is confirmed when all of the span are CR or NE, at most ``not_evaluable`` of them NE.
    2. A PR is confirmed when all of the span are CR, PR, SD or NE, at most ``not_evaluable`` NE and at
       most ``stable_between`` SD, and no PR follows a CR in it (``partial_after_complete``).

    Parameters
    ----------
    past
        Up to the first PD, see `until_progression`.

    Returns
    -------
    confirmed : ndarray of bool, shape (assessments,)
    reason : ndarray of str
        Of a CR or PR that is not: why.

    Sources: RECIST 1.1, 4.4 and table 3; ADaM practice as in admiralonco.
    """
    count = len(past.value)
    place = np.arange(count)
    later = past.who * _FAR + past.day + max(policies.confirm_days, 1)
    key = past.who * _FAR + past.day
    before = {
        code: np.concatenate([[0], np.cumsum(past.value == code)]) for code in (CR, PR, SD, NON, PD, NE, ND)
    }

    def between(code: int, end: np.ndarray) -> np.ndarray:
        """How many assessments of a response lie after each one, up to and including another."""
        return before[code][np.minimum(end + 1, count)] - before[code][place + 1]

    def confirming(codes: Collection[int]) -> np.ndarray:
        at = np.flatnonzero(np.isin(past.value, list(codes)))
        result = np.append(at, count)[np.searchsorted(key[at], later)]
        same = np.append(past.who, -1)[result] == past.who
        return np.where(same, result, count)

    confirmed = np.zeros(count, dtype=bool)
    reason = np.full(count, "", dtype=object)
    for own, codes, allowed in ((CR, (CR,), (CR, NE)), (PR, (CR, PR), (CR, PR, SD, NE))):
        mine = past.value == own
        end = confirming(codes)
        there = end < count
        foreign = sum(between(code, end) for code in range(7) if code not in allowed)
        unread, stable = between(NE, end), between(SD, end)
        relapse = _partial_after_complete(past, end) if own == PR else np.zeros(count, dtype=bool)
        checks = [
            (~there, f"no {' or '.join(RECORDED[c] for c in codes)} {policies.confirm_days} days later or more"),
            (foreign > 0, f"another response than {', '.join(RECORDED[code] for code in allowed)} in between"),
            (unread > policies.not_evaluable, f"more than {policies.not_evaluable} NE in between"),
            (mine & (stable > policies.stable_between), f"more than {policies.stable_between} SD in between"),
            (relapse & (not policies.partial_after_complete), "PR after CR in between"),
        ]  # fmt: skip
        failed = np.logical_or.reduce([flags for flags, _ in checks])
        confirmed |= mine & ~failed
        texts = np.select([flags for flags, _ in checks], [text for _, text in checks], "")
        reason = np.where(mine, texts, reason)
    return confirmed, reason


def _partial_after_complete(past: History, end: np.ndarray) -> np.ndarray:
    """Whether a PR follows a CR among what follows each assessment, up to and including ``end``."""
    count = len(past.value)
    place = np.arange(count + 1)
    is_cr, is_pr = np.append(past.value == CR, False), np.append(past.value == PR, False)
    next_cr = np.minimum.accumulate(np.where(is_cr, place, count)[::-1])[::-1]
    last_pr = np.maximum.accumulate(np.where(is_pr, place, -1))
    first = np.append(next_cr, count)[place[:-1] + 1]
    return (first <= end) & (last_pr[np.minimum(end, count)] > first)


def ranks(
    past: History, reference: np.ndarray, policies: ResponsePolicies, *, confirmed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """What each assessment counts as in the choice of the best response (codes of `BEST`), and why.

    1. CR and PR count as such; with ``confirmed`` only where `confirmations` says so.
    2. SD: a CR, PR or SD at least ``stable_days`` after the reference date.
    3. NON-CR/NON-PD: likewise.
    4. PD.
    5. NE; and CR, PR, SD or NON-CR/NON-PD before that day.
    6. ND.
    """
    late = past.day >= reference[past.who] + policies.stable_days
    reason = np.full(len(past.value), "", dtype=object)
    response = (past.value == CR) | (past.value == PR)
    counts = response.copy()
    if confirmed:
        counts, reason = confirmations(past, policies)
    stable = ~counts & (response | (past.value == SD))
    early = (stable | (past.value == NON)) & ~late
    code = np.select([counts, early, stable], [past.value, NE, SD], past.value)
    stated = f"before day {policies.stable_days} after the reference date"
    reason = np.where(early, np.where(reason == "", stated, reason + "; " + stated), reason)
    return code, reason


def best_response(
    past: History, reference: np.ndarray, policies: ResponsePolicies, *, confirmed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Best overall response of each subject.

    The best by the order CR, PR, SD, NON-CR/NON-PD, PD, NE, ND of what the assessments count as
    (`ranks`); the first of them by date. Without an assessment it is MISSING (``no_assessment``).

    Parameters
    ----------
    past
        Up to the first PD.
    reference
        Per subject the day (since 1970) from which ``stable_days`` are counted: treatment start, or
        randomization. Where it is missing, as a very late day, nothing is stable disease.

    Returns
    -------
    value : ndarray of int64
        Code of `BEST`.
    row : ndarray of int64
        Position of the record that decides, -1 where none.
    """
    code, _ = ranks(past, reference, policies, confirmed=confirmed)
    value = np.full(past.size, MISSING if policies.no_assessment == "MISSING" else NE)
    row = np.full(past.size, _NOWHERE)
    order = np.lexsort([np.arange(len(code)), code, past.who])[::-1]
    value[past.who[order]] = code[order]
    row[past.who[order]] = past.row[order]
    return value, row


def confirmed_response(past: History, policies: ResponsePolicies) -> np.ndarray:
    """Position of each subject's first confirmed CR or PR, -1 where none; see `confirmations`."""
    return _first(past, confirmations(past, policies)[0])


def clinical_benefit(
    past: History, reference: np.ndarray, policies: ResponsePolicies, *, confirmed: bool
) -> np.ndarray:
    """Position of each subject's first record of benefit, -1 where none.

    A response (confirmed, where asked for) at any time, or one of ``benefit`` at least
    ``stable_days`` after the reference date.
    """
    responded = confirmations(past, policies)[0] if confirmed else (past.value == CR) | (past.value == PR)
    late = past.day >= reference[past.who] + policies.stable_days
    lasting = np.isin(past.value, [RECORDED.index(value) for value in policies.benefit]) & late
    return _first(past, responded | lasting)


def partial_after_complete(past: History) -> np.ndarray:
    """Subjects in whose history a PR follows a CR: RECIST asks whether the CR was one."""
    first = np.full(past.size, np.iinfo(np.int64).max)
    at = np.flatnonzero(past.value == CR)[::-1]
    first[past.who[at]] = past.day[at]
    result = np.zeros(past.size, dtype=bool)
    result[past.who[(past.value == PR) & (past.day > first[past.who])]] = True
    return result


def _first(past: History, fits: np.ndarray) -> np.ndarray:
    result: Any = np.full(past.size, _NOWHERE)
    at = np.flatnonzero(fits)[::-1]
    result[past.who[at]] = past.row[at]
    return result
