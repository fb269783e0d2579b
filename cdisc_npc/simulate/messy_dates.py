"""Disorder of dates and times: partial ones, other writings, impossible ones, and contradictions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from cdisc_npc.simulate.arrays import NONE, Bools, Ints, Texts
from cdisc_npc.simulate.draws import passes, repeated, texts
from cdisc_npc.simulate.mess import Mess, kind
from cdisc_npc.simulate.messy_records import moved

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_EXCEL_DAY_0 = date(1899, 12, 30)
# Dates that history takers do not know to the day; the others only change their writing.
_LONG_AGO = {
    "mh": ("MHSTDAT", "MHENDAT"), "nh": ("DIAGDAT",), "pt": ("CMSTDAT", "CMENDAT"), "rt": ("PRSTDAT", "PRENDAT"),
    "cm": ("CMSTDAT",), "pat": ("CMSTDAT",), "ae": ("AESTDAT", "AEENDAT"),
}  # fmt: skip
_SHORT_MONTHS = ("02", "04", "06", "09", "11")

Writing = Callable[[str, str, str], str]

_PARTIAL: tuple[Writing, ...] = (
    lambda y, m, d: f"{y}-UN-UN",
    lambda y, m, d: f"UN/UNK/{y}",
    lambda y, m, d: f"{y}年{int(m)}月",
    lambda y, m, d: f"{y}-{m}",
    lambda y, m, d: f"UK {_MONTHS[int(m) - 1]} {y}",
    lambda y, m, d: f"{y}-{m}-00",
    lambda y, m, d: y,
    lambda y, m, d: "NK",
    lambda y, m, d: "ND",
)
# What each of them leaves: the year, the month as well, or nothing.
_LEFT = "yymmmmy--"
_DATED = tuple(writing for writing, left in zip(_PARTIAL, _LEFT, strict=True) if left != "-")
_TWO_DIGITS: tuple[Writing, ...] = (
    lambda y, m, d: f"{d}-{_MONTHS[int(m) - 1]}-{y[2:]}",
    lambda y, m, d: f"{y[2:]}年{int(m)}月{int(d)}日",
)
_FORMATS: tuple[Writing, ...] = (
    lambda y, m, d: f"{y}.{m}.{d}",
    lambda y, m, d: f"{y}/{int(m)}/{int(d)}",
    lambda y, m, d: f"{y}{m}{d}",
    lambda y, m, d: f"{d}{_MONTHS[int(m) - 1]}{y}",
    lambda y, m, d: f"{y}年{int(m)}月{int(d)}日",
    # Day and month can be told apart only from the thirteenth on: else the year first.
    lambda y, m, d: f"{d}/{m}/{y}" if int(d) > 12 else f"{y}.{m}.{d}",
    lambda y, m, d: f"{m}/{d}/{y}" if int(d) > 12 else f"{y}.{m}.{d}",
)


def _date_fields(mess: Mess) -> list[tuple[str, str]]:
    return [
        (form, name)
        for form, contract in mess.contract.forms.items()
        for name, facts in contract.fields.items()
        if facts.type == "date" and form in mess.tables
    ]


def possible_days(original: str, injected: str) -> tuple[int, int]:
    """First and last day that a date may mean as it was written in its place; `NONE` for no such day."""
    year, month, day = original.split("-")
    left = {writing(year, month, day): left for writing, left in zip(_PARTIAL, _LEFT, strict=True)}
    unit = {"y": "Y", "m": "M"}.get(left.get(injected, ""))
    if unit is None:
        return int(NONE), int(NONE)
    period = np.array([original], dtype=f"datetime64[{unit}]")
    first, following = (item.astype("datetime64[D]").astype(np.int64)[0] for item in (period, period + 1))
    return int(first), int(following) - 1


def _whole(column: Texts) -> Bools:
    """Cells that hold a whole ISO 8601 date."""
    return passes(column, lambda text: len(text) == 10 and text[4] == "-")


def _rewritten(mess: Mess, column: Texts, writings: tuple[Writing, ...]) -> Texts:
    which = mess.rng.integers(0, len(writings), len(column))
    result = [
        writings[at](*text.split("-")) for at, text in zip(which.tolist(), column.tolist(), strict=True)
    ]
    return texts(result)


def _rewrite(mess: Mess, fields: list[tuple[str, str]], writings: tuple[Writing, ...]) -> None:
    """Write some dates of some fields in another way."""
    for form, name in fields:
        if mess.rng.random() < 0.5:
            continue
        column = mess.column(form, name)
        rows = mess.draw(mess.free(form, name) & _whole(column))
        mess.put(form, name, rows, _rewritten(mess, column[rows], writings))


@kind
def ae_end_before_start(mess: Mess) -> None:
    """An adverse event ends before it begins."""
    start, end = mess.column("ae", "AESTDAT"), mess.column("ae", "AEENDAT")
    fatal = mess.column("ae", "AEOUT") == "Fatal"
    rows = mess.draw(mess.free("ae", "AESTDAT", "AEENDAT") & (end != "") & ~fatal)
    mess.put("ae", "AEENDAT", rows, moved(start[rows], -mess.rng.integers(1, 20, len(rows))))
    mess.touch("ae", "AESTDAT", rows)


@kind
def death_after_last_contact(mess: Mess) -> None:
    """The contact that tells of the death is dated before it."""
    dead = mess.column("ss", "SSSTAT") == "Dead"
    rows = mess.draw(mess.free("ss", "SSDAT") & dead)
    valid = np.flatnonzero(mess.free("dd", "DTHDAT"))
    place = dict(zip(mess.tables["dd"].subject[valid].tolist(), valid.tolist(), strict=True))
    rows = rows[np.isin(mess.tables["ss"].subject[rows], list(place))]
    deaths = np.array([place[person] for person in mess.tables["ss"].subject[rows].tolist()], dtype=np.int64)
    mess.put(
        "ss", "SSDAT", rows, moved(mess.column("dd", "DTHDAT")[deaths], -mess.rng.integers(2, 15, len(rows)))
    )
    mess.touch("dd", "DTHDAT", deaths)


@kind
def partial_deaths(mess: Mess) -> None:
    """Day, or day and month, of a death are not known."""
    column = mess.column("dd", "DTHDAT")
    rows = mess.draw(mess.free("dd", "DTHDAT"))
    mess.put("dd", "DTHDAT", rows, _rewritten(mess, column[rows], _DATED))


@kind
def undated_responses(mess: Mess) -> None:
    """The date of a response is partial or missing; its lesions have theirs."""
    column = mess.column("rs", "RSDAT")
    rows = mess.draw(mess.free("rs", "RSDAT"))
    mess.put("rs", "RSDAT", rows, _rewritten(mess, column[rows], (*_PARTIAL, lambda y, m, d: "")))


@kind
def undated_infusions(mess: Mess) -> None:
    """An infusion that was given has no date; no more than one of a subject."""
    rows = mess.draw(mess.free("ext", "ECSTDAT") & (mess.column("ext", "ECOCCUR") == "Yes"))
    rows = rows[np.unique(mess.tables["ext"].subject[rows], return_index=True)[1]]
    mess.put("ext", "ECSTDAT", rows, repeated("", len(rows)))
    # Of two without a date none could be told from the other.
    mess.touch(
        "ext",
        "ECSTDAT",
        np.flatnonzero(np.isin(mess.tables["ext"].subject, mess.tables["ext"].subject[rows])),
    )


@kind
def open_log_lines(mess: Mess) -> None:
    """The last line of the log was not closed, although the treatment has ended."""
    table = mess.tables["exs"]
    drug = mess.column("eot", "EOTDRUG") == mess.settings["treatment"]["surufatinib"]["name"]
    ended = np.isin(table.subject, mess.tables["eot"].subject[drug])
    usual = np.flatnonzero(mess.free("exs"))
    usual = usual[np.argsort(mess.order["exs"][usual], kind="stable")]
    last = np.zeros(len(table), dtype=bool)
    last[usual[np.r_[table.subject[usual][1:] != table.subject[usual][:-1], True]]] = True
    rows = mess.draw(last & ended & mess.free("exs", "EXENDAT"))
    mess.put("exs", "EXENDAT", rows, repeated("", len(rows)))


@kind
def visits_out_of_window(mess: Mess) -> None:
    """Vital signs of a cycle are measured a week late."""
    cycles = passes(mess.column("vs", "FOLDER"), lambda label: label[:1] == "C" and label != "C1D1")
    date = mess.column("vs", "VSDAT")
    rows = mess.draw(mess.free("vs", "VSDAT") & cycles & (date != ""))
    mess.put("vs", "VSDAT", rows, moved(date[rows], 7))


@kind
def partial_dates(mess: Mess) -> None:
    """Day or month are not known, written in nine ways."""
    for form, names in _LONG_AGO.items():
        for name in names:
            column = mess.column(form, name)
            rows = mess.draw(mess.free(form, name) & _whole(column))
            mess.put(form, name, rows, _rewritten(mess, column[rows], _PARTIAL))


@kind
def two_digit_years(mess: Mess) -> None:
    """The year has two digits."""
    # A birth or a disease of long ago would be of another century.
    fields = [(form, name) for form, name in _date_fields(mess) if form not in ("dm", "mh", "lbref", "cm")]
    _rewrite(mess, fields, _TWO_DIGITS)


@kind
def date_formats(mess: Mess) -> None:
    """Dates in other formats: points, slashes, day or month first, month names, Chinese signs."""
    _rewrite(mess, _date_fields(mess), _FORMATS)


@kind
def full_width_digits(mess: Mess) -> None:
    """Dates with the digits of a Chinese input method."""
    _rewrite(mess, _date_fields(mess), (lambda y, m, d: f"{y}-{m}-{d}".translate(_FULL_WIDTH),))


@kind
def excel_serials(mess: Mess) -> None:
    """Dates as the day numbers of a spreadsheet."""
    fields = [(form, name) for form, name in _date_fields(mess) if form not in ("dm", "lbref")]
    _rewrite(mess, fields, (lambda y, m, d: str((date(int(y), int(m), int(d)) - _EXCEL_DAY_0).days),))


@kind
def time_24_00(mess: Mess) -> None:
    """An infusion ends at 24:00."""
    column = mess.column("ext", "ECENTIM")
    rows = mess.draw(mess.free("ext", "ECENTIM") & (column != ""))
    mess.put("ext", "ECENTIM", rows, repeated("24:00", len(rows)))


@kind
def impossible_dates(mess: Mess) -> None:
    """A day that its month does not have."""
    for form, name in (("ae", "AESTDAT"), ("cm", "CMSTDAT"), ("vs", "VSDAT"), ("mh", "MHSTDAT")):
        column = mess.column(form, name)
        short = passes(column, lambda text: text[5:7] in _SHORT_MONTHS)
        rows: Ints = mess.draw(mess.free(form, name) & _whole(column) & short)
        mess.put(form, name, rows, texts([f"{text[:8]}31" for text in column[rows].tolist()]))
