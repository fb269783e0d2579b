"""MedDRA and WHODrug as their publishers lay them out.

Both are licensed: their files stay where the user keeps them, and nothing of them is in this project.
MedDRA: ``llt.asc`` and ``mdhier.asc``, fields ended by ``$`` (MedDRA Distribution File Format Document).
WHODrug Global in format B3: ``DD.txt``, ``DDA.txt`` and ``INA.txt``, at the places where the CDISC Rules
Engine reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from cdisc_npc.findings import Refused

# Fields of a row of mdhier.asc, in their order; those with an underscore are not kept.
_WAY = (
    "ptcd", "hltcd", "hlgtcd", "soccd", "pt", "hlt", "hlgt", "soc", "_abbreviation", "_null", "_primary_soc",
    "primary",
)  # fmt: skip
_LOWEST = {"lltcd": 0, "llt": 1, "ptcd": 2, "current": 9}
# Where WHODrug's fields begin and end: a drug is its record number and first sequence number.
_DRUG, _DRUG_NAME, _CLASS_OF_DRUG = slice(0, 8), slice(30, None), slice(12, 19)
_CLASS, _CLASS_NAME = slice(0, 7), slice(8, None)


@dataclass(frozen=True, eq=False)
class MedDRA:
    """The dictionary.

    Attributes
    ----------
    lowest : DataFrame
        A row a lowest level term: ``lltcd``, ``llt``, ``ptcd``, ``current`` (Y or N).
    ways : DataFrame
        A row a way from a preferred term to a system organ class: ``pt``, ``hlt``, ``hlgt`` and ``soc``,
        each with its code (``ptcd``); ``primary`` (Y or N).
    """

    lowest: pd.DataFrame
    ways: pd.DataFrame


@dataclass(frozen=True, eq=False)
class WHODrug:
    """The dictionary.

    Attributes
    ----------
    classes_of : dict of str to frozenset of str
        ATC codes of a drug, by each of its names.
    classes : dict of str to str
        Text of an ATC class by its code.
    """

    classes_of: dict[str, frozenset[str]]
    classes: dict[str, str]


@cache
def read_meddra(folder: Path) -> MedDRA:
    """Read MedDRA.

    Raises
    ------
    Refused
        ``CONVERT_REFUSED``: a file is missing, or has a row of too few fields.
    """
    ways = _table(folder, "mdhier.asc", {name: at for at, name in enumerate(_WAY) if name[0] != "_"})
    return MedDRA(_table(folder, "llt.asc", _LOWEST), ways)


@cache
def read_whodrug(folder: Path) -> WHODrug:
    """Read WHODrug.

    Raises
    ------
    Refused
        ``CONVERT_REFUSED``: a file is missing.
    """
    of_drug: dict[str, set[str]] = {}
    for line in _lines(folder, "DDA.txt"):
        of_drug.setdefault(line[_DRUG], set()).add(line[_CLASS_OF_DRUG].strip())
    classes_of: dict[str, set[str]] = {}
    for line in _lines(folder, "DD.txt"):
        classes_of.setdefault(line[_DRUG_NAME].strip(), set()).update(of_drug.get(line[_DRUG], ()))
    classes = {line[_CLASS].strip(): line[_CLASS_NAME].strip() for line in _lines(folder, "INA.txt")}
    return WHODrug({name: frozenset(codes) for name, codes in classes_of.items()}, classes)


def _table(folder: Path, name: str, fields: dict[str, int]) -> pd.DataFrame:
    rows = [line.split("$") for line in _lines(folder, name)]
    least = max(fields.values()) + 1
    short = next((number for number, row in enumerate(rows, 1) if len(row) < least), None)
    if short is not None:
        raise Refused.because(
            "CONVERT_REFUSED", file=name, row=[short], value=f"{len(rows[short - 1])} fields",
            expected=f"at least {least} fields, each ended by $",
        )  # fmt: skip
    return pd.DataFrame(
        {field: pd.Series([row[at].strip() for row in rows], dtype="str") for field, at in fields.items()}
    )


def _lines(folder: Path, name: str) -> list[str]:
    path = next((item for item in sorted(folder.glob("*")) if item.name.lower() == name.lower()), None)
    if path is None:
        raise Refused.because(
            "CONVERT_REFUSED", file=str(folder), value=f"no {name}", expected="the files of the dictionary"
        )
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return [line for line in text.splitlines() if line.strip()]
