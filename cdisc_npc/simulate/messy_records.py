"""Disorder of whole records: versions, inactive and header lines, rescreened persons, extra visits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cdisc_npc.columns.keys import group_codes
from cdisc_npc.simulate.arrays import Ints, Texts
from cdisc_npc.simulate.draws import choose, passes, repeated, texts
from cdisc_npc.simulate.mess import Mess, kind
from cdisc_npc.simulate.table import HEADER, Table


def _copy(table: Table, rows: Ints, **columns: Texts) -> Table:
    result = table.take(rows)
    result.columns |= columns
    return result


def moved(dates: Texts, days: int | Ints) -> Texts:
    """ISO 8601 dates or times moved by days; a blank stays blank."""
    existing = dates != ""
    moment = np.array([text[:10] or "1970-01-01" for text in dates.tolist()], dtype="datetime64[D]")
    shifted = np.datetime_as_string((moment.astype(np.int64) + days).astype("datetime64[D]")).astype(object)
    return choose(existing, shifted + texts([text[10:] for text in dates.tolist()]), "")


def log_pages(mess: Mess, form: str) -> Ints:
    """Number of each record's page: the person, and the visit where the form has visits."""
    table = mess.tables[form]
    return group_codes(
        pd.DataFrame({"subject": table.subject, "folder": table.columns["FOLDER"]}), ["subject", "folder"]
    )


@kind
def rescreened_persons(mess: Mess) -> None:
    """A person was screened before, in vain, under another number of the same site."""
    table = mess.tables["dm"]
    consent = dict(
        zip(mess.column("ic", "SUBJID").tolist(), mess.column("ic", "RFICDAT").tolist(), strict=True)
    )
    first = np.datetime_as_string(np.datetime64(mess.settings["trial"]["first_consent"] + 90, "D"))
    treated = np.isin(table.subject, mess.tables["exs"].subject)
    late = np.array([consent[number] > first for number in table.columns["SUBJID"].tolist()])
    rows = mess.draw(treated & late)
    if not len(rows):
        return
    persons = table.subject[rows]
    numbers = table.columns["SUBJID"]
    top = {text[:2]: text for text in sorted(numbers.tolist())}
    given = []
    for number in numbers[rows].tolist():  # a handful of persons
        top[number[:2]] = f"{int(top[number[:2]]) + 1:0{len(number)}d}"
        given.append(top[number[:2]])
    new_numbers = texts(given)
    place = {int(person): at for at, person in enumerate(persons)}
    base = int(max(form.subject.max(initial=0) for form in mess.tables.values())) + 1
    criterion = next(iter(mess.settings["trial"]["failed_criteria"]))
    for form in ("dm", "ic", "ie", "vs", "ecog", "eos"):
        own = mess.tables[form]
        wanted = np.isin(own.subject, persons)
        if form != "eos":
            wanted &= own.columns["FOLDER"] == "Screening"
        result = np.flatnonzero(wanted)
        if form == "eos":  # those still in the study have none: take any record for its columns
            result = np.zeros(len(persons), dtype=np.int64)
            at = np.arange(len(persons))
        else:
            at = np.array([place[int(person)] for person in own.subject[result]], dtype=np.int64)
        columns = {"SUBJID": new_numbers[at], "RECORDID": mess.new_record_ids(form, len(result))}
        columns["UPDATED"] = moved(own.columns["UPDATED"][result], -60)
        fields = mess.contract.forms[form].fields
        for name in own.columns:
            if name not in HEADER and fields[name].type == "date" and name != "BRTHDAT":
                columns[name] = moved(own.columns[name][result], -60)
        if form == "ie":
            columns |= {
                "IEYN": repeated("No", len(result)),
                "IETESTCD": repeated(criterion, len(result)),
                "IECAT": repeated("Inclusion" if criterion.startswith("INCL") else "Exclusion", len(result)),
                "IEORRES": repeated("No" if criterion.startswith("INCL") else "Yes", len(result)),
            }
        if form == "eos":
            decided = dict(
                zip(mess.column("ie", "SUBJID").tolist(), mess.column("ie", "IEDAT").tolist(), strict=True)
            )
            day = texts([decided[number] for number in new_numbers.tolist()])
            columns |= {
                "EOSDAT": day,
                "EOSREAS": repeated("Screen failure", len(result)),
                "UPDATED": texts([f"{text}T15:00:00" for text in day.tolist()]),
            }
        built = _copy(own, result, **columns)
        built.subject = base + at
        ids = mess.insert(form, built, np.full(len(result), 1e12) + at, locked=True)
        if form == "dm":
            mess.note(form, ids, "SUBJID", numbers[rows][at], columns["SUBJID"])


@kind
def edited_records(mess: Mess) -> None:
    """The older version of a record stands before the valid one: same identifier, earlier update."""
    for form, table in list(mess.tables.items()):
        if "RECORDID" not in table.columns or not len(table):
            continue
        rows = mess.draw(mess.free(form)) if mess.rng.random() < 0.5 else np.zeros(0, dtype=np.int64)
        if not len(rows):
            continue
        names = [name for name in table.columns if name not in HEADER]
        name = names[int(mess.rng.integers(len(names)))]
        column = table.columns[name]
        # What was first entered is what another record has.
        older = column[mess.rng.integers(0, len(column), len(rows))]
        updated = moved(table.columns["UPDATED"][rows], -1)
        result = _copy(table, rows, **{name: older, "UPDATED": updated})
        original = column[rows]
        ids = mess.insert(form, result, mess.order[form][rows] - 0.01, locked=True)
        mess.note(form, ids, name, original, older)
        mess.touch(form, name, rows)


