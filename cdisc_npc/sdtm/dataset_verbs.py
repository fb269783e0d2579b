"""What the verbs of a dataset's own variables do: from finished columns to a column."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa

from cdisc_npc.columns.column import Column, jointly
from cdisc_npc.columns.iso8601 import earliest_possible, latest_possible, to_days
from cdisc_npc.columns.keys import numbered
from cdisc_npc.columns.study_day import day_numbers
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.sdtm.baseline import flagged
from cdisc_npc.sdtm.evaluate import verb
from cdisc_npc.sdtm.records import Table, blank, origins
from cdisc_npc.sdtm.units import standard_results
from cdisc_npc.sdtm.views import PartView, View
from cdisc_npc.verbs import automatic
from cdisc_npc.verbs import tabulation as verbs

_NEVER = np.iinfo(np.int64).max


@verb("copy")
def copy(stated: verbs.Copy, view: View) -> Column:
    """The other variable."""
    return view.column(stated.copy_)


@verb("not_collected")
def not_collected(stated: automatic.NotCollected, view: View) -> Column:
    """Blank."""
    return blank(view.size, view.variable.type == "Num")


@verb("identity")
def identity(stated: automatic.Identity, view: View) -> Column:
    """STUDYID, DOMAIN or USUBJID."""
    build = view.build
    if view.variable.name == "USUBJID":
        return Column(pa.array(build.subjects, pa.large_string()), view.subject).narrow
    text = build.spec.study.identity.studyid if view.variable.name == "STUDYID" else view.table
    return Column.one(text, view.size)


@verb("sequence")
def sequence(stated: automatic.Sequence, view: View) -> Column:
    """1, 2, … within the subject; ties in the order of forms, then of raw records."""
    own = view.build.tables[view.table]
    block = np.repeat(np.arange(len(own.blocks)), [block.size for block in own.blocks])
    rows = origins(own)[1]
    keys = [view.column(name).ordered() for name in stated.sequence]
    group = own.subject if stated.within == "USUBJID" else view.column(stated.within).ordered()
    order = np.lexsort((np.arange(own.size), rows, block, *reversed(keys), group))
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if own.size else np.empty(0, dtype=int)
    lengths = np.diff(np.r_[starts, own.size])
    numbers = np.empty(own.size)
    numbers[order] = np.arange(own.size) - np.repeat(starts, lengths) + 1
    return Column(numbers)


@verb("lookup")
def lookup(stated: verbs.Lookup, view: View) -> Column:
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
    order_by = values.ordered()[candidates]
    if stated.take in ("first", "last"):
        order_by = other.columns[f"{stated.dataset}SEQ"].values[candidates]
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
    return values.take_or_blank(positions)


def _keys(
    stated: verbs.Lookup, view: View, other: Table, candidates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One number for the subject and the values of ``by``, on both sides."""
    # Records of no subject, of the trial's design, are those of one more.
    columns = [(np.r_[other.subject[candidates], view.subject] + 1, len(view.build.subjects) + 1)]
    for name in stated.by:
        left, right, kinds = jointly(other.columns[name].take(candidates), view.column(name))
        columns.append((np.r_[left, right], len(kinds)))
    numbers, _ = numbered(columns, len(candidates) + view.size)
    return numbers[: len(candidates)], numbers[len(candidates) :]


def _only(
    stated: verbs.Lookup, view: View, values: Column, candidates: np.ndarray,
    theirs: np.ndarray, ours: np.ndarray, chosen: np.ndarray, positions: np.ndarray,
) -> np.ndarray:  # fmt: skip
    codes = values.coded.places
    differ = codes[candidates] != codes[chosen[theirs]]
    if not differ.any():
        return positions
    failing = np.zeros(len(chosen), dtype=bool)
    failing[theirs[differ]] = True
    rows = np.flatnonzero(failing[ours])
    second = np.full(len(chosen), -1)
    second[theirs[differ]] = candidates[differ]
    texts = values.printed.values
    shown = [f"{texts[a]}, {texts[b]}" for a, b in zip(positions[rows], second[ours[rows]], strict=True)]
    view.report("MAP_LOOKUP_MANY", rows, shown, "one value")
    return np.where(failing[ours], -1, positions)


@verb("exists")
def exists(stated: verbs.Exists, view: View) -> Column:
    """Y for the subjects of the other dataset's records that satisfy the condition."""
    other = view.build.tables[stated.exists]
    subjects = other.subject[satisfied(stated.where, other.column, other.size)]
    result = np.isin(view.subject, subjects)
    return blank(view.size).filled(result, "Y")


