"""What the verbs of a record block did with each cell that they read.

A verb says from which cells it took its values (`use`) and which condition it asked (`decide`);
`cdisc_npc.sdtm.complete` and the findings say why a value became blank (`note`). Once a variable is made,
`Trail.close` keeps of the cells taken those whose value is there. Cells of datasets, and of the study
itself, leave no trail: they are no raw cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cdisc_npc.columns.column import Column
from cdisc_npc.columns.condition import ConditionParts
from cdisc_npc.columns.where import Named, is_blank, satisfied
from cdisc_npc.sdtm.records import BlockRows, Cell


class Taken(NamedTuple):
    """Cells of a field, by their positions in the trail's rows, that are in values of the variable."""

    field: str
    positions: np.ndarray


class Noted(NamedTuple):
    """Cells that are in no value, and why; ``field`` is None for all that the verbs took there."""

    field: str | None
    positions: np.ndarray
    status: int
    reason: str


class Decided(NamedTuple):
    """Cells that decided a condition, and whether it holds there."""

    field: str
    positions: np.ndarray
    holds: np.ndarray
    condition: str


@dataclass
class Trail:
    """What became of the cells that one variable of a block reads, or (no variable) the block itself.

    Attributes
    ----------
    rows : ndarray of int
        Records of the form, by position.
    """

    table: str
    variable: str
    block: BlockRows
    rows: np.ndarray
    taken: list[Taken] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)

    def use(self, name: str, positions: np.ndarray) -> None:
        """Say that the values of a field go into the variable at some positions."""
        if len(positions):
            self.taken.append(Taken(name, positions))

    def note(self, positions: np.ndarray, status: int, reason: str, name: str | None = None) -> None:
        """Why the cells of some records are in no value: those of a field, or all that are taken there."""
        self.noted.append(Noted(name, positions, status, reason))

    def decide(
        self,
        condition: ConditionParts,
        column: Named,
        positions: np.ndarray,
        where: np.ndarray | None = None,
    ) -> np.ndarray:
        """Records for which a condition holds; the cells that decide it are kept, of some records given a mask."""
        decisive: dict[str, np.ndarray] = {}
        holds = satisfied(condition, column, len(positions), decisive)
        for name, those in decisive.items():
            if where is not None:
                those = those & where
            self.decided.append(Decided(name, positions[those], holds[those], condition.describe()))
        return holds

    def close(self, values: Column) -> None:
        """Keep what is true of the finished values.

        1. A cell is taken where the value is not blank; where it is, a note says why.
        2. A condition that holds has decided something where there is a value.
        """
        if not (self.taken or self.decided or self.noted):
            return
        filled = ~is_blank(values)
        chosen, noted = [], [item for item in self.noted if item.field]
        for name, positions in self.taken:
            there = filled[positions]
            chosen.append(Taken(name, positions[there]))
            lost = positions[~there]
            noted += [
                item._replace(field=name, positions=lost[np.isin(lost, item.positions)])
                for item in self.noted
                if not item.field and len(lost)
            ]
        self.taken, self.noted = chosen, noted
        self.decided = [
            Decided(name, positions[kept], holds[kept], condition)
            for name, positions, holds, condition in self.decided
            for kept in [~holds | filled[positions]]
        ]

    def replace(self, rows: np.ndarray, reason: str) -> None:
        """Say that the dataset's own verb has replaced the values of some records of the form."""
        for index, (name, positions) in enumerate(self.taken):
            lost = np.isin(self.rows[positions], rows)
            self.taken[index] = Taken(name, positions[~lost])
            self.note(positions[lost], Cell.LEFT_OUT, reason, name)
