"""Values of other records, reduced to one a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field as Setting
from pydantic import model_validator

from cdisc_npc.columns.column import Column, jointly
from cdisc_npc.columns.condition import Condition, ConditionParts
from cdisc_npc.columns.days import comparable
from cdisc_npc.columns.distinct import take_or_blank
from cdisc_npc.columns.joined import pairs
from cdisc_npc.columns.keys import match_codes, numbered, require
from cdisc_npc.columns.order import shown, sorted_positions
from cdisc_npc.columns.where import is_blank, satisfied
from cdisc_npc.findings import Refused
from cdisc_npc.verbs.base import Flag, Names
from cdisc_npc.verbs.kinds import ORDERED, Kind, KindOf, misfits_of, one_family
from cdisc_npc.verbs.verb import ANALYSIS, DATASET, Verb
from cdisc_npc.verbs.view import SUBJECT, AnalysisView, Other, TabulationView

_NAME = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", re.ASCII)
_COMPARE = {
    "before": np.less, "until": np.less_equal, "since": np.greater_equal, "after": np.greater,
}  # fmt: skip
_WORDS = {"before": "before", "until": "on or before", "since": "on or after", "after": "after"}


class Lookup(Verb):
    """A value of the subject's records in another dataset."""

    scopes = DATASET
    takes = {}
    gives = "as read"
    subjects = "subject"
    default_origin = "Derived"

    lookup: Annotated[str, Setting(pattern=r"^[A-Z0-9-]+\.[A-Z0-9]+$")]
    take: Literal["only", "first", "last", "earliest", "latest"] = "only"
    by: Names = Setting(default=[], description="variables equal in both, beside USUBJID")
    where: Condition | None = None

    @property
    def dataset(self) -> str:
        """The dataset that is looked into."""
        return self.lookup.partition(".")[0]

    def own_reads(self) -> Iterator[str]:
        yield from (self.lookup, *self.by)
        yield from (f"{self.dataset}.{name}" for name in [*self.by, *self.named("where")])
        if self.take in ("first", "last"):
            yield f"{self.dataset}.--SEQ"

    def tell(self) -> str:
        text = f"the {self.take} {self.lookup} of the subject"
        text += f" with the same {', '.join(self.by)}" if self.by else ""
        return text + (f" where {self.where.describe()}" if self.where else "")

    def make(self, view: TabulationView) -> Column:
        """A value of the subject's records in another dataset.

        1. The records for which ``where`` holds and the variable is not blank are candidates.
        2. They belong to a record with the same subject and the same values of ``by``.
        3. ``earliest`` and ``latest`` take the least and greatest value as text (ISO 8601
           sorts as it reads), ``first`` and ``last`` the record by --SEQ, ``only`` the one
           value; where candidates of ``only`` differ, the value is blank and a finding.
        """
        other = view.other(self.dataset)
        values = other.column(self.lookup.partition(".")[2])
        usable = ~is_blank(values)
        if self.where:
            usable &= satisfied(self.where, other.column, other.size)
        candidates = np.flatnonzero(usable)
        theirs, ours = self._keys(view, other, candidates)
        order_by = values.ordered()[candidates]
        if self.take in ("first", "last"):
            order_by = other.column(f"{self.dataset}SEQ").values[candidates]
        order = np.lexsort((order_by, theirs))
        if self.take in ("latest", "last"):
            order = order[::-1]
        size = int(max(theirs.max(initial=-1), ours.max(initial=-1))) + 1
        chosen = np.full(size, -1, dtype=np.int64)
        chosen[theirs[order[::-1]]] = candidates[order[::-1]]  # the first in order is written last
        positions = chosen[ours] if size else np.full(view.size, -1)
        if self.take == "only":
            positions = _only(view, values, candidates, theirs, ours, chosen, positions)
        view.trace(self.dataset, positions)
        return values.take_or_blank(positions)

    def _keys(
        self, view: TabulationView, other: Other, candidates: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """One number for the subject and the values of ``by``, on both sides."""
        # Records of no subject, of the trial's design, are those of one more.
        subjects = np.r_[other.subject[candidates], view.subject] + 1
        columns = [(subjects, int(subjects.max(initial=0)) + 1)]
        for name in self.by:
            left, right, kinds = jointly(other.column(name).take(candidates), view.column(name))
            columns.append((np.r_[left, right], len(kinds)))
        numbers, _ = numbered(columns, len(candidates) + view.size)
        return numbers[: len(candidates)], numbers[len(candidates) :]


class AnalysisLookup(Verb):
    """A value of another table's records of the subject.

    Unlike in SDTM ``only`` refuses several records, though they have one value; ``min`` and ``max`` are of
    numbers and dates, where ``earliest`` and ``latest`` are of text; and an order is stated, for there is no --SEQ.

    ``by`` names variables that must agree, too; ``before``, ``until``, ``since`` and ``after`` compare
    a variable there with one here: ``until: {EXSTDTM: ASTDTM}``.
    """

    scopes = ANALYSIS
    takes = {}
    gives = "as read"
    subjects = "subject"
    default_origin = "Predecessor"

    lookup: str
    take: Literal["only", "first", "last", "min", "max", "sum", "count", "list"] = "only"
    order: Names = []
    where: Condition | None = None
    by: dict[str, str] | Names = Setting(default=[], description="names, or own name: name there")
    before: dict[str, str] = {}
    until: dict[str, str] = {}
    since: dict[str, str] = {}
    after: dict[str, str] = {}
    open_ended: Flag = Setting(default=False, description="a date that is missing there bounds nothing")
    required: Flag = Setting(default=False, description="a record that finds nothing is a finding")

    @model_validator(mode="after")
    def _names_a_variable(self) -> AnalysisLookup:
        if not _NAME.fullmatch(self.lookup):
            raise ValueError(f"expected TABLE.VARIABLE, not {self.lookup}")
        if self.take in ("first", "last") and not self.order:
            raise ValueError(f"the {self.take} record needs an order")
        return self

    @property
    def table(self) -> str:
        """Where it is looked up."""
        return self.lookup.partition(".")[0]

    @property
    def variable(self) -> str:
        """What is looked up."""
        return self.lookup.partition(".")[2]

    @property
    def keys(self) -> dict[str, str]:
        """Own name: name there, of the variables that must agree beside the subject."""
        return dict(self.by) if isinstance(self.by, dict) else {name: name for name in self.by}

    @property
    def bounds(self) -> list[tuple[str, str, str]]:
        """Comparisons: kind, name there, own name."""
        return [(kind, other, own) for kind in _COMPARE for other, own in getattr(self, kind).items()]

    def own_reads(self) -> Iterator[str]:
        yield from self.keys
        yield from (own for _, _, own in self.bounds)

    def looks_in(self) -> Iterator[tuple[str, str]]:
        names = [self.variable, *self.named("order"), *self.keys.values()]
        names += [other for _, other, _ in self.bounds]
        names += self.named("where")
        yield from ((self.table, name) for name in names)

    def kind(self, kind_of: KindOf) -> Kind | None:
        return "number" if self.take in ("sum", "count") else kind_of(self.lookup)

    def misfits(self, kind_of: KindOf) -> Iterator[str]:
        kinds: dict[str, tuple[Kind, ...]] = {
            "sum": ("number",),
            "list": ("text",),
            "min": ORDERED,
            "max": ORDERED,
        }
        if self.take in kinds:
            yield from misfits_of(kind_of, [self.lookup], *kinds[self.take])
        for _, other, own in self.bounds:
            pair = [f"{self.table}.{other}", own]
            yield from misfits_of(kind_of, pair, *ORDERED)
            yield from one_family(kind_of, pair, "bounds")

    def conditions(self, kind_of: KindOf) -> Iterator[tuple[ConditionParts, KindOf]]:
        yield from super().conditions(kind_of)
        if self.where:
            yield self.where, there(self.table, kind_of)

    def tell(self) -> str:
        text = self.lookup if self.take == "only" else f"{self.take} {self.lookup}"
        if self.order:
            text += f" by {', '.join(self.order)}"
        if self.where:
            text += f" where {self.where.describe()}"
        return text + "".join(f", {other} {_WORDS[kind]} {own}" for kind, other, own in self.bounds)

    def make(self, view: AnalysisView) -> pd.Series:
        """Find for each record what the verb asks for; blank where there is none.

        1. The records of the table that satisfy ``where``, of the same subject (where it has subjects) and
           equal in ``by``; with bounds only those before, until, since or after a date of the record at hand.
        2. Of these the value of the only, first or last one; or the least, greatest, sum, number or list
           of their values. Missing values are no values.

        Raises
        ------
        Refused
            ADAM_MANY: several records, and ``take`` is only.
        """
        frame, table = view.frame, view.table(self.table)
        # A dataset without subjects, such as TS, is of the study: its records belong to every subject.
        names = ({SUBJECT: SUBJECT} if SUBJECT in table.columns else {}) | self.keys
        order = [name.removeprefix("-") for name in self.order]
        require(
            table,
            [self.variable, *names.values(), *order, *(other for _, other, _ in self.bounds)],
            self.table,
        )
        require(frame, [*names, *(own for _, _, own in self.bounds if "." not in own)], view.dataset)
        where = view.records(self.table, self.where)
        at = np.arange(len(table)) if where is None else np.flatnonzero(where)
        if self.bounds:
            group, row = pairs(frame, table[[*dict.fromkeys(names.values())]].iloc[at], names)
            row = at[row]
            for kind, other, own in self.bounds:
                theirs = comparable(table[other]).to_numpy(dtype=np.float64)[row]
                mine = comparable(view.column(own)).to_numpy(dtype=np.float64)[group]
                with np.errstate(invalid="ignore"):
                    kept = _COMPARE[kind](theirs, mine) | (self.open_ended & np.isnan(theirs))
                group, row = group[kept], row[kept]
            result, size = np.arange(len(frame)), len(frame)
        else:
            result, group = match_codes(frame, table, names)
            size = int(group.max(initial=-1)) + 1
            row, group = at, group[at]
            filled = np.zeros(size + 1, dtype=bool)
            filled[group] = True
            result = np.where(filled[result], result, -1)
        if self.take in ("only", "first", "last"):
            position = _record(self, table, group, row, size)
            at = np.append(position, -1)[result]
            if self.required and (at < 0).any():
                missed = np.flatnonzero(at < 0)
                missed = missed[~frame.iloc[missed].duplicated(list(names)).to_numpy()]
                view.report(
                    "ADAM_NOT_FOUND", missed, self.lookup, keys=", ".join(names.values()),
                    value=shown(frame.iloc[missed], list(names)),
                )  # fmt: skip
            return take_or_blank(table[self.variable], at, frame.index)
        values = take_or_blank(table[self.variable], row)
        reduced = _reduced(self, values, group, size)
        return take_or_blank(reduced, result, frame.index)


def there(table: str, kind_of: KindOf) -> KindOf:
    """What names hold in a condition on another table's records."""
    return lambda name: kind_of(name if "." in name else f"{table}.{name}")


def _record(
    verb: AnalysisLookup, table: pd.DataFrame, group: np.ndarray, row: np.ndarray, size: int
) -> np.ndarray:
    """Position of the record of each group that is taken, -1 where there is none."""
    position = np.full(size, -1)
    if verb.take == "only":
        several = np.bincount(group, minlength=size) > 1
        if several.any():
            failing = table.iloc[row[several[group]]].drop_duplicates(SUBJECT)
            keys = [SUBJECT, *verb.keys.values()]
            raise Refused.because(
                "ADAM_MANY", dataset=verb.table, USUBJID=failing[SUBJECT], variable=verb.variable,
                keys=", ".join(keys), value=shown(failing, keys),
            )  # fmt: skip
        position[group] = row
        return position
    ordered = np.empty(len(table), dtype=np.int64)
    ordered[sorted_positions(table, verb.order)] = np.arange(len(table))
    within = np.lexsort([ordered[row], group])
    if verb.take == "first":
        within = within[::-1]
    position[group[within]] = row[within]
    return position


def _reduced(verb: AnalysisLookup, values: pd.Series, group: np.ndarray, size: int) -> pd.Series:
    """One value a group."""
    if verb.take == "count":
        counted = (
            (values != "").to_numpy()
            if pd.api.types.is_string_dtype(values.dtype)
            else values.notna().to_numpy()
        )
        return pd.Series(np.bincount(group[counted], minlength=size).astype(np.float64))
    if verb.take == "list":
        table = pd.DataFrame({"group": group, "value": values.to_numpy()})
        table = table[table["value"] != ""].sort_values(["group", "value"], kind="stable")
        joined = table.groupby("group")["value"].agg(", ".join)
        return joined.reindex(range(size)).astype("str").fillna("").reset_index(drop=True)
    if pd.api.types.is_string_dtype(values.dtype):
        raise Refused.because(
            "ADAM_NO_DATE",
            dataset=verb.table,
            variable=verb.variable,
            value="text",
            expected="numbers or dates",
        )
    moments = values.dtype.kind == "M"
    numbers = values.to_numpy().view(np.int64) if moments else values.to_numpy(dtype=np.float64)
    existing = values.notna().to_numpy()
    count = np.bincount(group[existing], minlength=size)
    if verb.take == "sum":
        total = np.bincount(group[existing], weights=numbers[existing], minlength=size)
        return pd.Series(np.where(count > 0, total, np.nan))
    least = verb.take == "min"
    kind = np.iinfo(np.int64) if moments else np.finfo(np.float64)
    result = np.full(size, kind.max if least else kind.min, dtype=numbers.dtype)
    (np.minimum if least else np.maximum).at(result, group[existing], numbers[existing])
    if moments:
        dates = result.view(values.to_numpy().dtype)
        return pd.Series(np.where(count > 0, dates, np.datetime64("NaT", "us")))
    return pd.Series(np.where(count > 0, result, np.nan))


def _only(
    view: TabulationView, values: Column, candidates: np.ndarray,
    theirs: np.ndarray, ours: np.ndarray, chosen: np.ndarray, positions: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """The positions, none where several values were found: a finding."""
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
