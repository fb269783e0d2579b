"""Which raw records count: the latest version of each, lines not inactivated, one number a person.

Resolved before anything is mapped, and before the data is split into parts: a person's
numbers must meet in one part. What is dropped keeps its reason, for the account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cdisc_npc.columns.distinct import by_distinct, distinct, numbers, take_or_blank, text_column
from cdisc_npc.columns.iso8601 import DEFAULT_RULES, DateRules, is_complete, iso8601
from cdisc_npc.columns.keys import dense, numbered
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings
from cdisc_npc.study.versions import Detect, LogLines, Rescreens, Versions

# How the dates of a form's field are written.
FieldDates = Callable[[str, str], DateRules]

SUPERSEDED = "Superseded by a later version"
INACTIVATED = "Inactivated"
HEADER = "Header of a log form"
OTHER_SCREENING = "Other screening of the person"


class ValidRecords(NamedTuple):
    """Which records of a form count.

    Attributes
    ----------
    keep : ndarray of bool
    reason : ndarray of object
        Why a record does not count; '' where it does.
    findings : Findings
    """

    keep: np.ndarray
    reason: np.ndarray
    findings: Findings


def valid_records(
    frame: pd.DataFrame,
    rule: Versions,
    *,
    subject: str | None = None,
    form: str = "",
    file: str = "",
    dates: DateRules = DEFAULT_RULES,
) -> ValidRecords:
    """Tell which records of a form count.

    1. Of the versions of a record (same subject, same ``record`` fields) the one updated
       last counts; of several updated at the same time, the last row. A record whose
       ``record`` fields are not all filled is a version of no other.
    2. Of those, a line that was inactivated does not count: a record whose latest version
       is inactive is gone, one that was activated again is back.
    3. The header line of a log form (position 0) does not count beside lines of its page.
       A header alone does: it may say why there are no lines.

    Parameters
    ----------
    frame
        The form's records, as text without nulls.
    rule
        Of the form (`spec.resolution.versions_of`).
    subject
        Field of the subject, which is then part of what tells records and pages apart.
    form, file
        Names, for findings.
    dates
        How the study writes dates, for ``updated`` without a stated format.

    Returns
    -------
    ValidRecords
        Findings: RAW_VERSION_TIE for versions of one time that differ, RAW_VERSION_TIME for
        a version whose time cannot be read; it counts as earlier than all others.

    Raises
    ------
    ValueError
        A log form with neither ``subject`` nor ``page``: its pages cannot be told apart.
    """
    findings = Findings()
    reason = np.full(len(frame), "", dtype=object)
    own = [subject] if subject else []
    if rule.log:
        reason[_headers(frame, rule.log, own)] = HEADER
    for field, values in rule.inactive.items():
        codes, uniques = distinct(frame[field])
        trimmed = pc.utf8_trim_whitespace(pa.array(uniques, pa.large_string())).to_pylist()
        reason[np.isin(codes, [code for code, text in enumerate(trimmed) if text in values])] = INACTIVATED
    if rule.updated and rule.record:
        place = {"form": form, "file": file}
        reason[_superseded(frame, rule, own, dates, findings, place)] = SUPERSEDED
    return ValidRecords(reason == "", reason, findings)


def _headers(frame: pd.DataFrame, log: LogLines, own: list[str]) -> np.ndarray:
    """Lines of position 0 on a page with other lines, be they valid or not."""
    page = list(dict.fromkeys([*own, *log.page]))
    if not page:
        raise ValueError(f"log lines by {log.position}: expected the subject's field, or `page`")
    position = numbers(frame[log.position])
    codes = _codes(frame, page)
    with_lines = np.zeros(len(frame), dtype=bool)
    with_lines[codes[position > 0]] = True
    return (position == 0) & with_lines[codes]


def _codes(frame: pd.DataFrame, fields: list[str]) -> np.ndarray:
    """A number for each different combination of values, below the number of records."""
    columns = []
    for field in fields:
        codes, uniques = distinct(frame[field])
        trimmed = pc.utf8_trim_whitespace(pa.array(uniques, pa.large_string())).dictionary_encode()
        columns.append((trimmed.indices.to_numpy()[codes] if len(uniques) else codes, len(uniques)))
    return dense(numbered(columns, len(frame))[0])[0]


def _superseded(
    frame: pd.DataFrame, rule: Versions, own: list[str], dates: DateRules, findings: Findings, place: dict[str, str]
) -> np.ndarray:  # fmt: skip
    """Rows of versions that are not the latest of their record."""
    assert rule.updated is not None
    fields = list(dict.fromkeys([*own, *rule.record]))
    codes = _codes(frame, fields)
    filled = np.logical_and.reduce([~is_blank(frame[field]) for field in rule.record])
    # Most records have one version: times are read only of those that have more.
    rows = np.flatnonzero(np.bincount(codes[filled], minlength=len(frame))[codes] > 1)
    if not len(rows):
        return rows
    times = take_or_blank(frame[rule.updated], rows)
    moments = _moments(times, rule, dates)
    lost = np.isnat(moments)
    findings.add(
        "RAW_VERSION_TIME", variable=rule.updated, row=rows[lost] + 1, value=times[lost],
        expected="a date and time", **place,
    )  # fmt: skip
    # NaT is the least of the integers behind moments; lexsort keeps the order of rows in ties.
    order = np.lexsort((moments.view(np.int64), codes[rows]))
    record = codes[rows][order]
    last = np.flatnonzero(np.r_[record[1:] != record[:-1], True])
    latest = order[np.repeat(last, np.diff(np.r_[-1, last]))]  # for each of order, its record's latest
    losing, winning = order[latest != order], latest[latest != order]
    same = moments.view(np.int64)[losing] == moments.view(np.int64)[winning]
    tied, kept = rows[losing[same]], rows[winning[same]]
    differ = np.zeros(len(tied), dtype=bool)
    for field in frame.columns if len(tied) else ():
        codes = distinct(frame[field])[0]
        differ |= codes[tied] != codes[kept]
    if differ.any():
        at = np.argsort(tied[differ])
        tied, kept = tied[differ][at], kept[differ][at]
        keys = _named(frame.take(tied), fields)
        findings.add(
            "RAW_VERSION_TIE", variable=rule.updated, row=tied + 1, keys=keys,
            value=frame[rule.updated].to_numpy(dtype=object)[tied], expected=[f"row {row + 1}" for row in kept],
            **place,
        )  # fmt: skip
    return rows[losing]


def _moments(times: pd.Series, rule: Versions, dates: DateRules) -> np.ndarray:
    """datetime64[us] in UTC, NaT where it cannot be read."""
    codes, uniques = distinct(times)
    iso, _ = iso8601(text_column(uniques), rules=dates, format=rule.format)
    read = pd.to_datetime(iso.where(is_complete(iso), ""), format="ISO8601", utc=True, errors="coerce")
    return read.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")[codes]


def _named(frame: pd.DataFrame, fields: list[str]) -> pd.Series:
    named = pd.Series("", index=frame.index, dtype="str")
    for place, field in enumerate(fields):
        named = named + f"{', ' if place else ''}{field}=" + frame[field]
    return named


def same_person(
    forms: Mapping[str, pd.DataFrame],
    rule: Rescreens,
    subject: Sequence[str],
    *,
    files: Mapping[str, str] | None = None,
    dates: FieldDates = lambda form, field: DEFAULT_RULES,
) -> tuple[dict[str, str], Findings]:
    """Find persons who were screened under several numbers.

    1. The study's table is applied: each number leads to the last of its chain.
    2. In the form ``detect`` names, numbers with the same values in all ``fields`` are
       one person's; complete dates are compared as dates, other text without regard to
       case and to blanks around it; a blank is like nothing. Numbers that the table has
       joined are not detected again.
    3. The number kept is the first or the last by the screening's date, a date not known
       before all others, then by the numbers themselves.
    4. What is detected enters the crosswalk only by the policy ``apply``.

    Parameters
    ----------
    forms
        The valid records of each form; the index is their place (from 0) among all records.
    rule
        Of the study.
    subject
        Fields of the subject; the first that a form has is its own (as in `Identity`).
    files
        File of each form, for findings.
    dates
        How the dates of a form's field are written.

    Returns
    -------
    crosswalk : dict of str to str
        Subject text: the subject text that the person is known by. The same for all forms.
    findings : Findings
        RAW_SAME_PERSON for each number joined or found to agree, RAW_RESCREEN_UNKNOWN for
        each number of the table that no form has.
    """
    findings = Findings()
    own = {name: _subject_of(frame, subject) for name, frame in forms.items()}
    columns = {name: frame[own[name]].str.strip() for name, frame in forms.items() if own[name]}
    existing = {text for column in columns.values() for text in column.unique()}
    stated = rule.crosswalk()
    unknown = sorted({*stated, *stated.values()} - existing)
    findings.add("RAW_RESCREEN_UNKNOWN", value=unknown)
    used = sorted(number for number in stated if number in existing)
    findings.add(
        "RAW_SAME_PERSON", severity="note", value=used, expected=[stated[number] for number in used],
        params="the study's table of rescreens", rule="taken as one person",
    )  # fmt: skip
    if rule.detect is None or rule.detect.form not in columns:
        return stated, findings
    form = rule.detect.form
    column = columns[form]
    detected = _detected(forms[form], canonical_subjects(column, stated), rule, dates)
    numbers_found = sorted(detected)
    first_row = pd.Series(column.index.to_numpy() + 1, index=canonical_subjects(column, stated).to_numpy())
    first_row = first_row[~first_row.index.duplicated()]
    apply = rule.policy == "apply"
    findings.add(
        "RAW_SAME_PERSON", form=form, file=(files or {}).get(form, ""), variable=own[form],
        row=first_row.reindex(numbers_found).to_numpy(), value=numbers_found,
        expected=[detected[number] for number in numbers_found], params=", ".join(rule.detect.fields),
        rule="taken as one person" if apply else "only reported",
    )  # fmt: skip
    if not apply:
        return stated, findings
    return {number: detected.get(kept, kept) for number, kept in (detected | stated).items()}, findings


def _subject_of(frame: pd.DataFrame, subject: Sequence[str]) -> str:
    return next((field for field in subject if field in frame.columns), "")


def _detected(frame: pd.DataFrame, subjects: pd.Series, rule: Rescreens, dates: FieldDates) -> dict[str, str]:
    """Numbers that agree with another one, and the number that is kept of them."""
    detect = rule.detect
    assert detect is not None
    alike = pd.DataFrame(
        {field: _comparable(frame[field], dates(detect.form, field)) for field in detect.fields}
    )
    alike.insert(0, "", subjects.to_numpy())
    whole = (alike != "").all(axis=1).to_numpy()
    codes, persons = distinct(alike[""][whole])
    if not len(persons):
        return {}
    group = _codes(alike[whole].reset_index(drop=True), detect.fields)
    rank = _screening_order(frame, subjects, persons, detect, dates)
    best = rank if rule.keep == "last" else -rank
    # A number may agree with one other in one record and with a third in the next: spread to the end.
    while True:
        of_group = np.full(group.max() + 1, -len(persons), dtype=np.int64)
        np.maximum.at(of_group, group, best[codes])
        spread = best.copy()
        np.maximum.at(spread, codes, of_group[group])
        if (spread == best).all():
            break
        best = spread
    by_rank = np.empty(len(persons), dtype=np.int64)
    by_rank[rank] = np.arange(len(persons))
    kept = by_rank[np.abs(best)]
    moved = np.flatnonzero(kept != np.arange(len(persons)))
    return dict(zip(persons[moved], persons[kept[moved]], strict=True))


def _comparable(values: pd.Series, dates: DateRules) -> pd.Series:
    """Complete dates in ISO 8601, other text in capitals without blanks around it."""

    def read(texts: np.ndarray) -> np.ndarray:
        column = text_column(texts)
        iso, problem = iso8601(column, rules=dates)
        read = iso.where(is_complete(iso) & (problem == ""), column.str.strip().str.upper())
        return read.to_numpy(dtype=object)

    return by_distinct(values, read)


def _screening_order(
    frame: pd.DataFrame, subjects: pd.Series, persons: np.ndarray, detect: Detect, dates: FieldDates
) -> np.ndarray:
    """Rank of each number: by its earliest screening date, then by its length and text."""
    days = pd.Series("", index=persons, dtype="str")
    if detect.date is not None:
        iso, _ = iso8601(frame[detect.date], rules=dates(detect.form, detect.date))
        existing = (iso != "").to_numpy()
        first = pd.Series(
            iso.to_numpy()[existing], index=subjects.to_numpy()[existing], dtype="str"
        ).sort_values()
        first = first[~first.index.duplicated()]
        days = first.reindex(persons).fillna("")
    # A number without its leading zeros is shorter, and lower than the longer ones.
    order = sorted(range(len(persons)), key=lambda at: (days.iloc[at], len(persons[at]), persons[at]))
    rank = np.empty(len(persons), dtype=np.int64)
    rank[order] = np.arange(len(persons))
    return rank


def canonical_subjects(values: pd.Series, crosswalk: Mapping[str, str]) -> pd.Series:
    """Subject texts with each number of the crosswalk replaced; all others stay as they are."""
    return by_distinct(values, lambda texts: [crosswalk.get(text.strip(), text) for text in texts])


def kept_screening(subjects: pd.Series, crosswalk: Mapping[str, str]) -> np.ndarray:
    """Tell which records of a form with one record a person to use.

    Parameters
    ----------
    subjects
        Subject text of each record, as collected.
    crosswalk
        Of `same_person`.

    Returns
    -------
    ndarray of bool
        False for a record under a number not kept, where the form has one under the number
        kept; the reason is `OTHER_SCREENING`.
    """
    collected = subjects.str.strip()
    kept = canonical_subjects(collected, crosswalk)
    own = (collected == kept).to_numpy()
    return own | ~kept.isin(collected[own]).to_numpy()
