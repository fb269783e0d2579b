"""One form's records while they are made: text columns, whose they are, and in what order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cdisc_npc.simulate.arrays import NONE, Ints, Rng, Texts
from cdisc_npc.simulate.draws import integer_text, repeated
from cdisc_npc.simulate.patients import Patients

HEADER = ("SUBJID", "FOLDER", "RECORDID", "RECPOS", "ACTIVE", "UPDATED")
_DAY = 86_400


@dataclass
class Table:
    """A form: each record one place in every array.

    Attributes
    ----------
    columns
        Text by field, the header's first.
    subject
        Place among the patients; -1 where the form has no subjects.
    log
        Whether a page of the form holds several lines.
    """

    columns: dict[str, Texts]
    subject: Ints
    log: bool = False
    files: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.subject)

    def take(self, rows: np.ndarray) -> Table:
        """The records at these places."""
        return Table(
            {name: column[rows] for name, column in self.columns.items()}, self.subject[rows], self.log
        )


def join(one: Table, two: Table) -> Table:
    """The records of both, those of the first first."""
    columns = {name: np.concatenate([column, two.columns[name]]) for name, column in one.columns.items()}
    return Table(columns, np.concatenate([one.subject, two.subject]), one.log)


class Forms:
    """Collects forms, and gives each record its header.

    Parameters
    ----------
    rng
        For the times at which records were updated.
    patients
        All persons; each record names its own by place.
    """

    def __init__(self, rng: Rng, patients: Patients) -> None:
        self.rng, self.patients = rng, patients
        self.tables: dict[str, Table] = {}

    def add(
        self,
        name: str,
        who: Ints,
        folder: str | Texts,
        day: Ints,
        columns: dict[str, Texts],
        *,
        log: bool = False,
        page: Ints | None = None,
    ) -> None:
        """Add a form.

        Parameters
        ----------
        name
            Of the form.
        who
            Person of each record.
        folder
            Label of the visit, one or by record.
        day
            Of the record, for its order and its last update; `NONE` takes the day of consent.
        columns
            The form's own fields.
        log
            Whether records are numbered lines of a page.
        page
            What tells a person's pages apart in a log; one page a person where left out.
        """
        size = len(who)
        day = np.where(day == NONE, self.patients.consent[who], day)
        pages = np.zeros(size, dtype=np.int64) if page is None else page
        # Lines of a page keep the order they are given in, pages and visits go by their day.
        order = (
            np.lexsort((pages, day, who)) if page is not None or not log else np.argsort(who, kind="stable")
        )
        who, day, pages = who[order], day[order], pages[order]
        if log:
            change = np.r_[True, (who[1:] != who[:-1]) | (pages[1:] != pages[:-1])][:size]
            start = np.maximum.accumulate(np.where(change, np.arange(size), 0))
            position = np.arange(size) - start + 1
        else:
            position = np.ones(size, dtype=np.int64)
        label = repeated(folder, size) if isinstance(folder, str) else folder[order]
        number = (len(self.tables) + 1) * 100_000_000 + np.arange(1, size + 1)
        # Entered within six days, in working hours.
        entered = np.maximum(day, self.patients.consent[who])
        seconds = (entered + self.rng.integers(0, 6, size)) * _DAY + self.rng.integers(
            8 * 3600, 18 * 3600, size
        )
        header = {
            "SUBJID": self.patients.subjid[who],
            "FOLDER": label,
            "RECORDID": number.astype(str).astype(object),
            "RECPOS": integer_text(position),
            "ACTIVE": repeated("1", size),
            "UPDATED": moment_text(seconds),
        }
        self.tables[name] = Table(header | {key: value[order] for key, value in columns.items()}, who, log)


def moment_text(seconds: Ints) -> Texts:
    """ISO 8601 date and time of seconds since 1970."""
    return np.datetime_as_string(seconds.astype("datetime64[s]")).astype(object)
