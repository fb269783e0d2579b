"""Raw tables: text columns, and how each value becomes text.

Whatever the file's format, a raw table is text: the characters a text cell
stores, the shortest exact form of a number, ISO 8601 for a date.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from cdisc_npc.columns.distinct import distinct
from cdisc_npc.findings import Findings, Refused

# A cell longer than this is no collected text but a damaged or hostile file.
LONGEST_FIELD = 1 << 20
# Numbers of these sizes are written without an exponent.
_PLAIN_FROM, _PLAIN_TO = 1e-30, 1e30


@dataclass(frozen=True, eq=False)
class RawTable:
    """One table as it was collected.

    Attributes
    ----------
    name
        Stem of the file, sheet, XPT member or ODM form.
    frame
        Every column of pandas' ``str`` dtype and never null; row ``i`` is record ``i + 1``.
    file
        Name of the file, without folder.
    encoding
        How the file's text was encoded, where the format leaves that open.
    lines
        First line of each record in a delimited file (the header is on line 1).
    keys
        Columns of the format itself, which are no collected data.
    beside
        Columns of what the format has beside collected data, such as vendors' attributes in ODM:
        a form may name them, and need not.
    tags
        Of columns of SAS with special missing values: ``.A`` to ``.Z`` or ``._`` beside the blank ones.
    findings
        What reading noticed and yet does not stop the run.
    """

    name: str
    frame: pd.DataFrame
    file: str
    encoding: str | None = None
    lines: np.ndarray | None = None
    keys: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    tags: dict[str, np.ndarray] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


def gather(names: Iterable[str], read_one: Callable[[str], RawTable]) -> dict[str, RawTable]:
    """Read several tables; when any is refused, refuse with the findings of all."""
    tables, findings = {}, Findings()
    for name in names:
        try:
            tables[name] = read_one(name)
        except Refused as refused:
            findings.extend(refused.findings)
    findings.refuse_if_worst()
    return tables


def place_of(path: Path, name: str) -> str:
    """How a finding names a table before its form is known: ``ae.csv``, but ``crf.xlsx[ae]``."""
    return path.name if name == path.stem else f"{path.name}[{name}]"


def line_params(lines: Iterable[int]) -> list[str]:
    """The ``params`` of findings that stand on these lines of a file."""
    return [json.dumps({"line": int(line)}) for line in lines]


def header_names(cells: Iterable[str], file: str) -> list[str]:
    """Column names of a header: stripped of blanks and BOM, none blank, none twice."""
    names = [cell.strip(" \t\r\n\ufeff\xa0\u3000") for cell in cells]
    findings = Findings()
    blank = [str(place + 1) for place, name in enumerate(names) if not name]
    if blank:
        findings.add("RAW_UNNAMED_COLUMN", file=file, value=blank)
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    if twice:
        findings.add("RAW_DUPLICATE_COLUMN", file=file, variable=twice, expected="each name once")
    findings.refuse_if_worst()
    return names


def text_frame(columns: dict[str, pd.Series], size: int) -> pd.DataFrame:
    """A frame of text columns with a plain row index, also of no columns or no rows."""
    return pd.DataFrame(columns, index=pd.RangeIndex(size)).astype("str")


def by_distinct(values: pd.Series | np.ndarray, to_text: Callable[[list], list[str]]) -> pd.Series:
    """Turn values into text by way of the distinct ones; null becomes the empty string."""
    codes, kinds = distinct(values)
    texts = np.array([*to_text(pd.Series(kinds).tolist()), ""], dtype=object)
    return pd.Series(texts[codes], dtype="str")


def number_text(value: float) -> str:
    """Shortest decimal text that reads back as the same number.

    Examples
    --------
    >>> number_text(250.0), number_text(0.1), number_text(1e22), number_text(-0.0)
    ('250', '0.1', '10000000000000000000000', '0')
    """
    text = repr(value)
    if "e" in text and _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        text = format(Decimal(text), "f")
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def numbers_text(values: list[float]) -> list[str]:
    """`number_text` of each value."""
    return list(map(number_text, values))
