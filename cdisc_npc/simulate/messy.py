"""Disorder: what real exports bring, injected kind by kind, with every place noted.

Each kind is a function of the same name as in the settings and on the command line; they are
registered in the order in which they are applied: records first, then cells, then whole files.
No two kinds change one cell, and records that do not count any more (older versions, inactive and
header lines) are left alone by all later kinds, so that each place can be looked for by itself.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from cdisc_npc.simulate import messy_dates, messy_files, messy_records, messy_values
from cdisc_npc.simulate.mess import KINDS, Kind, Mess
from cdisc_npc.simulate.settings import Settings
from cdisc_npc.simulate.table import Table
from cdisc_npc.study.forms import RawContract


def formats_without(name: str) -> tuple[str, ...]:
    """Formats that cannot hold a kind of disorder, and so do not get it; gb18030: CSV in that encoding."""
    return {
        "byte_order_mark": ("xlsx", "xpt", "odm", "gb18030"),
        "gb18030_file": ("xlsx", "xpt", "odm", "gb18030"),
        "utf16_file": ("xlsx", "xpt", "odm", "gb18030"),
        # Written in GB18030 it would be the right bytes again, and no file of one encoding.
        "mojibake": ("gb18030",),
        "column_case": ("xpt",),
        "trailing_blanks": ("xpt",),
    }.get(name, ())


def disorder(
    settings: Settings, contract: RawContract, tables: dict[str, Table], seed: int, *,
    without: tuple[str, ...] = (), export: str = "csv",
) -> tuple[dict[str, Table], dict[str, Any]]:  # fmt: skip
    """Inject every kind of disorder but those left out.

    Parameters
    ----------
    settings, contract
        Of the simulation and of the forms; a kind's rate is ``messy`` in the settings.
    tables
        Clean forms; they stay as they are.
    seed
        Each kind has random numbers of its own from it.
    without
        Kinds to leave out.
    export
        Format to be written, or gb18030 for CSV in it: what it cannot hold is left out as well.

    Returns
    -------
    tables, places
        The forms, and by kind the columns form, row (from 1; 0 for a whole file), field, original
        and injected.
    """
    mess = Mess(
        settings,
        contract,
        {name: Table(dict(table.columns), table.subject, table.log) for name, table in tables.items()},
    )
    for name, function in kinds().items():
        if name in without or export in formats_without(name):
            continue
        mess.kind = name
        # Own numbers for each kind: leaving one out moves no place of another but where they met.
        mess.rng = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([seed, 1, zlib.crc32(name.encode())]))
        )
        function(mess)
    places = mess.finish()
    return mess.tables, places


def kinds() -> dict[str, Kind]:
    """All kinds, in the order of their application."""
    # Records first, then cells, then files; in each module as they are written down.
    modules = (messy_records, messy_dates, messy_values, messy_files)
    return {
        name: function
        for module in modules
        for name, function in KINDS.items()
        if function.__module__ == module.__name__
    }
