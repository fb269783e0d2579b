"""The forms while they are disordered, and the register of the kinds of disorder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cdisc_npc.simulate.arrays import Bools, Floats, Ints, Rng, Texts
from cdisc_npc.simulate.draws import repeated, texts
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Table, join
from cdisc_npc.study.forms import RawContract


@dataclass
class Mess:
    """The forms while they are disordered, and what was done to them.

    Attributes
    ----------
    ids
        By form, a number for each record that stays when others are put between.
    order
        By form, where each record goes: the clean record's place, and fractions for those between.
    locked
        By form, records that later kinds leave alone.
    touched
        By form and field, cells that a kind has changed already.
    places
        By kind, parts of the table of places: form, ids, field, original and injected.
    given
        Number of record identifiers given out.
    """

    settings: Settings
    contract: RawContract
    tables: dict[str, Table]
    kind: str = ""
    rng: Rng = field(default_factory=lambda: np.random.Generator(np.random.PCG64(0)))
    ids: dict[str, Ints] = field(default_factory=dict)
    order: dict[str, Floats] = field(default_factory=dict)
    locked: dict[str, Bools] = field(default_factory=dict)
    touched: dict[tuple[str, str], Bools] = field(default_factory=dict)
    places: dict[str, list[tuple[str, Ints, str, Texts, Texts]]] = field(default_factory=dict)
    given: int = 0

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            self.ids[name] = np.arange(len(table))
            self.order[name] = np.arange(len(table)).astype(float)
            self.locked[name] = np.zeros(len(table), dtype=bool)

    @property
    def rate(self) -> float:
        """Share of the eligible places to change, as the settings have it for this kind."""
        return float(self.settings["messy"][self.kind])

    def column(self, form: str, name: str) -> Texts:
        """A field's values as they are now."""
        return self.tables[form].columns[name]

    def free(self, form: str, *names: str) -> Bools:
        """Records that count, with none of these cells changed before."""
        free = ~self.locked[form]
        for name in names:
            if (form, name) in self.touched:
                free &= ~self.touched[form, name]
        return free

    def draw(self, eligible: Bools) -> Ints:
        """Some of the eligible records, at least one where there are any."""
        places = np.flatnonzero(eligible)
        chosen = self.rng.random(len(places)) < self.rate
        one = self.rng.random()
        if len(places) and not chosen.any():
            chosen[int(one * len(places))] = True
        return places[chosen]

    def put(self, form: str, name: str, rows: Ints, values: Texts) -> None:
        """Change cells, and note it; a value that is as it was is no place."""
        column = self.tables[form].columns[name]
        differs = column[rows] != values
        rows, values = rows[differs], values[differs]
        if len(rows):
            self.note(form, self.ids[form][rows], name, column[rows], values)
            changed = column.copy()
            changed[rows] = values
            self.tables[form].columns[name] = changed
            self.touch(form, name, rows)

    def touch(self, form: str, name: str, rows: Ints) -> None:
        """Keep later kinds from these cells."""
        mask = self.touched.setdefault((form, name), np.zeros(len(self.tables[form]), dtype=bool))
        mask[rows] = True

    def note(self, form: str, ids: Ints, name: str, original: Texts, injected: Texts) -> None:
        """Note places of this kind; `ids` of -1 stand for the whole file."""
        self.places.setdefault(self.kind, []).append((form, ids, name, original, injected))

    def insert(self, form: str, table: Table, order: Floats, *, locked: bool) -> Ints:
        """Put records between the others, and tell their ids."""
        size = len(table)
        first = len(self.ids[form])
        ids = np.arange(first, first + size)
        self.tables[form] = join(self.tables[form], table)
        self.ids[form] = np.concatenate([self.ids[form], ids])
        self.order[form] = np.concatenate([self.order[form], order])
        self.locked[form] = np.concatenate([self.locked[form], np.full(size, locked)])
        for key, mask in self.touched.items():
            if key[0] == form:
                self.touched[key] = np.concatenate([mask, np.zeros(size, dtype=bool)])
        return ids

    def new_record_ids(self, form: str, size: int) -> Texts:
        """Identifiers that no record of the form has."""
        # Clean records of the n-th form have n hundred millions and their row.
        first = int(self.tables[form].columns["RECORDID"][0]) // 100_000_000 * 100_000_000 + 50_000_000
        self.given += size
        return texts([str(first + self.given - n) for n in range(size)])

    def finish(self) -> dict[str, Any]:
        """Bring the records into their order, and state every place by form and row, from 1."""
        rank: dict[str, Ints] = {}
        for name, table in self.tables.items():
            order = np.argsort(self.order[name], kind="stable")
            files = table.files
            if (np.diff(order) != 1).any():
                self.tables[name] = table.take(order)
                self.tables[name].files = files
            rank[name] = np.empty(len(order), dtype=np.int64)
            rank[name][self.ids[name][order]] = np.arange(1, len(order) + 1)
        result: dict[str, Any] = {}
        for kind, parts in self.places.items():
            rows = [
                np.where(ids >= 0, rank[form][np.maximum(ids, 0)] if len(rank[form]) else 0, 0)
                for form, ids, *_ in parts
            ]
            result[kind] = {
                "form": np.concatenate([repeated(form, len(ids)) for form, ids, *_ in parts]),
                "row": np.concatenate(rows),
                "field": np.concatenate([repeated(name, len(ids)) for _, ids, name, *_ in parts]),
                "original": np.concatenate([original for *_, original, _ in parts]),
                "injected": np.concatenate([injected for *_, injected in parts]),
            }
        return result


Kind = Callable[[Mess], None]
KINDS: dict[str, Kind] = {}


def kind(function: Kind) -> Kind:
    """Register a kind of disorder under its function's name."""
    KINDS[function.__name__] = function
    return function