@kind
def inactivated_lines(mess: Mess) -> None:
    """A line entered twice, the second of which was inactivated."""
    for form in ("mh", "ae", "cm", "tl"):
        table = mess.tables[form]
        rows = mess.draw(mess.free(form)) if len(table) else np.zeros(0, dtype=np.int64)
        if not len(rows):
            continue
        # After the page's last line, with a number of its own.
        page = log_pages(mess, form)
        position = table.columns["RECPOS"].astype(np.int64)
        last = np.zeros(page.max() + 1, dtype=np.int64)
        np.maximum.at(last, page, position)
        turn = (
            np.arange(len(rows)) - np.searchsorted(page[rows], page[rows])
            if (np.diff(page[rows]) >= 0).all()
            else np.arange(len(rows))
        )
        result = _copy(
            table, rows,
            RECORDID=mess.new_record_ids(form, len(rows)),
            RECPOS=(last[page[rows]] + 1 + turn).astype(str).astype(object),
            ACTIVE=repeated("0", len(rows)),
        )  # fmt: skip
        ids = mess.insert(form, result, mess.order[form][rows] + 0.25, locked=True)
        mess.note(form, ids, "ACTIVE", repeated("1", len(rows)), repeated("0", len(rows)))


@kind
def header_lines(mess: Mess) -> None:
    """The header of a log page comes along as a line of position 0 without answers."""
    for form in ("mh", "pt", "exs", "ae", "cm", "tl", "ntl"):
        table = mess.tables[form]
        first = (table.columns["RECPOS"] == "1") & mess.free(form)
        rows = mess.draw(first)
        if not len(rows):
            continue
        blank = {name: repeated("", len(rows)) for name in table.columns if name not in HEADER}
        result = _copy(
            table, rows,
            RECORDID=mess.new_record_ids(form, len(rows)), RECPOS=repeated("0", len(rows)), **blank,
        )  # fmt: skip
        ids = mess.insert(form, result, mess.order[form][rows] - 0.5, locked=True)
        mess.note(form, ids, "RECPOS", repeated("", len(rows)), repeated("0", len(rows)))


@kind
def unscheduled_visits(mess: Mess) -> None:
    """Vital signs measured once more at a visit that was not planned."""
    table = mess.tables["vs"]
    cycles = passes(table.columns["FOLDER"], lambda label: label.startswith("C"))
    rows = mess.draw(mess.free("vs") & cycles & (table.columns["VSDAT"] != ""))
    label = repeated(mess.settings["unscheduled"]["label"], len(rows))
    # Four days on is before the next visit, which no jitter brings so near.
    result = _copy(
        table, rows,
        FOLDER=label, VSDAT=moved(table.columns["VSDAT"][rows], 4), UPDATED=moved(table.columns["UPDATED"][rows], 4),
        RECORDID=mess.new_record_ids("vs", len(rows)), HEIGHT=repeated("", len(rows)),
    )  # fmt: skip
    ids = mess.insert("vs", result, mess.order["vs"][rows] + 0.25, locked=True)
    mess.note("vs", ids, "FOLDER", repeated("", len(rows)), label)


@kind
def zero_dose_lines(mess: Mess) -> None:
    """An interruption is logged as a line of dose 0 in place of a gap."""
    table = mess.tables["exs"]
    # Periods of a subject follow each other; other lines between them have no part in it.
    usual = np.flatnonzero(mess.free("exs"))
    usual = usual[np.argsort(mess.order["exs"][usual], kind="stable")]
    start, stop = table.columns["EXSTDAT"][usual], table.columns["EXENDAT"][usual]
    same = np.r_[False, table.subject[usual][1:] == table.subject[usual][:-1]]
    previous = np.r_[repeated("", 1), stop[:-1]]
    begin = moved(choose(same, previous, ""), 1)
    gap = same & (begin != "") & (begin < start)
    eligible = np.zeros(len(table), dtype=bool)
    eligible[usual[gap]] = True
    rows = mess.draw(eligible)
    if not len(rows):
        return
    at = (
        np.searchsorted(np.sort(usual), rows)
        if (np.diff(usual) > 0).all()
        else np.array([int(np.flatnonzero(usual == row)[0]) for row in rows])
    )
    size = len(rows)
    position = choose(
        np.ones(size, dtype=bool),
        texts([f"{int(text) + 20}" for text in table.columns["RECPOS"][rows].tolist()]),
        "",
    )
    result = _copy(
        table, rows,
        RECORDID=mess.new_record_ids("exs", size), RECPOS=position, EXSTDAT=begin[at], EXENDAT=moved(start[at], -1),
        EXDOSE=repeated("0", size), EXADJ=repeated("Adverse event", size), EXMISS=repeated("", size),
    )  # fmt: skip
    ids = mess.insert("exs", result, mess.order["exs"][rows] - 0.125, locked=True)
    mess.note("exs", ids, "EXDOSE", repeated("", size), repeated("0", size))
