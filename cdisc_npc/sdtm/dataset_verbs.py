"""What the verbs of a dataset's own variables do: from finished columns to a column."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import constant, distinct, ranks, take_or_blank
from cdisc_npc.columns.iso8601 import earliest_possible, latest_possible, to_days
from cdisc_npc.columns.keys import codes_of, numbered
from cdisc_npc.columns.study_day import study_day
from cdisc_npc.columns.texts import text_of
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.sdtm.baseline import baseline_flag
from cdisc_npc.sdtm.evaluate import verb
from cdisc_npc.sdtm.records import Table, blank, origins
from cdisc_npc.sdtm.units import standard_results
from cdisc_npc.sdtm.views import PartView, View
from cdisc_npc.verbs import automatic
from cdisc_npc.verbs import tabulation as verbs

_NEVER = np.iinfo(np.int64).max


@verb("copy")
def copy(stated: verbs.Copy, view: View) -> pd.Series:
    """The other variable."""
    return view.column(stated.copy_)


@verb("not_collected")
def not_collected(stated: automatic.NotCollected, view: View) -> pd.Series:
    """Blank."""
    return blank(view.size, view.variable.type == "Num")


@verb("identity")
def identity(stated: automatic.Identity, view: View) -> pd.Series:
    """STUDYID, DOMAIN or USUBJID."""
    build = view.build
    if view.variable.name == "USUBJID":
        return pd.Series(build.subjects.take(view.subject), dtype="str")
    text = build.spec.study.identity.studyid if view.variable.name == "STUDYID" else view.table
    return constant(text, view.size)


@verb("sequence")
def sequence(stated: automatic.Sequence, view: View) -> pd.Series:
    """1, 2, … within the subject; ties in the order of forms, then of raw records."""
    own = view.build.tables[view.table]
    block = np.repeat(np.arange(len(own.blocks)), [block.size for block in own.blocks])
    rows = origins(own)[1]
    keys = [ranks(view.column(name)) for name in stated.sequence]
    group = own.subject if stated.within == "USUBJID" else ranks(view.column(stated.within))
    order = np.lexsort((np.arange(own.size), rows, block, *reversed(keys), group))
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if own.size else np.empty(0, dtype=int)
    lengths = np.diff(np.r_[starts, own.size])
    numbers = np.empty(own.size)
    numbers[order] = np.arange(own.size) - np.repeat(starts, lengths) + 1
    return pd.Series(numbers)


@verb("lookup")
def lookup(stated: verbs.Lookup, view: View) -> pd.Series:
    """A value of the subject's records in another dataset.

    1. The records for which ``where`` holds and the variable is not blank are candidates.
    2. They belong to a record with the same subject and the same values of ``by``.
    3. ``earliest`` and ``latest`` take the least and greatest value as text (ISO 8601
       sorts as it reads), ``first`` and ``last`` the record by --SEQ, ``only`` the one
       value; where candidates of ``only`` differ, the value is blank and a finding.
    """
    other = view.build.tables[stated.dataset]
    values = other.columns[stated.lookup.partition(".")[2]]
    usable = ~is_blank(values)
    if stated.where:
        usable &= satisfied(stated.where, other.column, other.size)
    candidates = np.flatnonzero(usable)
    theirs, ours = _keys(stated, view, other, candidates)
    order_by = ranks(values)[candidates]
    if stated.take in ("first", "last"):
        order_by = other.columns[f"{stated.dataset}SEQ"].to_numpy()[candidates]
    order = np.lexsort((order_by, theirs))
    if stated.take in ("latest", "last"):
        order = order[::-1]
    size = int(max(theirs.max(initial=-1), ours.max(initial=-1))) + 1
    chosen = np.full(size, -1, dtype=np.int64)
    chosen[theirs[order[::-1]]] = candidates[order[::-1]]  # the first in order is written last
    positions = chosen[ours] if size else np.full(view.size, -1)
    if stated.take == "only":
        positions = _only(stated, view, values, candidates, theirs, ours, chosen, positions)
    view.trace(stated.dataset, positions)
    return take_or_blank(values, positions)


def _keys(
    stated: verbs.Lookup, view: View, other: Table, candidates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One number for the subject and the values of ``by``, on both sides."""
    # Records of no subject, of the trial's design, are those of one more.
    columns = [(np.r_[other.subject[candidates], view.subject] + 1, len(view.build.subjects) + 1)]
    for name in stated.by:
        both = pd.concat([other.columns[name].take(candidates), view.column(name)], ignore_index=True)
        codes, kinds = codes_of(both)
        columns.append((codes, len(kinds)))
    numbers, _ = numbered(columns, len(candidates) + view.size)
    return numbers[: len(candidates)], numbers[len(candidates) :]


def _only(
    stated: verbs.Lookup, view: View, values: pd.Series, candidates: np.ndarray,
    theirs: np.ndarray, ours: np.ndarray, chosen: np.ndarray, positions: np.ndarray,
) -> np.ndarray:  # fmt: skip
    codes = distinct(values)[0]
    differ = codes[candidates] != codes[chosen[theirs]]
    if not differ.any():
        return positions
    failing = np.zeros(len(chosen), dtype=bool)
    failing[theirs[differ]] = True
    rows = np.flatnonzero(failing[ours])
    second = np.full(len(chosen), -1)
    second[theirs[differ]] = candidates[differ]
    texts = values.astype("str").to_numpy(dtype=object)
    shown = [f"{texts[a]}, {texts[b]}" for a, b in zip(positions[rows], second[ours[rows]], strict=True)]
    view.report("MAP_LOOKUP_MANY", rows, shown, "one value")
    return np.where(failing[ours], -1, positions)


