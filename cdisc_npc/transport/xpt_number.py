"""Number columns of a transport file: checked, then IBM/360 words block by block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cdisc_npc.transport import xpt_layout as layout
from cdisc_npc.transport.ibm import MISSING, from_ibm, ibm_words, out_of_range
from cdisc_npc.transport.sas_number import sas_numbers
from cdisc_npc.transport.xpt_layout import Variable

# The number whose bytes are 8 blanks, about 3.7e-40: `read_xpt` refuses it.
_BLANKS = from_ibm(np.array([0x2020202020202020], dtype=np.uint64))[0]

# Values are looked at in pieces of this many rows, which stay in the processor's cache.
_ROWS = 1 << 15


class NumberColumn:
    """A column of numbers, checked as a whole.

    Parameters
    ----------
    column
        Of any type that `sas_numbers` takes.
    variable
        Its format decides between days and seconds for datetimes.
    tags
        Which missing value stands where the number is NaN; or None.
    refuse
        Called with each batch of values that cannot be written.
    """

    field = ">u8"
    width = layout.NUMBER_BYTES

    def __init__(
        self, column: pd.Series[Any], variable: Variable, tags: Any, refuse: Callable[..., None]
    ) -> None:
        def report(failing: NDArray[np.bool_], expected: str) -> None:
            rows = np.flatnonzero(failing)
            if not len(rows):
                return
            values = column.iloc[rows].astype(str)
            refuse(variable=variable.name, row=rows + 1, value=values.to_numpy(), expected=expected)

        self._numbers = np.zeros(0)
        self._tags: NDArray[Any] | None = None
        numbers = sas_numbers(column, variable.format, report)
        if numbers is None:
            refuse(
                variable=variable.name, value=f"a column of {column.dtype}", expected="a column of numbers"
            )
            return
        self._numbers = numbers
        beyond = np.zeros(len(numbers), dtype=bool)
        blanks = np.zeros(len(numbers), dtype=bool)
        for start in range(0, len(numbers), _ROWS):
            piece = slice(start, start + _ROWS)
            beyond[piece] = out_of_range(numbers[piece])
            np.equal(numbers[piece], _BLANKS, out=blanks[piece])
        report(beyond, "a number of 5.4e-79 to 7.2e75, or zero")
        report(blanks, "any other number: in bytes it is 8 blanks, which is padding")
        if tags is not None:
            self._take_tags(np.asarray(tags, dtype=object), variable, refuse)

    def _take_tags(self, tags: NDArray[Any], variable: Variable, refuse: Callable[..., None]) -> None:
        self._tags = tags
        if tags.shape != self._numbers.shape:
            size = f"{len(tags)} tags of missing values"
            refuse(variable=variable.name, value=size, expected=f"one a record, {len(self._numbers)}")
            return
        # A tag on a number would be lost: both cannot be written.
        existing = pd.Series(tags).isin(["", *MISSING]).to_numpy()
        failing = np.flatnonzero(~existing | (~np.isnan(self._numbers) & (tags != "")))
        refuse(
            variable=variable.name,
            row=failing + 1,
            value=tags[failing].astype(str),
            expected="'.', '._' or '.A' to '.Z', and only where the number is NaN",
        )

    def __len__(self) -> int:
        return len(self._numbers)

    def values(self, start: int, rows: int) -> NDArray[Any]:
        """Give the words of some rows, shape (rows,)."""
        stop = start + rows
        return ibm_words(self._numbers[start:stop], None if self._tags is None else self._tags[start:stop])
