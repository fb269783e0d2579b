"""Categories: the first definition that holds gives its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Category:
    """Records (shape (n,)) and the value of each new variable for them."""

    where: np.ndarray
    values: dict[str, Any]


def categorize(frame: pd.DataFrame, categories: Sequence[Category]) -> pd.DataFrame:
    """Give each record the values of the first category that it belongs to; else blank.

    Raises
    ------
    ValueError
        The categories do not all set the same variables.
    """
    names = list(categories[0].values) if categories else []
    if any(list(category.values) != names for category in categories):
        raise ValueError(f"each category sets {', '.join(names)}, no more and no less")
    which = np.select([category.where for category in categories], range(len(categories)), -1)
    result = {}
    for name in names:
        values = [category.values[name] for category in categories]
        text = any(isinstance(value, str) for value in values)
        column = pd.Series([*values, "" if text else np.nan], dtype="str" if text else "float64")
        result[name] = column.take(np.where(which < 0, len(values), which)).set_axis(frame.index)
    return frame.assign(**result)