@verb("exists")
def exists(stated: verbs.Exists, view: View) -> pd.Series:
    """Y for the subjects of the other dataset's records that satisfy the condition."""
    other = view.build.tables[stated.exists]
    subjects = other.subject[satisfied(stated.where, other.column, other.size)]
    result = np.isin(view.subject, subjects)
    return pd.Series(np.where(result, "Y", ""), dtype="str")


def _extreme(view: View, names: list[str], take: Literal["earliest", "latest"]) -> pd.Series:
    result: pd.Series | None = None
    for name in names:
        dataset = name.partition(".")[0]
        if "." in name and dataset != view.table:
            other = lookup(verbs.Lookup(lookup=name, take=take), view)
        else:
            other = view.column(name)
        if result is None:
            result = other
            continue
        left, right = result.to_numpy(dtype=object), other.to_numpy(dtype=object)
        better = (right < left) if take == "earliest" else (right > left)
        use = ~is_blank(other) & (is_blank(result) | better.astype(bool))
        result = result.where(~use, other)
    assert result is not None
    return result


@verb("earliest")
def earliest(stated: verbs.Earliest, view: View) -> pd.Series:
    """The least of several dates as text; blanks apart."""
    return _extreme(view, stated.earliest, "earliest")


@verb("latest")
def latest(stated: verbs.Latest, view: View) -> pd.Series:
    """The greatest of several dates as text; blanks apart."""
    return _extreme(view, stated.latest, "latest")


@verb("next")
def next_record(stated: verbs.Next, view: View) -> pd.Series:
    """The value of the subject's next record by --SEQ; of the last one the stated variable."""
    subject, values = view.subject, view.column(stated.next)
    order = np.lexsort((view.column(f"{view.table}SEQ").to_numpy(), subject))
    follows = np.full(view.size, -1, dtype=np.int64)
    follows[order[:-1]] = np.where(subject[order[:-1]] == subject[order[1:]], order[1:], -1)
    result = take_or_blank(values, follows)
    return result.where(follows >= 0, view.column(stated.last)) if stated.last else result


@verb("study_value")
def study_value(stated: verbs.StudyValue, view: View) -> pd.Series:
    """The one value, for every record of the view."""
    dataset, _, name = stated.study_value.partition(".")
    other = view.build.tables[dataset]
    usable = ~is_blank(other.columns[name])
    if stated.where:
        usable &= satisfied(stated.where, other.column, other.size)
    if stated.take == "subjects":
        text = str(len(np.unique(other.subject[usable])))
    else:
        values = sorted(text_of(other.columns[name])[usable].unique())
        text = "" if not values else values[0] if stated.take == "earliest" else values[-1]
    return constant(text, view.size)


@verb("study_day")
def day(stated: verbs.StudyDay, view: View) -> pd.Series:
    """SDTMIG 4.4.4: no day 0, missing unless both dates are complete."""
    return study_day(view.column(stated.study_day), view.column(stated.reference))


@verb("epoch")
def epoch(stated: verbs.Epoch, view: View) -> pd.Series:
    """The last epoch whose first day is on or before the date.

    A partial date has an epoch where its earliest and its latest possible day fall in
    the same one; otherwise the epoch is blank: it is not guessed.
    """
    dates = view.column(stated.epoch)
    starts = view.build.spec.study.epochs
    first, existing = earliest_possible(dates)
    last, _ = latest_possible(dates)
    result = [np.full(view.size, -1), np.full(view.size, -1)]
    for index, start in enumerate(starts):
        days, complete = to_days(view.column(start.date))
        begins = np.where(complete, days + start.after, _NEVER)
        for item, moment in zip(result, (first, last), strict=True):
            item[moment >= begins] = index
    same = existing & (result[0] == result[1])
    names = pd.Series([start.epoch for start in starts] + [""], dtype="str")
    return take_or_blank(names, np.where(same, result[0], len(starts)))


@verb("epoch_begins")
def epoch_begins(stated: verbs.EpochBegins, view: View) -> pd.Series:
    """The date of the epoch's begin, or the day after it; a partial date has no day after it, and stays."""
    names = view.column(stated.epoch_begins)
    result = blank(view.size)
    for start in view.build.spec.study.epochs:
        begins = view.column(start.date)
        if start.after:
            days, complete = to_days(begins)
            later = np.datetime_as_string((days + 1).astype("datetime64[D]"))
            begins = begins.where(~complete, pd.Series(later, dtype="str", index=begins.index))
        result = result.mask(names == start.epoch, begins)
    return result


@verb("baseline_flag")
def flag(stated: verbs.BaselineFlag, view: View) -> pd.Series:
    """--LOBXFL: see `cdisc_npc.sdtm.baseline`."""
    names = dict.fromkeys(["USUBJID", *(name for name in stated.own_reads() if "." not in name)])
    return baseline_flag(
        pd.DataFrame({name: view.column(name) for name in names}), domain=view.table,
        reference=view.column(stated.reference), by=stated.by, same_day=stated.same_day, same_day_visits=stated.visits,
    )  # fmt: skip


@verb("standardize")
def standardize(stated: verbs.Standardize, view: View) -> pd.Series:
    """--STRESC, --STRESN or --STRESU: see `cdisc_npc.sdtm.units`."""
    if isinstance(view, PartView):
        return take_or_blank(standardize(stated, view.whole), view.positions)
    part = (
        "unit"
        if view.variable.name.endswith("STRESU")
        else "number"
        if view.variable.type == "Num"
        else "text"
    )
    return standard_results(view, stated.standardize)[part]
