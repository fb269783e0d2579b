"""Numbers written as text, and whether a double holds all that was written."""

from __future__ import annotations

import re
from decimal import Decimal

# Python's float() takes more: nan, 1_000, digits of other scripts.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# What a double may not hold, in JSON outside quotes: more digits than it is sure of, or an exponent below its range.
SUSPECT = re.compile(
    rb"(?<=[\[,:\s])-?(?:[0-9][0-9.]{15,}(?:[eE][+-]?[0-9]+)?|[0-9][0-9.]*[eE]-[0-9]{3,})(?=[\],}\s])"
)
# The exact value of a double has no more digits.
_MOST = 767


def holds(text: str, number: float) -> bool:
    """Tell whether a finite double is the number that was written.

    It is where the double, printed in its shortest form or with as many digits as were written, is the same: 0.1
    is held although no double is a tenth, and so is what ``%.17g`` prints.

    Examples
    --------
    >>> holds("0.1", 0.1), holds("0.10000000000000001", 0.1), holds("12345678901234567", 12345678901234567.0)
    (True, True, False)
    """
    if not number:
        return not re.search("[1-9]", re.split("[eE]", text)[0])
    written = Decimal(text)
    digits = min(len(written.as_tuple().digits), _MOST)
    return written in (Decimal(repr(number)), Decimal(format(number, f".{digits}g")))
