"""What an export lets one know of each treated subject: evidence of life, and dates as far as they are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.simulate.arrays import NEVER, NONE, Bools, Ints, Texts
from cdisc_npc.simulate.messy_dates import possible_days
from cdisc_npc.simulate.table import Table
from cdisc_npc.simulate.trial import Trial


@dataclass
class Observed:
    """By treated subject; cycles or time points on the second axis.

    Attributes
    ----------
    death
        First day that the date of death may mean, `NONE` without a death.
    partial
        Whether it may mean others.
    dated
        Whether the infusion of a cycle has its date.
    open_line
        Whether the log's last line of surufatinib has no end, although the treatment has ended.
    full
        Whether the response of a time point has its whole date.
    stated
        First day that this date may mean, `NONE` where it says nothing.
    scanned
        First and last day of the time point's scans; `NONE` without any.
    alive, alive_of
        Evidence of life: each day, and whose it is.
    """

    death: Ints
    partial: Bools
    dated: Bools
    open_line: Bools
    full: Bools
    stated: Ints
    scanned: tuple[Ints, Ints]
    alive: Ints
    alive_of: Ints

    def last_alive(self, until: Ints) -> Ints:
        """Each subject's last evidence of life up to a day; `NONE` without any."""
        last = np.full(len(self.death), NONE)
        counts = self.alive <= until[self.alive_of]
        np.maximum.at(last, self.alive_of[counts], self.alive[counts])
        return last


def observe(trial: Trial, tables: Mapping[str, Table], places: Mapping[str, Mapping[str, Any]]) -> Observed:
    """Look at a trial as its export shows it.

    Parameters
    ----------
    trial
        With its clean forms.
    tables, places
        Of `disorder`. Only the kinds that take a date away which an endpoint needs are looked at:
        partial_deaths, undated_responses, undated_infusions and open_log_lines.
    """
    size, outcome = len(trial.who), trial.outcome
    cycles = {f"C{n + 1}D1": n for n in range(trial.treatment.cycle.shape[1])}
    points = {label: n for n, label in enumerate(trial.tumours.labels)}

    def struck(kind: str) -> tuple[Ints, Texts, Texts, Texts]:
        """Subject and visit of the places of a kind, what was there and what is."""
        if kind not in places:
            none = np.zeros(0, dtype=object)
            return np.zeros(0, dtype=np.int64), none, none, none
        place = places[kind]
        form = str(place["form"][0])
        # An export may have its columns in another case, and its labels in other words.
        names = {name.upper(): column for name, column in tables[form].columns.items()}
        records = names["RECORDID"][np.asarray(place["row"]) - 1]
        clean = trial.tables[form]
        rows = pd.Index(clean.columns["RECORDID"]).get_indexer(pd.Index(records))
        subject = np.searchsorted(trial.who, clean.subject[rows])
        return subject, clean.columns["FOLDER"][rows], place["original"], place["injected"]

    death, partial = np.where(outcome.death == NEVER, NONE, outcome.death), np.zeros(size, dtype=bool)
    subject, _, original, injected = struck("partial_deaths")
    death[subject], partial[subject] = _first_days(original, injected), True

    dated = trial.treatment.given.copy()
    subject, folder, *_ = struck("undated_infusions")
    dated[subject, _places(folder, cycles)] = False

    open_line = np.zeros(size, dtype=bool)
    open_line[struck("open_log_lines")[0]] = True

    stated = trial.tumours.day.copy()
    full = np.ones(stated.shape, dtype=bool)
    subject, folder, original, injected = struck("undated_responses")
    at = _places(folder, points)
    stated[subject, at], full[subject, at] = _first_days(original, injected), False
    alive, alive_of = _evidence(trial, dated, open_line)
    return Observed(
        death, partial, dated, open_line, full, stated, _scans(trial, points), alive, alive_of
    )  # fmt: skip


def _places(labels: Texts, known: Mapping[str, int]) -> Ints:
    return np.array([known[label] for label in labels.tolist()], dtype=np.int64)


def _first_days(original: Texts, injected: Texts) -> Ints:
    pairs = zip(original.tolist(), injected.tolist(), strict=True)
    return np.array([possible_days(*pair)[0] for pair in pairs], dtype=np.int64)


def _scans(trial: Trial, points: Mapping[str, int]) -> tuple[Ints, Ints]:
    """First and last day of scans by subject and time point."""
    shape = (len(trial.who), len(points))
    first, last = np.full(shape, NEVER), np.full(shape, NONE)
    for form in ("tl", "ntl", "nl"):
        table = trial.tables[form]
        at = (np.searchsorted(trial.who, table.subject), _codes(table.columns["FOLDER"], points))
        day = _days(table.columns["SCANDAT"])
        np.minimum.at(first, at, day)
        np.maximum.at(last, at, day)
    return np.where(last == NONE, NONE, first), last


def _codes(labels: Texts, known: Mapping[str, int]) -> Ints:
    codes, uniques = distinct(labels)
    return np.array([known[label] for label in uniques.tolist()], dtype=np.int64)[codes]


def _days(column: Texts) -> Ints:
    return column.astype("datetime64[D]").astype(np.int64)


def _evidence(trial: Trial, dated: Bools, open_line: Bools) -> tuple[Ints, Ints]:
    """Days on which a treated subject was seen, dosed, assessed or said to be alive, and whose they are.

    Visits, doses and their ends where known, contacts, and the days on which treatment or study ended
    otherwise than by death. What tells of a death is none of them.
    """
    person = np.full(len(trial.patients), -1)
    person[trial.who] = np.arange(len(trial.who))
    days, subjects = [], []

    def add(day: Ints, subject: Ints) -> None:
        days.append(day)
        subjects.append(subject)

    for name, table in trial.tables.items():
        if "FOLDER" not in table.columns:
            continue
        columns = table.columns
        seen = (columns["FOLDER"] != "") | np.isin(name, ("exs", "eos"))
        if name in ("eot", "eos"):
            seen = seen & (columns["EOTREAS" if name == "eot" else "EOSREAS"] != "Death")
        if name == "ss":
            seen = seen & (columns["SSSTAT"] != "Dead")
        for field in [item for item in columns if item.endswith("DAT") and item != "EOTDAT"]:
            met = seen & (columns[field] != "") & (person[table.subject] >= 0)
            if field == "EXENDAT":
                closed = ~open_line[np.maximum(person[table.subject], 0)]
                period_end = _last_of_subject(table.subject)
                met &= closed | ~period_end
            add(_days(columns[field][met]), person[table.subject[met]])
    subject, cycle = np.nonzero(trial.treatment.night & dated)
    add(trial.treatment.cycle[subject, cycle] + 1, subject)
    return np.concatenate(days), np.concatenate(subjects)


def _last_of_subject(subject: Ints) -> Bools:
    return np.r_[subject[1:] != subject[:-1], np.ones(min(len(subject), 1), dtype=bool)]
