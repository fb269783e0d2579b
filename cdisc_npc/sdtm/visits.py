"""The visit of each raw record: by its name, or by its date between planned visits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import date_columns
from cdisc_npc.columns.texts import text_of
from cdisc_npc.columns.where import is_blank
from cdisc_npc.sdtm.records import FormRows, study_rows
from cdisc_npc.study.specification import Specification
from cdisc_npc.study.written import CALENDAR, VISITS, VISITS_FIELDS
from cdisc_npc.study.written_study import Visit

if TYPE_CHECKING:
    from cdisc_npc.sdtm.views import BlockView

_UNSCHEDULED, _UNKNOWN, _BLANK = -1, -2, -3
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class VisitColumns:
    """VISITNUM, VISIT and VISITDY of some records, which of them tell no visit, and which by their date."""

    visitnum: Column
    visit: Column
    visitdy: Column
    unknown: np.ndarray
    dated: np.ndarray


@dataclass
class Calendar:
    """When each subject had each planned visit, over all forms that tell both.

    An unscheduled visit is numbered after the planned visit that comes last on or before
    its date: the k-th distinct date after visit 3 is 3 + k * step, in every form alike.
    Where a name on that date holds its own number, it is that one.
    """

    spec: Specification
    planned: pd.DataFrame  # subject, date, visit: position in the plan
    unscheduled: pd.DataFrame  # subject, date, number
    told: dict[tuple[str, int], VisitColumns] = field(default_factory=dict)  # by dataset and block
    later: pd.DataFrame = field(default_factory=pd.DataFrame)  # subject, VISITNUM: visits after the last day

    @classmethod
    def of_forms(cls, spec: Specification, forms: dict[str, FormRows], last_day: str = "") -> Calendar:
        """Gather the visit dates of all blocks that tell a visit, up to a last day where one is stated."""
        calendar = cls(spec, _dates([], [], []).assign(last=""), pd.DataFrame())
        parts = []
        for form, name, date in _told(spec, forms):
            codes = calendar.resolve(form.column(name)) if name else np.full(len(form.subject), _UNSCHEDULED)
            own = calendar._own_numbers(form.column(name) if name else None, np.arange(len(codes)))
            days = calendar.days(form.name, date, form.column(date))
            keep = (form.subject >= 0) & (codes != _UNKNOWN) & (days != "")
            parts.append(_dates(form.subject[keep], days[keep], codes[keep]).assign(own=own[keep]))
        if not parts:
            return calendar
        every = pd.concat(parts, ignore_index=True)
        if last_day:
            begins = every[every["visit"] >= 0].groupby(["subject", "visit"], as_index=False)["date"].min()
            numbers = np.array([float(visit.visitnum) for visit in spec.study.visits])
            later = begins[begins["date"] > last_day]
            calendar.later = later.assign(VISITNUM=numbers[later["visit"]])[["subject", "VISITNUM"]]
            every = every[every["date"] <= last_day]
        named = every[every["visit"] >= 0]
        days_of = named.groupby(["subject", "visit"])["date"]
        planned = pd.DataFrame({"date": days_of.min(), "last": days_of.max()}).reset_index()
        calendar.planned = planned.sort_values(["subject", "date", "visit"], ignore_index=True)
        other = (
            every[every["visit"] == _UNSCHEDULED].groupby(["subject", "date"], as_index=False)["own"].min()
        )
        calendar.unscheduled = calendar._numbered(pd.DataFrame(other))
        return calendar

    def rows(self) -> FormRows:
        """The visits of every subject as records: what SV is made of.

        VISITNUM, VISIT and VISITDY as in all datasets, FIRST and LAST date over all forms,
        PLANNED Y or blank; by subject and first date.
        """
        plan = self.spec.study.visits
        planned = self.planned["visit"].to_numpy()
        parts = (
            [
                self.planned.assign(
                    number=np.array([float(visit.visitnum) for visit in plan])[planned],
                    VISIT=np.array([visit.visit for visit in plan], dtype=object)[planned],
                    VISITDY=np.array(
                        ["" if v.visitdy is None else str(v.visitdy) for v in plan], dtype=object
                    )[planned],
                    PLANNED="Y",
                )
            ]
            if len(self.planned)
            else []
        )
        stated = (
            self.unscheduled[self.unscheduled["number"].notna()]
            if len(self.unscheduled)
            else self.unscheduled
        )
        if len(stated):
            labels = self._labels(stated["number"].to_numpy())
            parts.append(stated.assign(last=stated["date"], VISIT=labels, VISITDY="", PLANNED=""))
        names = ["VISITNUM", "VISIT", "VISITDY", "FIRST", "LAST", "PLANNED"]
        if not parts:
            return study_rows(CALENDAR, "", pd.DataFrame({name: pd.Series(dtype="str") for name in names}))
        every = pd.concat(parts, ignore_index=True).sort_values(
            ["subject", "date", "number"], ignore_index=True
        )
        frame = every.assign(VISITNUM=text_of(every["number"])).rename(
            columns={"date": "FIRST", "last": "LAST"}
        )
        return study_rows(CALENDAR, "", frame[names].astype("str"), every["subject"].to_numpy())

    def comes_later(self, subject: np.ndarray, visitnum: np.ndarray) -> np.ndarray:
        """Whether each visit, as far as it is planned, began after the last day of the calendar."""
        if self.later.empty:
            return np.zeros(len(subject), dtype=bool)
        return pd.MultiIndex.from_arrays([subject, visitnum]).isin(pd.MultiIndex.from_frame(self.later))

    def forget(self, dataset: str) -> None:
        """Tell the visits of a dataset anew: its records are others now."""
        self.told = {place: columns for place, columns in self.told.items() if place[0] != dataset}

    def resolve(self, names: Column) -> np.ndarray:
        """Position in the plan of each name, or one of unscheduled, unknown, blank."""
        names = names.narrow
        uniques = names.kinds.to_pylist()
        existing: dict[str, int] = {}
        for index, visit in enumerate(self.spec.study.visits):
            existing |= {name.casefold(): index for name in (visit.visit, *visit.names)}
        existing |= {name.casefold(): _UNSCHEDULED for name in self.spec.study.unscheduled.names}
        existing[""] = _BLANK
        pattern = self._pattern()
        result = [existing.get(name.strip().casefold(), _UNKNOWN) for name in uniques]
        result = [
            _UNSCHEDULED if code == _UNKNOWN and pattern and pattern.fullmatch(name.strip()) else code
            for code, name in zip(result, uniques, strict=True)
        ]
        return np.array(result, dtype=np.int64)[names.places]

    def days(self, form: str, field: str, dates: Column) -> np.ndarray:
        """Complete dates of a field as text; blank where partial or none."""
        iso, _ = date_columns(dates.printed, rules=self.spec.date_rules(form, field))
        days = [text[:10] if _DAY.match(text) else "" for text in iso.kinds.to_pylist()]
        return np.array(days, dtype=object)[iso.places]

    def columns(self, view: BlockView) -> VisitColumns:
        """Visit of each record of a view; what cannot be told is blank."""
        rule = view.block.model.visit
        assert rule is not None
        plan = self.spec.study.visits
        names = view.column(rule.name) if rule.name else None
        codes = self.resolve(names) if names is not None else np.full(view.size, _UNSCHEDULED)
        days = np.full(view.size, "", dtype=object)
        if rule.date:
            days = self.days(view.block.model.from_, rule.date, view.column(rule.date))
        subject = view.subject
        if names is None:
            codes = self._planned_on(subject, days)
            codes[days == ""] = np.where(is_blank(view.column(rule.date or "")), _BLANK, _UNKNOWN)[days == ""]
        numbers = np.array([float(visit.visitnum) for visit in plan] + [np.nan])[
            np.where(codes >= 0, codes, len(plan))
        ]
        labels = np.array([visit.visit for visit in plan] + [""], dtype=object)[
            np.where(codes >= 0, codes, len(plan))
        ]
        offplan = np.flatnonzero(codes == _UNSCHEDULED)
        own = self._own_numbers(names, offplan)
        dated = self._date_numbers(subject[offplan], days[offplan])
        numbers[offplan] = np.where(np.isnan(own), dated, own)
        labels[offplan] = self._labels(numbers[offplan])
        unknown = codes == _UNKNOWN
        unknown[offplan] |= np.isnan(numbers[offplan])
        days_planned = [np.nan if visit.visitdy is None else float(visit.visitdy) for visit in plan]
        visitdy = np.array([*days_planned, np.nan])[np.where(codes >= 0, codes, len(plan))]
        return VisitColumns(
            Column(numbers), Column.of(labels).coded, Column(visitdy), np.flatnonzero(unknown),
            np.arange(view.size) if names is None else offplan[np.isnan(own)],
        )  # fmt: skip

    def _pattern(self) -> re.Pattern[str] | None:
        pattern = self.spec.study.unscheduled.pattern
        if pattern is None:
            return None
        before, _, after = pattern.partition("{VISITNUM}")
        return re.compile(re.escape(before) + r"(\d+(?:\.\d+)?)" + re.escape(after), re.IGNORECASE)

    def _own_numbers(self, names: Column | None, rows: np.ndarray) -> np.ndarray:
        """Number that an unscheduled visit's name holds, NaN for none."""
        pattern = self._pattern()
        if names is None or pattern is None or not len(rows):
            return np.full(len(rows), np.nan)
        names = names.take(rows).narrow
        matches = [pattern.fullmatch(name.strip()) for name in names.kinds.to_pylist()]
        return np.array([float(match[1]) if match else np.nan for match in matches])[names.places]

    def _date_numbers(self, subject: np.ndarray, days: np.ndarray) -> np.ndarray:
        if self.unscheduled.empty or not len(days):
            return np.full(len(days), np.nan)
        wanted = pd.DataFrame({"subject": subject, "date": pd.Series(days, dtype="str")})
        return wanted.merge(self.unscheduled, how="left", on=["subject", "date"])["number"].to_numpy()

    def _labels(self, numbers: np.ndarray) -> list[str]:
        label = self.spec.study.unscheduled.label
        return ["" if np.isnan(number) else label.replace("{VISITNUM}", f"{number:g}") for number in numbers]

    def _planned_on(self, subject: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Planned visit that the subject had on a date; unscheduled for none."""
        wanted = pd.DataFrame({"subject": subject, "date": pd.Series(days, dtype="str")})
        first = self.planned.drop_duplicates(["subject", "date"])
        result = wanted.merge(first, how="left", on=["subject", "date"])["visit"]
        return result.fillna(_UNSCHEDULED).to_numpy(dtype=np.int64, copy=True)

    def _numbered(self, other: pd.DataFrame) -> pd.DataFrame:
        """Number unscheduled dates between planned visits; a date of a planned visit is no other."""
        step = 0.1 if self.spec.study.unscheduled.step == "0.1" else 0.01
        numbers = np.array([float(visit.visitnum) for visit in self.spec.study.visits])
        both = pd.concat([self.planned, other.assign(visit=len(numbers))], ignore_index=True)
        both = both.sort_values(["subject", "date", "visit"], ignore_index=True)
        own = both["visit"] == len(numbers)
        after = pd.Series(np.append(numbers, np.nan)[both["visit"].to_numpy()])
        base = after.groupby(both["subject"]).ffill().fillna(0.0)
        count = own.groupby([both["subject"], base]).cumsum()
        value = (base + count * step).round(2)
        planned = np.sort(numbers)
        ahead = np.append(planned, np.inf)[np.searchsorted(planned, base, side="right")]
        value = value.where(
            (value < ahead) & (count * step < 1)
        )  # no room before the next planned visit: not told
        stated = both.assign(number=both["own"].fillna(value), dated=both["own"].isna())[own]
        clash = stated["dated"] & stated.duplicated(["subject", "number"], keep=False)
        return stated.assign(number=stated["number"].mask(clash))[["subject", "date", "number"]]


def planned_visits(visits: list[Visit]) -> FormRows:
    """The visits of study.yaml as records: what TV is made of."""
    rows = [(item.visitnum, item.visit, "" if item.visitdy is None else str(item.visitdy)) for item in visits]
    return study_rows(VISITS, "study.yaml", pd.DataFrame(rows, columns=pd.Index(VISITS_FIELDS), dtype="str"))


def _dates(subject: object, date: object, visit: object) -> pd.DataFrame:
    return pd.DataFrame({
        "subject": np.asarray(subject, np.int64), "date": pd.Series(date, dtype="str"), "visit": np.asarray(visit, np.int64),
    })  # fmt: skip


def _told(spec: Specification, forms: dict[str, FormRows]) -> list[tuple[FormRows, str | None, str]]:
    """Each form, once, that tells a visit's date, with the fields of name and date."""
    result: dict[tuple[str, str | None, str], None] = {}
    for plan in spec.plans.values():
        for block in plan.model.records:
            if block.visit and block.visit.date and block.from_ in forms:
                result[block.from_, block.visit.name, block.visit.date] = None
    return [(forms[form], name, date) for form, name, date in result]


def visit_part(view: BlockView) -> Column:
    """One of VISITNUM, VISIT and VISITDY, for the verb `visit`; the three are told together."""
    calendar: Calendar = view.build.visits
    place = (view.table, view.block.index)
    if place not in calendar.told:
        calendar.told[place] = calendar.columns(view)
    columns = calendar.told[place]
    rule = view.block.model.visit
    assert rule is not None
    if rule.name:
        view.used(rule.name, np.arange(view.size))
    if rule.date:
        view.used(rule.date, columns.dated)
    if view.variable.name == "VISITNUM" and len(columns.unknown):
        shown = view.column(rule.name or rule.date or "").take(columns.unknown).values
        expected = "a planned visit of study.yaml, or a complete date"
        view.report("MAP_VISIT", columns.unknown, shown, expected)
    return {"VISITNUM": columns.visitnum, "VISIT": columns.visit, "VISITDY": columns.visitdy}[
        view.variable.name
    ]
