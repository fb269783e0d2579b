"""Datasets as the validator of Define-XML wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns import column
from cdisc_npc.transport.xpt_layout import Member
from define_xml.data import Column, Table


@dataclass(frozen=True)
class _Coded:
    columns: Mapping[str, column.Column]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def coded(self, name: str) -> tuple[np.ndarray, Sequence[Any] | np.ndarray]:
        coded = self.columns[name].coded
        return coded.places, coded.kinds if coded.numeric else coded.kinds.to_pylist()


def table_of(member: Member, data: Mapping[str, column.Column] | pd.DataFrame, encoding: str) -> Table:
    """A dataset with what its file declares, by its columns or as a frame; lengths are counted in the encoding.

    Parameters
    ----------
    member
        What the file declares.
    data
        Columns by name, or a frame.
    encoding
        In which lengths are counted.
    """
    described = tuple(Column(v.name, v.label, v.type, v.length) for v in member.variables)
    held = data if isinstance(data, pd.DataFrame) else _Coded(data)
    return Table(member.name, member.label, described, held, encoding)