def _extreme(view: View, names: list[str], take: Literal["earliest", "latest"]) -> Column:
    result: Column | None = None
    for name in names:
        dataset = name.partition(".")[0]
        if "." in name and dataset != view.table:
            other = lookup(verbs.Lookup(lookup=name, take=take), view)
        else:
            other = view.column(name)
        if result is None:
            result = other
            continue
        left, right, kinds = jointly(result, other)
        left, right = kinds.ranks[left], kinds.ranks[right]
        better = (right < left) if take == "earliest" else (right > left)
        use = ~is_blank(other) & (is_blank(result) | better)
        result = result.where(~use, other)
    assert result is not None
    return result


@verb("earliest")
def earliest(stated: verbs.Earliest, view: View) -> Column:
    """The least of several dates as text; blanks apart."""
    return _extreme(view, stated.earliest, "earliest")


@verb("latest")
def latest(stated: verbs.Latest, view: View) -> Column:
    """The greatest of several dates as text; blanks apart."""
    return _extreme(view, stated.latest, "latest")


@verb("next")
def next_record(stated: verbs.Next, view: View) -> Column:
    """The value of the subject's next record by --SEQ; of the last one the stated variable."""
    subject, values = view.subject, view.column(stated.next)
    order = np.lexsort((view.column(f"{view.table}SEQ").values, subject))
    follows = np.full(view.size, -1, dtype=np.int64)
    follows[order[:-1]] = np.where(subject[order[:-1]] == subject[order[1:]], order[1:], -1)
    result = values.take_or_blank(follows)
    return result.where(follows >= 0, view.column(stated.last)) if stated.last else result


@verb("study_value")
def study_value(stated: verbs.StudyValue, view: View) -> Column:
    """The one value, for every record of the view."""
    dataset, _, name = stated.study_value.partition(".")
    other = view.build.tables[dataset]
    usable = ~is_blank(other.columns[name])
    if stated.where:
        usable &= satisfied(stated.where, other.column, other.size)
    if stated.take == "subjects":
        text = str(len(np.unique(other.subject[usable])))
    else:
        values = sorted(other.columns[name].printed.take(np.flatnonzero(usable)).narrow.kinds.to_pylist())
        text = "" if not values else values[0] if stated.take == "earliest" else values[-1]
    return Column.one(text, view.size)


@verb("study_day")
def day(stated: verbs.StudyDay, view: View) -> Column:
    """SDTMIG 4.4.4: no day 0, missing unless both dates are complete."""
    return Column(day_numbers(view.column(stated.study_day), view.column(stated.reference)))


@verb("epoch")
def epoch(stated: verbs.Epoch, view: View) -> Column:
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
    names = pa.array([*(start.epoch for start in starts), ""], pa.large_string())
    return Column(names, np.where(same, result[0], len(starts)).astype(np.int32))


@verb("epoch_begins")
def epoch_begins(stated: verbs.EpochBegins, view: View) -> Column:
    """The date of the epoch's begin, or the day after it; a partial date has no day after it, and stays."""
    names = view.column(stated.epoch_begins)
    result = blank(view.size)
    for start in view.build.spec.study.epochs:
        begins = view.column(start.date)
        if start.after:
            days, complete = to_days(begins)
            later = np.datetime_as_string((days + 1).astype("datetime64[D]"))
            begins = begins.where(~complete, Column.of(later.tolist()))
        result = result.where(~names.equal(start.epoch), begins)
    return result


@verb("baseline_flag")
def flag(stated: verbs.BaselineFlag, view: View) -> Column:
    """--LOBXFL: see `cdisc_npc.sdtm.baseline`."""
    names = dict.fromkeys(["USUBJID", *(name for name in stated.own_reads() if "." not in name)])
    flags = flagged(
        {name: view.column(name) for name in names}, domain=view.table,
        reference=view.column(stated.reference), by=stated.by, same_day=stated.same_day, same_day_visits=stated.visits,
    )  # fmt: skip
    return blank(view.size).filled(flags, "Y")


@verb("standardize")
def standardize(stated: verbs.Standardize, view: View) -> Column:
    """--STRESC, --STRESN or --STRESU: see `cdisc_npc.sdtm.units`."""
    if isinstance(view, PartView):
        return standardize(stated, view.whole).take(view.positions)
    part = (
        "unit"
        if view.variable.name.endswith("STRESU")
        else "number"
        if view.variable.type == "Num"
        else "text"
    )
    return standard_results(view, stated.standardize)[part]
