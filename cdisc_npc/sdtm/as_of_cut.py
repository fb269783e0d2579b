"""The data cut while datasets are made: what is derived is derived from what was known at the cut.

1. Subjects that are not in the cut lose their raw records before anything is made of them.
2. The records of a dataset are cut as soon as their date is there; whatever reads them waits for it.
   A record without that date goes by the one of its collection, and one without a full date where its visit
   goes; one with a date has no visit that comes later.
3. A death whose day is not known is after the cut where its subject was seen alive after it: at a visit but
   the one that tells of the death, or by a dose.
4. Another date after the cut, an end above all, is blank. What a record then says of its end, and of a
   death that nobody can know of yet, is that of `as_of_cut.csv` of the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.iso8601 import earliest_possible, latest_possible, to_days
from cdisc_npc.columns.where import is_blank
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.sdtm.data_cut import after_cut, earliest_moment
from cdisc_npc.sdtm.records import LEFT_OUT, Build, one_per_subject, origins
from cdisc_npc.sdtm.views import TableView
from cdisc_npc.sdtm.visits import Calendar
from cdisc_npc.standards.sdtmig import AsOfCut
from cdisc_npc.study.graph import ancestors, collection_date, cut_date, dependencies
from cdisc_npc.study.plan import DatasetPlan
from cdisc_npc.study.versions import DataCut
from cdisc_npc.verbs.verb import nested

_ENTERED, _DEATH, _FLAG = "entered", "DTHDTC", "DTHFL"
# What tells of life and death, by terms of SDTM: survival status (SSTRS) and disposition (NCOMPLT).
_DEAD, _DIED = "DEAD", "DEATH"
_TOLD = ("SS.VISITNUM", "SS.SSSTRESC", "EX.EXSTDTC", "EX.EXENDTC", "DS.DSDECOD", "DS.DSSTDTC")


class Cutting:
    """The data cut of one conversion.

    Parameters
    ----------
    build
        The conversion, with nothing made yet. Its raw records of subjects that are not in the cut are
        left out, and its calendar is that up to the cut.
    make
        Makes the nodes given, in their order, in a build.

    Raises
    ------
    Refused
        CUT_VARIABLE: the study's DM has no date by which subjects enter the cut.
    """

    def __init__(self, build: Build, cut: DataCut, make: Callable[[Build, set[str]], None]) -> None:
        self.cut, self.moment = cut, cut.moment()
        self._later: dict[str, np.ndarray] = {}  # by dataset: records whose visit began after the cut
        self._ended: dict[str, np.ndarray] = {}  # by dataset: records whose end is after the cut
        self._changed: dict[tuple[str, str], np.ndarray] = {}  # by variable: records as of the cut
        self._died = np.zeros(len(build.subjects), dtype=bool)
        moments = self._uncut(build, make)
        self._died |= after_cut(moments[_DEATH], self.moment)
        self._leave_out_subjects(build, moments[_ENTERED])
        build.visits = Calendar.of_forms(build.spec, build.forms, last_day=cut.date)

    def _uncut(self, build: Build, make: Callable[[Build, set[str]], None]) -> dict[str, np.ndarray]:
        """When each subject entered and died, of all data: earliest moment by subject, NaT for none."""
        plan = build.spec.plans.get("DM")
        names = {_ENTERED: self.cut.entered, _DEATH: _DEATH}
        if self.cut.entered and (plan is None or self.cut.entered not in plan.variables):
            raise Refused.because("CUT_VARIABLE", dataset="DM", variable=self.cut.entered)
        plans = build.spec.plans
        wanted = {f"DM.{name}" for name in names.values() if plan and name in plan.variables}
        never = np.full(len(build.subjects), np.datetime64("NaT", "s"))
        if not wanted:
            return dict.fromkeys(names, never)
        forms = {name: replace(form, status=form.status.copy(), reason=form.reason.copy())
                 for name, form in build.forms.items()}  # fmt: skip
        whole = Build(build.spec, build.subjects, forms, Findings(), Calendar.of_forms(build.spec, forms))
        stated = {node for node in _TOLD if (at := plans.get(node[:2])) and node[3:] in at.variables}
        make(whole, ancestors(dependencies(plans), wanted | stated))
        table = whole.tables["DM"]
        places = one_per_subject(table, len(build.subjects))
        result = {}
        for what, name in names.items():
            results = never
            if f"DM.{name}" in wanted:
                moments, _ = earliest_moment(table.columns[str(name)])
                results = np.append(moments, never[:1])[places]
            result[what] = results
        if f"DM.{_DEATH}" in wanted:
            self._died = self._seen_later(whole, table.columns[_DEATH].take_or_blank(places))
            self._leave_out_deaths(build, whole)
        return result

    def _seen_later(self, whole: Build, death: Column) -> np.ndarray:
        """Whose death may be before the cut by its date, but is not: who was seen alive after it."""
        cut = self.moment.astype("datetime64[D]").astype(np.int64)
        (first, existing), last = earliest_possible(death), latest_possible(death)[0]
        unsure = existing & (first <= cut) & (last > cut)
        if not unsure.any():
            return unsure
        seen = np.zeros(len(death), dtype=bool)
        for subject, dtc in _evidence(whole):
            day, complete = to_days(dtc)
            seen[subject[complete & (day > cut) & (day <= last[subject])]] = True
        return unsure & seen

    def _leave_out_deaths(self, build: Build, whole: Build) -> None:
        """Leave out the raw records that give such a death its date."""
        table = whole.tables.get("DS")
        if not self._died.any() or table is None or not {"DSDECOD", "DSSTDTC"} <= set(table.columns):
            return
        dates = table.columns["DSSTDTC"]
        failing = self._died[table.subject] & table.columns["DSDECOD"].equal(_DIED)
        at = np.flatnonzero(failing & ~to_days(dates)[1])
        forms, rows = (item[at] for item in origins(table))
        for name in set(forms) & set(build.forms):
            own = rows[forms == name]
            build.forms[name].mark(own, LEFT_OUT, "Death after the data cut")
            build.forms[name].subject[own] = -1
        build.findings.add(
            "CUT_RECORD", dataset="DS", variable="DSSTDTC", USUBJID=build.subjects.take(table.subject[at]),
            value=dates.take(at).values, expected=self.cut.text(), **whole.place(forms, rows),
        )  # fmt: skip

    def _leave_out_subjects(self, build: Build, entered: np.ndarray) -> None:
        out = np.zeros(len(build.subjects), dtype=bool)
        if self.cut.subjects is not None:
            out |= ~build.subjects.isin(self.cut.subjects)
        if self.cut.entered:
            out |= after_cut(entered, self.moment)
            if self.cut.undated == "remove":
                out |= np.isnat(entered)
        counts = np.zeros(len(out), dtype=np.int64)
        for form in build.forms.values():
            rows = np.flatnonzero((form.subject >= 0) & np.append(out, False)[form.subject])
            np.add.at(counts, form.subject[rows], 1)
            form.mark(rows, LEFT_OUT, "Subject not in the data cut")
            form.subject[rows] = -1
        when = pd.Series(np.datetime_as_string(entered, unit="D")).replace("NaT", "")
        build.findings.add(
            "CUT_SUBJECT", dataset="DM", variable=self.cut.entered or "USUBJID", USUBJID=build.subjects[out],
            value=when[out].to_numpy(dtype=object), expected=self.cut.text(), params=counts[out].astype(str),
        )  # fmt: skip

    def apply(self, build: Build, plan: DatasetPlan, name: str) -> None:
        """Cut the records of a dataset, or the values of a variable, that has just been made."""
        rule = self.cut.rule(plan.name, plan.variables)
        if rule in ("none", "patient") or (plan.name == "DM" and name not in (_DEATH, _FLAG)):
            return
        variable = plan.variables[name]
        view = TableView(build, plan.name, variable)
        date = cut_date(plan, self.cut)
        if name == date:
            self._cut_dates(view)
        elif name == collection_date(plan, self.cut):
            self._cut_dates(view, undated=date)
            self._change(view, self._after(view), "")
        elif name == "VISITNUM" and date:
            self._cut_visits(view, date)
        elif name in ("VISIT", "VISITDY") and plan.name in self._later:
            self._change(view, self._later[plan.name], "")
        elif name.endswith("DTC") or any(item.gives_iso8601 for item in nested(variable.verbs)):
            late = self._after(view)
            if (plan.name, name) == ("DM", _DEATH):
                late |= self._died[build.tables["DM"].subject]
            if name == f"{plan.name}ENDTC":
                self._ended[plan.name] = late
            self._change(view, late, "")
        else:
            for existing in plan.as_of_cut:
                if existing.variable == name:
                    self._say(view, existing)

    def _after(self, view: TableView) -> np.ndarray:
        """Records whose value of the variable, a date, is after the cut."""
        values = view.build.tables[view.table].columns[view.variable.name]
        return after_cut(earliest_moment(values)[0], self.moment)

    def _cut_dates(self, view: TableView, undated: str = "") -> None:
        """Cut the records by a date; only those that are blank in another one, where it is given."""
        columns = view.build.tables[view.table].columns
        values, after = columns[view.variable.name], self._after(view)
        late = np.flatnonzero(after & is_blank(columns[undated]) if undated else after)
        view.report("CUT_RECORD", late, values.take(late).values, self.cut.text())
        self._leave_out(view, late)

    def _cut_visits(self, view: TableView, date: str) -> None:
        table = view.build.tables[view.table]
        visits = table.columns["VISITNUM"]
        later = view.build.visits.comes_later(table.subject, visits.values)
        late = np.flatnonzero(later & ~to_days(table.columns[date])[1])
        view.report(
            "CUT_VISIT", late, [f"{number:g}" for number in visits.values[late]], self.cut.text(), keys=date
        )
        self._leave_out(view, late)
        self._later[view.table] = later if not len(late) else np.delete(later, late)
        self._change(view, self._later[view.table], "")

    def _leave_out(self, view: TableView, rows: np.ndarray) -> None:
        if len(rows):
            table = view.build.tables[view.table]
            kept = np.ones(table.size, dtype=bool)
            kept[rows] = False
            table.keep(kept)
            view.build.visits.forget(view.table)

    def _say(self, view: TableView, known: AsOfCut) -> None:
        table = view.build.tables[view.table]
        if known.when == "end":
            which = self._ended.get(view.table, np.zeros(table.size, dtype=bool))
        else:
            which = self._died[table.subject]
        if known.value:
            which = which & table.columns[view.variable.name].equal(known.value)
        if known.by:
            which = which & self._changed.get((view.table, known.by), np.zeros(table.size, dtype=bool))
        for name in known.unless:
            if name in table.columns:
                which = which & ~table.columns[name].equal(known.value)
        self._changed[view.table, view.variable.name] = which
        self._change(view, which, known.known.replace("{cut}", self.cut.text()))

    def _change(self, view: TableView, which: np.ndarray, text: str) -> None:
        columns = view.build.tables[view.table].columns
        values = columns[view.variable.name]
        changed = which & ~(np.isnan(values.values) if values.numeric else values.equal(text))
        if changed.any():
            at = np.flatnonzero(changed)
            view.report(
                "CUT_CHANGED",
                at,
                values.take(at).printed.values,
                self.cut.text(),
                params=text or "blank",
            )
            columns[view.variable.name] = values.filled(changed, np.nan if values.numeric else text)


def _evidence(build: Build) -> list[tuple[np.ndarray, Column]]:
    """Subjects and dates at which they were seen alive: visits but those that tell of a death, and doses."""
    visits = build.visits.rows()
    numbers = pd.MultiIndex.from_arrays([visits.subject, visits.column("VISITNUM").values.astype(np.float64)])
    alive = np.ones(len(numbers), dtype=bool)
    status = build.tables.get("SS")
    if status is not None and {"VISITNUM", "SSSTRESC"} <= set(status.columns):
        dead = status.columns["SSSTRESC"].equal(_DEAD)
        visit = status.columns["VISITNUM"].values[dead]
        alive = ~numbers.isin(pd.MultiIndex.from_arrays([status.subject[dead], visit]))
    result = [(visits.subject[alive], visits.column("LAST").take(np.flatnonzero(alive)))]
    doses = build.tables.get("EX")
    if doses is not None:
        names = [name for name in ("EXSTDTC", "EXENDTC") if name in doses.columns]
        result += [(doses.subject, doses.columns[name]) for name in names]
    return result
