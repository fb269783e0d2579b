"""Datasets as the validator of Define-XML wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cdisc_npc.columns import column as coded
from cdisc_npc.transport.xpt_layout import Member
from define_xml.data import Column, Table


def table_of(
    member: Member, frame: pd.DataFrame, encoding: str, columns: Mapping[str, coded.Column] | None = None
) -> Table:
    """A dataset with what its file declares; lengths are counted in the encoding.

    Parameters
    ----------
    columns
        Of the frame, by name, where they are at hand.
    """
    held = columns or {}

    def coded_of(name: str) -> tuple[np.ndarray, list[Any]]:
        column = held[name].coded
        return column.places, column.kinds.tolist()

    described = tuple(Column(v.name, v.label, v.type, v.length) for v in member.variables)
    return Table(member.name, member.label, described, frame, encoding, coded_of if held else None)
