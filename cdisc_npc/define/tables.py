"""Datasets as the validator of Define-XML wants them."""

from __future__ import annotations

import pandas as pd

from cdisc_npc.transport.xpt_layout import Member
from define_xml.data import Column, Table


def table_of(member: Member, frame: pd.DataFrame, encoding: str) -> Table:
    """A dataset with what its file declares; lengths are counted in the encoding."""
    columns = tuple(Column(v.name, v.label, v.type, v.length) for v in member.variables)
    return Table(member.name, member.label, columns, frame, encoding)
