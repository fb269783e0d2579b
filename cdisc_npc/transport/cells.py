"""What a cell of a workbook can hold."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

# What XML cannot hold.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST = 32_767


# A spreadsheet computes what begins so, but for a number.
_FORMULA = r"^[=@\t\r+-]"
_NUMBER = r"[+-](?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)?"


def formulas(column: pd.Series[Any]) -> pd.Series[Any]:
    """Which texts of a column a spreadsheet would compute, were they in a CSV file."""
    return column.str.contains(_FORMULA, na=False) & ~column.str.fullmatch(_NUMBER, na=False)


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A table as a spreadsheet may open it: an apostrophe before each text that it would compute."""
    built = table.copy()
    for name in table.columns[[pd.api.types.is_string_dtype(kind) for kind in table.dtypes]]:
        if (result := formulas(table[name])).any():
            built[name] = table[name].mask(result, "'" + table[name])
    return built


def cell_text(text: str, cut: str = " … (cut)") -> str:
    """A text as a cell can hold it; one that is too long ends with the remark that it is cut."""
    text = CONTROL.sub("�", text)
    return text if len(text) <= _MOST else text[: _MOST - len(cut)] + cut
